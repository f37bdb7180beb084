"""A written import as a batch: what undoing it restores, what it leaves, and when it is too late."""

from datetime import date, timedelta
from io import BytesIO

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from branches.roles import Role
from jobs import running
from jobs.models import Job
from members import batches, enrolment, posts
from members.imports import Decisions, open_roster, undoing, write
from members.models import GroupMembership, ImportBatch, ImportedRow, Member, MembershipSpell, StatusPeriod
from tests import cast
from tests.members.rosters import a_file, a_row

pytestmark = [pytest.mark.django_db, pytest.mark.today("2026-11-22 12:00 +0800")]
ON_PROBATION = {"人员类别": "预备党员", "加入党组织日期": "2026-03-01", "转为正式党员日期": ""}


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def staff(school):
    return cast.a_user(Role.ORGANIZATION_STAFF, school.root)


@pytest.fixture
def bring(tmp_path, staff):
    """Import rows by ``staff``, dates overwritten too."""

    def bring(*rows, by=staff):
        table = open_roster(BytesIO(a_file(tmp_path, *rows).read_bytes()))
        return write(table, by, Decisions(overwritten=None), source="名册.xlsx").batch

    return bring


def standing(member):
    """What the roster says of a person on any date."""
    spells = MembershipSpell.objects.filter(member=member).values_list(
        "branch", "since", "until", "is_assumed"
    )
    periods = StatusPeriod.objects.filter(member=member).values_list("status", "since", "until", "is_assumed")
    seats = GroupMembership.objects.filter(member=member).values_list("group", "since", "until")
    return [list(spells), list(periods), list(seats)]


