"""The ways a message leaves: mail, the WeCom application, the robots of groups. Each raises :class:`Unsent`."""

from reminders.messages import Message
from reminders.models import Delivery

from . import mail, robots, wecom
from .posting import Unsent

__all__ = ["Unsent", "send"]


def send(delivery: Delivery, message: Message) -> None:
    """Hand ``message`` to the server of the delivery's channel; Unsent, with the reason, when it does not take it."""
    if delivery.robot:
        robots.send(delivery.robot, message)
    elif delivery.recipient and delivery.channel == Delivery.Channel.MAIL:
        mail.send(delivery.recipient, message, delivery.pk)
    elif delivery.recipient:
        wecom.send(delivery.recipient, message)
