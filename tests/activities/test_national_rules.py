"""Each national rule with what lies just inside it, on its bound and just outside, by its article.

All branches stand side by side in one university, which is looked at once, on the day after the year's end.
"""

from datetime import date
from functools import cache

import pytest
import time_machine

from activities import compliance, hosts, meeting_rules, tallies, yearly
from activities.elections import rules as election_rules
from activities.elections import verbs as elections
from activities.models import ReportAbove
from activities.regulations import NATIONAL
from activities.rulebook import explain
from activities.voting import Ballot as Votes
from activities.voting import Turnout, fault_of_turnout, judge
from branches import terms
from branches.models import Branch
from branches.roles import Role
from branches.scope import covering_ranges
from lib.severity import Enforcement
from members import branch_rules, enrolment, posts, restructuring
from members.voting import RULES, Vote
from tests import cast
from tests.activities.ruled import (
    TODAY,
    YEAR,
    a_branch,
    a_paper,
    a_term,
    day,
    held,
    lectured,
    led,
    people,
    seats,
    talked,
)

IN_TIME, MISSED, SOON = "done", "overdue", "due"
CASES = ("inside", "on", "outside")


def months(day):
    """``day`` for January, and some day of each other month."""
    return [day, *(date(2026, month, 15) for month in range(2, 13))]


def quarters(day):
    return [day, *(date(2026, month, 15) for month in (5, 8, 11))]


def monthly(kind, **seats):
    return lambda branch, day: (led(branch, 9, **seats), held(branch, kind, *months(day)))


def in_groups(branch, day):
    led(branch)
    held(branch, "group_meeting", *months(day), group=cast.a_group(branch))


def once(kind, **more):
    return lambda branch, day: (led(branch), held(branch, kind, day, **more))


def asked_above(branch, given_on):
    """Its college asked for the report of the year, as a round of duty reports writes it down."""
    secretary, _ = led(branch)
    ReportAbove.objects.create(
        branch=branch,
        branch_path=branch.path,
        member=secretary,
        to=branch.parent,
        year=2026,
        given_on=given_on,
    )


def a_lecture(branch, day):
    """Its college's secretary owes it; the row is the college's."""
    [secretary] = people(branch, 1)
    college = branch.parent
    seats(college, [secretary], "secretary")
    lectured(branch, day, secretary)


def all_talks(branch, day):
    secretary, (one, other, *_) = led(branch, 3)
    talked(branch, date(2026, 5, 1), secretary, one)
    talked(branch, date(2026, 5, 2), secretary, other)
    talked(branch, day, one, other)


def trained(kind, **more):
    return lambda branch, day: cast.a_training(led(branch, **more)[0], kind, day)


def studied(branch, hours):
    for one in people(branch, 1):
        cast.a_training(one, "other", date(2026, 5, 1), hours)


def of_members(branch, number):
    people(branch, number - 5, status="probationary")
    led(branch)


def without_committee(branch, full):
    led(branch, full, committee=2 if full == 20 else 0)


def approved(branch, approved_on):
    """The superior had been asked on 31 January."""
    led(branch)
    a_paper(branch, day(1, 31), approved_on)


def peopled(branch, full):
    if full:
        led(branch, full)


def chaired(branch, is_led):
    members = people(branch, 5)
    a_term(branch)
    seats(branch, members[:is_led], "secretary")


def elected(branch, term):
    people(branch, 5)
    a_term(branch, *term)


def elected_above(branch, term):
    """The term of an organisation above the branches; the row is its own."""
    a_term(branch.parent, *term)


