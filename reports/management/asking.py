"""What the commands of figures are asked for, of the whole tree."""

from django.core.management.base import CommandError
from django.utils import timezone

from activities.models import Campaign
from branches.models import Branch
from branches.reach import whole_tree
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