class TestUndo:
    def test_people_it_enrolled_are_removed_and_their_history_stays(self, school, staff, bring):
        batch = bring(a_row(), a_row("李强", 2))
        done = batches.undo(batch, by=staff)
        assert (len(done.remove), len(done.restore), len(done.kept)) == (2, 0, 0)
        counts = [model.objects.count() for model in (Member, MembershipSpell, StatusPeriod)]
        assert counts == [0, 0, 0]
        assert list(Member.history.order_by("history_id").values_list("history_type", flat=True)) == [*"++--"]
        batch.refresh_from_db()
        assert (batch.undone_by, batch.removed, batch.restored) == (staff, 2, 0)
        assert AuditEntry.objects.get(action="roster.undo").after == {"removed": 2, "restored": 0, "kept": 0}

    def test_who_was_enrolled_on_probation_is_removed_with_his_development(self, staff, bring):
        batch = bring(a_row(**ON_PROBATION))
        assert Member.objects.get().developments.get().began_at_probation
        assert (len(batches.undo(batch, by=staff).remove), Member.objects.count()) == (1, 0)

    def test_who_was_made_full_is_on_probation_again_and_so_is_his_development(self, staff, bring):
        bring(a_row(**ON_PROBATION))
        batch = bring(a_row(加入党组织日期="2025-03-01", 转为正式党员日期="2026-03-01"))
        assert not Member.objects.get().developments.exists()
        assert batches.undo(batch, by=staff).kept == []
        assert Member.objects.get().developments.get().closed_on is None

    def test_old_values_come_back_sensitive_ones_too(self, school, staff, bring):
        bring(a_row())
        member = Member.objects.get()
        group = cast.a_group(school.teachers, member)
        before = {name: getattr(member, name) for name in ("phone", "address", "full_on", "name", "branch")}
        stood = standing(member)
        batch = bring(
            a_row(
                手机号="13900009999",
                家庭住址="别处",
                转为正式党员日期="2011-08-01",
                所在党支部="物理学生党支部",
            )
        )
        assert standing(member) != stood
        assert GroupMembership.objects.get(group=group).until == date(2026, 11, 21)
        batches.undo(batch, by=staff)
        member = Member.objects.get()
        assert {name: getattr(member, name) for name in before} == before
        assert standing(member) == stood
        assert (member.branch_path, member.name_initials) == (school.teachers.path, "zm")

    def test_old_values_are_never_in_clear(self, bring):
        bring(a_row())
        batch = bring(a_row(手机号="13900009999"))
        row = batch.rows.get()
        assert "13900000001" in row.before
        assert "1390" not in row.before_cipher

    def test_rows_edited_since_are_listed_and_not_overwritten(self, school, staff, bring):
        bring(a_row(), a_row("李强", 2))
        batch = bring(a_row(学历="硕士研究生毕业"), a_row("李强", 2, 学历="硕士研究生毕业"))
        edited = Member.objects.get(name="张明")
        enrolment.change(edited, {"job": "退休"}, by=None)
        done = batches.undo(batch, by=staff)
        assert [(row.member.name, why) for row, why in done.kept] == [("张明", "导入之后又有修改")]
        assert dict(Member.objects.values_list("name", "education")) == {"张明": "14", "李强": "21"}
        assert [row.reason for row in batches.left(batch)] == ["导入之后又有修改"]

    def test_a_later_import_of_the_same_person_is_an_edit(self, staff, bring):
        first = bring(a_row())
        bring(a_row(手机号="13900009999"))
        done = batches.undo(first, by=staff)
        assert (done.remove, [why for _, why in done.kept]) == ([], ["导入之后又有修改"])

    @pytest.mark.parametrize("record", ["attendance", "post", "seat", "spell", "account"])
    def test_people_with_later_records_are_listed_and_not_removed(self, school, staff, bring, record):
        batch = bring(a_row())
        member = Member.objects.get()
        if record == "attendance":
            cast.a_record(school.teachers)
        elif record == "post":
            posts.appoint(member, school.teachers, "committee", since=date(2026, 11, 1), by=None)
        elif record == "seat":
            cast.a_group(school.teachers, member)
        elif record == "spell":
            MembershipSpell.objects.create(
                member=member,
                branch=school.students,
                branch_path=school.students.path,
                kind="attending",
                since=date(2026, 11, 1),
            )
        else:
            member.account = cast.a_user()
            member.save(update_fields=["account"])
        done = batches.undo(batch, by=staff)
        [(row, why)] = done.kept
        words = {
            "attendance": "已有到会",
            "post": "已有职务",
            "seat": "已有党小组成员",
            "spell": "导入之后又有修改",
            "account": "已有账号",
        }
        assert (row.member, why) == (member, words[record])
        assert Member.objects.count() == 1

    def test_an_id_number_that_went_to_another_stays_there(self, school, staff, bring):
        bring(a_row())
        member = Member.objects.get()
        old = member.id_number
        before = batches.before_changes([enrolment.Change(member, {"id_number": ""})])
        [changed] = enrolment.change_all([enrolment.Change(member, {"id_number": ""})], by=None)
        batch = batches.keep("x", "", enrolled={}, changed={3: changed}, before=before, by=staff)
        other = enrolment.enrol(
            enrolment.NewMember("他人", "male", school.teachers, "full", date(2010, 6, 1), id_number=old),
            by=None,
        )
        done = batches.undo(batch, by=staff)
        assert [why for _, why in done.kept] == ["原证件号码已属于另一名党员"]
        other.refresh_from_db()
        assert other.id_number == old

    def test_a_branch_dissolved_since_takes_nobody_back(self, school, staff, bring):
        bring(a_row())
        batch = bring(a_row(所在党支部="物理学生党支部"))
        type(school.teachers).objects.filter(pk=school.teachers.pk).update(dissolved_on=date(2026, 11, 22))
        done = batches.undo(batch, by=staff)
        assert [why for _, why in done.kept] == ["原党支部已撤销"]

    def test_only_once(self, staff, bring):
        batch = bring(a_row())
        batches.undo(batch, by=staff)
        with pytest.raises(batches.BatchError, match="已于 2026-11-22 12:00 撤销"):
            batches.undo(batch, by=staff)

    def test_a_fault_undoes_nothing(self, staff, bring, monkeypatch):
        bring(a_row())
        batch = bring(a_row(手机号="13900009999"), a_row("李强", 2))
        monkeypatch.setattr(batches, "_remove", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            batches.undo(batch, by=staff)
        assert Member.objects.get(name="张明").phone == "13900009999"
        assert ImportBatch.objects.get(pk=batch.pk).undone_at is None


class TestScope:
    def test_a_batch_belongs_to_the_lowest_organisation_above_all_it_touched(self, school, bring):
        one = bring(a_row())
        two = bring(a_row(所在党支部="物理学生党支部"))
        three = bring(a_row(所在党支部="音乐教师党支部"))
        assert [batch.branch_path for batch in (one, two, three)] == [
            school.teachers.path,
            school.physics.path,
            school.root.path,
        ]

    def test_whoever_may_import_there_may_undo(self, school, bring):
        batch = bring(a_row())
        with pytest.raises(batches.BatchError, match="管理范围之外"):
            batches.undo(batch, by=cast.a_user(Role.COMMITTEE_STAFF, school.music))
        with pytest.raises(batches.BatchError, match="管理范围之外"):
            batches.undo(batch, by=cast.a_user(Role.SECRETARY, school.teachers))
        batches.undo(batch, by=cast.a_user(Role.COMMITTEE_STAFF, school.physics))
        assert Member.objects.count() == 0

    def test_a_job_that_undoes_it_gives_nothing_out_where_one_has_no_reach(self, school, staff, bring):
        batch = bring(a_row())
        musician = cast.a_user(Role.COMMITTEE_STAFF, school.music)
        asked = {"kind": undoing.KIND, "parameters": {"batch": str(batch.pk)}}
        jobs = [Job(owner=one, **asked) for one in (staff, musician)]
        assert [running.may_fetch(job.owner, job) for job in jobs] == [True, False]

    def test_a_job_whose_owner_lost_his_reach_undoes_nothing(self, staff, bring):
        batch = bring(a_row())
        staff.grants.update(until=date(2026, 11, 21))
        job = Job.objects.create(kind=undoing.KIND, owner=staff, parameters={"batch": str(batch.pk)})
        running.run(str(job.pk))
        job.refresh_from_db()
        assert (job.state, job.message) == ("failed", "这次导入已不在您的管理范围内。")
        assert Member.objects.count() == 1

    def test_somebody_who_moved_away_meanwhile_is_not_touched(self, school, staff, bring):
        batch = bring(a_row())
        enrolment.move(Member.objects.get(), school.musicians, by=None)
        done = batches.undo(batch, by=cast.a_user(Role.COMMITTEE_STAFF, school.physics))
        assert [why for _, why in done.kept] == ["已不在您的管理范围"]


class TestThirtyDays:
    def test_on_the_last_day_it_still_can_be(self, staff, bring):
        batch = bring(a_row())
        with time_machine.travel(timezone.now() + timedelta(days=30), tick=False):
            assert batches.expire() == 0
            batches.undo(batch, by=staff)

    def test_afterwards_the_old_values_are_gone_and_undoing_says_so(self, staff, bring):
        bring(a_row())
        batch = bring(a_row(手机号="13900009999"))
        with time_machine.travel(timezone.now() + timedelta(days=30, seconds=1), tick=False):
            assert (batches.expire(), batches.expire()) == (2, 0)
            assert not ImportedRow.objects.exclude(before_cipher="").exists()
            assert AuditEntry.objects.get(action="privacy.expire").after == {"imports": 2}
            with pytest.raises(batches.BatchError, match="已满 30 天，旧值已按期删除"):
                batches.undo(ImportBatch.objects.get(pk=batch.pk), by=staff)
        assert Member.objects.get().phone == "13900009999"


class TestPages:
    def test_two_clicks_from_the_list(self, client, staff, bring):
        batch = bring(a_row(), a_row("李强", 2))
        client.force_login(staff)
        assert [each.pk for each in client.get(reverse("import_batches")).context["page"]] == [batch.pk]
        page = client.get(reverse("import_batch", args=[batch.pk]))
        assert "移除 2 人，恢复 0 人的原值；0 人保持现状" in page.text
        page = client.post(reverse("import_batch", args=[batch.pk]), follow=True)
        assert "已撤销导入“名册.xlsx”。" in page.text
        assert Member.objects.count() == 0

    def test_a_long_one_is_undone_by_a_job(
        self, client, staff, bring, monkeypatch, django_capture_on_commit_callbacks
    ):
        monkeypatch.setattr("members.imports.undoing.AT_ONCE", 1)
        batch = bring(a_row(), a_row("李强", 2))
        client.force_login(staff)
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(reverse("import_batch", args=[batch.pk]))
        page = client.get(answer.headers["location"])
        assert "已撤销：移除 2 人，恢复 0 人，保留 0 人。" in page.text
        assert Member.objects.count() == 0

    def test_anothers_batch_is_not_there(self, client, school, bring):
        batch = bring(a_row())
        client.force_login(cast.a_user(Role.COMMITTEE_STAFF, school.music))
        assert not client.get(reverse("import_batches")).context["page"].paginator.count
        for ask in (client.get, client.post):
            assert ask(reverse("import_batch", args=[batch.pk])).status_code == 404
        client.force_login(cast.a_user(Role.SECRETARY, school.teachers))
        assert client.get(reverse("import_batches")).status_code == 403

    def test_the_list_takes_as_many_queries_for_one_as_for_fifty(
        self, client, staff, bring, django_assert_num_queries
    ):
        client.force_login(staff)
        client.get(reverse("home"))
        for count in (1, 50):
            while ImportBatch.objects.count() < count:
                ImportBatch.objects.create(source="x", branch_path=staff.grants.get().branch_path)
            with django_assert_num_queries(5):
                client.get(reverse("import_batches"))
