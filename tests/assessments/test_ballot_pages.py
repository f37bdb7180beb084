"""The pages of the ballot: a code opens it, once, and nothing of the voter is written; staff give out, count, close."""

import re
from datetime import date, timedelta
from itertools import chain

import pytest
import time_machine
from django.apps import apps
from django.core.cache import cache
from django.core.serializers.json import DjangoJSONEncoder
from django.urls import reverse

from accounts.models import AuditEntry
from assessments import ballots, wrong_codes
from assessments.codes import digest, printed
from assessments.models import BallotCode, PaperSheet, RaterGroup, Rating, Round
from assessments.schemes import Scale
from branches.roles import Role
from tests import cast
from tests.assessments import meeting
from tests.assessments.scene import fresh

PROMISE = "测评结束后，任何人拿到数据库的全部内容，也无法把评价和投票人对应起来。"
ADDRESS = "10.9.8.7"


@pytest.fixture(autouse=True)
def no_wrong_codes_yet():
    cache.clear()


@pytest.fixture
def round_(school, staff, secretaries, today):
    return meeting.a_meeting(school.physics, staff, day=today)


@pytest.fixture
def code(round_, staff):
    return meeting.a_code(round_, staff)


@pytest.fixture
def browser():
    return cast.a_browser(REMOTE_ADDR=ADDRESS)


@pytest.fixture
def desk(staff):
    return cast.a_browser(staff)


def said(answer):
    return answer.content.decode()


def marked(round_, *marks):
    return {f"mark-{pk}": mark for pk, mark in zip(meeting.keys(round_), marks, strict=True)}


def vote(browser, code, marks):
    return browser.post("/ballots/", {"code": code, "cast": "1", **marks})


class TestABallot:
    def test_the_code_opens_it_in_speaking_order(self, browser, code):
        page = said(browser.post("/ballots/", {"code": printed(code).lower()}))
        assert re.findall(r"<legend><b>(.+?)</b><small>(.+?)</small>", page) == [
            ("1. 甲书记", "物理教师党支部书记"),
            ("2. 乙书记", "物理学生党支部书记"),
        ]
        assert PROMISE in page
        assert "请把本人留空" in page

    def test_cast_once(self, browser, round_, code):
        assert vote(browser, code, marked(round_, "好", ""))["Location"] == "/ballots/done/"
        assert "选票已收到" in said(browser.get("/ballots/done/"))
        assert [row.mark for row in Rating.objects.all()] == ["好"]
        again = vote(browser, code, marked(round_, "差", "差"))
        assert (again.status_code, "这个测评码已经投过票" in said(again)) == (422, True)
        assert Rating.objects.count() == 1

    def test_nothing_of_the_code_stays_with_the_browser(self, browser, round_, code):
        opened = browser.post("/ballots/", {"code": code})
        done = vote(browser, code, marked(round_, "好", "好"))
        assert code not in f"{done.headers}{done.cookies}{said(browser.get('/ballots/done/'))}"
        assert "no-store" in opened["Cache-Control"]
        assert set(browser.cookies) == {"csrftoken"}

    def test_what_was_ticked_stays_when_something_is_wrong(self, browser, round_, code):
        answer = vote(browser, code, marked(round_, "较好", "优秀"))
        assert answer.status_code == 422
        assert "乙书记的等次没有这个选项，请重新选择。" in said(answer)
        assert re.findall(r'value="([^"]*)"[^>]* checked', said(answer)) == ["较好"]
        assert Rating.objects.count() == 0

    def test_somebody_of_another_round(self, browser, round_, code):
        answer = vote(browser, code, {**marked(round_, "好", "好"), "mark-0": "好"})
        assert (answer.status_code, ballots.STRANGER in said(answer)) == (422, True)
        assert Rating.objects.count() == 0

    @pytest.mark.parametrize(
        ("code", "sentence"),
        [
            ("", "请输入纸条上的测评码。"),
            ("ABCDEFGH", "没有这个测评码，请核对后再输入"),
            ("好" * 20, "没有这个测评码"),
            ("A" * 21, "测评码不超过 20 个字，现在是 21 个。"),
        ],
    )
    def test_a_code_that_is_none(self, browser, round_, code, sentence):
        answer = browser.post("/ballots/", {"code": code})
        assert (answer.status_code, sentence in said(answer)) == (422, True)

    def test_after_close(self, browser, round_, code, staff):
        ballots.close(round_, by=staff)
        answer = vote(browser, code, marked(round_, "好", "好"))
        assert (answer.status_code, "没有这个测评码" in said(answer)) == (422, True)

    def test_between_opening_and_casting_the_ballot_was_closed(self, round_, code, staff, monkeypatch):
        found = ballots.code_of(code)
        ballots.close(round_, by=staff)
        monkeypatch.setattr(ballots, "code_of", lambda text: found)
        with pytest.raises(ballots.UnknownCode):
            ballots.cast(code, {})

    @pytest.mark.parametrize(
        ("mark", "status"), [("0", 302), ("100", 302), ("101", 422), ("-1", 422), ("好", 422)]
    )
    def test_points(self, school, staff, secretaries, today, browser, mark, status):
        round_ = meeting.a_meeting(school.physics, staff, day=today, scale=Scale.POINTS)
        answer = vote(browser, meeting.a_code(round_, staff), marked(round_, mark, ""))
        assert answer.status_code == status
        assert ("甲书记的得分应为 0 至 100 的整数。" in said(answer)) is (status == 422)

    def test_a_code_in_the_address_is_not_taken(self, browser, code):
        answer = browser.get(f"/ballots/?code={code}")
        assert (answer.context["form"].is_bound, code in said(answer)) == (False, False)


