"""The demo university: the same from the same seed, right in every row, and exactly as large as it says."""

import json
from datetime import date, timedelta
from io import StringIO
from itertools import pairwise

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts import audit
from accounts.models import User
from activities import appeals, double_life, duties, lectures, minutes, returns, supplements, talks, tallies
from activities.attendance import expected_people
from activities.elections import reading
from activities.kinds import Expected, Kind, expected_of
from activities.models import (
    Activity,
    AgendaItem,
    Appeal,
    AssignmentReturn,
    Invitation,
    LeaveRequest,
    Supplement,
    Task,
)
from activities.plans.beside import of_branch
from activities.statistics import organizational_life
from assessments import gathering, quotas, sealing
from assessments.models import Review, ReviewEntry, Round
from assessments.reviews import shares
from assessments.reviews.keeping import entries_of
from branches.models import Branch, RoleGrant, Station
from branches.roles import Right
from branches.scope import covering_ranges
from branches.tree import whole_tree
from lib import id_number
from lib.periods import Period
from members import birthdays, celebrations
from members.development import form_numbers, membership_forms
from members.models import (
    Celebration,
    Exemption,
    FormDraw,
    Greeting,
    GreetingOptOut,
    Member,
    MembershipForm,
    MembershipSpell,
    Post,
    ReviewResult,
    Training,
    TrainingClass,
)
from members.rosters import roster
from reports.closing import adjustments, checking
from reports.demo import accounts, asking, load
from reports.management.asking import asked_of
from reports.models import ClosedPeriod
from tests import scenes
from tests.reports.demo_world import TINY, TODAY, campaign_counts, campaign_numbers, told_case


@pytest.fixture(scope="module")
def university(django_db_setup, django_db_blocker):
    """Loaded once for the module, in a transaction that the module takes back."""
    with django_db_blocker.unblock(), transaction.atomic():
        scenes.once("tiny demo", lambda: load.load(TINY, 7, TODAY))
        yield covering_ranges([Branch.objects.get(parent=None).path])
        transaction.set_rollback(True)


def test_roster_of_today_has_exactly_the_members_of_the_scale(university, db):
    assert len(roster(TODAY, university)) == TINY.members


def test_branches_of_today_are_those_of_the_scale(university, db):
    assert Branch.objects.leaves().existing_on(TODAY).count() == TINY.branches
    assert Branch.objects.leaves().filter(dissolved_on__isnull=False).count() == 1


def test_membership_forms_are_drawn_in_a_row_and_used_once(university, db):
    numbers = list(membership_forms.uses().values_list("number", flat=True))
    assert len(numbers) == len(set(numbers)) > 0
    for draw in FormDraw.objects.all():
        drawn = list(draw.forms.order_by("number").values_list("number", flat=True))
        assert drawn == form_numbers.following(draw.first, draw.quantity)
    forms = membership_forms.with_state(MembershipForm.objects.all())
    assert forms.filter(state="used").exists()
    assert not forms.filter(state="used", mark__gt="").exists()
    assert not forms.filter(marked_on__lt=F("draw__on")).exists()


def test_nobody_belongs_to_two_branches_on_one_day(university, db):
    spells = MembershipSpell.objects.filter(kind=MembershipSpell.Kind.BELONGING).order_by("member", "since")
    for one, following in pairwise(spells.values_list("member", "since", "until")):
        assert one[0] != following[0] or one[2] < following[1], one


def test_past_rosters_differ(university, db):
    people = [
        {row.number for row in roster(day, university)} for day in (TODAY, date(2025, 5, 1), date(2024, 5, 1))
    ]
    assert people[0] - people[1]
    assert people[1] - people[0]
    assert people[2] - people[1]


def test_campaigns_count_exactly_what_the_scale_says(university, db):
    assert campaign_counts(university, TINY) == TINY.campaigns


