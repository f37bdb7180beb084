"""The grades once they are published: each scope has its readers, and nobody beyond them finds anything."""

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from docx import Document

from accounts.models import AuditEntry
from assessments import results
from assessments.models import Round
from branches.roles import Role
from tests import cast
from tests.fonts import needs_fonts

LEADER, AUTHOR, OTHER, RECORDER, MEMBER = "leader", "author", "other", "recorder", "member"


@pytest.fixture
def readers(school, staff, author, secretaries):
    """Who could be told: the staff, a leader of the college, 甲 who reported, and others who work or belong below."""
    _, second = secretaries
    second.account = cast.a_user(name="乙书记")
    second.save()
    member = cast.a_member(school.teachers, "党员", account=cast.a_user())
    return {
        "staff": staff,
        LEADER: cast.a_user(Role.LEADER, school.root),
        AUTHOR: author,
        OTHER: second.account,
        RECORDER: cast.a_user(Role.RECORDER, school.students),
        MEMBER: member.account,
        "elsewhere": cast.a_user(Role.SECRETARY, school.musicians),
        "foreign staff": cast.a_user(Role.COMMITTEE_STAFF, school.music),
        "foreign leader": cast.a_user(Role.LEADER, school.music),
        "nobody": cast.a_user(),
    }


def tell(round_, audience):
    Round.objects.filter(pk=round_.pk).update(audience=audience)
    return Round.objects.select_related("branch").get(pk=round_.pk)


def told(readers, round_):
    address = reverse("result", args=[round_.pk])
    return {name for name, user in readers.items() if cast.a_browser(user).get(address).status_code == 200}


class TestScopes:
    @pytest.mark.parametrize(
        ("audience", "who"),
        [
            ("self", set()),
            ("leaders", {"staff", LEADER}),
            ("round", {"staff", LEADER, AUTHOR, OTHER}),
            ("below", {"staff", LEADER, AUTHOR, OTHER, RECORDER, MEMBER}),
        ],
    )
    def test_each_has_its_readers_and_nobody_else_finds_it(self, published, readers, audience, who):
        round_ = tell(published, audience)
        assert told(readers, round_) == who
        listed = {name for name, user in readers.items() if list(results.told_to(user)) == [round_]}
        assert listed == who

    @pytest.mark.parametrize("state", ["draft", "reporting", "balloting", "grading"])
    def test_nobody_before_it_is_published(self, published, readers, state):
        round_ = tell(published, "below")
        Round.objects.update(state=state)
        assert told(readers, round_) == set()

    def test_an_archived_round_stays_to_be_read(self, published, readers):
        round_ = tell(published, "leaders")
        Round.objects.update(state="archived")
        assert told(readers, round_) == {"staff", LEADER}