class TestNobody:
    def test_a_cast_by_somebody_signed_in_writes_nothing_of_him(self, school, round_, code, today):
        """All rows of all tables, before and after: marks, the used code, the count, and an entry without a name."""
        user = cast.a_user(Role.SECRETARY, school.teachers, name="投票人")
        browser = cast.a_browser(user, REMOTE_ADDR=ADDRESS)
        browser.get("/me/")
        with time_machine.travel("2026-12-10 10:20 +0800", tick=False):
            before = everything()
            browser.get("/ballots/")
            browser.post("/ballots/", {"code": "ABCDEFGH"})
            browser.post("/ballots/", {"code": code})
            vote(browser, code, marked(round_, "好", "差"))
            page = said(browser.get("/ballots/done/"))
            after = everything()
        new = {model: rows - before[model] for model, rows in after.items() if rows != before[model]}
        assert set(new) == {"BallotCode", "RaterGroup", "Rating", "AuditEntry"}
        written = "".join(chain.from_iterable(new.values()))
        assert [trace for trace in (user.name, user.username, ADDRESS, code) if trace in written] == []
        entry = AuditEntry.objects.get(action="round.cast")
        assert (entry.actor_id, entry.address, entry.before, entry.after) == (None, "", {}, {})
        assert user.name not in page

    def test_he_stays_signed_in_elsewhere(self, school, round_):
        browser = cast.a_browser(cast.a_user(Role.SECRETARY, school.teachers))
        assert "sessionid" not in browser.get("/ballots/").cookies
        assert browser.get("/me/").status_code == 200

    def test_a_whole_room_may_mistype_and_nobody_tries_without_end(self, browser, code, monkeypatch):
        monkeypatch.setattr(wrong_codes, "MOST", 3)
        for _ in range(3):
            assert "没有这个测评码" in said(browser.post("/ballots/", {"code": "ABCDEFGH"}))
        assert "次数太多" in said(browser.post("/ballots/", {"code": code}))
        other = cast.a_browser(REMOTE_ADDR="10.9.8.8")
        assert other.post("/ballots/", {"code": code}).status_code == 200

    def test_sixty_people_who_mistype_twice_are_not_stopped(self):
        assert wrong_codes.MOST >= 2 * 60
        assert timedelta(minutes=10) >= wrong_codes.WITHIN


