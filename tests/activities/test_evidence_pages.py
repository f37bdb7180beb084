"""T12, T57: the files of a record on its page, and who gets them however they are asked for."""

import logging
from datetime import date
from urllib.parse import quote

import pytest
from django.conf import settings as django_settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import AuditEntry
from activities import evidence, records
from activities.attendance import Mark
from activities.models import Evidence
from activities.refusals import RecordError
from branches import tree
from branches.roles import Role
from lib.attachments.kinds import FILM, OTHERS
from members.models import Member
from tests import cast
from tests.activities.files import a_docx, a_pdf, a_photo, opened

DAY = date(2026, 10, 12)
FORGED = "\r\n2026-10-20 10:00:00 ERROR forged\x1b[2J\u202egpj.exe"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return tmp_path / "evidence"


@pytest.fixture
def activity(branch):
    return cast.a_record(branch, "theme_day", DAY, title="参观校史馆")


@pytest.fixture
def photo(activity, secretary):
    return evidence.add(activity, ContentFile(a_photo(), "合影.jpg"), by=secretary)


@pytest.fixture
def document(activity, secretary):
    return evidence.add(activity, ContentFile(a_pdf(), "方案.pdf"), by=secretary)


def send(browser, activity, *files):
    chosen = [SimpleUploadedFile(name, content) for name, content in files]
    address = reverse("evidence_add", args=[activity.pk])
    return browser.post(address, {"chosen": chosen}, follow=True)


def said(answer):
    return [str(message) for message in answer.context["messages"]]


def fetched(browser, address, **more):
    """The answer with its content read: only then is the file behind it closed."""
    answer = browser.get(address, **more)
    answer.body = answer.getvalue()
    return answer


def status(browser, address):
    return fetched(browser, address).status_code


def addresses(row):
    return [reverse(f"evidence_{name}", args=[row.pk]) for name in ("file", "thumbnail")]


class TestAdding:
    def test_each_file_gets_its_own_sentence_and_loses_no_other(self, browser, activity):
        answer = send(
            browser,
            activity,
            ("合影.jpg", a_photo()),
            ("视频.mp4", b"\0\0\0\x18ftypmp42"),
            ("空.jpg", b""),
            ("方案.docx", a_docx()),
        )
        assert said(answer) == [
            f"“视频.mp4”没有添加：{FILM}",
            "“空.jpg”没有添加：文件是空的（0 字节），请重新选择。",
            "已添加 2 份材料。",
        ]
        assert set(Evidence.objects.values_list("name", flat=True)) == {"合影.jpg", "方案.docx"}

    def test_without_a_file_it_says_so(self, browser, activity):
        assert said(send(browser, activity)) == ["请先选择文件，再点“上传”。"]

    @pytest.mark.parametrize(("role", "status"), [(Role.RECORDER, 302), (Role.ATTENDANCE_TAKER, 403)])
    def test_whoever_may_edit_the_record_may_add(self, activity, branch, role, status):
        browser = cast.a_browser(cast.a_user(role, branch))
        sent = {"chosen": SimpleUploadedFile("合影.jpg", a_photo())}
        answer = browser.post(reverse("evidence_add", args=[activity.pk]), sent)
        assert (answer.status_code, Evidence.objects.count()) == (status, status == 302)

    def test_a_strangers_record_is_a_missing_one(self, activity, school):
        browser = cast.a_browser(cast.a_user(Role.SECRETARY, school.musicians))
        sent = {"chosen": SimpleUploadedFile("合影.jpg", a_photo())}
        assert browser.post(reverse("evidence_add", args=[activity.pk]), sent).status_code == 404
        assert Evidence.objects.count() == 0

    def test_the_page_shows_them_and_offers_what_one_may(self, browser, activity, photo, document, school):
        page = reverse("activity_detail", args=[activity.pk])
        for reader, may_write in (
            (browser, True),
            (cast.a_browser(cast.a_user(Role.LEADER, school.root)), False),
        ):
            text = reader.get(page).content.decode()
            assert all(address in text for address in addresses(photo))
            assert (addresses(document)[0] in text) is may_write
            assert ('name="chosen"' in text) is may_write
            assert (reverse("evidence_remove", args=[photo.pk]) in text) is may_write

    def test_without_any_nothing_is_said_to_who_may_not_add(self, activity, school):
        browser = cast.a_browser(cast.a_user(Role.LEADER, school.root))
        assert "佐证材料" not in browser.get(reverse("activity_detail", args=[activity.pk])).content.decode()