LATE_JANUARY = (day(1, 15), day(1, 31), day(2, 1))
YEARS_END = (day(11, 15), day(12, 31), day(1, 1, 2027))
#: rule, article, how a branch is made, with what: just inside, on the bound, just outside; how that is judged.
JUDGED = [
    ("ZB-10", "支部条例第十一条", lambda b, d: (led(b), held(b, "general_meeting", *quarters(d))),
     (day(2, 10), day(3, 31), day(4, 1)), MISSED),
    ("ZB-13", "支部条例第十二条", monthly("committee_meeting", committee=2), LATE_JANUARY, MISSED),
    ("ZB-17", "支部条例第十三条", in_groups, LATE_JANUARY, MISSED),
    ("ZB-21", "支部条例第十六条", monthly("theme_day"), LATE_JANUARY, MISSED),
    ("ZB-23", "支部条例第十七条", once("organization_life_meeting"), YEARS_END, MISSED),
    ("ZB-25", "支部条例第十八条", once("democratic_review"), YEARS_END, MISSED),
    ("ZB-39", "支部条例第二十七条", once("general_meeting", reported=True), YEARS_END, MISSED),
    ("ZB-39-2", "支部条例第二十七条", asked_above, (day(12, 10), day(1, 8, 2027), None), MISSED),
    ("ZB-20", "支部条例第十六条", a_lecture, YEARS_END, MISSED),
    ("ZB-27", "支部条例第十九条", all_talks, YEARS_END, MISSED),
    ("ZB-37", "支部条例第二十五条", trained("induction", since=day(6, 1)), YEARS_END, MISSED),
    ("ZB-38", "支部条例第二十五条", trained("rotation"), (day(6, 1), day(1, 1), day(12, 31, 2025)), MISSED),
    ("JY-01", "教育管理工作条例第二十条", studied, (33, 32, 31), MISSED),
    ("ZB-02", "支部条例第四条", of_members, (49, 50, 51), SOON),
    ("ZB-03", "支部条例第五条", peopled, (4, 3, 2), MISSED),
    ("ZB-05", "支部条例第六条", approved, (day(2, 15), day(2, 28), day(3, 1)), SOON),
    ("ZB-06", "支部条例第七条", peopled, (2, 1, 0), MISSED),
    ("ZB-29", "支部条例第二十条", without_committee, (20, 6, 7), MISSED),
    ("ZB-30", "支部条例第二十条", lambda b, n: led(b, 9, committee=n), (3, 2, 1), SOON),
    ("ZB-30", "支部条例第二十条", lambda b, n: led(b, 30, committee=n), (5, 6, 7), SOON),
    ("ZB-30", "支部条例第二十条", lambda b, n: led(b, 9, committee=2, deputies=n), (0, 1, 2), SOON),
    ("ZB-31", "支部条例第二十条", chaired, (1, 1, 0), MISSED),
    ("ZB-31", "支部条例第二十条", lambda b, full: led(b, full, committee=2), (8, 7, 6), SOON),
    ("ZB-32", "支部条例第二十一条", elected, ((day(3, 1), 2), (day(3, 1), 3), (day(3, 1), 4)), SOON),
    ("ZB-34", "支部条例第二十一条", elected, ((day(7, 2, 2024), 3), (day(7, 1, 2024), 3), (day(6, 30, 2024), 3)), SOON),
    ("ZB-35", "支部条例第二十一条", elected, ((day(3, 1), 3), (day(12, 31, 2023), 3), (day(12, 30, 2023), 3)), MISSED),
    ("ZB-36", "支部条例第二十三条", lambda b, full_on: led(b, full_on=full_on),
     (day(12, 30, 2025), day(12, 31, 2025), day(1, 1)), SOON),
    ("RW-01", "任期意见第一条", elected_above, ((day(3, 1), 4), (day(3, 1), 5), (day(3, 1), 6)), SOON),
    ("RW-02", "任期意见第二条", elected_above,
     ((day(3, 1), 5), (day(12, 31, 2021), 5), (day(12, 30, 2021), 5)), MISSED),
    ("RW-03", "任期意见第三条", elected_above,
     ((day(7, 2, 2022), 5), (day(7, 1, 2022), 5), (day(6, 30, 2022), 5)), SOON),
    ("RW-04", "高校条例第七条", elected_above, ((day(3, 1), 4), (day(3, 1), 5), (day(3, 1), 6)), SOON),
]  # fmt: skip
#: Those whose row is that of the organisation above.
ABOVE = {"ZB-20", "RW-01", "RW-02", "RW-03", "RW-04"}