def test_the_case_report_says_the_numbers_of_the_scale(university, db):
    told = campaign_numbers(TINY)
    said = [figure.text for figure in told_case().figures]
    assert said[:2] == [str(TINY.branches), str(TINY.members)]
    assert said[2:8] == [*map(str, told), str(TINY.stations)]


def test_each_record_of_a_campaign_has_its_attendance(university, db):
    assert not Activity.objects.filter(campaigns__isnull=False, expected=0).exists()


def test_records_expect_whom_the_roster_of_their_day_expects(university, db):
    for activity in Activity.objects.select_related("branch", "group").order_by("id")[:150]:
        people = {
            (p.member_id, p.may_vote)
            for p in expected_people(activity.kind, activity.branch, activity.held_on, activity.group)
        }
        marked = set(activity.attendances.values_list("member", "may_vote"))
        if expected_of(activity.kind) is Expected.CHOSEN:
            assert marked
            assert marked <= people
        else:
            assert marked == people


def test_records_stand_where_their_branch_stood(university, db):
    moved = Branch.objects.get(placements__until__isnull=False)
    before, after = moved.placements.order_by("since")
    paths = {
        (activity.held_on <= before.until, activity.org_path)
        for activity in Activity.objects.filter(branch=moved)
    }
    assert paths == {(True, before.path), (False, after.path)}


def test_tallies_counters_and_audit_are_proven(university, db):
    assert tallies.differences() == []
    assert tallies.counter_differences() == []
    accounts.issue_passwords(afresh=True)
    assert list(audit.verify()) == []


def test_records_are_entered_after_they_were_held_and_before_today(university, db):
    for held_on, entered_at, on_time in Activity.objects.values_list("held_on", "entered_at", "is_on_time"):
        entered_on = timezone.localdate(entered_at)
        assert held_on <= entered_on < TODAY
        assert on_time == (entered_on <= held_on + timedelta(days=7))


def test_some_duties_are_missed_and_most_are_met(university, db):
    total = organizational_life(university, Period.quarter(2026, 2), TODAY).total
    theme_days = total[Kind.THEME_DAY]
    assert 0.85 < theme_days.met / theme_days.required < 1


def test_nobody_is_real(university, db):
    for member in Member.objects.all()[:60]:
        assert member.id_number[:6] == "999999"
        assert id_number.faults(member.id_number, on=TODAY) == []
        assert id_number.birth_of(member.id_number) == member.birth_date
        assert id_number.sex_of(member.id_number) == member.sex
        assert member.phone[:3] == "199"
        assert member.address.startswith("XX省XX市")


def test_secretary_has_something_to_do_and_two_birthdays_within_the_week(university, db):
    secretary = User.objects.get(username="shuji")
    branch = RoleGrant.objects.get(user=secretary, until=None).branch
    open_duties = {
        (duty.rule.kind, duty.state)
        for duty in duties.evaluate(university, Period.quarter(2026, 4), TODAY)
        if duty.branch_id == branch.pk and duty.is_required and not duty.is_met
    }
    soon = birthdays.between(TODAY, TODAY + timedelta(days=7), covering_ranges([branch.path]))
    assert (Kind.THEME_DAY, duties.State.TODO) in open_duties
    assert duties.State.OVERDUE in {state for _, state in open_duties}
    assert len(soon) >= 2


def test_past_birthdays_are_marked_in_part_and_this_months_are_open(university, db):
    this_year = Celebration.objects.filter(year=2026)
    born = birthdays.between(date(2026, 1, 1), date(2026, 10, 31))
    marked = set(this_year.values_list("member__number", flat=True))
    assert 0.3 < sum(one.member_number in marked for one in born) / len(born) < 0.95
    assert not this_year.filter(held_on__gt=TODAY).exists()
    november = birthdays.between(date(2026, 11, 1), date(2026, 11, 30))
    done = celebrations.done_about(november)
    assert [one.name for one in november if done[one.key].is_settled] == ["林见微"]


