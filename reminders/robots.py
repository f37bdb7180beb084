"""Entering and closing the robots of groups. Address and key are written, never shown again."""

from django.db import transaction

from accounts import audit
from accounts.models import User
from branches.models import Branch

from .addresses import check_robot, resolve
from .channels import robots as channel
from .messages import Line, Message, absolute
from .models import Robot


def add(
    *, branch: Branch, kind: str, name: str, address: str, secret: str = "", is_on: bool = True, by: User
) -> Robot:
    """A new robot of ``branch``; AddressError when messages may not go to ``address``."""
    robot = Robot(branch=branch, branch_path=branch.path, kind=kind, name=name, is_on=is_on)
    _aim(robot, address)
    robot.secret = secret
    with transaction.atomic():
        robot.save(force_insert=True)
        audit.record("robot.add", by=by, on=robot, after=_facts(robot))
    return robot


def change(robot: Robot, *, name: str, is_on: bool, address: str = "", secret: str = "", by: User) -> None:
    """What is left empty of address and key stays as it is."""
    before = _facts(Robot.objects.get(pk=robot.pk))
    robot.name, robot.is_on = name, is_on
    if address:
        _aim(robot, address)
    if secret:
        robot.secret = secret
    with transaction.atomic():
        robot.save()
        audit.record("robot.change", by=by, on=robot, before=before, after=_facts(robot))


def try_out(robot: Robot, *, by: User) -> None:
    """Send a line that says nothing but who sends it. Unsent, with the reason, when the group does not get it."""
    line = Line("打开支部簿", absolute("/"))
    audit.record("robot.try_out", by=by, on=robot)
    channel.send(robot, Message("支部簿：测试消息", (line,)))


def remove(robot: Robot, *, by: User) -> None:
    with transaction.atomic():
        audit.record("robot.delete", by=by, on=robot, before=_facts(robot))
        robot.delete()


def _aim(robot: Robot, address: str) -> None:
    server = check_robot(address, robot.kind)
    resolve(server)
    robot.host, robot.address = server.name, address


def _facts(robot: Robot) -> dict[str, object]:
    return {
        "kind": robot.kind,
        "name": robot.name,
        "host": robot.host,
        "is_on": robot.is_on,
        "address": audit.hashed(robot.address),
        "secret": audit.hashed(robot.secret),
    }
