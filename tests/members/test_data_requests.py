"""更正、删除、限制处理: asked by the member, answered within 15 working days; what was deleted stays deleted (T59)."""

import json
from datetime import date
from io import BytesIO, StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from accounts.models import AuditEntry
from branches.roles import Role
from members import batches, contacts, data_requests, imports, merging, tombstones, unmasking
from members.data_requests import DataRequestError
from members.models import DataRequest, Member
from reminders import ledger
from reminders.models import Reminder
from tests import cast
from tests.members.rosters import a_file, a_row

pytestmark = [pytest.mark.django_db, pytest.mark.today("2026-09-01 10:00 +0800")]

PHONE, LANDLINE, ADDRESS = "13800000001", "010-5880", "师大路1号"


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def person(school):
    person = cast.a_member(school.teachers, "王五", account=cast.a_user(name="王五"))
    person.phone, person.landline, person.address = PHONE, LANDLINE, ADDRESS
    person.save()
    return person


@pytest.fixture
def staff(school):
    return cast.a_user(Role.COMMITTEE_STAFF, school.physics)


def ask(person, kind="delete", subject="contact", said="不再需要联系"):
    return data_requests.ask(person, kind, subject, said, by=person.account)


def answered(row, state, by, basis="", django_capture=None):
    data_requests.answer(row, state, "已按要求办理", basis, by=by)
    row.refresh_from_db()
    return row


class TestAsking:
    def test_an_answer_is_owed_on_the_fifteenth_working_day(self, person):
        # Sunday the 20th is worked for the days of the National Day.
        assert ask(person).due_on == date(2026, 9, 21)

    def test_what_was_said_is_encrypted_and_not_in_the_trail(self, person):
        ask(person, said="手机号已换")
        with connection.cursor() as cursor:
            cursor.execute("SELECT said_cipher FROM members_datarequest")
            assert "手机" not in cursor.fetchone()[0]
        assert AuditEntry.objects.get(action="datarequest.ask").after == {
            "kind": "delete",
            "due_on": "2026-09-21",
        }

    def test_only_about_oneself_and_once_while_open(self, person, staff):
        with pytest.raises(DataRequestError, match="由党员本人提出"):
            data_requests.ask(person, "delete", "contact", "删除", by=staff)
        ask(person)
        with pytest.raises(DataRequestError, match="还没有答复"):
            ask(person)

    @pytest.mark.parametrize("said", ["", " ", "字" * 301])
    def test_words_it_needs(self, person, said):
        with pytest.raises(DataRequestError, match="不超过 300 个字"):
            ask(person, said=said)


class TestAnswering:
    def test_contact_data_is_deleted_from_the_row_the_versions_and_the_search(self, person, staff):
        row = answered(ask(person), "done", staff)
        person.refresh_from_db()
        assert (person.phone, person.landline, person.address, person.phone_last4_hash) == ("", "", "", "")
        assert set(person.history.values_list("phone_cipher", "landline_cipher", "address_cipher")) == {
            ("", "", "")
        }
        assert (row.state, row.cleared) == ("done", ["phone", "landline", "address"])

    def test_of_a_picture_staff_say_that_they_removed_it(self, person, staff):
        row = answered(ask(person, subject="picture"), "done", staff)
        person.refresh_from_db()
        assert (row.cleared, person.phone) == ([], PHONE)

    @pytest.mark.parametrize("subject", ["identity", "membership", "education"])
    def test_party_records_are_kept_and_may_be_restricted(self, person, staff, subject):
        row = ask(person, subject=subject)
        with pytest.raises(DataRequestError, match="应当保存，不能删除"):
            data_requests.answer(row, "done", "删除", by=staff)
        assert answered(row, "restricted", staff).is_restricting

    def test_a_refusal_names_the_article(self, person, staff):
        row = ask(person, subject="membership")
        with pytest.raises(DataRequestError, match="依据的法规和条款"):
            data_requests.answer(row, "refused", "须保存", "无", by=staff)
        assert answered(row, "refused", staff, "个人信息保护法第四十七条").basis == "个人信息保护法第四十七条"

    @pytest.mark.parametrize(("kind", "state"), [("correct", "restricted"), ("restrict", "done")])
    def test_answers_that_do_not_fit(self, person, staff, kind, state):
        with pytest.raises(DataRequestError):
            data_requests.answer(ask(person, kind, "identity"), state, "好", by=staff)

    def test_once(self, person, staff):
        row = answered(ask(person), "done", staff)
        with pytest.raises(DataRequestError, match="已经答复过"):
            data_requests.answer(row, "refused", "不", "第四十七条", by=staff)

    def test_by_staff_above_never_by_the_branch_another_college_or_oneself(self, school, person, staff):
        row = ask(person)
        strangers = [
            cast.a_user(Role.SECRETARY, school.teachers),
            cast.a_user(Role.COMMITTEE_STAFF, school.music),
            person.account,
        ]
        cast.give(person.account, Role.COMMITTEE_STAFF, school.physics)
        assert [data_requests.may_answer(user, row) for user in strangers] == [False, False, False]
        assert data_requests.may_answer(staff, row)


