"""Exemptions from taking part: who writes them down and sees them, what is refused, what a merge does."""

from datetime import date

import pytest
from django.db import connection
from django.urls import reverse

from accounts.models import AuditEntry
from branches.roles import Role
from members import exemptions, merging
from members.exemptions import ExemptionError
from members.models import Exemption, Member, StatusPeriod
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.today("2026-10-20 10:00 +0800")]

MARCH, JUNE, OCTOBER = date(2026, 3, 1), date(2026, 6, 30), date(2026, 10, 1)


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def secretary(school):
    return cast.a_user(Role.SECRETARY, school.teachers)


@pytest.fixture
def old(school):
    return cast.a_member(school.teachers, "王老", joined=date(2015, 6, 1))


def grant(member, by=None, since=MARCH, until=None, ground="ill", note="术后静养"):
    return exemptions.grant(member, since=since, until=until, ground=ground, note=note, by=by)


def page_of(member, user):
    return cast.a_browser(user).get(reverse("member_exemptions", args=[member.pk]))


class TestVerbs:
    def test_written_down_and_audited_without_the_reason(self, old, secretary):
        row = Exemption.objects.get(pk=grant(old, secretary).pk)
        assert (row.note, row.by, row.days) == ("术后静养", secretary, "2026-03-01 起")
        entry = AuditEntry.objects.get(action="exemption.grant")
        assert entry.after == {"since": "2026-03-01", "until": ""}

    def test_the_note_is_encrypted(self, old):
        grant(old)
        with connection.cursor() as cursor:
            cursor.execute("SELECT note_cipher FROM members_exemption")
            assert "静养" not in cursor.fetchone()[0]

    def test_ended_and_withdrawn(self, old, secretary):
        row = grant(old, secretary)
        exemptions.end(row, on=JUNE, by=secretary)
        assert Exemption.objects.get().until == JUNE
        exemptions.withdraw(row, by=secretary)
        assert not Exemption.objects.exists()
        assert AuditEntry.objects.get(action="exemption.withdraw").before["until"] == "2026-06-30"
        with pytest.raises(ExemptionError, match="这条登记已经撤销。"):
            exemptions.end(row, on=JUNE, by=secretary)

    def test_two_that_follow_each_other(self, old):
        grant(old, until=JUNE)
        grant(old, since=date(2026, 7, 1))
        assert Exemption.objects.count() == 2

    @pytest.mark.parametrize(
        ("wrong", "field", "sentence"),
        [
            ({"until": date(2026, 2, 28)}, "until", "最后一天不能早于开始的日期（2026-03-01）。"),
            (
                {"since": date(2015, 5, 31)},
                "since",
                "开始的日期不能早于王老编入本支部的日期（2015-06-01 起）。",
            ),
            ({"note": "病" * 61}, "note", "说明不超过 60 个字。"),
        ],
    )
    def test_refused(self, old, wrong, field, sentence):
        with pytest.raises(ExemptionError) as refusal:
            grant(old, **wrong)
        assert (refusal.value.field, str(refusal.value)) == (field, sentence)
        assert not Exemption.objects.exists()

    def test_which_one_it_overlaps_is_said(self, old):
        earlier = grant(old, until=JUNE)
        with pytest.raises(ExemptionError, match="与已登记的免于要求（2026-03-01 至 2026-06-30）重叠"):
            grant(old, since=JUNE)
        grant(old, since=OCTOBER)
        with pytest.raises(ExemptionError, match="（2026-10-01 起）重叠"):
            exemptions.end(earlier, on=OCTOBER, by=None)

    def test_nobody_who_is_not_on_the_roster(self, old):
        Member.objects.update(status=StatusPeriod.Status.ACTIVIST)
        with pytest.raises(ExemptionError, match="没有应参加的活动"):
            grant(old)

    def test_not_by_another_branch(self, old, school):
        with pytest.raises(ExemptionError, match="由本支部书记、记录员或上级工作人员登记"):
            grant(old, cast.a_user(Role.SECRETARY, school.students))


class TestPages:
    def test_written_down_on_the_page(self, old, secretary):
        sent = {"since": "2026-10-01", "until": "", "ground": "immobile", "note": "轮椅"}
        answer = cast.a_browser(secretary).post(
            reverse("member_exemptions", args=[old.pk]), sent, follow=True
        )
        assert "已登记王老免于要求" in answer.content.decode()
        assert "行动不便" in answer.content.decode()
        assert "轮椅" in answer.content.decode()

    def test_what_is_wrong_stands_at_its_field_and_nothing_is_lost(self, old, secretary):
        sent = {"since": "2026-10-01", "until": "2026-09-01", "ground": "ill", "note": "静养"}
        answer = cast.a_browser(secretary).post(reverse("member_exemptions", args=[old.pk]), sent)
        assert answer.status_code == 422
        assert answer.context["form"].errors == {"until": ["最后一天不能早于开始的日期（2026-10-01）。"]}
        assert "静养" in answer.content.decode()

    @pytest.mark.parametrize(
        ("role", "status"),
        [("secretary", 200), ("recorder", 200), ("leader", 403), ("attendance_taker", 404)],
    )
    def test_who_sees_it(self, old, school, role, status):
        grant(old)
        assert page_of(old, cast.a_user(Role(role), school.teachers)).status_code == status

    def test_not_a_stranger(self, old, school):
        row = grant(old)
        browser = cast.a_browser(cast.a_user(Role.SECRETARY, school.students))
        for name, key in (
            ("member_exemptions", old.pk),
            ("exemption_end", row.pk),
            ("exemption_withdraw", row.pk),
        ):
            assert browser.post(reverse(name, args=[key])).status_code == 404

    def test_oneself_without_a_form(self, old):
        grant(old)
        user = cast.a_user()
        Member.objects.filter(pk=old.pk).update(account=user)
        page = page_of(old, user).content.decode()
        assert "术后静养" in page
        assert "登记免于要求" not in page
        assert page_of(old, user).status_code == 200
        assert cast.a_browser(user).post(reverse("member_exemptions", args=[old.pk])).status_code == 403

    def test_ended_on_its_page_and_gone_from_the_list(self, old, secretary):
        row, browser = grant(old), cast.a_browser(secretary)
        assert "王老" in browser.get(reverse("exemption_list")).content.decode()
        browser.post(reverse("exemption_end", args=[row.pk]), {"until": "2026-06-30"})
        assert "王老" not in browser.get(reverse("exemption_list")).content.decode()

    def test_the_member_page_says_it_to_who_keeps_the_records_alone(self, old, school, secretary):
        grant(old)
        address = reverse("member_detail", args=[old.pk])
        assert "长期患病" in cast.a_browser(secretary).get(address).content.decode()
        leader = cast.a_browser(cast.a_user(Role.LEADER, school.teachers))
        assert "长期患病" not in leader.get(address).content.decode()


class TestMerging:
    def test_each_day_once_and_taken_apart_again(self, old, school):
        other = cast.a_member(school.teachers, "王佬")
        grant(old, since=date(2026, 4, 1), until=JUNE, note="甲")
        grant(other, note="乙")
        staff = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
        done = merging.merge(old, other, by=staff)
        rows = Exemption.objects.filter(member=old).order_by("since")
        assert [(row.days, row.note) for row in rows] == [
            ("2026-03-01 至 2026-03-31", "乙"),
            ("2026-04-01 至 2026-06-30", "甲"),
            ("2026-07-01 起", "乙"),
        ]
        restored = merging.undo(done, by=staff)
        assert [(row.days, row.note) for row in Exemption.objects.filter(member=restored)] == [
            ("2026-03-01 起", "乙")
        ]
