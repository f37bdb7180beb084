"""The roster page, the person, the export, and what is masked."""

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse

from accounts.models import AuditEntry, User
from branches.roles import Role
from lib.sheets.reading import find_header, read_workbook
from members.models import MembershipSpell
from tests import cast

pytestmark = pytest.mark.django_db

ID_NUMBER = "11010519491231002X"
PHONE = "19958619528"


@pytest.fixture
def school(db):
    school = cast.a_university()
    school.teachers.member = cast.a_member(
        school.teachers,
        "单晓东",
        id_number=ID_NUMBER,
        phone=PHONE,
        birth_date=date(1949, 12, 31),
        school_number="2016001",
    )
    cast.a_member(school.musicians, "李强", joined=date(2025, 12, 1), full=None)
    return school


def signed_in(client, role, branch):
    user = cast.a_user(role, branch)
    client.force_login(user)
    return user


def names_on(page):
    return [line.name for line in page.context["lines"]]


class TestList:
    @pytest.mark.parametrize(
        ("words", "found"),
        [
            ("单晓", ["单晓东"]),
            ("sxd", ["单晓东"]),
            ("shanx", ["单晓东"]),
            ("002X", ["单晓东"]),
            ("002x", ["单晓东"]),
            ("9528", ["单晓东"]),
            ("2016", ["单晓东"]),
            (ID_NUMBER, ["单晓东"]),
            ("单 9528", ["单晓东"]),
            ("单 9999", []),
            ("音乐", ["李强"]),
            ("", ["单晓东", "李强"]),
        ],
    )
    def test_search(self, client, school, words, found):
        signed_in(client, Role.ORGANIZATION_STAFF, school.root)
        assert names_on(client.get(reverse("roster"), {"q": words})) == found

    @pytest.mark.parametrize(("role", "found"), [(Role.COMMITTEE_STAFF, ["单晓东"]), (Role.SECRETARY, [])])
    def test_a_whole_number_finds_only_for_whoever_may_see_it(self, client, school, role, found):
        """Who knows its end and the month of birth would try the few numbers that fit."""
        signed_in(client, role, school.teachers)
        assert names_on(client.get(reverse("roster"), {"q": ID_NUMBER})) == found

    def test_of_a_date(self, client, school):
        signed_in(client, Role.ORGANIZATION_STAFF, school.root)
        assert names_on(client.get(reverse("roster"), {"on": "2025-11-30"})) == ["单晓东"]
        assert names_on(client.get(reverse("roster"), {"on": "2025-12-01", "status": "probationary"})) == [
            "李强"
        ]

    def test_a_future_date_is_refused_in_words(self, client, school):
        signed_in(client, Role.ORGANIZATION_STAFF, school.root)
        assert "截至日期不能晚于今天。" in client.get(reverse("roster"), {"on": "2099-01-01"}).text

    def test_a_branch_out_of_scope_is_no_choice(self, client, school):
        signed_in(client, Role.SECRETARY, school.teachers)
        page = client.get(reverse("roster"), {"branch": school.musicians.pk})
        assert names_on(page) == ["单晓东"]
        assert "音乐" not in page.text

    def test_nothing_is_shown_in_clear(self, client, school):
        signed_in(client, Role.ORGANIZATION_STAFF, school.root)
        text = client.get(reverse("roster")).text
        assert ID_NUMBER not in text
        assert PHONE not in text
        assert "1949-12-31" not in text
        assert "199****9528" in text

    def test_a_leader_sees_masked_names_and_no_numbers(self, client, school):
        signed_in(client, Role.LEADER, school.root)
        page = client.get(reverse("roster"))
        assert names_on(page) == names_on(client.get(reverse("roster"), {"q": "002X"})) == ["单**", "李*"]
        assert "002X" not in page.text
        assert "9528" not in page.text
        assert [(line.joined, line.full, line.birth) for line in page.context["lines"]] == [
            ("2015年", "2016年", ""),
            ("2025年", "", ""),
        ]

    @pytest.mark.parametrize("people", [1, 50])
    def test_seven_queries(self, client, school, people, django_assert_num_queries):
        for _ in range(people):
            cast.a_member(school.teachers, id_number="", phone=PHONE)
        signed_in(client, Role.ORGANIZATION_STAFF, school.root)
        client.get(reverse("roster"))
        with django_assert_num_queries(7):
            client.get(reverse("roster"))

    def test_whoever_has_no_business_here_is_refused(self, client, school):
        signed_in(client, Role.AUDITOR, None)
        assert client.get(reverse("roster")).status_code == 403