class TestRestricting:
    @pytest.fixture
    def restricted(self, person, staff):
        cast.a_post(person)
        return answered(ask(person, "restrict"), "restricted", staff)

    def test_nothing_is_unmasked(self, restricted, person, staff):
        with pytest.raises(PermissionDenied, match="已申请限制处理"):
            unmasking.unmask(person, ["phone"], "核对", by=staff)

    def test_the_contact_book_keeps_it_masked(self, restricted, staff):
        def phones():
            wanted = contacts.Wanted()
            return [
                one.phone
                for one in contacts.show_phones(contacts.holders(staff, wanted), wanted, "核对", by=staff)
            ]

        assert phones() == ["138****0001"]
        data_requests.end_restriction(restricted, by=restricted.member.account)
        assert phones() == [PHONE]

    def test_it_ends_once_by_oneself(self, restricted, staff):
        with pytest.raises(DataRequestError, match="由本人取消"):
            data_requests.end_restriction(restricted, by=staff)
        data_requests.end_restriction(restricted, by=restricted.member.account)
        with pytest.raises(DataRequestError, match="已经取消"):
            data_requests.end_restriction(restricted, by=restricted.member.account)


class TestTombstones:
    @pytest.fixture
    def backup(self, person):
        """What a backup of the day before would bring back: the row and its versions."""
        columns = ("phone_cipher", "phone_last4_hash", "landline_cipher", "address_cipher")
        kept = Member.objects.filter(pk=person.pk).values(*columns).get()

        def restore():
            Member.objects.filter(pk=person.pk).update(**kept)
            person.history.all().update(**kept)

        return restore

    @pytest.fixture
    def deleted(self, person, staff, backup, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            return answered(ask(person), "done", staff)

    def test_a_restored_backup_deletes_again(self, deleted, backup, person):
        backup()
        assert tombstones.apply() == tombstones.Applied(1, 3, ())
        person.refresh_from_db()
        assert (person.phone, person.landline, person.address) == ("", "", "")
        assert set(person.history.values_list("phone_cipher", flat=True)) == {""}
        assert tombstones.apply() == tombstones.Applied(0, 0, ())

    def test_a_number_of_before_is_deleted_and_remembered_too(
        self, person, staff, backup, django_capture_on_commit_callbacks
    ):
        """It stands in the versions alone, and a backup of those days has it in the row."""
        person.phone = ""
        person.save()
        with django_capture_on_commit_callbacks(execute=True):
            assert answered(ask(person), "done", staff).cleared == ["phone", "landline", "address"]
        assert set(person.history.values_list("phone_cipher", flat=True)) == {""}
        backup()
        assert tombstones.apply() == tombstones.Applied(1, 3, ())

    def test_undoing_an_import_brings_nothing_back(self, staff, tmp_path):
        for number, phone in enumerate((PHONE, "13900000002")):
            row = a_file(tmp_path, a_row(手机号=phone), name=f"{number}.xlsx").read_bytes()
            batch = imports.write(
                imports.open_roster(BytesIO(row)), staff, imports.Decisions(overwritten=None), source="名册"
            ).batch
        person = Member.objects.get()
        person.account = cast.a_user()
        person.save()
        answered(ask(person), "done", staff)
        assert batches.undo(batch, by=staff).kept == []
        person.refresh_from_db()
        assert (person.phone, set(person.history.values_list("phone_cipher", flat=True))) == ("", {""})

    def test_taking_a_merge_apart_brings_nothing_back(self, school, person, staff):
        other = cast.a_member(school.teachers, "王武")
        other.phone = "13900000002"
        other.save()
        done = merging.merge(person, other, by=staff)
        answered(ask(person), "done", staff)
        person.refresh_from_db()
        assert (merging.undo(done, by=staff).phone, person.phone) == ("", "")

    def test_a_file_of_older_days_is_read(self, deleted, backup):
        [path] = tombstones.folder().iterdir()
        body = json.loads(path.read_text())
        body["fields"] = {name: one for name, [one] in body["fields"].items()}
        path.write_text(json.dumps(body))
        backup()
        assert tombstones.apply() == tombstones.Applied(1, 3, ())

    def test_a_dry_run_only_looks(self, deleted, backup, person):
        backup()
        assert tombstones.apply(is_dry=True).fields == 3
        person.refresh_from_db()
        assert person.phone == PHONE

    def test_a_number_entered_since_stays(self, deleted, person):
        person.refresh_from_db()
        person.phone = "13900000002"
        person.save()
        assert tombstones.apply() == tombstones.Applied(0, 0, ())
        person.refresh_from_db()
        assert person.phone == "13900000002"

    def test_the_file_holds_no_value_and_is_for_its_owner_alone(self, deleted):
        [path] = tombstones.folder().iterdir()
        assert [value for value in (PHONE, LANDLINE, ADDRESS) if value in path.read_text()] == []
        assert path.stat().st_mode & 0o777 == 0o600

    def test_the_command_tells_what_it_cannot_read(self, deleted, backup):
        backup()
        (tombstones.folder() / "x.json").write_text("{")
        out = StringIO()
        with pytest.raises(SystemExit) as ended:
            call_command("apply_tombstones", "--json", stdout=out)
        assert ended.value.code == 1
        assert json.loads(out.getvalue()) == {"members": 1, "fields": 3, "unreadable": ["x.json"]}


class TestPages:
    def test_asked_listed_and_answered(self, school, person, staff):
        own, desk = cast.a_browser(person.account), cast.a_browser(staff)
        own.post(
            reverse("data_request_ask"), {"kind": "correct", "subject": "education", "said": "学历应为硕士"}
        )
        row = DataRequest.objects.get()
        assert "王五，更正" in desk.get(reverse("data_request_list")).content.decode()
        desk.post(reverse("data_request", args=[row.pk]), {"state": "done", "answer": "已改"})
        assert "已办理" in own.get(reverse("own_data")).content.decode()
        assert "0 项待答复" in desk.get(reverse("data_request_list")).content.decode()

    def test_another_college_finds_nothing(self, school, person):
        row = ask(person)
        other = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.music))
        assert "王五" not in other.get(reverse("data_request_list")).content.decode()
        assert other.get(reverse("data_request", args=[row.pk])).status_code == 404
        assert other.post(reverse("data_request_end", args=[row.pk])).status_code == 404

    @pytest.mark.parametrize("rows", [1, 6])
    def test_the_list_asks_the_same_for_one_and_many(self, school, staff, rows, django_assert_num_queries):
        for _ in range(rows):
            ask(cast.a_member(school.teachers, account=cast.a_user()))
        browser = cast.a_browser(staff)
        with django_assert_num_queries(8):
            browser.get(reverse("data_request_list"))


class TestReminding:
    def test_staff_are_reminded_until_it_is_answered(self, person, staff):
        row = ask(person)
        today = date(2026, 9, 1)
        ledger.collect(today)
        reminder = Reminder.objects.get(kind="data_request")
        assert (reminder.recipient, reminder.due_on, reminder.state) == (staff, row.due_on, "open")
        answered(row, "done", staff)
        ledger.collect(today)
        reminder.refresh_from_db()
        assert reminder.state == "done"
