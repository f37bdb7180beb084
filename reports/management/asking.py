"""What the commands of figures are asked for, of the whole tree."""

from collections.abc import Sequence

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from accounts.models import User
from activities.models import Campaign
from branches.models import Branch
from branches.reach import reach_during, whole_tree
from branches.roles import Right
from branches.scope import Range, covers, ranges_of
from branches.tree import ranges_during
from lib.periods import Period
from reports.asked import Asked


def asked_of(code: str, branch_code: str | None, campaign_name: str | None = None) -> Asked:
    """What the arguments ask for, of the whole tree; whatever they name wrongly is one sentence."""
    try:
        period = Period.parse(code)
    except ValueError as error:
        raise CommandError(str(error)) from None
    if period.start > (today := timezone.localdate()):
        raise CommandError(f"{period.label}还没有开始，没有可以统计的。")
    branch = Branch.objects.filter(code=branch_code).first() if branch_code else None
    if branch_code and branch is None:
        raise CommandError(f"没有代码为“{branch_code}”的党组织，请核对党组织代码。")
    campaign = Campaign.objects.filter(name=campaign_name).first() if campaign_name else None
    if campaign_name and campaign is None:
        raise CommandError(f"没有名为“{campaign_name}”的专题活动，请核对名称。")
    whole = whole_tree(period.start, period.end)
    ranges = ranges_during(branch, period.start, period.end) if branch else whole
    return Asked(period, today, ranges, whole, org=branch, campaign=campaign)


def add_by(parser: CommandParser, what: str) -> None:
    said = f"{what}记在哪个账号名下；不写的记为命令行和操作系统用户"
    parser.add_argument("--by", metavar="ACCOUNT", help=said)


def account_of(
    username: str | None,
    rights: Sequence[Right],
    ranges: Sequence[Range],
    what: str,
    period: Period | None = None,
) -> User | None:
    """Whose name ``what`` is done in, None where no account is named.

    The account must hold what the page asks for, of all that the command takes: of where it stood in ``period``.
    """
    if username is None:
        return None
    user = User.objects.filter(username=username).first()
    if user is None:
        raise CommandError(f"没有账号“{username}”。")
    if not user.is_active:
        raise CommandError(f"账号“{username}”已停用，不能记在它的名下。")
    reaches = [
        reach_during(user, right, period.start, period.end) if period else ranges_of(user, right)
        for right in rights
    ]
    if not all(covers(reach, start) for reach in reaches for start, _ in ranges):
        raise CommandError(f"账号“{username}”无权{what}，请换一个账号，或缩小范围。")
    return user
