"""Local rules of 发展党员, on and off, and the yearly plan."""

from datetime import date, timedelta

import pytest

from branches import local
from lib.periods import months_after
from members import local_rules
from members.development import listing, papers
from members.development.recording import Refused, take_back
from members.development.steps import TABLE
from members.development.vocabulary import Step
from members.models import Development, DevelopmentPlan
from tests.members.development.way import late_on, refused

S = Step
TRAINING = local_rules.TRAINING_MONTHS
pytestmark = pytest.mark.django_db


class TestLocalRules:
    @pytest.fixture(autouse=True)
    def way_with_rules(self, way):
        for code, value in (
            (local_rules.NOTICE_DAYS, 5),
            (local_rules.APPLICATION_MONTHS, 3),
            (local_rules.CONTACT_LIMIT, 1),
            (local_rules.TRAINING_MONTHS, 12),
        ):
            local.decide(local.rule_of(code), value, "校组字〔2025〕3号", by=None)

    def test_three_months_before_becoming_an_activist(self, way):
        way.before(S.ACTIVIST_DECISION)
        article = "校内规定：校组字〔2025〕3号"
        found = refused(way, S.ACTIVIST_DECISION, date(2024, 5, 31))
        assert found == [(local_rules.APPLICATION_MONTHS, article, date(2024, 6, 1))]
        assert way.take(S.ACTIVIST_DECISION, date(2024, 6, 1))

    @pytest.mark.parametrize(
        ("first", "last", "is_refused"),
        [
            (date(2025, 6, 11), date(2025, 6, 17), False),
            (date(2025, 6, 11), date(2025, 6, 16), True),
            (None, None, True),
        ],
    )
    def test_five_working_days_of_notice(self, way, first, last, is_refused):
        way.before(S.TARGET_FILING)
        notice = {"notice_from": first, "notice_until": last}
        if is_refused:
            assert [code for code, _, _ in refused(way, S.TARGET_FILING, **notice)] == [
                local_rules.NOTICE_DAYS
            ]
        else:
            assert way.take(S.TARGET_FILING, **notice)

    def test_no_more_people_for_one_contact(self, way):
        way.walk(S.CONTACTS)
        way.before(S.CONTACTS)
        assert [code for code, _, _ in refused(way, S.CONTACTS)] == [local_rules.CONTACT_LIMIT] * 2
        assert way.take(S.CONTACTS, people=way.full[3:4])

    @pytest.mark.parametrize(
        ("code", "step", "until", "last"),
        [
            # from the decision on, then from the last one
            (local_rules.REPORT_MONTHS, S.REPORT, S.CONTACTS, date(2024, 9, 10)),
            (local_rules.REPORT_MONTHS, S.PROBATION_REPORT, S.OATH, date(2025, 11, 1)),
            (local_rules.PROBATION_MONTHS, S.PROBATION_OBSERVATION, S.OATH, date(2025, 11, 1)),
        ],
    )
    def test_reports_and_observations_every_so_many_months(self, way, code, step, until, last):
        after = date.fromordinal(last.toordinal() + 1)
        local.decide(local.rule_of(local_rules.NOTICE_DAYS), 0, "", by=None)
        way.walk(until)
        assert [step in late_on(way, day) for day in (last, after)] == [False, False]
        local.decide(local.rule_of(code), 3, "校组字〔2025〕5号", by=None)
        assert [step in late_on(way, day) for day in (last, after)] == [False, True]
        assert "（校内规定：校组字〔2025〕5号）" in late_on(way, after)[step]
        way.take(step, last)
        due = months_after(last, 3)
        assert [step in late_on(way, day) for day in (due, due + timedelta(1))] == [False, True]

    @pytest.mark.parametrize(
        ("code", "step", "until"),
        [
            (local_rules.REPORT_MONTHS, S.REPORT, S.CONTACTS),
            (local_rules.PROBATION_MONTHS, S.PROBATION_OBSERVATION, S.OATH),
        ],
    )
    def test_a_report_in_time_or_not_is_kept_as_such(self, way, code, step, until):
        local.decide(local.rule_of(local_rules.NOTICE_DAYS), 0, "", by=None)
        way.walk(until)
        day = months_after(way.development.steps.get(step=TABLE[step].due.after).on, 3)
        took = [way.take(step, day + timedelta(1)).is_late]
        take_back(way.development, "再登记", by=way.secretary)
        local.decide(local.rule_of(code), 3, "校组字〔2025〕5号", by=None)
        for on in (day + timedelta(1), day):
            took.append(way.take(step, on).is_late)
            take_back(way.development, "再登记", by=way.secretary)
        assert took == [False, True, False]

    @pytest.mark.parametrize("step", [S.ADMISSION_APPROVAL, S.FULL_APPROVAL])
    def test_notice_before_each_approval(self, way, step):
        local.decide(local.rule_of(local_rules.NOTICE_DAYS), 0, "", by=None)
        way.before(step)
        local.decide(local.rule_of(local_rules.NOTICE_DAYS), 5, "校组字〔2025〕3号", by=None)
        assert [code for code, _, _ in refused(way, step)] == [local_rules.NOTICE_DAYS]

    @pytest.mark.parametrize("months", [1, 12])
    def test_training_that_is_still_valid(self, way, months):
        local.decide(local.rule_of(local_rules.NOTICE_DAYS), 0, "", by=None)
        way.before(S.ADMISSION_MEETING)
        local.decide(local.rule_of(local_rules.TRAINING_MONTHS), months, "校组字〔2025〕3号", by=None)
        assert way.take(S.ADMISSION_MEETING, date(2025, 8, 5))

    def test_training_that_has_expired(self, way):
        local.decide(local.rule_of(local_rules.NOTICE_DAYS), 0, "", by=None)
        way.before(S.ADMISSION_MEETING)
        local.decide(local.rule_of(local_rules.TRAINING_MONTHS), 1, "校组字〔2025〕3号", by=None)
        found = refused(way, S.ADMISSION_MEETING, date(2025, 8, 6))
        assert [code for code, _, _ in found] == [local_rules.TRAINING_MONTHS]

    def expiring(self, way, until=S.PRE_REVIEW):
        """Trained on 5 July, for a month."""
        local.decide(local.rule_of(local_rules.NOTICE_DAYS), 0, "", by=None)
        way.walk(until)
        local.decide(local.rule_of(local_rules.TRAINING_MONTHS), 1, "校组字〔2025〕3号", by=None)

    def line(self, way, day):
        [line] = listing.lines(Development.objects.filter(pk=way.development.pk), day)
        return line

    @pytest.mark.parametrize(
        ("day", "blocked"), [(date(2025, 8, 5), ["FZ-12"]), (date(2025, 8, 6), ["FZ-12", TRAINING])]
    )
    def test_the_plan_says_that_the_training_has_to_be_repeated(self, way, day, blocked):
        self.expiring(way)
        found = self.line(way, day).planned_step(S.ADMISSION_MEETING).blocked_by
        assert [each.code for each in found] == blocked
        if TRAINING in blocked:
            assert str(found[1]) == (
                "集中培训2025年7月5日结业，1个月内有效，到2025年8月5日为止；须重新培训，再开支部大会。"
                "（校内规定：校组字〔2025〕3号）"
            )

    def test_who_has_to_repeat_it_is_not_eligible_for_the_meeting_but_for_the_training(self, way):
        self.expiring(way, S.MEMBERSHIP_FORM)
        for day, step in ((date(2025, 8, 5), S.ADMISSION_MEETING), (date(2025, 8, 6), S.TRAINING)):
            line = self.line(way, day)
            may = [line.may_take(each) for each in (S.TRAINING, S.ADMISSION_MEETING)]
            assert (line.following.step, may) == (step, [step == S.TRAINING, step != S.TRAINING])
            assert papers.LISTS["m13"].waits(line, day) is (step == S.TRAINING)

    def test_repeated_it_counts_from_then(self, way):
        self.expiring(way, S.MEMBERSHIP_FORM)
        way.take(S.TRAINING, date(2025, 8, 10))
        assert way.take(S.ADMISSION_MEETING, date(2025, 9, 10)).is_effective
        with pytest.raises(Refused, match="已经登记过"):
            way.take(S.TRAINING, date(2025, 9, 20))


class TestPlan:
    @pytest.fixture(autouse=True)
    def _plans_are_followed(self, way):
        local.decide(local.rule_of(local_rules.PLAN), True, "校组字〔2025〕4号", by=None)

    def plan(self, way, quota):
        branch = way.school.physics
        return DevelopmentPlan.objects.create(branch=branch, branch_path=branch.path, year=2025, quota=quota)

    def test_without_a_plan_nobody_is_admitted(self, way):
        way.before(S.ADMISSION_APPROVAL)
        found = refused(way, S.ADMISSION_APPROVAL)
        assert [(code, article) for code, article, _ in found] == [
            (local_rules.PLAN, "校内规定：校组字〔2025〕4号")
        ]

    def test_up_to_the_quota(self, way):
        self.plan(way, 1)
        assert way.walk(S.ADMISSION_APPROVAL).member.status == "probationary"

    def test_not_beyond_it(self, way):
        self.plan(way, 0)
        way.before(S.ADMISSION_APPROVAL)
        assert [code for code, _, _ in refused(way, S.ADMISSION_APPROVAL)] == [local_rules.PLAN]