def test_the_ordinary_member_finds_a_greeting_and_one_wants_none(university, db):
    greeting = Greeting.objects.get(member__account__username="dangyuan", year=2026)
    assert greeting.day == TODAY - timedelta(days=6)
    assert GreetingOptOut.objects.open().count() == 1


def test_one_joining_date_is_missing(university, db):
    assert [one.joined for one in roster(TODAY, university)].count(None) == 1


def test_every_account_that_a_post_gave_a_role_is_its_holder(university, db):
    posts = Post.objects.exclude(grant=None).select_related("member", "grant")
    assert posts.count() > 0
    assert {post.member.account_id == post.grant.user_id for post in posts} == {True}


def test_the_ordinary_member_holds_no_post(university, db):
    assert not Post.objects.filter(member__account__username="dangyuan").exists()


def test_station_heads_serve_at_their_stations(university, db):
    assert Station.objects.count() == TINY.stations
    grant = RoleGrant.objects.get(user__username="gongzuozhan")
    head = grant.station.assignments.get(is_head=True)
    assert head.member.account.username == "gongzuozhan"


def test_only_the_main_personas_get_a_password_and_must_change_it(university, db):
    told = accounts.issue_passwords(afresh=True)
    assert [persona.username for persona, password in told if password] == ["zuzhibu", "shuji", "lingdao"]
    for persona, password in told:
        user = User.objects.get(username=persona.username)
        assert user.check_password(password) == bool(password)
        assert user.must_change_password == bool(password)


def test_another_persona_gets_a_password_when_named(university, db):
    [(_, first), *_] = accounts.issue_passwords(afresh=True)
    [(persona, password)] = accounts.issue_passwords(also=["shenji"])
    assert (persona.username, bool(password)) == ("shenji", True)
    assert User.objects.get(username="zuzhibu").check_password(first)


def test_accounts_are_named_again_without_those_that_have_their_own_password(university, db):
    accounts.issue_passwords(afresh=True)
    User.objects.filter(username="shuji").update(must_change_password=False)
    output = StringIO()
    call_command("demo", accounts=True, accounts_json=True, stdout=output)
    rows = {row["username"]: row["password"] for row in json.loads(output.getvalue())}
    assert rows["shuji"] is None
    assert rows["zuzhibu"]


def test_every_new_page_shows_something(university, db):
    lead = Activity.objects.valid().get(joint_of=None, parts__isnull=False)
    assert (lead.check_ins.get().entries.count() > 0, lead.make_ups.count()) == (True, 1)
    assert "高远 校团委" in lead.guests
    assert Invitation.objects.filter(activity=lead).exists()
    asked = {row.state for row in LeaveRequest.objects.filter(member__account__username="dangyuan")}
    assert asked == {"asked", "declined"}
    assert any(line.elsewhere for line in double_life.leaders_of(university, 2026))
    finished, open_ = TrainingClass.objects.order_by("number")
    assert (
        finished.trainees.filter(certificate__isnull=False).count()
        == Training.objects.exclude(trainee=None).count()
    )
    assert (finished.is_finished, open_.is_finished) == (True, False)


def test_something_is_asked_of_the_lively_branch(university, db):
    """On the home page of the secretary, and on the pages of whoever asked."""
    secretary = User.objects.get(username="shuji")
    branch = Branch.objects.reachable_by(secretary, Right.RECORD).get()
    waiting = returns.open_of(branch.path, TODAY)
    assert [row.assignment.title for row in waiting] == [asking.NOTICE, asking.TASK]
    states = {row.state for row in AssignmentReturn.objects.with_state(TODAY)}
    assert states == {"open", "done"}
    assert [row.reason for row in supplements.waiting_for(branch)] == [
        "请补写表决结果：同意、不同意和弃权各多少票。"
    ]
    assert Supplement.objects.filter(met_at__isnull=False).get().how == "answered"
    assert [row.member.account.username for row in appeals.waiting_for(branch)] == ["dangyuan"]
    assert set(Appeal.objects.values_list("state", flat=True)) <= {"asked", "kept"}
    beside = of_branch(branch, Period.year(2026), TODAY)
    assert {line.state.value for line in beside.lines} >= {"met", "coming"}


