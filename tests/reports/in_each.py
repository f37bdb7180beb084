"""Of everything that statistics count one in each college, and the table of a statistic as its page shows it."""

from datetime import date

from django.urls import reverse
from django.utils import timezone

from assessments.models import Review, ReviewEntry, Round, Subject
from branches.models import Term
from members import departures
from members.models import (
    Circumstance,
    Destination,
    Development,
    DevelopmentStep,
    StatusPeriod,
    Suspension,
)
from tests import cast
from tests.reports.spans import period_of


def table(browser, name, **asked):
    return browser.get(reverse("figure_table", args=[name]), {"period": period_of(name), **asked}).context[
        "table"
    ]


def one_in_each(school):
    day = date(2026, 9, 20)
    for branch in (school.teachers, school.musicians):
        member = cast.a_member(branch, joined=date(2015, 9, 1))
        cast.a_station(branch, member, name=f"{branch.short_name}工作站")
        cast.a_training(member, day=day)
        cast.a_record(branch, "party_lecture", day)
        Term.objects.create(
            branch=branch,
            branch_path=branch.path,
            elected_on=date(2023, 1, 1),
            years=3,
            due_on=date(2026, 1, 1),
        )
        Destination.objects.create(
            member=member,
            branch=branch,
            branch_path=branch.path,
            name=member.name,
            graduates_on=day,
            kind="grassroots",
            recorded_on=day,
        )
        development = Development.objects.create(member=member, applied_on=day)
        for step in ("application", "admission_approval"):
            DevelopmentStep.objects.create(development=development, step=step, on=day)
        candidate = cast.a_member(branch, full=None, joined=day)
        StatusPeriod.objects.filter(member=candidate).update(since=date(2025, 9, 1), until=day)
        StatusPeriod.objects.create(member=candidate, status="full", since=date(2026, 9, 21))
        assessed(branch, member)
        lost(cast.a_member(branch), cast.a_member(branch))
        students = cast.found(branch.parent, "学生党支部", "branch", f"{branch.code}8", category="student")
        cast.a_member(students)
        leaving = cast.a_member(branch, joined=date(2014, 9, 1))
        departures.depart(leaving, "expelled", on=day, evidence="党委决定", by=None)


def lost(member, suspended):
    """One is not to be found; the other's membership was suspended for that."""
    Circumstance.objects.create(member=member, kind="lost", since=date(2026, 3, 1), evidence="多方联系无果")
    facts = {"since": date(2026, 6, 1), "status_before": "full", "evidence": "决议"}
    Suspension.objects.create(member=suspended, ground="lost", **facts)
    StatusPeriod.objects.filter(member=suspended).update(status="suspended")


def assessed(branch, secretary):
    """He reports to the organisation above, and his branch has reviewed him."""
    above = branch.parent
    round_ = Round.objects.create(
        branch=above,
        branch_path=above.path,
        year=2026,
        name="述职评议",
        scheme={},
        state="reporting",
        report_due_on=date(2026, 9, 30),
    )
    Subject.objects.create(round=round_, branch_path=above.path, member=secretary, branch=branch)
    review = Review.objects.create(
        branch=branch,
        branch_path=branch.path,
        year=2026,
        held_on=date(2026, 9, 20),
        share="1/3",
        base="full",
        state="closed",
        closed_at=timezone.now(),
    )
    ReviewEntry.objects.create(review=review, member=secretary, standing="full", grade="excellent")