class TestThePage:
    def test_a_leader_finds_it_in_his_menu_with_names_masked(self, published, readers):
        round_ = tell(published, "leaders")
        browser = cast.a_browser(readers[LEADER])
        menu = [
            entry.url
            for group in browser.get(reverse("dashboard")).context["frame"].nav
            for entry in group.entries
        ]
        assert "/round-results/" in menu
        assert list(browser.get("/round-results/").context["page"]) == [round_]
        page = browser.get(reverse("result", args=[round_.pk]))
        assert [(line.name, line.branch, line.grade) for line in page.context["page"]] == [
            ("甲**", "物理教师党支部", "好"),
            ("乙**", "物理学生党支部", "好"),
        ]

    @pytest.mark.parametrize(("audience", "who"), [("round", AUTHOR), ("below", LEADER), ("below", MEMBER)])
    def test_names_in_clear_where_everybody_knows(self, published, readers, audience, who):
        round_ = tell(published, audience)
        found = results.lines(round_, readers[who])
        assert [line.name for line in found] == ["甲书记", "乙书记"]

    def test_who_reported_comes_from_his_own_page(self, published, readers, subject):
        address = reverse("result", args=[published.pk])
        browser = cast.a_browser(readers[AUTHOR])
        own = reverse("own_report", args=[subject.report.pk])
        assert address not in browser.get(own).content.decode()
        tell(published, "round")
        assert address in browser.get(own).content.decode()

    def test_a_member_from_his_own_page_while_it_is_new(self, published, readers):
        tell(published, "below")
        browser = cast.a_browser(readers[MEMBER])
        assert [line.url for line in browser.get(reverse("me")).context["more"]] == [
            reverse("result", args=[published.pk])
        ]
        Round.objects.update(published_at="2025-12-10T00:00+08:00")
        assert browser.get(reverse("me")).context["more"] == []

    def test_those_of_one_grade(self, published, readers, subject):
        round_ = tell(published, "round")
        type(subject).objects.filter(pk=subject.pk).update(decided="较好")
        page = cast.a_browser(readers["staff"]).get(reverse("result", args=[round_.pk]), {"grade": "较好"})
        assert page.context["counts"] == [("好", 1), ("较好", 1)]
        assert [line.name for line in page.context["page"]] == ["甲书记"]

    def test_as_many_queries_for_many(self, published, readers, django_assert_num_queries):
        round_ = tell(published, "round")
        browser = cast.a_browser(readers["staff"])
        browser.get(reverse("result", args=[round_.pk]))
        with django_assert_num_queries(6):
            browser.get(reverse("result", args=[round_.pk]))
        first = published.subjects.first()
        for position in range(10, 30):
            facts = {"branch": first.branch, "branch_path": first.branch_path, "decided": "好"}
            published.subjects.create(member=cast.a_member(first.branch), position=position, **facts)
        with django_assert_num_queries(6):
            browser.get(reverse("result", args=[round_.pk]))


class TestTheNotice:
    def test_as_word_in_the_form_of_official_papers(self, published, readers, subject):
        round_ = tell(published, "round")
        type(subject).objects.filter(pk=subject.pk).update(decided="较好")
        answer = cast.a_browser(readers[AUTHOR]).get(reverse("result_notice", args=[round_.pk, "docx"]))
        document = Document(BytesIO(b"".join(answer.streaming_content)))
        opening = (
            f"2026年12月10日，{round_.branch.name}开展了“2026年度党支部书记述职评议”，2名书记述职并接受评议。"
            "经学院党委会研究，现将评定结果通报如下。"
        )
        assert [line.text for line in document.paragraphs if line.text] == [
            "关于2026年度抓基层党建述职评议考核结果的通报",
            "参加述职的各位书记：",
            opening,
            "一、综合评定为“好”的（1名）",
            "乙书记（物理学生党支部）。",
            "二、综合评定为“较好”的（1名）",
            "甲书记（物理教师党支部）。",
            "请各位书记对照反馈意见，认真抓好整改落实。",
            round_.branch.name,
            "2026年12月10日",
        ]
        assert AuditEntry.objects.filter(action="round.print").count() == 1

    @needs_fonts
    def test_as_pdf(self, published, readers):
        round_ = tell(published, "below")
        answer = cast.a_browser(readers[MEMBER]).get(reverse("result_notice", args=[round_.pk, "pdf"]))
        assert b"".join(answer.streaming_content).startswith(b"%PDF")

    @pytest.mark.parametrize(
        ("audience", "ending"), [("self", "docx"), ("leaders", "docx"), ("round", "odt")]
    )
    def test_nobody_it_is_not_for_and_in_no_other_form(self, published, readers, audience, ending):
        round_ = tell(published, audience)
        address = reverse("result_notice", args=[round_.pk, "docx"]).replace("docx", ending)
        assert cast.a_browser(readers[AUTHOR]).get(address).status_code == 404
        assert AuditEntry.objects.filter(action="round.print").count() == 0


def test_published_in_one_of_the_four_scopes(grading, staff):
    for subject in grading.subjects.all():
        type(subject).objects.filter(pk=subject.pk).update(decided="好")
    facts = {"decided_on": date(2026, 12, 10).isoformat(), "decided_by": "学院党委会", "audience": "leaders"}
    cast.a_browser(staff).post(reverse("round_publish", args=[grading.pk]), facts)
    assert Round.objects.get().get_audience_display() == "本人和党组织领导"