class TestServing:
    def test_a_photo_is_shown_and_can_do_nothing(self, browser, photo):
        for address in addresses(photo):
            answer = fetched(browser, address)
            assert answer.headers["Content-Type"] == "image/jpeg"
            assert answer.headers["Content-Disposition"].startswith("inline; ")
            assert (
                answer.headers["Content-Security-Policy"]
                == "sandbox; default-src 'none'; frame-ancestors 'none'"
            )
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Cache-Control"] == "no-store, private"
            assert opened(answer.body).format == "JPEG"

    def test_a_document_is_only_saved(self, browser, document):
        answer = fetched(browser, addresses(document)[0])
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.headers["Content-Disposition"] == "attachment; filename*=utf-8''%E6%96%B9%E6%A1%88.pdf"
        assert (
            answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'; frame-ancestors 'none'"
        )
        assert answer.body == a_pdf()
        assert browser.get(addresses(document)[1]).status_code == 404

    def test_head_and_range(self, browser, photo):
        """A part is asked for: the whole is a right answer, to nobody but whom it may be given."""
        address = addresses(photo)[0]
        whole = fetched(browser, address).body
        head = browser.head(address)
        assert (head.status_code, head.headers["Content-Length"], head.getvalue()) == (
            200,
            str(len(whole)),
            b"",
        )
        part = fetched(browser, address, headers={"Range": "bytes=0-9"})
        assert (part.status_code, part.body) == (200, whole)

    @pytest.mark.parametrize("method", ["get", "head", "post", "put"])
    def test_only_to_whoever_may_see_the_record(self, school, photo, method):
        """The same matrix as the record: a stranger's file is a missing one, whatever is asked for and how."""
        strangers = [
            cast.a_user(Role.SECRETARY, school.musicians),
            cast.a_user(Role.COMMITTEE_STAFF, school.music),
            cast.a_user(Role.SYSTEM_ADMIN),
            cast.a_user(),
        ]
        for stranger in strangers:
            browser = cast.a_browser(stranger)
            for address in addresses(photo):
                answer = getattr(browser, method)(address, headers={"Range": "bytes=0-9"})
                missing = getattr(browser, method)(address.replace(str(photo.pk), str(photo.activity_id)))
                expected = 404 if method in ("get", "head") else 405
                assert (answer.status_code, missing.status_code) == (expected, expected)
                assert answer.content == missing.content

    def test_nobody_is_sent_to_sign_in(self, photo):
        for address in addresses(photo):
            assert cast.a_browser().get(address).headers["Location"] == f"/login/?next={address}"

    def test_after_a_move_the_new_staff_have_it_and_the_old_have_not(self, school, photo):
        old, new = (
            cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, place))
            for place in (school.physics, school.music)
        )
        [address, _] = addresses(photo)
        assert [status(each, address) for each in (old, new)] == [200, 404]
        tree.move(school.teachers, school.music, by=None)
        assert [status(each, address) for each in (old, new)] == [404, 200]

    def test_after_a_merger_whoever_reads_the_record_has_it(self, school, photo):
        heir = cast.a_browser(cast.a_user(Role.SECRETARY, school.students))
        pages = [reverse("activity_detail", args=[photo.activity_id]), addresses(photo)[0]]
        assert [status(heir, page) for page in pages] == [404, 404]
        tree.bequeath(school.teachers, school.students)
        assert [status(heir, page) for page in pages] == [200, 200]

    def test_nothing_of_a_withdrawn_record(self, browser, activity, secretary, photo):
        records.withdraw(activity, by=secretary, version=1, reason="重复登记")
        assert [status(browser, address) for address in addresses(photo)] == [404, 404]
        assert browser.get(reverse("evidence_remove", args=[photo.pk])).status_code == 404
        assert "佐证材料" not in browser.get(reverse("activity_detail", args=[activity.pk])).content.decode()

    def test_a_file_that_was_lost_is_a_missing_one(self, browser, photo):
        evidence.discard(photo.stored)
        assert [status(browser, address) for address in addresses(photo)] == [404, 404]

    def test_no_other_address_reaches_the_folder(self, browser, photo):
        name = photo.stored
        guesses = [
            f"{start}{middle}{name}"
            for start in ("/", "/media/", "/static/", "/evidence/", "/static/..%2f", "/static/%2e%2e/data/")
            for middle in ("", "evidence/", "uploads/", "../evidence/")
        ]
        assert {browser.get(guess).status_code for guess in guesses} == {404}
        assert not evidence.folder().is_relative_to(django_settings.MEDIA_ROOT)
        assert not evidence.folder().is_relative_to(django_settings.STATIC_ROOT)


