"""意见建议: sent from the foot of every page, read by the organisation department, answered once."""

import pytest
from django.db import connection
from django.urls import reverse

from accounts.models import AuditEntry
from branches import suggestions
from branches.models import Suggestion
from branches.roles import Role
from branches.suggestions import SuggestionError
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def sender(school):
    return cast.a_user(Role.SECRETARY, school.teachers, name="赵书记")


@pytest.fixture
def staff(school):
    return cast.a_user(Role.ORGANIZATION_STAFF, school.root, name="孙组织")


def read(user, name, *args, **query):
    return cast.a_browser(user).get(reverse(name, args=args), query).content.decode()


class TestVerbs:
    def test_neither_text_nor_answer_stands_in_clear_anywhere(self, sender, staff):
        row = suggestions.make("花名册字太小", "/roster/", by=sender)
        suggestions.answer(row, "已调大", by=staff)
        row.refresh_from_db()
        assert (row.text, row.answer, row.state) == ("花名册字太小", "已调大", "已答复")
        with connection.cursor() as cursor:
            cursor.execute("SELECT text_cipher, answer_cipher FROM branches_suggestion")
            stored = "".join(cursor.fetchone())
        assert "花名册" not in stored
        assert "调大" not in stored
        made, answered = AuditEntry.objects.filter(action__startswith="suggestion.").order_by("at")
        assert (made.after, answered.after) == ({"path": "/roster/"}, {})

    @pytest.mark.parametrize(
        ("sent", "kept"),
        [
            ("/roster/?q=张三", "/roster/"),
            ("/me/#own", "/me/"),
            ("//evil.example/", ""),
            ("https://evil.example/", ""),
            ("", ""),
            ("/" + "a" * 300, "/" + "a" * 199),
        ],
    )
    def test_of_the_page_only_the_path_is_kept(self, sender, sent, kept):
        assert suggestions.make("好", sent, by=sender).page == kept

    @pytest.mark.parametrize("text", ["", "  ", "字" * 1001])
    def test_a_text_it_must_be(self, sender, text):
        with pytest.raises(SuggestionError, match="不超过 1000 个字"):
            suggestions.make(text, "/", by=sender)

    def test_twenty_may_wait(self, sender):
        for number in range(20):
            suggestions.make(f"第{number}条", "/", by=sender)
        with pytest.raises(SuggestionError, match="已有 20 条"):
            suggestions.make("又一条", "/", by=sender)

    def test_answered_once_by_the_organisation_department(self, school, sender, staff):
        row = suggestions.make("好", "/", by=sender)
        with pytest.raises(SuggestionError, match="由学校党委组织部答复"):
            suggestions.answer(row, "谢谢", by=cast.a_user(Role.COMMITTEE_STAFF, school.physics))
        suggestions.answer(row, "谢谢", by=staff)
        with pytest.raises(SuggestionError, match="已经答复过"):
            suggestions.answer(row, "再谢", by=staff)


class TestPages:
    def test_it_stands_in_the_foot_of_every_page_for_whoever_is_signed_in(self, sender, staff):
        link = 'href="/suggestions/"'
        assert [link in read(sender, name) for name in ("me", "confirm")] == [True, True]
        assert link in read(staff, "admin:index")
        assert link not in read(None, "login")

    @pytest.mark.parametrize(
        ("before", "page"),
        [
            ("http://testserver/roster/?q=张三", "/roster/"),
            ("https://evil.example/roster/", ""),
            ("", ""),
        ],
    )
    def test_it_knows_the_page_one_came_from_without_its_query(self, sender, before, page):
        answer = cast.a_browser(sender).get(reverse("own_suggestions"), headers={"Referer": before})
        assert answer.context["form"].initial == {"page": page}

    def test_sent_listed_answered_and_read(self, sender, staff):
        browser = cast.a_browser(sender)
        browser.post(reverse("own_suggestions"), {"text": "字太小", "page": "/roster/?q=张三"})
        row = Suggestion.objects.get()
        assert "字太小" in read(staff, "suggestion_list")
        cast.a_browser(staff).post(reverse("suggestion", args=[row.pk]), {"answer": "已调大"})
        assert "字太小" not in read(staff, "suggestion_list")
        assert "字太小" in read(staff, "suggestion_list", all="1")
        assert "答复：已调大" in browser.get(reverse("own_suggestions")).content.decode()

    def test_a_control_character_is_named_and_what_was_typed_stays(self, sender):
        answer = cast.a_browser(sender).post(reverse("own_suggestions"), {"text": "字太\0小"})
        assert answer.status_code == 422
        assert "有看不见的控制字符" in answer.text
        assert "字太" in answer.text

    def test_nobody_reads_what_another_said(self, school, sender):
        row = suggestions.make("字太小", "/", by=sender)
        other = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
        assert "字太小" not in read(other, "own_suggestions")
        browser = cast.a_browser(other)
        assert browser.get(reverse("suggestion", args=[row.pk])).status_code == 404
        assert browser.get(reverse("suggestion_list")).status_code == 403

    @pytest.mark.parametrize("rows", [1, 20])
    def test_the_list_asks_the_same_for_one_and_many(self, sender, staff, rows, django_assert_num_queries):
        for number in range(rows):
            suggestions.make(f"第{number}条", "/", by=sender)
        browser = cast.a_browser(staff)
        with django_assert_num_queries(8):
            browser.get(reverse("suggestion_list"))