def test_most_of_the_lively_branch_had_a_talk_of_each_kind(university, db):
    branch = Branch.objects.reachable_by(User.objects.get(username="shuji"), Right.RECORD).get()
    found = talks.coverage(branch, 2026, TODAY)
    missing = talks.count_missing(found)
    assert 0 < missing < len(found) / 2


def test_minutes_of_a_general_meeting_say_how_it_was_voted(university, db):
    item = AgendaItem.objects.get(vote="resolution")
    [vote] = minutes.agenda_of(item.activity)[-1].ballots
    assert vote.verdict.is_passed


def test_meetings_of_the_lively_branch_and_its_college_decided_something(university, db):
    today = {"due_on__gte": TODAY}
    assert Task.objects.filter(done_on=None, **today).count() == 2
    assert Task.objects.exclude(problem="").count() == 1
    held = Activity.objects.exclude(branch__level=Branch.Level.BRANCH)
    assert sorted(held.values_list("kind", flat=True)) == ["first_agenda", "joint_meeting"]
    marks = AgendaItem.objects.filter(activity__in=held).values_list("party_first", flat=True)
    assert sorted(marks) == ["held", "not_needed"]


def test_most_leaders_have_given_their_lecture(university, db):
    owing = [line for line in lectures.leaders_of(university, 2026) if line.owed]
    assert {line.is_short for line in owing} == {True, False}


def test_an_exempt_member_stands_apart_in_what_was_held_since(university, db):
    exemption = Exemption.objects.first()
    part = Activity.objects.valid().get(joint_of__isnull=False)
    assert part.attendances.get(member=exemption.member).state == "exempt"


def test_last_years_duty_reports_are_archived_and_this_years_are_being_written(university, db):
    last, now = Round.objects.order_by("year")
    assert [(row.year, row.state) for row in (last, now)] == [(2025, "archived"), (2026, "reporting")]
    assert last.digest == sealing.digest_of(last)
    judged = gathering.of_round(last, TODAY)
    assert all(one.score.total and one.subject.decided for one in judged)
    assert quotas.faults_of_grades(last.rules, [one.subject.decided for one in judged]) == []
    own = now.subjects.get(member__account__username="shuji")
    assert (own.report.state, bool(own.report.work), own.report.problems) == ("draft", True, "")


def test_last_years_reviews_are_concluded_and_this_years_is_open_in_one_branch(university, db):
    last, now = Review.objects.filter(year=2025), Review.objects.get(year=2026)
    assert set(last.values_list("state", flat=True)) == {"closed"}
    assert now.state == "open"
    assert {bool(entry.self_at) for entry in now.entries.all()} == {True, False}
    for review in last:
        entries = entries_of(review)
        assert shares.fault(review, entries) == ""
        assert all(entry.grade for entry in entries if entry.is_to_grade)
    people = ReviewEntry.objects.filter(review__in=last)
    assert ReviewResult.objects.count() == people.count() > 0


def test_a_branch_whose_term_ends_holds_an_election(university, db):
    assert [row.stage for row in reading.lines(whole_tree(), TODAY) if row.election] == ["待提出候选人"]


def test_the_last_quarter_is_locked_and_one_record_of_it_was_withdrawn_afterwards(university, db):
    closing = ClosedPeriod.objects.get()
    assert (closing.period, checking.faults(closing)) == ("2026Q3", [])
    asked = asked_of("2026Q3", None)
    root = list(closing.tables.filter(branch__parent=None, statistic="life"))
    [life] = adjustments.of(root, asked, closing.closed_at, None)
    held = [each.difference for row in life.rows for each in row.changes if each.heading.endswith("举行")]
    assert held == ["−1", "−1"]
    assert {cause.what for row in life.rows for cause in row.causes} == {"撤回记录（同一次活动登记了两遍）"}
