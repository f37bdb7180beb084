"""Behind a figure: as many rows as it says, and beside them what was left out of it."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from activities import records
from activities.models import Activity
from branches import tree
from branches.models import Branch, Term
from members.models import Destination, DevelopmentStep, Member, MembershipSpell, StatusPeriod
from reports.figures.catalogue import STATISTICS
from tests import cast
from tests.reports.in_each import table

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("october")]


class TestLeftOut:
    """What somebody might miss in a number is counted beside it, with the reason."""

    @pytest.fixture
    def said(self, browser):
        def of(name, code, **asked):
            page = browser.get(reverse("figure_rows", args=[name, code]), {"period": "2026Q3", **asked})
            return dict(page.context["found"].left_out)

        return of

    def test_who_is_no_member_that_day(self, said, school):
        suspended, guest = cast.a_member(school.teachers), cast.a_member(school.musicians)
        StatusPeriod.objects.filter(member=suspended).update(status="suspended")
        MembershipSpell.objects.create(
            member=guest,
            branch=school.students,
            branch_path=school.music.path,
            kind="attending",
            since=date(2026, 9, 1),
        )
        assert said("members", "members") == {
            "停止党籍的": 1,
            "只参加功能型、临时党支部的（在组织关系所在支部计）": 1,
        }
        assert said("members", "members", org=school.physics.pk) == {"停止党籍的": 1}

    def test_branches_that_ended(self, said, school):
        leaf = cast.found(school.physics, "第九党支部", "branch", "9009", category="staff")
        tree.dissolve(leaf, date(2026, 8, 10), by=None)
        assert said("organisations", "branches") == {"期内撤销的": 1}
        assert said("organisations", "branches", org=school.music.pk) == {}
        assert said("organisations", "category_staff") == {"期内撤销的": 1}
        assert said("organisations", "category_student") == {}

    def test_a_part_leaves_out_the_same_part(self, said, school):
        for sex in ("male", "female", "female"):
            suspended = cast.a_member(school.teachers)
            Member.objects.filter(pk=suspended.pk).update(sex=sex)
            StatusPeriod.objects.filter(member=suspended).update(status="suspended")
        assert said("members", "women") == {"停止党籍的": 2}
        assert said("member_structure", "members", group="sex_male") == {"停止党籍的": 1}

    def test_of_whom_it_is_not_known(self, said, school):
        Member.objects.filter(branch=school.teachers).update(nation="", birth_date=None, education="")
        number = Member.objects.filter(branch=school.teachers).count()
        for code, reason in (
            ("minority", "民族没有填写的"),
            ("young", "出生日期没有填写的"),
            ("college", "学历没有填写的"),
        ):
            assert said("members", code, org=school.physics.pk)[reason] == number

    def test_branches_without_a_term_and_terms_postponed(self, said, twice):
        Term.objects.filter(branch=twice.teachers).update(postponed_to=date(2026, 12, 1))
        left_out = said("organisations", "terms_full")
        assert left_out["任期已满、经批准延期的"] == 1
        assert left_out["没有登记任期的"] == Branch.objects.count() - 2
        assert said("organisations", "terms_soon") == {"没有登记任期的": Branch.objects.count() - 2}

    def test_graduates_nobody_knows_the_destination_of(self, said, school):
        member = cast.a_member(school.students)
        Member.objects.filter(pk=member.pk).update(graduates_on=date(2026, 7, 1))
        assert said("graduates", "graduates") == {"预计毕业日期已到、仍在名册上、没有登记去向的党员": 1}

    def test_members_without_the_date_a_birthday_counts_from(self, said, school):
        member = cast.a_member(school.teachers)
        Member.objects.filter(pk=member.pk).update(joined_on=None, full_on=None)
        assert said("birthdays", "birthdays") == {"起算日期没有填写、算不出政治生日的": 1}

    def test_steps_taken_back_and_decisions_that_said_no(self, said, twice):
        step = DevelopmentStep.objects.get(development__member__branch=twice.teachers, step="application")
        step.withdrawn_at = timezone.now()
        step.save()
        DevelopmentStep.objects.exclude(pk=step.pk).update(is_effective=False)
        assert said("development", "step_application") == {"登记后撤销的": 1, "讨论或审批没有通过的": 1}

    def test_meetings_that_decided_otherwise_are_no_part_of_what_was_decided(self, said, twice):
        [step, other] = DevelopmentStep.objects.filter(step="application")
        for row, decision in ((step, "extend"), (other, "confirm")):
            row.step, row.facts, row.is_effective = "full_meeting", {"decision": decision}, False
            row.save()
        assert said("development", "step_full_meeting_extend") == {"讨论或审批没有通过的": 1}
        DevelopmentStep.objects.update(withdrawn_at=timezone.now())
        assert said("development", "step_full_meeting_extend") == {"登记后撤销的": 1}
        assert said("development", "step_full_meeting_cancel") == {}

    def test_lectures_withdrawn(self, said, twice):
        lecture = Activity.objects.filter(kind="party_lecture", branch=twice.teachers).get()
        records.withdraw(lecture, by=None, version=lecture.version, reason="重复登记")
        assert said("lectures", "lectures") == {"登记后撤回的": 1}


class TestOpened:
    @pytest.mark.parametrize("name", STATISTICS)
    def test_each_number_opens_as_many_rows(self, browser, twice, name):
        """A graduate who is no member has no page of his own, and is in the list nevertheless."""
        Destination.objects.filter(branch=twice.musicians).update(member=None)
        shown = table(browser, name)
        for cell in shown.total.cells if shown.total else ():
            if cell.url:
                page = browser.get(cell.url)
                assert page.status_code == 200, cell.url
                if found := page.context.get("found"):
                    assert (found.number, found.elsewhere) == (cell.value, 0), cell.url
