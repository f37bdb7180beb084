"""A review meeting that runs: a college's round over as many branch secretaries as a test asks for."""

from datetime import date

from assessments import ballots, rounds
from assessments.models import Report, Round, Subject
from branches.models import Branch
from branches.roles import Role
from tests import cast
from tests.assessments.scene import fresh, kept

SURNAMES = "王陈刘赵周张郑孙马罗"


def a_meeting(branch, staff, *, day, **changes) -> Round:
    """The round of ``branch`` over the secretaries below it, its ballot begun on ``day``."""
    made = rounds.begin(
        branch,
        year=day.year,
        name=f"{day.year}年度党支部书记述职评议",
        scheme=kept(**changes),
        report_due_on=day,
        by=staff,
    )
    rounds.open_reports(made, by=staff)
    Report.objects.filter(subject__round=made).update(state=Report.State.ACCEPTED)
    rounds.begin_ballot(made, on=day, place="学院会议室", by=staff)
    return fresh(made)


def secretaries(college, number):
    """So many branches below ``college``, each with a secretary."""
    for place in range(1, number + 1):
        code = f"{college.code}{place + 100:03}"
        branch = cast.found(college, f"第{place}党支部", Branch.Level.BRANCH, code, category="staff")
        name = f"{SURNAMES[place % len(SURNAMES)]}书记{place}"
        cast.a_post(cast.a_member(branch, name), "secretary", since=date(2020, 1, 1))


def of_ten(school, *, day, **changes):
    """Ten secretaries of the music college, its staff, and the meeting."""
    secretaries(school.music, 9)
    cast.a_post(cast.a_member(school.musicians, "罗书记"), "secretary", since=date(2020, 1, 1))
    staff = cast.a_user(Role.COMMITTEE_STAFF, school.music, name="李干事")
    return a_meeting(school.music, staff, day=day, **changes), staff


def a_code(round_, staff, group="a"):
    """One of five."""
    return ballots.issue(round_.groups.get(code=group), 5, by=staff)[0]


def keys(round_) -> list[int]:
    return list(Subject.objects.filter(round=round_).values_list("pk", flat=True))