def everything():
    """Model → its rows as text."""
    encode = DjangoJSONEncoder(ensure_ascii=False, sort_keys=True).encode
    return {
        model.__name__: {encode(row) for row in model._base_manager.values()} for model in apps.get_models()
    }


class TestGivingOut:
    def test_names_before_anything_is_given_out(self, desk, round_):
        groups = {group.code: group.pk for group in round_.groups.all()}
        url = reverse("ballot_raters", args=[round_.pk])
        names = {f"names-{groups['a']}": "甲\r\n乙 \n\n丙", f"names-{groups['b']}": "丁"}
        assert desk.post(url, names).status_code == 302
        assert list(round_.raters.values_list("group__code", "name")) == [
            ("a", "甲"),
            ("a", "乙"),
            ("a", "丙"),
            ("b", "丁"),
        ]
        assert "甲\n乙\n丙" in said(desk.get(url))

    @pytest.mark.parametrize(
        ("names", "sentence"),
        [("甲", "“甲”同时在“A票：校党委班子成员”和“B票"), ("长" * 41, "太长，每行写一个人，最多 40 个字")],
    )
    def test_names_that_cannot_be(self, desk, round_, names, sentence):
        fields = [f"names-{group.pk}" for group in round_.groups.all()]
        answer = desk.post(
            reverse("ballot_raters", args=[round_.pk]), dict(zip(fields, ["甲", names], strict=True))
        )
        assert (answer.status_code, sentence in said(answer), round_.raters.count()) == (422, True, 0)

    def test_slips_are_shown_once(self, desk, round_):
        url = reverse("ballot_issue", args=[round_.pk, "a"])
        page = said(desk.post(url, {"number": "9", "known": "0"}))
        codes = re.findall(r'secret-code">(\w{4}-\w{4})<', page)
        assert (len(set(codes)), page.count("<svg"), page.count("ballot-slips")) == (9, 9, 2)
        assert {digest(each) for each in codes} == set(BallotCode.objects.values_list("digest", flat=True))
        assert not [
            each for each in codes if each in said(desk.get(reverse("round_ballots", args=[round_.pk])))
        ]
        again = desk.post(url, {"number": "9", "known": "0"})
        assert (again.status_code, "已发出 9 个测评码，请核对后再发" in said(again)) == (422, True)
        assert BallotCode.objects.count() == 9

    @pytest.mark.parametrize("number", ["", "0", "501", "x", "4"])
    def test_a_number_that_cannot_be(self, desk, round_, number):
        answer = desk.post(reverse("ballot_issue", args=[round_.pk, "a"]), {"number": number, "known": "0"})
        assert (answer.status_code, BallotCode.objects.count()) == (422, 0)

    def test_slips_that_were_lost_are_void(self, desk, round_, code, browser):
        vote(browser, code, marked(round_, "好", "好"))
        desk.post(reverse("ballot_recall", args=[round_.pk, "a"]))
        assert (BallotCode.objects.count(), group_of(round_).issued) == (1, 1)
        assert (
            desk.post(
                reverse("ballot_issue", args=[round_.pk, "a"]), {"number": "4", "known": "1"}
            ).status_code
            == 200
        )

    def test_paper(self, desk, round_, staff, code):
        url = reverse("ballot_papers", args=[round_.pk, "a"])
        assert desk.post(url, {"papers": "3"}).status_code == 302
        ballots.type_sheet(group_of(round_), number=2, turn=1, marks={}, by=staff)
        answer = desk.post(url, {"papers": "1"})
        assert (answer.status_code, "已录入第 2 张纸质票，发出的不能少于 2 张" in said(answer)) == (422, True)

    def test_less_paper_leaves_no_group_below_five(self, desk, round_, staff):
        url, group = reverse("ballot_papers", args=[round_.pk, "a"]), group_of(round_)
        ballots.hand_out(group, 5, by=staff)
        ballots.issue(group, 2, by=staff)
        answer = desk.post(url, {"papers": "0"})
        assert (answer.status_code, "只有 2 人，少于 5 人的类别不单独发票" in said(answer)) == (422, True)

    def test_the_live_count_tells_numbers_and_no_mark(self, desk, browser, round_, code):
        vote(browser, code, marked(round_, "差", "差"))
        page = said(desk.get(reverse("round_ballots", args=[round_.pk])))
        [table] = re.findall(r"<table.*?</table>", page, re.DOTALL)
        figures = re.findall(r'class="n[^"]*" data-label="(\S+)">(?:<b>)?([\d—]+)', table)[:6]
        assert figures == [
            ("名单", "—"),
            ("测评码", "5"),
            ("纸质票", "0"),
            ("共发出", "5"),
            ("已收回", "1"),
            ("未收回", "4"),
        ]
        assert 'hx-trigger="every 3s"' in page
        assert "较好" not in page

    @pytest.mark.parametrize(
        "name", ["round_ballots", "ballot_raters", "ballot_close", "paper_list", "paper_unlike"]
    )
    def test_out_of_scope(self, school, round_, name):
        stranger = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.music))
        secretary = cast.a_browser(cast.a_user(Role.SECRETARY, school.teachers))
        url = reverse(name, args=[round_.pk])
        assert [each.get(url).status_code for each in (stranger, secretary)] == [404, 404]

    def test_a_group_that_is_not_there(self, desk, round_):
        assert desk.post(reverse("ballot_issue", args=[round_.pk, "z"]), {"number": "5"}).status_code == 404


