"""T10: no step is skipped, dated back or approved by whoever asked for it, whoever posts what to which address."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.models import AuditEntry
from branches.roles import Role
from members import controls, departures
from members.development.recording import Refused, end, record, take_back
from members.development.rules import RULES
from members.development.steps import TABLE
from members.development.vocabulary import By, Step
from members.models import Departure, Development, DevelopmentStep, Member
from tests import cast
from tests.members.development.way import BESIDE, WAY

pytestmark = pytest.mark.django_db
STEPS = [*WAY, *BESIDE]
S = Step


def lawful_after(done):
    """Steps whose needs are done and that were not taken yet."""
    return {step for step in STEPS if step not in done and all(need in done for need in TABLE[step].needs)}


def missing(step, done):
    """Code and article of every need of the step that is not there: those of the need, else of the step itself."""
    codes = [TABLE[need].rule or TABLE[step].rule for need in TABLE[step].needs if need not in done]
    rules = [RULES[code] if code else controls.IN_ORDER for code in codes]
    return [(rule.code, rule.article) for rule in rules]


def test_t10_over_all_pairs_of_steps_only_the_lawful_ones_pass(way):
    """At every point of the way each remaining step is tried, by whoever takes it, on the last day there is."""
    done = set()
    for step in WAY:
        way.apply() if step == S.APPLICATION else way.take(step)
        done.add(step)
        for other in set(STEPS) - done - lawful_after(done) - {S.APPLICATION}:
            with pytest.raises(Refused) as caught:
                way.take(other, date(2026, 10, 20))
            assert [(each.code, each.article) for each in caught.value.blocks] == missing(other, done)
            assert not way.development.steps.filter(step=other).exists()


def test_t10_what_is_skipped_is_refused_with_the_day_the_planner_gives_it(way):
    way.walk(S.APPLICATION_TALK)
    with pytest.raises(Refused) as caught:
        way.take(S.TARGET_DECISION, date(2026, 10, 20))
    assert {each.earliest for each in caught.value.blocks} == {date(2027, 10, 20)}
    address = reverse("development_step", args=[way.development.pk, S.TARGET_DECISION])
    assert "最早2027年10月20日可以办理" in cast.a_browser(way.secretary).get(address).content.decode()


@pytest.mark.parametrize(
    ("step", "need", "code"),
    [
        (S.REPORT, S.ACTIVIST_DECISION, "FZ-03"),
        (S.PROBATION_OBSERVATION, S.ADMISSION_APPROVAL, "FZ-16"),
        (S.PROBATION_REPORT, S.ADMISSION_APPROVAL, "FZ-16"),
    ],
)
def test_t10_what_lies_beside_the_way_waits_too_and_may_be_taken_again(way, step, need, code):
    way.before(need)
    with pytest.raises(Refused) as caught:
        way.take(step)
    assert [(each.code, each.article) for each in caught.value.blocks] == [(code, RULES[code].article)]
    way.take(need)
    way.take(step)
    way.take(step, date(2026, 10, 20))
    assert way.development.steps.filter(step=step).count() == 2


@pytest.mark.parametrize("step", [step for step in STEPS if TABLE[step].needs])
def test_t10_no_step_is_dated_before_what_it_rests_on(way, step):
    way.walk(TABLE[step].needs[-1]) if step in BESIDE else way.before(step)
    rests_on = max(way.development.steps.filter(step__in=TABLE[step].needs).values_list("on", flat=True))
    with pytest.raises(Refused) as caught:
        way.take(step, date.fromordinal(rests_on.toordinal() - 1))
    assert any("日期不能早于" in each.message for each in caught.value.blocks)
    assert not way.development.steps.filter(step=step).exists()


def test_t10_no_step_lies_in_the_future(way):
    way.before(S.APPLICATION_TALK)
    with pytest.raises(Refused, match="日期不能晚于今天"):
        way.take(S.APPLICATION_TALK, date(2026, 10, 21))


def test_t10_no_step_is_taken_twice(way):
    way.walk(S.APPLICATION_TALK)
    with pytest.raises(Refused, match="已经登记过"):
        way.take(S.APPLICATION_TALK)


@pytest.mark.parametrize(
    ("step", "request_"),
    [
        (S.ACTIVIST_FILING, S.ACTIVIST_DECISION),
        (S.TARGET_FILING, S.TARGET_DECISION),
        (S.PRE_REVIEW, S.ADMISSION_REVIEW),
        (S.ADMISSION_APPROVAL, S.ADMISSION_MEETING),
        (S.FULL_APPROVAL, S.FULL_MEETING),
    ],
)
def test_t10_who_asked_does_not_approve(way, step, request_):
    """Staff may take both sides, but not of one request."""
    way.before(step)
    way.development.steps.filter(step=request_).update(entered_by=way.staff)
    with pytest.raises(Refused, match="请由另一人办理"):
        way.take(step)
    assert not way.development.steps.filter(step=step).exists()


def test_t10_nobody_takes_his_own_steps(way):
    way.walk(S.APPLICATION)
    Member.objects.filter(pk=way.development.member_id).update(account=way.secretary)
    with pytest.raises(Refused, match="不能办理自己的发展手续"):
        way.take(S.APPLICATION_TALK)


def own_request(way):
    way.before(S.PRE_REVIEW)
    way.development.steps.filter(step=S.ADMISSION_REVIEW).update(entered_by=way.staff)
    way.take(S.PRE_REVIEW)


def after_the_end(way):
    way.walk(S.CONTACTS)
    end(way.development, date(2024, 9, 1), "本人撤回申请", by=way.secretary)
    way.take(S.OBSERVATION)


def ended_too_early(way):
    way.walk(S.CONTACTS)
    end(way.development, date(2024, 6, 19), "本人撤回申请", by=way.secretary)


REFUSED = {
    "one's own request": (own_request, controls.APART, None),
    "after the end": (after_the_end, controls.CLOSED, None),
    "tomorrow": (
        lambda way: (way.apply(), way.take(S.APPLICATION_TALK, date(2026, 10, 21))),
        controls.IN_ORDER,
        None,
    ),
    "an end before the last step": (ended_too_early, controls.IN_ORDER, date(2024, 6, 20)),
    "twice": (lambda way: (way.walk(S.APPLICATION_TALK), way.take(S.APPLICATION_TALK)), controls.ONCE, None),
    "the application taken back": (
        lambda way: (way.apply(), take_back(way.development, "填错", by=way.secretary)),
        controls.ONCE,
        None,
    ),
    "before what it rests on, by the article of the step": (
        lambda way: (way.apply(), way.take(S.APPLICATION_TALK, date(2024, 2, 29))),
        RULES["FZ-02"],
        date(2024, 3, 1),
    ),
}


@pytest.mark.parametrize(("act", "rule", "earliest"), REFUSED.values(), ids=REFUSED.keys())
def test_t10_what_no_article_forbids_is_named_as_a_rule_of_this_system(way, act, rule, earliest):
    with pytest.raises(Refused) as caught:
        act(way)
    [found] = caught.value.blocks
    assert (found.code, found.article, found.earliest) == (rule.code, rule.article, earliest)
    assert f"（{rule.article}，{rule.code}）" in str(found)


@pytest.mark.parametrize("step", [step for step in STEPS if TABLE[step].by is By.COMMITTEE])
def test_t10_a_secretary_takes_no_step_of_the_committee(way, step):
    way.before(step)
    with pytest.raises(PermissionDenied):
        way.take(step, by=way.secretary)
    answer = cast.a_browser(way.secretary).post(
        reverse("development_step", args=[way.development.pk, step]),
        {"on": "2026-10-01", "result": "approved"},
    )
    assert answer.status_code == 403
    assert not way.development.steps.filter(step=step).exists()


def test_t10_a_form_posted_ahead_is_refused_with_rule_article_and_day(way):
    way.walk(S.CONTACTS)
    answer = cast.a_browser(way.secretary).post(
        reverse("development_step", args=[way.development.pk, S.TARGET_DECISION]),
        {"on": "2024-12-01", "opinions": "on", "meeting": "general"},
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "最早2025年6月10日可以“确定发展对象”" in page
    assert "发展党员细则第十三条" in page


class TestTakingBack:
    @pytest.mark.parametrize(
        ("step", "before"),
        [
            (S.ACTIVIST_DECISION, "applicant"),
            (S.TARGET_DECISION, "activist"),
            (S.ADMISSION_APPROVAL, "target"),
            (S.FULL_APPROVAL, "probationary"),
        ],
    )
    def test_the_status_goes_back_and_the_row_stays(self, way, step, before):
        way.walk(step)
        take_back(way.development, "日期填错", by=way.staff)
        assert way.member.status == before
        row = DevelopmentStep.objects.get(development=way.development, step=step)
        assert (row.withdrawn_reason, row.withdrawn_by) == ("日期填错", way.staff)

    def test_the_roster_is_as_if_the_step_had_not_been(self, way):
        way.before(S.ADMISSION_APPROVAL)
        spans = list(way.member.statuses.values_list("status", "since", "until"))
        way.take(S.ADMISSION_APPROVAL)
        take_back(way.development, "批复未下", by=way.staff)
        assert list(way.member.statuses.values_list("status", "since", "until")) == spans
        assert way.member.joined_on is None

    def test_the_application_itself_stays(self, way):
        way.walk(S.APPLICATION)
        with pytest.raises(Refused, match="终止培养"):
            take_back(way.development, "填错", by=way.secretary)

    def test_a_step_of_the_committee_is_not_the_branchs_to_take_back(self, way):
        way.walk(S.ADMISSION_APPROVAL)
        with pytest.raises(PermissionDenied):
            take_back(way.development, "填错", by=way.secretary)


class TestEnding:
    def test_an_ended_development_takes_no_more_steps(self, way):
        way.walk(S.CONTACTS)
        end(way.development, date(2024, 9, 1), "本人撤回申请", by=way.secretary)
        ended = Development.objects.get(pk=way.development.pk)
        assert (ended.outcome, ended.closed_on, way.member.status) == ("ended", date(2024, 9, 1), "left")
        with pytest.raises(Refused, match="已经结束"):
            way.take(S.OBSERVATION)

    def test_somebody_on_probation_is_not_just_ended(self, way):
        way.walk(S.ADMISSION_APPROVAL)
        with pytest.raises(Refused, match="支部大会讨论"):
            end(way.development, date(2025, 10, 1), "不再培养", by=way.secretary)


def test_a_strangers_development_is_not_recorded(way):
    way.walk(S.APPLICATION)
    stranger = cast.a_user(Role.SECRETARY, way.school.musicians)
    with pytest.raises(PermissionDenied):
        record(way.development, S.APPLICATION_TALK, date(2024, 3, 20), {"talker": "张明"}, by=stranger)


def test_every_step_leaves_a_trail(way):
    way.step_by_step(S.ACTIVIST_FILING)
    trail = AuditEntry.objects.filter(action="development.record")
    assert {entry.after["step"]: entry.actor for entry in trail} == {
        "application": way.secretary,
        "application_talk": way.secretary,
        "activist_decision": way.secretary,
        "activist_filing": way.staff,
    }


class TestLeavingMeanwhile:
    def test_a_departure_ends_the_development(self, way):
        way.walk(S.OATH)
        departures.depart(way.member, "resigned", on=date(2025, 12, 1), by=way.staff, evidence="本人书面申请")
        ended = Development.objects.get(pk=way.development.pk)
        assert (ended.outcome, ended.closed_on) == ("ended", date(2025, 12, 1))

    def test_a_cancellation_entered_as_a_departure_is_the_outcome_and_can_be_annulled(self, way):
        way.walk(S.OATH)
        made = departures.depart(
            way.member, "cancelled", on=date(2026, 1, 20), by=way.staff, evidence="支部大会决议"
        )
        way.development.refresh_from_db()
        assert (way.development.outcome, way.development.closed_on) == ("cancelled", date(2026, 1, 20))
        departures.annul(made, "登记有误", by=way.staff)
        way.development.refresh_from_db()
        assert (way.development.outcome, way.development.closed_on) == ("", None)

    def test_a_cancelled_probation_is_a_departure_and_can_be_taken_back(self, way):
        way.before(S.FULL_MEETING)
        way.take(S.FULL_MEETING, decision="cancel")
        way.take(S.FULL_APPROVAL)
        departure = Departure.objects.get(member=way.development.member_id)
        assert (departure.kind, departure.on) == ("cancelled", date(2026, 9, 1))
        take_back(way.development, "批复有误", by=way.staff)
        way.development.refresh_from_db()
        assert (way.member.status, way.development.outcome) == ("probationary", "")

    def test_an_end_is_not_dated_before_the_last_step(self, way):
        way.walk(S.CONTACTS)
        with pytest.raises(Refused, match="不能早于最后一步"):
            end(way.development, date(2024, 6, 1), "本人撤回申请", by=way.secretary)