class TestDocuments:
    """They tell names, reasons and what was said: they are for those who keep the record, photos for all who see it."""

    @pytest.mark.parametrize(
        ("role", "answer"),
        [
            (Role.RECORDER, 200),
            (Role.COMMITTEE_STAFF, 200),
            (Role.ORGANIZATION_STAFF, 200),
            (Role.ATTENDANCE_TAKER, 404),
            (Role.LEADER, 404),
        ],
    )
    def test_only_for_who_keeps_the_record(self, school, branch, photo, document, role, answer):
        places = {
            Role.COMMITTEE_STAFF: school.physics,
            Role.ORGANIZATION_STAFF: school.root,
            Role.LEADER: school.root,
        }
        reader = cast.a_browser(cast.a_user(role, places.get(role, branch)))
        assert [status(reader, addresses(row)[0]) for row in (document, photo)] == [answer, 200]


class TestOfATalk:
    """Like what was said: for those who talked and the secretary of the very branch."""

    @pytest.fixture
    def talk(self, branch):
        people = Member.objects.filter(name__in=("教师3", "教师4"))
        return cast.a_record(branch, "heart_talk", DAY, marks={one.pk: Mark("present") for one in people})

    @pytest.fixture
    def letter(self, talk, secretary):
        return evidence.add(talk, ContentFile(a_photo(), "家里的信.jpg"), by=secretary)

    @staticmethod
    def signed_in_as(name):
        user = cast.a_user(name=name)
        Member.objects.filter(name=name).update(account=user)
        return user

    def test_the_secretary_and_those_who_talked_see_it(self, talk, letter, browser):
        own = cast.a_browser(self.signed_in_as("教师3"))
        for reader in (browser, own):
            assert [status(reader, address) for address in addresses(letter)] == [200, 200]
            assert (
                addresses(letter)[1] in reader.get(reverse("talk_content", args=[talk.pk])).content.decode()
            )

    @pytest.mark.parametrize(
        "role",
        [Role.RECORDER, Role.ATTENDANCE_TAKER, Role.COMMITTEE_STAFF, Role.ORGANIZATION_STAFF, Role.LEADER],
    )
    def test_nobody_else_does(self, talk, letter, branch, school, role):
        place = {Role.RECORDER: branch, Role.ATTENDANCE_TAKER: branch}.get(role, school.root)
        reader = cast.a_browser(cast.a_user(role, place))
        assert [status(reader, address) for address in addresses(letter)] == [404, 404]
        page = reader.get(reverse("activity_detail", args=[talk.pk]))
        assert (page.status_code, "佐证材料" in page.content.decode()) == (200, False)

    def test_another_member_of_the_branch_does_not(self, letter):
        other = cast.a_browser(self.signed_in_as("教师5"))
        assert [status(other, address) for address in addresses(letter)] == [404, 404]

    def test_nor_may_they_add_or_take_away(self, talk, letter, branch):
        recorder = cast.a_user(Role.RECORDER, branch)
        with pytest.raises(RecordError, match="谈话的材料由谈话人或本支部书记添加。"):
            evidence.add(talk, ContentFile(a_photo(), "合影.jpg"), by=recorder)
        with pytest.raises(RecordError, match="谈话的材料由谈话人或本支部书记移除。"):
            evidence.remove(letter, by=recorder)

    def test_the_trail_and_the_admin_do_not_name_it(self, letter, school):
        assert "家里的信" not in str(list(AuditEntry.objects.values()))
        desk = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.physics))
        listed = desk.get(reverse("admin:activities_evidence_changelist")).content.decode()
        assert "家里的信" not in listed