def group_of(round_, code="a"):
    return RaterGroup.objects.select_related("round").get(round=round_, code=code)


class TestClosing:
    def test_it_says_what_it_does_and_does_it(self, desk, browser, round_, code):
        url = reverse("ballot_close", args=[round_.pk])
        assert PROMISE.removeprefix("测评结束后，") in said(desk.get(url))
        vote(browser, code, marked(round_, "好", "差"))
        assert desk.post(url).status_code == 302
        assert (fresh(round_).state, BallotCode.objects.count(), Rating.objects.count()) == ("grading", 0, 2)
        again = desk.post(url)
        assert (again.status_code, "在“现场测评”时才能这样做" in said(again)) == (422, True)

    def test_papers_that_differ_are_named(self, desk, round_, staff):
        group = group_of(round_)
        ballots.hand_out(group, 5, by=staff)
        ballots.type_sheet(group, number=4, turn=1, marks={}, by=staff)
        answer = desk.post(reverse("ballot_close", args=[round_.pk]))
        assert (answer.status_code, "请核对：A票：校党委班子成员第 4 张。" in said(answer)) == (422, True)
        assert fresh(round_).state == Round.State.BALLOTING


class TestPaper:
    @pytest.fixture
    def group(self, round_, staff):
        group = group_of(round_)
        ballots.hand_out(group, 5, by=staff)
        return group_of(round_)

    def url(self, group, turn, number):
        return reverse("paper_sheet", args=[group.round_id, group.code, turn, number])

    def test_saved_it_opens_the_next_not_yet_typed(self, desk, round_, group, staff):
        ballots.type_sheet(group, number=2, turn=1, marks={}, by=staff)
        answer = desk.post(self.url(group, 1, 1), marked(round_, "好", "差"))
        assert answer["Location"] == self.url(group, 1, 3)
        assert list(PaperSheet.objects.get(number=1).marks.values()) == ["好", "差"]
        last = desk.post(self.url(group, 1, 5), marked(round_, "", ""))
        assert last["Location"] == reverse("paper_list", args=[round_.pk])

    def test_the_second_time_is_blind(self, desk, round_, group):
        desk.post(self.url(group, 1, 1), marked(round_, "差", "差"))
        first, second = (desk.get(self.url(group, turn, 1)).context["form"].initial for turn in (1, 2))
        assert ([*marked(round_, "差", "差").items()] <= [*first.items()], second) == (True, {"known": False})

    def test_a_colleagues_is_not_overwritten_unseen(self, desk, round_, group):
        desk.post(self.url(group, 1, 1), marked(round_, "好", "好"))
        answer = desk.post(self.url(group, 1, 1), {**marked(round_, "差", "差"), "known": "False"})
        assert (answer.status_code, "第 1 张的第 1 遍刚由别人录入" in said(answer)) == (409, True)
        assert (
            desk.post(self.url(group, 1, 1), {**marked(round_, "差", "差"), "known": "True"}).status_code
            == 302
        )
        assert list(PaperSheet.objects.get().marks.values()) == ["差", "差"]

    def test_unlike_versions_stand_side_by_side(self, desk, round_, group):
        desk.post(self.url(group, 1, 1), marked(round_, "好", "好"))
        desk.post(self.url(group, 2, 1), marked(round_, "好", "较好"))
        page = said(desk.get(reverse("paper_unlike", args=[round_.pk])))
        assert re.findall(r"<td>(?:<b>)?(.*?)(?:</b>)?</td><td>(?:<b>)?(.*?)(?:</b>)?</td>", page) == [
            ("好", "好"),
            ("好", "较好"),
        ]
        assert "核对不一致的 1 张" in said(desk.get(reverse("paper_list", args=[round_.pk])))
        desk.post(self.url(group, 2, 1), {**marked(round_, "好", "好"), "known": "True"})
        assert "录过两遍的票都一致" in said(desk.get(reverse("paper_unlike", args=[round_.pk])))

    def test_a_paper_that_is_none_is_dropped(self, desk, round_, group):
        desk.post(self.url(group, 1, 1), marked(round_, "好", "好"))
        url = reverse("paper_drop", args=[round_.pk, "a", 1])
        desk.post(url)
        assert PaperSheet.objects.count() == 0
        assert "第 1 张还没有录入" in said(desk.post(url, follow=True))

    @pytest.mark.parametrize(("turn", "number"), [(3, 1), (0, 1), (1, 0), (1, 6)])
    def test_no_such_paper(self, desk, group, turn, number):
        assert desk.get(self.url(group, turn, number)).status_code == 404

    def test_a_mark_that_is_none(self, desk, round_, group):
        answer = desk.post(self.url(group, 1, 1), marked(round_, "好", "5"))
        assert (answer.status_code, "乙书记的等次没有这个选项" in said(answer)) == (422, True)

    def test_who_typed_stands_in_the_trail_and_what_does_not(self, desk, staff, round_, group):
        desk.post(self.url(group, 1, 1), marked(round_, "差", "差"))
        entry = AuditEntry.objects.get(action="round.type_sheet")
        assert (entry.actor, entry.after) == (staff, {"group": group.title, "number": 1, "turn": 1})
        assert fresh(round_).history.count() == round_.history.count()


@pytest.mark.parametrize(("name", "number"), [("round_ballots", 6), ("paper_list", 6), ("ballot_close", 7)])
def test_as_many_queries_however_many_ballots(desk, round_, staff, name, number, django_assert_num_queries):
    url, group = reverse(name, args=[round_.pk]), group_of(round_)
    ballots.hand_out(group, 40, by=staff)
    desk.get(url)
    for typed in (1, 30):
        for each in range(1, typed + 1):
            ballots.type_sheet(group, number=each, turn=1, marks={}, by=staff)
        with django_assert_num_queries(number):
            desk.get(url)


def test_the_day_of_the_meeting_stands_on_the_ballot(browser, code):
    assert f"{date(2026, 12, 10):%Y年%-m月%-d日}" in said(browser.post("/ballots/", {"code": code}))
