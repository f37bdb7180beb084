"""Certificates of membership: numbered, printed, verified; a template that is wrong is refused with a sentence."""

from datetime import date
from io import BytesIO, StringIO
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.urls import reverse
from docx import Document

from accounts.models import AuditEntry
from branches.roles import Role
from lib import typesetting
from members import certificate_template, certificates
from members.certificates import CertificateError
from members.models import Certificate, Member, StatusPeriod
from tests import cast
from tests.fonts import needs_fonts

pytestmark = pytest.mark.django_db

PURPOSE = "报考公务员政治面貌证明"


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def college(school):
    return cast.a_user(Role.COMMITTEE_STAFF, school.physics)


@pytest.fixture
def member(school):
    return cast.a_member(school.teachers, "张三", birth_date=date(1987, 4, 2))


@pytest.fixture
def own_template(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    path = tmp_path / "templates" / certificates.TEMPLATE
    path.parent.mkdir()

    def write(*lines):
        document = Document()
        for line in lines:
            document.add_paragraph(line)
        document.save(path)
        return path

    return write


def text_of(content):
    return "\n".join(paragraph.text for paragraph in Document(BytesIO(content)).paragraphs)


class TestIssuing:
    def test_numbered_by_year_with_an_entry_in_the_trail(self, member, college):
        with time_machine.travel("2026-12-31 12:00 +0800"):
            numbers = [certificates.issue(member, PURPOSE, by=college).number for _ in range(2)]
        with time_machine.travel("2027-01-01 12:00 +0800"):
            numbers.append(certificates.issue(member, PURPOSE, by=college).number)
        assert numbers == ["2026-0001", "2026-0002", "2027-0001"]
        entry = AuditEntry.objects.filter(action="certificate.issue").earliest("at")
        assert (entry.actor, entry.after["purpose"]) == (college, PURPOSE)

    @pytest.mark.parametrize("status", ["applicant", "suspended", "left"])
    def test_only_for_members_on_the_roster(self, member, college, status):
        Member.objects.filter(pk=member.pk).update(status=status)
        member.refresh_from_db()
        with pytest.raises(CertificateError, match="不是在册"):
            certificates.issue(member, PURPOSE, by=college)

    def test_only_by_staff_of_the_place(self, school, member):
        for user in (
            cast.a_user(Role.SECRETARY, school.teachers),
            cast.a_user(Role.COMMITTEE_STAFF, school.music),
        ):
            with pytest.raises(CertificateError, match="二级党组织"):
                certificates.issue(member, PURPOSE, by=user)

    def test_the_paper_says_for_good_what_it_said(self, school, member, college):
        issued = certificates.issue(member, PURPOSE, by=college)
        Member.objects.filter(pk=member.pk).update(name="改名", status=StatusPeriod.Status.LEFT)
        assert "张三" in text_of(certificates.word(Certificate.objects.get(pk=issued.pk)))


class TestPapers:
    def test_word_from_the_template_that_ships(self, member, college):
        issued = certificates.issue(member, PURPOSE, by=college)
        text = text_of(certificates.word(issued))
        assert (
            "兹证明张三同志，男，1987年4月出生，2015年6月1日加入中国共产党，2016年6月1日转为正式党员，"
            in text
        )
        assert "现为中共XX师范大学物理教师党支部正式党员。" in text
        assert f"编号：{issued.number}" in text
        assert issued.code in text
        assert "{" not in text

    def test_without_dates_nothing_is_said_of_them(self, school, college):
        member = cast.a_member(school.teachers, "李四", full=None)
        text = text_of(certificates.word(certificates.issue(member, PURPOSE, by=college)))
        assert "兹证明李四同志，男，2015年6月1日加入中国共产党，现为" in text

    def test_what_somebody_typed_is_never_markup(self, school, college):
        member = cast.a_member(school.teachers, "<b>&{{ code }}")
        issued = certificates.issue(member, "<w:p/>", by=college)
        assert "<b>&{{ code }}" in text_of(certificates.word(issued))
        assert "<w:p/>" in text_of(certificates.word(issued))

    @needs_fonts
    def test_pdf(self, member, college):
        typesetting._fonts.cache_clear()
        assert certificates.pdf(certificates.issue(member, PURPOSE, by=college))[:5] == b"%PDF-"

    def test_the_template_that_ships_is_what_the_program_makes(self, settings, tmp_path):
        certificate_template.write(tmp_path / "made.docx")
        shipped = settings.BASE_DIR / certificates.SHIPPED / certificates.TEMPLATE
        assert text_of((tmp_path / "made.docx").read_bytes()) == text_of(Path(shipped).read_bytes())


class TestOwnTemplate:
    def test_takes_the_place_of_the_shipped_one(self, own_template, member, college):
        own_template("{{ name }} {{ status }} {{ number }} {{ code }}")
        issued = certificates.issue(member, PURPOSE, by=college)
        assert text_of(certificates.word(issued)) == f"张三 正式党员 {issued.number} {issued.code}"

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ("{{ name }} {{ status }} {{ number }} {{ code }} {{ id_number }}", "不认识的占位符：id_number"),
            ("{{ name }} {{ number }}", "缺少占位符：code、status"),
            ("{{ name ", "写法不对"),
        ],
    )
    def test_a_wrong_one_is_refused_with_what_may_stand_in_it(self, own_template, line, said):
        path = own_template(line)
        with pytest.raises(CertificateError, match=said):
            certificates.check_template(path)
        with pytest.raises(CommandError, match=said):
            call_command("certificate_template")

    def test_no_word_document(self, own_template):
        path = own_template("")
        path.write_bytes(b"nothing")
        with pytest.raises(CertificateError, match="不是 Word 文档"):
            certificates.check_template(path)

    def test_it_runs_nothing(self, own_template, member, college):
        own_template("{{ name.__class__.__mro__ }} {{ status }} {{ number }} {{ code }}")
        issued = certificates.issue(member, PURPOSE, by=college)
        with pytest.raises(CertificateError, match="写法不对"):
            certificates.word(issued)

    def test_the_command_writes_one_to_begin_with(self, own_template, tmp_path):
        said = StringIO()
        path = tmp_path / "templates" / certificates.TEMPLATE
        call_command("certificate_template", write=path, stdout=said)
        call_command("certificate_template", stdout=said)
        assert f"可以使用：{path}" in said.getvalue()