class TestRemoving:
    def test_a_page_asks_first(self, browser, activity, photo):
        address = reverse("evidence_remove", args=[photo.pk])
        assert "移除后文件立即删除，不能恢复" in browser.get(address).content.decode()
        assert Evidence.objects.count() == 1
        assert said(browser.post(address, follow=True)) == ["已移除“合影.jpg”。"]
        assert Evidence.objects.count() == 0

    def test_only_whoever_may_edit_the_record(self, photo, school):
        address = reverse("evidence_remove", args=[photo.pk])
        reader = cast.a_browser(cast.a_user(Role.LEADER, school.root))
        stranger = cast.a_browser(cast.a_user(Role.SECRETARY, school.musicians))
        assert [each.post(address).status_code for each in (reader, stranger)] == [403, 404]
        assert Evidence.objects.count() == 1


class TestNames:
    """T57: whatever a name holds, it is one line of the log and one entry of the trail."""

    @staticmethod
    def body(*files):
        """What a browser would never send: names with line ends in them, percent-encoded as RFC 5987 has it."""
        parts = [
            b"--x\r\nContent-Disposition: form-data; name=\"chosen\"; filename*=UTF-8''"
            + quote(name).encode()
            + b"\r\nContent-Type: image/jpeg\r\n\r\n"
            + content
            for name, content in files
        ]
        return b"\r\n".join([*parts, b"--x--\r\n"])

    def test_one_entry_on_one_line(self, browser, activity, caplog):
        body = self.body((f"合影{FORGED}", a_photo()), (f"坏{FORGED}", b"MZ"))
        address = reverse("evidence_add", args=[activity.pk])
        with caplog.at_level(logging.DEBUG):
            answer = browser.generic("POST", address, body, "multipart/form-data; boundary=x")
        [entry] = AuditEntry.objects.filter(action="evidence.add")
        assert entry.after["file"] == "合影2026-10-20 100000 ERROR forged[2Jgpj.exe.jpg"
        told = browser.get(answer.headers["Location"])
        assert said(told) == [
            f"“坏2026-10-20 100000 ERROR forged[2Jgpj.exe”没有添加：{OTHERS}",
            "已添加 1 份材料。",
        ]
        lines = [record.getMessage() for record in caplog.records if "forged" in record.getMessage()]
        assert [line for line in lines if not line.isprintable()] == []

    def test_neither_do_an_address_nor_a_browser_forge_one(self, browser, photo, caplog):
        with caplog.at_level(logging.DEBUG, logger="django.request"):
            browser.get(
                "/evidence/%0d%0aERROR%20forged%1b[2J/", headers={"User-Agent": "forged\u202e\x1b[2J"}
            )
        [line] = [record.getMessage() for record in caplog.records if "forged" in record.getMessage()]
        assert line.isprintable()

    def test_the_name_offered_is_one_header(self, browser, activity, secretary):
        row = evidence.add(activity, ContentFile(a_pdf(), f'"; filename=x.html{FORGED}'), by=secretary)
        header = fetched(browser, addresses(row)[0]).headers["Content-Disposition"]
        shown = "; filename=x.html2026-10-20 100000 ERROR forged[2Jgpj.exe.pdf"
        assert header == f'attachment; filename="{shown}"'