@cache
def looked_at():
    """(place in the table, case) → row, of one look at all of them. Called where there is a database."""
    with time_machine.travel("2027-01-01 12:00 +0800", tick=False):
        root = cast.found(None, "党委", Branch.Level.PARTY_COMMITTEE, "1")
        college = cast.found(root, "学院", Branch.Level.COLLEGE_COMMITTEE, "c", is_college=True)
        for at, (code, _, make, cases, _) in enumerate(JUDGED):
            for case, value in zip(CASES, cases, strict=True):
                parent = college
                if code in ABOVE:
                    level, is_college = Branch.Level.COLLEGE_COMMITTEE, code == "RW-04"
                    parent = cast.found(root, f"院{at}{case}", level, f"u{at}{case}", is_college=is_college)
                form = Branch.Form.JOINT if code == "ZB-06" else Branch.Form.STANDING
                make(a_branch(parent, f"b{at}{case}", form=form), value)
        tallies.rebuild()
        found = compliance.of_period(covering_ranges([root.path]), YEAR, TODAY)
    rows = {(row.branch, row.rule): row for row in found}
    return {
        (at, case): rows[f"{'u' if code in ABOVE else 'b'}{at}{case}", code]
        for at, (code, *_) in enumerate(JUDGED)
        for case in CASES
    }


@pytest.mark.django_db
@pytest.mark.parametrize("at", range(len(JUDGED)), ids=[f"{row[0]}-{at}" for at, row in enumerate(JUDGED)])
def test_just_inside_on_and_just_outside(at):
    code, article, _, _, state = JUDGED[at]
    found = {case: looked_at()[at, case] for case in CASES}
    assert {case: row.state for case, row in found.items()} == {
        "inside": IN_TIME,
        "on": IN_TIME,
        "outside": state,
    }
    assert all(article in row.article for row in found.values())
    assert explain(code).article == found["on"].article
    assert found["outside"].reason


def turnout(vote):
    return lambda present: fault_of_turnout(RULES[vote], Turnout(10, present))


def carried(in_favour):
    verdict = judge(RULES[Vote.RESOLUTION], Turnout(10, 10), Votes(in_favour=in_favour))
    return "" if verdict.is_passed else verdict.article


def refusal(verb):
    """What ``verb`` refuses with; empty when it does not."""
    try:
        verb()
    except ValueError as refused:
        return str(refused)
    return ""


def parted(full):
    school = cast.a_university()
    staff = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
    members = people(school.teachers, full) + people(school.teachers, 3, status="probationary")
    people(school.teachers, 1)
    new = {"on": TODAY, "by": staff, "name": "新支部", "short_name": "新支部", "code": "n1"}
    return refusal(lambda: restructuring.split(school.teachers, members, **new))


def a_camp(form="temporary"):
    school = cast.a_university()
    return cast.found(school.physics, "实习队", Branch.Level.BRANCH, "t1", form=form)


def enrolled(form):
    new = enrolment.NewMember("新人", "male", a_camp(form), "full")
    return refusal(lambda: enrolment.enrol(new, by=None))


def voted_in(form):
    return refusal(lambda: terms.elect(a_camp(form), TODAY))


def presided(who):
    school = cast.a_university()
    cast.a_member(school.teachers, "赵一")
    cast.a_post(cast.a_member(school.students, "钱二"), "secretary", branch=school.physics)
    return hosts.fault_of(who, "general_meeting", school.teachers, day(9, 1))


def appointed(number):
    """The ``number``-th of a committee."""
    school = cast.a_university()
    led(school.teachers, 9, committee=number - 2)
    member = people(school.teachers, 1)[0]
    return refusal(lambda: posts.appoint(member, school.teachers, "committee", since=TODAY, by=None))


def made_secretary(full_on):
    school = cast.a_university()
    [member] = people(school.teachers, 1, full_on=full_on)
    return refusal(lambda: posts.appoint(member, school.teachers, "secretary", since=TODAY, by=None))


def put_off(level):
    def until(to):
        school = cast.a_university()
        branch = getattr(school, level)
        term = terms.elect(branch, day(5, 1, 2026 - terms.lawful_years(branch)[0]))
        return refusal(lambda: terms.postpone(term, to=to, approval="批复1号", by=None))

    return until


def an_election(*done, seats=3):
    """Of a branch of ten, with the steps named taken; by whom they are taken is tried elsewhere."""
    school = cast.a_university()
    staff = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
    members = people(school.teachers, 10)
    row = elections.begin(school.teachers, on=day(9, 1), number="", by=staff)
    if "reply" in done:
        elections.reply(row, on=day(9, 2), number="1号", seats=seats, by=staff)
    if "nominate" in done:
        elections.nominate(row, on=day(9, 3), people=[one.pk for one in members[:4]], by=staff)
    if "agree" in done:
        elections.agree(row, on=day(9, 4), number="2号", by=staff)
    return row, staff, members


