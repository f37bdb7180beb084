"""How long a term of office lasts, and when it is due."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts import audit
from accounts.models import User
from lib.periods import months_after

from . import temporary
from .models import Branch, Term

MOST_POSTPONED = 1  # year (支部条例 21, 任期意见 2)
REMIND_MONTHS = 6  # before the end of a term (支部条例 21)
SLACK = timedelta(days=4)


class TermError(ValueError):
    """The election or the postponement cannot be recorded; the message is for the user."""


def lawful_years(branch: Branch) -> tuple[int, str]:
    """Years of a term and the article: 院（系） 5 (高校条例 7), 基层委员会 5, 总支 and 支部 3 (任期意见 1)."""
    if branch.level == Branch.Level.BRANCH:
        return 3, "高校条例第八条、支部条例第二十一条"
    if branch.level == Branch.Level.PARTY_COMMITTEE:
        return 5, "高校条例第五条"
    if branch.is_college:
        return 5, "高校条例第七条"
    if branch.level == Branch.Level.COLLEGE_COMMITTEE:
        return 5, "任期意见第一条"
    return 3, "任期意见第一条"


def due_date(elected_on: date, years: int) -> date:
    """The day the term is full; 29 February falls on the 28th."""
    try:
        return elected_on.replace(year=elected_on.year + years)
    except ValueError:
        return elected_on.replace(year=elected_on.year + years, day=28)


def running_on(day: date, rows: QuerySet[Term] | None = None) -> QuerySet[Term]:
    """The terms of ``rows``, else all, that run on ``day``, the latest election of a branch last."""
    found = Term.objects.all() if rows is None else rows
    running = Q(ended_on__isnull=True) | Q(ended_on__gt=day)
    return found.filter(running, elected_on__lte=day).order_by("elected_on")


def remind_from(term: Term) -> date:
    """The day from which an organisation is reminded of its election."""
    return months_after(term.until, -REMIND_MONTHS)


def coming_due(day: date, rows: QuerySet[Term] | None = None) -> list[Term]:
    """Those of ``rows``, else of all, that end within six months of ``day`` or are full, the earliest first. One query.

    Whoever elects nobody has none.
    """
    running = running_on(day, rows)
    later = running.filter(branch=OuterRef("branch"), elected_on__gt=OuterRef("elected_on"))
    # By a few days too many, as months are of different lengths: of all others there would be an object for nothing.
    near = Q(due_on__lte=months_after(day, REMIND_MONTHS) + SLACK, postponed_to=None)
    near |= Q(postponed_to__lte=months_after(day, REMIND_MONTHS) + SLACK)
    found = running.filter(near, ~Exists(later)).exclude(branch__form__in=Branch.WITHOUT_MEMBERS)
    due = [term for term in found.select_related("branch") if remind_from(term) <= day]
    return sorted(due, key=lambda term: (term.until, term.pk))


def elect(branch: Branch, elected_on: date, years: int | None = None, *, by: User | None = None) -> Term:
    """Record an election; ``years`` defaults to the lawful ones. Audited.

    The term that ran until then ends on that day; one recorded late ends with the election that followed it.
    """
    if reason := temporary.refusal(branch, "elect"):
        raise TermError(reason)
    length = years or lawful_years(branch)[0]
    with transaction.atomic():
        branch.terms.filter(ended_on__isnull=True, elected_on__lt=elected_on).update(ended_on=elected_on)
        following = branch.terms.filter(elected_on__gt=elected_on).order_by("elected_on").first()
        term, _ = Term.objects.update_or_create(
            branch=branch,
            elected_on=elected_on,
            defaults={
                "years": length,
                "due_on": due_date(elected_on, length),
                "ended_on": following.elected_on if following else None,
                "branch_path": branch.path,
            },
        )
        audit.record(
            "term.elect", by=by, on=term, after={"elected_on": elected_on.isoformat(), "years": length}
        )
    return term


def postpone(term: Term, *, to: date, approval: str, by: User | None) -> None:
    """Let the running term go on until ``to``, at most a year longer, by the superior's ``approval``. Audited."""
    latest = due_date(term.due_on, MOST_POSTPONED)
    if term.ended_on is not None:
        raise TermError("这一届已经换届，不能再延期。")
    if not term.due_on < to <= latest:
        raise TermError(
            f"延期应晚于届满日期（{term.due_on:%Y-%m-%d}），一般不超过1年，最迟到 {latest:%Y-%m-%d}"
            "（支部条例第二十一条、任期意见第二条）。"
        )
    with transaction.atomic():
        before = {"to": term.postponed_to.isoformat() if term.postponed_to else ""}
        term.postponed_to, term.postponement = to, approval
        term.save(update_fields=["postponed_to", "postponement"])
        audit.record(
            "term.postpone", by=by, on=term, before=before, after={"to": to.isoformat(), "approval": approval}
        )


def undo(term: Term, *, by: User | None) -> None:
    """Take back an election recorded by mistake: the term that had ended with it runs on. Audited."""
    with transaction.atomic():
        facts = {"elected_on": term.elected_on.isoformat(), "years": term.years}
        audit.record("term.undo", by=by, on=term, before=facts)
        term.branch.terms.filter(ended_on=term.elected_on).update(ended_on=term.ended_on)
        term.delete()
