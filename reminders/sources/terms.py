"""Terms of office (任期): from six months before they are full until the next election is recorded."""

from collections.abc import Iterator
from datetime import date

from django.db.models import F

from activities.elections import reading
from activities.models import Election
from branches import terms
from branches.models import Term
from members.branch_rules import RULES
from members.health import rules_of_due
from members.remedies import election_url

from .due import Due
from .recipients import Recipients

PREFIX = "term-"


def due(on: date, told: Recipients) -> Iterator[Due]:
    """To the branch itself; for an organisation above the branches to its staff."""
    addresses = told.of()
    running = {row.branch_id: row for row in Election.objects.running().select_related("meeting")}
    for term in terms.coming_due(on):
        address = addresses.get(term.branch_id)
        if address is None:
            continue
        for user_id in address.users:
            yield Due(
                kind="term",
                subject=f"{PREFIX}{term.pk}",
                named=f"{address.code}:{PREFIX}{term.elected_on}",
                due_on=term.until,
                recipient_id=user_id,
                title=f"{term.branch.short_name}换届",
                detail=_detail(term, running.get(term.branch_id)),
                url=election_url(term.branch),
                branch_path=address.path,
            )


def _detail(term: Term, election: Election | None) -> str:
    full = f"经批准延期到{_day(term.until)}" if term.postponed_to else f"任期{_day(term.until)}届满"
    article = RULES[rules_of_due(term.branch)[1]].article
    asked = f"正在换届：{reading.stage_of(election)}" if election else "请按期换届"
    return f"{_day(term.elected_on)}当选，{full}，{asked}（{article}）"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def met(subjects: set[str], on: date) -> set[str]:
    """Terms that ended with an election. A branch that was dissolved held none."""
    keys = [subject.removeprefix(PREFIX) for subject in subjects if subject.startswith(PREFIX)]
    if not keys:
        return set()
    followed = Term.objects.filter(pk__in=keys, branch__terms__elected_on=F("ended_on"))
    return {f"{PREFIX}{pk}" for pk in followed.values_list("pk", flat=True)}