def candidates(number):
    row, staff, members = an_election("reply", seats=5)
    chosen = [one.pk for one in members[:number]]
    return refusal(lambda: elections.nominate(row, on=day(9, 3), people=chosen, by=staff))


def nominated(status):
    row, staff, members = an_election("reply")
    [last] = people(row.branch, 1, status=status)
    chosen = [one.pk for one in members[:3]] + [last.pk]
    return refusal(lambda: elections.nominate(row, on=day(9, 3), people=chosen, by=staff))


def reviewed(done):
    row, staff, _ = an_election("reply", "nominate", *done)
    meeting = cast.a_record(row.branch, "general_meeting", day(9, 10))
    said = refusal(lambda: elections.hold(row, meeting=meeting, by=staff))
    return "" if "还没有选举的票数" in said else said


def replied(number):
    row, staff, _ = an_election()
    return refusal(lambda: elections.reply(row, on=day(9, 2), number=number, seats=3, by=staff))


def elected(in_favour):
    verdict = judge(RULES[Vote.ELECTION], Turnout(10, 10), Votes(in_favour=in_favour))
    return "" if verdict.is_passed else verdict.article


#: rule, article, what is tried, with what: just inside, on the bound, just outside, which is refused.
GUARDED = [
    ("ZB-01", "支部条例第四条", parted, (4, 3, 2)),
    ("ZB-07", "支部条例第八条", enrolled, ("standing", "joint", "temporary")),
    ("ZB-08", "支部条例第八条", voted_in, ("standing", "joint", "temporary")),
    ("ZB-11", "支部条例第十一条", turnout(Vote.RESOLUTION), (6, 5, 4)),
    ("ZB-12", "支部条例第十一条", carried, (7, 6, 5)),
    ("ZB-14", "支部条例第十二条", turnout(Vote.COMMITTEE), (6, 5, 4)),
    ("ZB-18", "", presided, ("赵一", "钱二", "孙三")),
    ("ZB-30", "支部条例第二十条", appointed, (6, 7, 8)),
    ("ZB-33", "第二十一条", replied, ("校党〔2026〕1号", "1", " ")),
    ("XJ-03", "选举条例第五条", nominated, ("full", "full", "probationary")),
    ("XJ-05", "选举条例第十三条", candidates, (7, 6, 5)),
    ("XJ-06", "选举条例第十四条", reviewed, (("agree",), ("agree",), ())),
    ("XJ-07", "基层组织选举工作条例", turnout(Vote.ELECTION), (9, 8, 7)),
    ("XJ-08", "基层组织选举工作条例", elected, (7, 6, 5)),
    ("ZB-35", "支部条例第二十一条", put_off("teachers"), (day(4, 30, 2027), day(5, 1, 2027), day(5, 2, 2027))),
    ("ZB-36", "支部条例第二十三条", made_secretary, (day(12, 31, 2025), day(1, 1), day(1, 2))),
    ("RW-02", "任期意见第二条", put_off("physics"), (day(4, 30, 2027), day(5, 1, 2027), day(5, 2, 2027))),
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("article", "attempt", "value", "passes"),
    [
        pytest.param(article, attempt, value, case != "outside", id=f"{code}-{case}")
        for code, article, attempt, values in GUARDED
        for case, value in zip(CASES, values, strict=True)
    ],
)
@time_machine.travel("2027-01-01 12:00 +0800", tick=False)
def test_refused_just_outside(article, attempt, value, passes):
    said = attempt(value)
    assert (said == "") is passes
    assert passes or article in said


def test_every_rule_of_records_of_people_and_of_branches_is_tried():
    asked = {rule.code for rule in NATIONAL} | set(yearly.RULES)
    guarded = set()
    for rule in (*branch_rules.RULES.values(), *meeting_rules.RULES.values(), *election_rules.RULES.values()):
        asked |= {rule.code} if Enforcement.DUTY in rule.enforced else set()
        guarded |= {rule.code} if Enforcement.GUARD in rule.enforced else set()
    assert {row[0] for row in JUDGED} == asked
    assert {row[0] for row in GUARDED} == guarded
    assert all(row[1] in explain(row[0]).article for row in GUARDED)
