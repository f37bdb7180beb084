"""Mail through the university's server."""

import smtplib
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.message import sanitize_address

from accounts.models import User
from lib import media_types
from reminders.messages import Message

from .posting import Unsent


def send(user: User, message: Message, key: UUID) -> None:
    """The Message-ID is the delivery's: a mail sent twice after a kill is recognised by whoever receives it."""
    if not settings.MAIL_IS_ON:
        raise Unsent("没有设置邮件服务器（EMAIL_URL）。")
    sender = sanitize_address(settings.DEFAULT_FROM_EMAIL, "utf-8")
    place = sender.rstrip(">").rpartition("@")[2] or "localhost"
    headers = {"Message-ID": f"<{key}@{place}>", "Auto-Submitted": "auto-generated"}
    mail = EmailMessage(message.title, _body(user, message), to=[user.email], headers=headers)
    for name, content in message.files:
        mail.attach(name, content, media_types.of(name))
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused:
        raise Unsent("邮件服务器不接受这个收件地址，请核对账号的邮箱。") from None
    except smtplib.SMTPAuthenticationError:
        raise Unsent("邮件服务器不接受支部簿的账号或密码，请系统管理员核对 EMAIL_URL。") from None
    except smtplib.SMTPSenderRefused:
        raise Unsent("邮件服务器不接受发件地址，请系统管理员核对 MAIL_FROM。") from None
    except smtplib.SMTPException:
        raise Unsent("邮件服务器拒绝了邮件。") from None
    except TimeoutError:
        raise Unsent("邮件服务器没有及时回应。") from None
    except OSError:
        raise Unsent("连不上邮件服务器，或连接中断。") from None


def _body(user: User, message: Message) -> str:
    lines = [f"{line.text}\n  {line.url}" for line in message.lines]
    return "\n\n".join([f"{user.name}：", *lines, message.foot]) + "\n"
