"""A record on paper: what stands there, in Word and PDF, and the grid of the official page."""

import re
import shutil
import subprocess
from datetime import date, time
from io import BytesIO, StringIO
from itertools import pairwise
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from docx import Document
from docx.shared import Mm

from accounts.models import AuditEntry
from activities import minutes, papers
from activities.attendance import Mark
from activities.minutes import TaskLine
from activities.records import correct, withdraw
from activities.voting import Ballot
from branches.roles import Role
from lib import typesetting
from lib.word import CHARACTER_SPACE, LINE_PITCH
from members.models import Member
from tests import cast
from tests.fonts import MISSING, needs_fonts

DAY = date(2026, 10, 12)
POINTS_PER_MM = 72 / 25.4


@pytest.fixture
def meeting(branch, secretary):
    marks = cast.all_present("general_meeting", branch, DAY)
    for person in Member.objects.filter(name="教师8"):
        marks[person.pk] = Mark("leave", "出差")
    facts = {"place": "A305", "starts_at": time(14, 30), "minutes": 90, "host": "教师0", "recorder": "教师1"}
    activity = cast.a_record(branch, "general_meeting", DAY, marks=marks, notes="先传达文件。", **facts)
    owner = Member.objects.get(name="教师3")
    for vote, title, ballots, tasks in (
        ("", "学习党章", [], [TaskLine("写体会", owner.pk, date(2026, 10, 30))]),
        ("resolution", "通过全年计划", [Ballot(in_favour=7, against=1)], []),
    ):
        minutes.keep_item(
            activity,
            by=secretary,
            item_id=uuid4(),
            version=0,
            title=title,
            vote=vote,
            proceedings="教师2：好。\n教师3：同意。",
            decision="照办。",
            ballots=ballots,
            tasks=tasks,
        )
    return activity


def words_of(content):
    document = Document(BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(line.text for line in document.paragraphs), *cells])


class TestWord:
    def test_the_minutes_say_what_was_written_and_no_more(self, meeting):
        text = words_of(papers.PAPERS["minutes"].as_word(papers.record_of(meeting)))
        for line in (
            "支部党员大会记录",
            meeting.branch.name,
            "时间：2026年10月12日 14:30 至 16:00",
            "到会情况：应到 10 人，实到 9 人，请假 1 人，缺席 0 人",
            "请假人员：教师8（出差）",
            "一、要点\n先传达文件。",
            "二、学习党章\n教师2：好。\n教师3：同意。\n决议：照办。\n事项：写体会，责任人教师3，2026年10月30日前完成。",
            "表决：应到会有表决权的党员 9 人，实到 8 人。",
            "赞成 7 票，不赞成 1 票，弃权 0 票。赞成 7，超过应到会 9 人的半数，通过。",
        ):
            assert line in text
        assert "缺席人员" not in text
        assert "党小组：" not in text

    def test_votes_that_cannot_stand_are_printed_without_a_verdict(self, meeting, secretary):
        marks = cast.all_present("general_meeting", meeting.branch, meeting.held_on)
        for person in Member.objects.filter(name__in=[f"教师{n}" for n in range(3, 9)]):
            marks[person.pk] = Mark("absent")
        correct(meeting, by=secretary, version=1, held_on=meeting.held_on, marks=marks)
        meeting.refresh_from_db()
        for code in ("minutes", "sheet"):
            text = words_of(papers.PAPERS[code].as_word(papers.record_of(meeting)))
            assert "赞成 7 票，不赞成 1 票，弃权 0 票。" in text
            assert "【票数待核对】应到会有表决权的党员 9 人，到会 3 人，至少要 5 人到会才能表决" in text
            assert "半数，通过" not in text

    @pytest.mark.parametrize("code", ["minutes", "signin", "sheet"])
    def test_what_was_taken_back_says_so(self, meeting, secretary, code):
        withdraw(meeting, by=secretary, version=1, reason="重复")
        meeting.refresh_from_db()
        assert "（已撤回，不计数）" in words_of(papers.PAPERS[code].as_word(papers.record_of(meeting)))

    def test_the_sheet_tells_leave_from_absence(self, meeting):
        text = words_of(papers.PAPERS["sheet"].as_word(papers.record_of(meeting)))
        assert "请假人员\n教师8（出差）\n缺席人员\n" in text

    def test_the_sign_in_sheet_names_everybody_expected(self, meeting):
        text = words_of(papers.PAPERS["signin"].as_word(papers.record_of(meeting)))
        assert all(f"教师{n}" in text for n in range(9))
        assert "新党员" in text

    def test_the_page_is_that_of_official_papers(self, meeting):
        """GB/T 9704: 156 × 225 mm of text, 22 lines, 28 characters, page numbers outside."""
        document = Document(BytesIO(papers.PAPERS["minutes"].as_word(papers.record_of(meeting))))
        [section] = document.sections
        width = section.page_width - section.left_margin - section.right_margin
        height = section.page_height - section.top_margin - section.bottom_margin
        assert (round(width / Mm(1)), round(height / Mm(1)), round(section.top_margin / Mm(1))) == (
            156,
            225,
            37,
        )
        assert pytest.approx(225 * POINTS_PER_MM, abs=1) == 22 * LINE_PITCH / 20
        assert pytest.approx(156 * POINTS_PER_MM, abs=0.1) == 28 * (16 + CHARACTER_SPACE / 4096)
        assert document.settings.odd_and_even_pages_header_footer
        assert document.styles["Normal"].font.size.pt == 16