class TestExport:
    def test_round_trip_columns_are_masked_and_typed(self, client, school):
        signed_in(client, Role.ORGANIZATION_STAFF, school.root)
        response = client.post(reverse("roster_export"), {"q": "单"})
        sheet = read_workbook(BytesIO(b"".join(response.streaming_content)))[0]
        header = find_header(
            sheet, {"name": ["姓名"], "id": ["公民身份证号"], "joined": ["加入党组织日期"]}, need={"name"}
        )
        values = {column.heading: sheet.rows[header.row_number][column.index] for column in header.columns}
        assert values["姓名"] == "单晓东"
        assert values["公民身份证号"].endswith("002X")
        assert "*" in values["公民身份证号"]
        assert values["加入党组织日期"] == date(2015, 6, 1)
        assert len(sheet.rows) == header.row_number + 1

    def test_the_trail_holds_the_filter_and_the_number_of_rows(self, client, school):
        user = signed_in(client, Role.SECRETARY, school.teachers)
        b"".join(client.post(reverse("roster_export")).streaming_content)
        entry = AuditEntry.objects.get(action="roster.export")
        assert (entry.actor, entry.after["rows"]) == (user, 1)

    def test_it_is_a_post(self, client, school):
        signed_in(client, Role.ORGANIZATION_STAFF, school.root)
        assert client.get(reverse("roster_export")).status_code == 405

    def test_a_long_list_becomes_a_job(self, client, school, monkeypatch, django_capture_on_commit_callbacks):
        from jobs.models import Job
        from jobs.running import may_fetch
        from members import exports

        monkeypatch.setattr(exports, "AT_ONCE", 1)
        user = signed_in(client, Role.ORGANIZATION_STAFF, school.root)
        with django_capture_on_commit_callbacks(execute=True):
            client.post(reverse("roster_export"), {"branch": school.physics.pk, "on": "2026-01-01"})
            client.post(reverse("roster_export"))
        job = Job.objects.get()
        assert (job.state, job.done) == (Job.State.DONE, 2)
        assert may_fetch(user, job)

    def test_its_result_is_for_whoever_still_reaches_all_of_it(
        self, client, school, monkeypatch, django_capture_on_commit_callbacks
    ):
        from branches.models import RoleGrant
        from jobs.models import Job
        from jobs.running import may_fetch
        from members import exports

        monkeypatch.setattr(exports, "AT_ONCE", 1)
        user = signed_in(client, Role.ORGANIZATION_STAFF, school.root)
        with django_capture_on_commit_callbacks(execute=True):
            client.post(reverse("roster_export"), {"on": "2026-01-01"})
        RoleGrant.objects.filter(user=user).update(branch=school.physics, branch_path=school.physics.path)
        assert not may_fetch(User.objects.get(pk=user.pk), Job.objects.get())

    def test_of_a_branch_one_cannot_choose_there_is_none(self, client, school):
        signed_in(client, Role.SECRETARY, school.teachers)
        assert client.post(reverse("roster_export"), {"branch": school.musicians.pk}).status_code == 404


class TestPerson:
    def test_a_stranger_and_nobody_are_the_same(self, client, school):
        signed_in(client, Role.SECRETARY, school.musicians)
        member = school.teachers.member
        foreign = client.get(reverse("member_detail", args=[member.pk]))
        missing = client.get(reverse("member_detail", args=["00000000-0000-0000-0000-000000000000"]))
        assert foreign.status_code == missing.status_code == 404

    def test_one_sees_oneself(self, client, school):
        user = cast.a_user()
        member = school.teachers.member
        member.account = user
        member.save()
        client.force_login(user)
        text = client.get(reverse("member_detail", args=[member.pk])).text
        assert "单晓东" in text
        assert ID_NUMBER not in text

    def test_a_leader_sees_no_more_than_the_history(self, client, school):
        signed_in(client, Role.LEADER, school.root)
        page = client.get(reverse("member_detail", args=[school.teachers.member.pk]))
        assert "单晓东" not in page.text
        assert page.context["contacts"] == page.context["facts"] == []

    def test_spells_are_shown(self, client, school):
        signed_in(client, Role.SECRETARY, school.teachers)
        MembershipSpell.objects.update(is_assumed=True)
        assert (
            "2015-06-01（推定）"
            in client.get(reverse("member_detail", args=[school.teachers.member.pk])).text
        )


class TestUnmasking:
    def post(self, client, school, **data):
        return client.post(reverse("member_unmask", args=[school.teachers.member.pk]), data)

    def test_it_shows_what_was_asked_and_leaves_a_trace_without_values(self, client, school):
        user = signed_in(client, Role.COMMITTEE_STAFF, school.physics)
        page = self.post(client, school, fields_wanted=["id_number"], reason="核对转接介绍信")
        assert ID_NUMBER in page.text
        assert PHONE not in page.text
        assert page["Cache-Control"].count("no-store") == 1
        entry = AuditEntry.objects.get(action="member.unmask")
        assert (entry.actor, entry.after) == (user, {"fields": ["id_number"], "reason": "核对转接介绍信"})

    def test_a_reason_is_needed(self, client, school):
        signed_in(client, Role.COMMITTEE_STAFF, school.physics)
        page = self.post(client, school, fields_wanted=["id_number"], reason=" ")
        assert ID_NUMBER not in page.text
        assert not AuditEntry.objects.filter(action="member.unmask").exists()

    @pytest.mark.parametrize("role", [Role.SECRETARY, Role.RECORDER])
    def test_inside_the_scope_without_the_right(self, client, school, role):
        signed_in(client, role, school.teachers)
        assert (
            self.post(client, school, fields_wanted=["id_number"], reason="核对转接介绍信").status_code == 403
        )

    def test_the_right_ends_at_the_scope(self, client, school):
        signed_in(client, Role.COMMITTEE_STAFF, school.music)
        assert (
            self.post(client, school, fields_wanted=["id_number"], reason="核对转接介绍信").status_code == 404
        )