class TestVerifying:
    def test_number_and_code_together(self, member, college):
        issued = certificates.issue(member, PURPOSE, by=college)
        assert certificates.verify(f" {issued.number} ", issued.code.lower()) == issued
        assert certificates.verify(issued.number, "AAAAAAAA") is None
        assert certificates.verify("2026-9999", issued.code) is None
        assert certificates.verify(issued.number, "校验码") is None


class TestPages:
    def test_from_the_person_to_the_paper(self, school, member, college):
        browser = cast.a_browser(college)
        assert "开具党员证明" in browser.get(reverse("member_detail", args=[member.pk])).content.decode()
        page = browser.post(reverse("certificate_issue", args=[member.pk]), {"purpose": PURPOSE}, follow=True)
        certificate = page.context["certificate"]
        word = browser.get(reverse("certificate_word", args=[certificate.pk]))
        assert "张三" in text_of(b"".join(word.streaming_content))
        printed = AuditEntry.objects.get(action="certificate.print")
        assert (printed.actor, printed.object_id, printed.after) == (
            college,
            str(certificate.pk),
            {"as": "docx"},
        )
        assert list(browser.get(reverse("certificate_list")).context["page"]) == [certificate]
        assert list(browser.get(reverse("certificate_list"), {"q": "李"}).context["page"]) == []

    def test_another_college_verifies_and_sees_no_list(self, school, member, college):
        issued = certificates.issue(member, PURPOSE, by=college)
        browser = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.music))
        assert browser.get(reverse("certificate_page", args=[issued.pk])).status_code == 404
        assert list(browser.get(reverse("certificate_list")).context["page"]) == []
        url, wrong = reverse("certificate_verify"), {"number": issued.number, "code": "AAAAAAAA"}
        assert "张三" not in browser.post(url, wrong).content.decode()
        text = browser.post(url, {"number": issued.number, "code": issued.code}).content.decode()
        assert "张三" in text
        assert member.number not in text

    def test_a_wrong_template_is_said_on_the_page(self, own_template, member, college):
        own_template("{{ name }}")
        issued = certificates.issue(member, PURPOSE, by=college)
        browser = cast.a_browser(college)
        page = browser.get(reverse("certificate_word", args=[issued.pk]), follow=True)
        assert "缺少占位符" in page.content.decode()

    @pytest.mark.parametrize("issued", [1, 50])
    def test_list_queries(self, member, college, issued, django_assert_num_queries):
        for _ in range(issued):
            certificates.issue(member, PURPOSE, by=college)
        browser = cast.a_browser(college)
        browser.get(reverse("certificate_list"))
        with django_assert_num_queries(5):
            browser.get(reverse("certificate_list"))