class TestPdf:
    @pytest.fixture
    def boxes(self, meeting, tmp_path):
        """The words of the minutes' first page with their places, in points, as poppler finds them."""
        if MISSING or shutil.which("pdftotext") is None:
            pytest.skip("no Chinese font or no pdftotext: apt-get install fonts-noto-cjk poppler-utils")
        path = tmp_path / "minutes.pdf"
        minutes_of = minutes.agenda_of(meeting)[0].row
        minutes_of.proceedings = "学" * 28 * 30
        minutes_of.save()
        path.write_bytes(papers.PAPERS["minutes"].as_pdf(papers.record_of(meeting)))
        found = subprocess.run(
            ["pdftotext", "-bbox", "-l", "1", str(path), "-"], check=True, capture_output=True, text=True
        ).stdout
        pattern = r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">([^<]*)<'
        return [(*map(float, match[:4]), match[4]) for match in re.findall(pattern, found)]

    def test_the_grid_is_that_of_official_papers(self, boxes):
        """28 characters on 156 mm, lines 225/22 mm apart, the text between 28 and 184 mm."""
        lines = [box for box in boxes if box[4].startswith("学" * 28)]
        assert lines, boxes
        assert {len(box[4]) for box in lines} == {28}
        for left, _, right, _, _ in lines:
            assert left / POINTS_PER_MM == pytest.approx(28, abs=0.5)
            assert right / POINTS_PER_MM == pytest.approx(184, abs=0.7)
        tops = [box[1] for box in lines]
        steps = {round((below - above) / POINTS_PER_MM, 2) for above, below in pairwise(tops)}
        assert steps == {round(225 / 22, 2)}

    @needs_fonts
    @pytest.mark.parametrize("lines", range(10, 18))
    def test_signatures_do_not_stand_alone_on_a_page(self, meeting, lines, tmp_path):
        if shutil.which("pdftotext") is None:
            pytest.skip("no pdftotext: apt-get install poppler-utils")
        told = papers.minutes_data(papers.record_of(meeting))
        told |= {
            "facts": told["facts"][:2],
            "items": [{"heading": "一、要点", "paragraphs": ["学习。"] * lines}],
        }
        path = tmp_path / "minutes.pdf"
        path.write_bytes(typesetting.pdf("minutes.typ", told))
        text = subprocess.run(["pdftotext", path, "-"], check=True, capture_output=True, text=True).stdout
        assert [page for page in text.split("\f") if "签名" in page and "学习" not in page] == []

    @needs_fonts
    @pytest.mark.parametrize("code", papers.PAPERS)
    def test_each_paper_is_a_pdf(self, meeting, code):
        assert papers.PAPERS[code].as_pdf(papers.record_of(meeting)).startswith(b"%PDF")


class TestPages:
    @pytest.mark.parametrize("ending", ["docx", pytest.param("pdf", marks=needs_fonts)])
    def test_two_clicks_from_the_record(self, meeting, browser, ending):
        page = browser.get(reverse("activity_detail", args=[meeting.pk])).content.decode()
        address = reverse("activity_paper", args=[meeting.pk, "minutes", ending])
        assert address in page
        answer = browser.get(address)
        assert answer.headers["Content-Disposition"].endswith(f".{ending}")
        assert AuditEntry.objects.get(action="activity.print").after == {"paper": "minutes", "as": ending}

    @pytest.mark.parametrize("name", [("nothing", "pdf"), ("minutes", "exe")])
    def test_another_paper_there_is_not(self, meeting, browser, name):
        assert browser.get(reverse("activity_paper", args=[meeting.pk, *name])).status_code == 404

    def test_a_leader_prints_none(self, meeting, school):
        leader = cast.a_browser(cast.a_user(Role.LEADER, school.root))
        assert leader.get(reverse("activity_paper", args=[meeting.pk, "minutes", "docx"])).status_code == 403
        assert leader.get(reverse("branch_book", args=[meeting.branch_id, 2026])).status_code == 403

    def test_without_a_font_a_sentence(self, meeting, browser, monkeypatch):
        def none(*args):
            raise papers.typesetting.CannotTypeset(papers.typesetting.NO_FONT)

        monkeypatch.setattr(papers.typesetting, "pdf", none)
        for address, back in (
            (reverse("activity_paper", args=[meeting.pk, "minutes", "pdf"]), "activity_detail"),
            (reverse("branch_book", args=[meeting.branch_id, 2026]), "branch_page"),
        ):
            answer = browser.get(address, follow=True)
            assert answer.redirect_chain[0][0] == reverse(back, args=[address.split("/")[2]])
            assert "没有中文字体" in answer.content.decode()


class TestBook:
    @needs_fonts
    def test_it_holds_the_records_of_the_year_by_day(self, meeting, branch, browser):
        cast.a_record(branch, "theme_day", date(2026, 9, 15), title="参观校史馆")
        cast.a_record(branch, "theme_day", date(2025, 9, 15), title="去年的")
        cast.a_record(branch, "film", date(2026, 9, 16), title="观影")
        found = papers.records_of_year(branch, 2026)
        assert [record.title for record in found] == ["参观校史馆", "支部党员大会"]
        answer = browser.get(reverse("branch_book", args=[branch.pk, 2026]))
        assert b"".join(answer.streaming_content).startswith(b"%PDF")

    def test_its_contents_say_a_title_only_where_there_is_one(self, meeting, branch, monkeypatch):
        cast.a_record(branch, "theme_day", date(2026, 9, 15), title="参观校史馆")
        monkeypatch.setattr(papers.typesetting, "pdf", lambda template, data: data)
        entries = [record["entry"] for record in papers.book(branch, 2026)["records"]]
        assert entries == ["9月15日　主题党日　参观校史馆", "10月12日　支部党员大会"]

    @needs_fonts
    def test_the_command_writes_it(self, meeting, branch, tmp_path):
        path = tmp_path / "book.pdf"
        with pytest.raises(CommandError, match=r"^年份应为1921到2026之间的四位数字，不是“9999”。$"):
            call_command("branch_book", branch.code, "9999", "--pdf", path)
        call_command("branch_book", branch.code, "2026", "--pdf", path, stdout=StringIO())
        assert path.read_bytes().startswith(b"%PDF")


@needs_fonts
def test_the_command_writes_both(meeting, tmp_path):
    word, pdf = tmp_path / "m.docx", tmp_path / "m.pdf"
    call_command("minutes", meeting.pk, "--docx", word, "--pdf", pdf, stdout=StringIO())
    assert "支部党员大会记录" in words_of(word.read_bytes())
    assert pdf.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("number", [1, 10, 11, 19, 20, 21, 35])
def test_numbers_of_official_papers(number):
    words = {1: "一、", 10: "十、", 11: "十一、", 19: "十九、", 20: "二十、", 21: "二十一、", 35: "三十五、"}
    assert papers.numbered(number) == words[number]
