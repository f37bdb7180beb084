"""The quick record as a browser without script sees it: choose, prefill, mark, send; and what is refused."""

from datetime import date, time

import pytest
import time_machine
from django.urls import reverse

from activities.models import Activity, Campaign
from branches.roles import Role
from members.models import Member, MembershipSpell
from tests import cast
from tests.activities.forms import errors_of, filled, name_of

GENERAL = reverse("activity_log", args=["general_meeting"])
DAY = date(2026, 10, 12)


def marks_shown(response):
    return [line.mark for line in response.context["form"].roll.lines]


class TestChoosing:
    def test_quick_kinds_come_first_with_what_is_due(self, browser, branch):
        cast.a_record(branch, "theme_day", DAY)
        response = browser.get(reverse("activity_choose"))
        rows = [(row.label, row.note, row.word) for row in response.context["quick"]]
        assert rows == [
            ("支部党员大会", "还没有记录", "12月31日截止"),
            ("支委会", "还没有记录", "10月31日截止"),
            ("党小组会", "还没有记录", ""),
            ("党课", "还没有记录", ""),
            ("主题党日", "上次 10月12日", "10月已开"),
        ]
        assert len(response.context["others"]) == 12

    def test_with_two_branches_one_is_chosen_first(self, branch, school):
        user = cast.a_user(Role.SECRETARY, branch)
        cast.give(user, Role.RECORDER, school.students)
        browser = cast.a_browser(user)
        response = browser.get(GENERAL)
        assert [choice.label for choice in response.context["choices"]] == [
            "物理教师党支部",
            "物理学生党支部",
        ]
        chosen = browser.get(response.context["choices"][1].url)
        assert chosen.context["branch"] == school.students

    def test_a_strangers_branch_is_a_missing_one(self, browser, school):
        foreign = browser.get(GENERAL, {"branch": school.musicians.pk})
        missing = browser.get(GENERAL, {"branch": 999999})
        assert (foreign.status_code, missing.status_code) == (404, 404)
        assert foreign.content == missing.content
        assert browser.get(GENERAL, {"branch": "x"}).status_code == 404

    def test_an_unknown_kind_is_missing(self, browser):
        assert browser.get(reverse("activity_log", args=["party"])).status_code == 404

    def test_a_leader_sees_the_branch_and_may_not_record(self, branch, school):
        browser = cast.a_browser(cast.a_user(Role.LEADER, school.root))
        assert browser.get(GENERAL, {"branch": branch.pk}).status_code == 403


class TestPrefilling:
    def test_the_first_time_the_secretary_takes_the_chair(self, browser, branch, today):
        form = browser.get(GENERAL).context["form"]
        assert form.initial["held_on"] == today
        assert (form.initial["host"], form.initial["recorder"]) == ("教师0", "张书记")

    def test_then_time_place_and_people_of_last_time(self, browser, branch):
        facts = {
            "place": "A305",
            "host": "教师2",
            "recorder": "李强",
            "starts_at": time(14, 30),
            "minutes": 90,
        }
        cast.a_record(branch, "general_meeting", date(2026, 7, 1), **facts)
        cast.a_record(branch, "theme_day", date(2026, 9, 1), place="别处")
        response = browser.get(GENERAL)
        page = response.content.decode()
        assert "今天（10月20日） 14:30 至 16:00" in page
        assert "A305，主持 教师2，记录 李强" in page
        assert "<details" in page

    def test_who_left_the_branch_since_no_longer_keeps_the_record(self, browser, branch):
        gone = cast.a_member(branch, "毕业生")
        cast.a_record(branch, "party_lecture", date(2026, 5, 1), recorder="毕业生", lecturer="毕业生")
        MembershipSpell.objects.filter(member=gone).update(until=date(2026, 6, 30))
        form = browser.get(reverse("activity_log", args=["party_lecture"])).context["form"]
        assert (form.initial["recorder"], form.initial["lecturer"]) == ("张书记", "")

    def test_topics_of_late_of_the_same_kind_are_offered(self, browser, branch):
        cast.a_record(branch, "theme_day", date(2026, 9, 1), title="参观校史馆")
        cast.a_record(branch, "general_meeting", date(2026, 7, 1), title="学习党章；通报党费")
        cast.a_record(branch, "theme_day", date(2026, 8, 1))
        topics = browser.get(GENERAL).context["form"].fields["topics"].choices
        assert [topic for topic, _ in topics] == ["学习党章", "通报党费"]

    def test_nobody_is_marked_before(self, browser):
        assert marks_shown(browser.get(GENERAL)) == [""] * 10

    def test_a_past_day_of_the_link_opens_the_facts(self, browser):
        form = browser.get(GENERAL, {"date": "2026-09-30"}).context["form"]
        assert (form.day, form.is_unfolded) == (date(2026, 9, 30), True)
        form = browser.get(GENERAL, {"date": "2026-12-31"}).context["form"]
        assert (form.day, form.is_unfolded) == (date(2026, 10, 20), False)
        assert form["held_on"].value() == date(2026, 10, 20)


class TestWithoutScript:
    def test_the_whole_way(self, browser, branch, secretary):
        shown = browser.get(GENERAL)
        everybody = browser.post(GENERAL, filled(shown, all="1", **dict.fromkeys(_names(shown))))
        assert marks_shown(everybody) == ["present"] * 10
        assert Activity.objects.count() == 0
        sent = filled(
            everybody,
            **{name_of(everybody, "教师3"): "leave", name_of(everybody, "教师4"): "leave"},
            reason="因病",
            topics=["学习党章"],
            topic="通报党费",
            starts_at="08:30",
            ends_at="10:00",
        )
        answer = browser.post(GENERAL, sent, follow=True)
        activity = Activity.objects.get()
        assert answer.redirect_chain == [(f"/activities/{activity.pk}/", 302)]
        assert "已记录：支部党员大会，应到 10，实到 8，请假 2。" in answer.content.decode()
        assert (activity.title, activity.minutes, activity.entered_by) == (
            "学习党章；通报党费",
            90,
            secretary,
        )
        on_leave = activity.attendances.filter(state="leave").values_list("member__name", "reason")
        assert sorted(on_leave) == [("教师3", "因病"), ("教师4", "因病")]

    def test_everybody_button_keeps_those_on_leave(self, browser):
        shown = browser.get(GENERAL)
        only = {**dict.fromkeys(_names(shown)), name_of(shown, "教师3"): "leave"}
        again = browser.post(GENERAL, filled(shown, all="1", **only))
        assert marks_shown(again).count("leave") == 1
        assert marks_shown(again).count("present") == 9
        assert again.context["form"].errors == {}

    def test_another_day_brings_its_list_and_keeps_what_was_typed(self, browser, branch):
        leaver = Member.objects.get(name="教师8")
        MembershipSpell.objects.filter(member=leaver).update(until=date(2026, 9, 30))
        shown = browser.get(GENERAL)
        assert len(_names(shown)) == 9
        sent = filled(shown, held_on="2026-09-15", notes="讨论了", place="新楼", reload="1")
        again = browser.post(GENERAL, sent)
        form = again.context["form"]
        assert len(form.roll.people) == 10
        assert [person.name for person in form.roll.unmarked] == ["教师8"]
        assert (form["notes"].value(), form["place"].value()) == ("讨论了", "新楼")
        assert form.errors == {}

    def test_htmx_gets_the_same_page_with_list_and_bar(self, browser):
        shown = browser.get(GENERAL)
        answer = browser.post(GENERAL, filled(shown, reload="1"), headers={"HX-Request": "true"})
        page = answer.content.decode()
        assert all(f'id="{part}"' in page for part in ("people", "bar", "facts-line", "groups"))

    def test_the_quorum_line_names_its_rule(self, browser):
        shown = browser.get(GENERAL)
        some = {name: ("present" if number < 5 else "absent") for number, name in enumerate(_names(shown))}
        line = browser.post(GENERAL, filled(shown, reload="1", **some)).context["form"].quorum
        assert (line.state, line.text) == ("done", "有表决权到会 5/9，达到半数，可表决")
        assert line.rule.article == "支部条例第十一条：半数以上有表决权的党员到会方可进行"

    def test_of_a_text_and_a_chip_the_text_is_the_reason(self, browser):
        shown = browser.get(GENERAL)
        one = {name_of(shown, "教师3"): "leave"}
        browser.post(GENERAL, filled(shown, reason="因病", reason_text="照顾家人", **one))
        assert Activity.objects.get().attendances.get(state="leave").reason == "照顾家人"


def _names(response):
    return [line.name for line in response.context["form"].roll.lines]


class TestRefusals:
    """Each says what is wrong, and nothing typed is lost."""

    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            ({"held_on": "2026-10-21"}, "开展日期不能晚于今天（2026年10月20日）。"),
            ({"held_on": ""}, "请选择日期。"),
            ({"held_on": "2026-02-30"}, "日期应为如 2026-03-15。"),
            ({"held_on": "1999-01-01"}, "“物理教师党支部”在这一天尚未成立或已撤销，请核对日期。"),
            ({"starts_at": "16:00", "ends_at": "14:30"}, "结束时间应晚于开始时间。"),
            ({"ends_at": "14:30"}, "填了结束时间，请同时填写开始时间。"),
            ({"starts_at": "11:01"}, "今天还没到 11:01，请核对日期和开始时间。"),
            ({"topic": "长" * 121}, None),
            ({"reason": "外太空"}, None),
            (
                {"m-00000000000000000000000000000000": "present"},
                "名单已换成10月20日的应到人员，请核对后再提交。",
            ),
            ({"token": "forged"}, "这张表单已过期。请先看支部页上是否已有这次记录，没有再提交一次。"),
        ],
    )
    def test_it_comes_back(self, browser, wrong, sentence):
        shown = browser.get(GENERAL)
        answer = browser.post(GENERAL, filled(shown, notes="讨论了三件事", **wrong))
        assert answer.status_code == 200
        assert Activity.objects.count() == 0
        assert answer.context["form"]["notes"].value() == "讨论了三件事"
        assert answer.context["form"].errors
        if sentence:
            assert sentence in errors_of(answer)

    def test_of_two_wrong_times_each_is_named(self, browser):
        wrong = {"starts_at": "25:99", "ends_at": "26:00"}
        answer = browser.post(GENERAL, filled(browser.get(GENERAL), **wrong)).content.decode()
        assert [f"{word}时间应为如 14:30。" in answer for word in ("开始", "结束")] == [True, True]

    def test_unmarked_people_are_named(self, browser):
        shown = browser.get(GENERAL)
        sent = filled(shown, **{name_of(shown, "教师2"): None, name_of(shown, "教师5"): "asleep"})
        answer = browser.post(GENERAL, sent)
        assert errors_of(answer) == ["还有 2 人没有标记到会情况：教师2、教师5。"]
        assert marks_shown(answer).count("present") == 8

    def test_a_member_of_another_branch_cannot_be_marked(self, browser, school):
        foreign = cast.a_member(school.musicians, "外人")
        shown = browser.get(GENERAL)
        answer = browser.post(GENERAL, filled(shown, **{f"m-{foreign.pk.hex}": "present"}))
        assert errors_of(answer) == ["名单已换成10月20日的应到人员，请核对后再提交。"]
        assert "外人" not in answer.content.decode()

    def test_another_branchs_group_is_refused(self, browser, branch, school):
        own = cast.a_group(branch, *Member.objects.filter(branch=branch)[:3])
        foreign = cast.a_group(school.students, cast.a_member(school.students, "外人"))
        address = reverse("activity_log", args=["group_meeting"])
        shown = browser.get(address)
        assert shown.context["form"].chosen_group == own
        answer = browser.post(address, filled(shown, group=str(foreign.pk)))
        assert errors_of(answer)[0] == "请选择本支部的党小组。"
        assert "外人" not in answer.content.decode()

    def test_a_campaign_that_does_not_run_is_refused(self, browser):
        running = Campaign.objects.create(name="主题教育", started_on=date(2026, 1, 1))
        over = Campaign.objects.create(
            name="旧活动", started_on=date(2024, 1, 1), ended_on=date(2024, 12, 31)
        )
        shown = browser.get(GENERAL)
        assert "旧活动" not in shown.content.decode()
        answer = browser.post(GENERAL, filled(shown, campaigns_of=[str(over.pk)]))
        assert Activity.objects.count() == 0
        browser.post(GENERAL, filled(answer, campaigns_of=[str(running.pk)]))
        assert list(Activity.objects.get().campaigns.all()) == [running]

    def test_a_token_of_somebody_else_or_another_branch_is_refused(self, browser, branch, school):
        other = cast.a_browser(cast.a_user(Role.RECORDER, branch))
        cast.a_member(school.students)
        theirs = cast.a_browser(cast.a_user(Role.SECRETARY, school.students)).get(GENERAL)
        for token in (other.get(GENERAL).context["form"].token, theirs.context["form"].token):
            answer = browser.post(GENERAL, filled(browser.get(GENERAL), token=token))
            assert "这张表单已过期" in errors_of(answer)[0]
        assert Activity.objects.count() == 0

    def test_after_a_month_the_form_is_shown_again(self, browser):
        shown = browser.get(GENERAL)
        with time_machine.travel("2026-11-21 10:00 +0800", tick=False):
            browser.force_login(shown.wsgi_request.user, "django.contrib.auth.backends.ModelBackend")
            answer = browser.post(GENERAL, filled(shown))
            assert "这张表单已过期" in errors_of(answer)[0]
            assert browser.post(GENERAL, filled(answer)).status_code == 302

    def test_nobody_expected_is_no_meeting(self, browser, branch):
        address = reverse("activity_log", args=["group_meeting"])
        shown = browser.get(address)
        assert "本支部在这一天没有党小组。" in shown.content.decode()
        answer = browser.post(address, filled(shown))
        assert errors_of(answer) == ["10月20日的应到名单是空的，请核对日期，或先请上级党组织维护名册。"]

    def test_what_nobody_took_part_in_is_no_activity(self, browser):
        address = reverse("activity_log", args=["volunteering"])
        shown = browser.get(address)
        answer = browser.post(address, filled(shown, **dict.fromkeys(_names(shown), "")))
        assert errors_of(answer) == ["还没有选择参加的人。"]
        sent = filled(shown, **{**dict.fromkeys(_names(shown), ""), name_of(shown, "教师1"): "present"})
        browser.post(address, sent)
        assert Activity.objects.get().expected == 1


class TestAttendanceTaker:
    @pytest.fixture
    def taker(self, branch):
        return cast.a_browser(cast.a_user(Role.ATTENDANCE_TAKER, branch))

    def test_the_form_asks_who_came_and_nothing_else(self, taker):
        form = taker.get(GENERAL).context["form"]
        assert list(form.fields) == ["held_on", "reason", "reason_text"]

    def test_what_else_is_sent_is_not_written(self, taker):
        taker.post(GENERAL, filled(taker.get(GENERAL), notes="要点", place="哪里", topic="题目"))
        activity = Activity.objects.get()
        assert (activity.notes, activity.place, activity.title) == ("", "", "支部党员大会")

    def test_a_correction_keeps_the_day(self, taker, branch):
        activity = cast.a_record(branch, "general_meeting", DAY, place="A305", notes="讨论")
        address = reverse("activity_correct", args=[activity.pk])
        shown = taker.get(address)
        one = {name_of(shown, "教师3"): "absent"}
        assert taker.post(address, filled(shown, held_on="2026-09-01", **one)).status_code == 302
        activity.refresh_from_db()
        assert (activity.held_on, activity.absent, activity.place, activity.notes) == (DAY, 1, "A305", "讨论")
        assert taker.get(reverse("activity_withdraw", args=[activity.pk])).status_code == 403


class TestCorrecting:
    @pytest.fixture
    def activity(self, branch):
        facts = {"title": "学习党章", "place": "A305", "starts_at": time(9), "minutes": 60, "notes": "第一稿"}
        return cast.a_record(branch, "general_meeting", DAY, **facts)

    def test_the_form_holds_the_record(self, browser, activity):
        form = browser.get(reverse("activity_correct", args=[activity.pk])).context["form"]
        assert form["held_on"].value() == DAY
        assert (form["place"].value(), form["topics"].value()) == ("A305", ["学习党章"])
        assert [line.mark for line in form.roll.lines] == ["present"] * 10

    def test_one_wrong_mark_is_mended(self, browser, activity):
        address = reverse("activity_correct", args=[activity.pk])
        shown = browser.get(address)
        sent = filled(shown, **{name_of(shown, "教师6"): "leave"}, reason="出差")
        answer = browser.post(address, sent, follow=True)
        assert "已修改：支部党员大会，应到 10，实到 9，请假 1。" in answer.content.decode()
        activity.refresh_from_db()
        assert (activity.version, activity.title, activity.notes) == (2, "学习党章", "第一稿")

    def test_sent_as_it_is_it_makes_no_version(self, browser, activity):
        address = reverse("activity_correct", args=[activity.pk])
        answer = browser.post(address, filled(browser.get(address)), follow=True)
        assert "没有改动，记录不变。" in answer.content.decode()
        activity.refresh_from_db()
        assert activity.version == 1

    def test_reasons_that_differ_stay_when_none_is_chosen(self, browser, activity):
        address = reverse("activity_correct", args=[activity.pk])
        shown = browser.get(address)
        browser.post(address, filled(shown, **{name_of(shown, "教师6"): "leave"}, reason="出差"))
        shown = browser.get(address)
        assert shown.context["form"]["reason"].value() == "出差"
        sent = filled(shown, **{name_of(shown, "教师7"): "leave"}, reason=None)
        browser.post(address, sent)
        rows = activity.attendances.filter(state="leave").values_list("member__name", "reason")
        assert sorted(rows) == [("教师6", "出差"), ("教师7", "")]

    def test_a_reason_of_ones_own_goes_before_that_of_all(self, browser, activity):
        address = reverse("activity_correct", args=[activity.pk])
        shown = browser.get(address)
        people = {label: name_of(shown, label) for label in ("教师5", "教师6", "教师7")}
        marks = {people["教师5"]: "absent", people["教师6"]: "leave", people["教师7"]: "leave"}
        own = {people["教师5"].replace("m-", "r-"): "忘记时间", people["教师6"].replace("m-", "r-"): "住院"}
        browser.post(address, filled(shown, **marks, **own, reason="出差"))
        assert self.reasons(activity) == [("教师5", "忘记时间"), ("教师6", "住院"), ("教师7", "出差")]

    def test_a_correction_overwrites_nobodys_own_reason(self, browser, activity):
        address = reverse("activity_correct", args=[activity.pk])
        self.test_a_reason_of_ones_own_goes_before_that_of_all(browser, activity)
        shown = browser.get(address)
        prefilled = {line.label: line.reason for line in shown.context["form"].roll.lines if line.reason}
        assert prefilled == {"教师5": "忘记时间", "教师6": "住院", "教师7": "出差"}
        sent = filled(shown, **{name_of(shown, "教师8"): "leave"}, reason="授课")
        sent |= {line.reason_name: line.reason for line in shown.context["form"].roll.lines}
        sent[name_of(shown, "教师5").replace("m-", "r-")] = ""
        browser.post(address, sent)
        assert self.reasons(activity) == [
            ("教师5", ""),
            ("教师6", "住院"),
            ("教师7", "出差"),
            ("教师8", "授课"),
        ]

    def test_a_reason_that_is_too_long_is_refused_and_kept_on_the_form(self, browser, activity):
        address = reverse("activity_correct", args=[activity.pk])
        shown = browser.get(address)
        name = name_of(shown, "教师5")
        sent = filled(shown, **{name: "absent", name.replace("m-", "r-"): "长" * 61})
        answer = browser.post(address, sent)
        assert errors_of(answer) == ["事由不超过 60 个字。"]
        assert "长" * 61 in answer.content.decode()

    def reasons(self, activity):
        missing = activity.attendances.exclude(state="present")
        return sorted(missing.values_list("member__name", "reason"))

    def test_a_withdrawn_record_leads_back(self, browser, activity):
        browser.post(reverse("activity_withdraw", args=[activity.pk]), {"version": 1, "reason": "重复"})
        answer = browser.get(reverse("activity_correct", args=[activity.pk]), follow=True)
        assert "这条记录已撤回，不能再修改。" in answer.content.decode()

    def test_the_loser_sees_both_and_keeps_what_was_typed(self, browser, branch, activity):
        address = reverse("activity_correct", args=[activity.pk])
        mine = browser.get(address)
        other = cast.a_browser(cast.a_user(Role.RECORDER, branch, name="李记录"))
        theirs = other.get(address)
        other.post(address, filled(theirs, place="B101", **{name_of(theirs, "教师1"): "absent"}))
        answer = browser.post(address, filled(mine, notes="第二稿", **{name_of(mine, "教师2"): "leave"}))
        assert answer.status_code == 409
        rows = [(row.label, row.before, row.after) for row in answer.context["conflict"]]
        assert rows == [
            ("地点", "B101", "A305"),
            ("要点", "第一稿", "第二稿"),
            ("教师1", "缺席", "到会"),
            ("教师2", "到会", "请假"),
        ]
        page = answer.content.decode()
        assert "李记录在10月20日 10:00改过这条记录" in page
        activity.refresh_from_db()
        assert (activity.place, activity.notes) == ("B101", "第一稿")
        own = other.post(address, filled(theirs, notes="第三稿"))
        assert "您自己（可能在另一个窗口或设备上）在10月20日 10:00改过这条记录" in own.content.decode()
        again = filled(answer)
        assert (again["notes"], again["version"]) == ("第二稿", 2)
        assert browser.post(address, again).status_code == 302
        activity.refresh_from_db()
        assert (activity.place, activity.notes, activity.on_leave, activity.version) == (
            "A305",
            "第二稿",
            1,
            3,
        )


class TestQueries:
    """The form asks the same number of questions for ten members and for fifty."""

    @pytest.mark.parametrize(
        ("address", "number"),
        [
            (reverse("activity_choose"), 15),
            (GENERAL, 10),
            (reverse("activity_log", args=["group_meeting"]), 12),
            (reverse("activity_log", args=["committee_meeting"]), 11),
        ],
    )
    def test_showing(self, browser, branch, django_assert_num_queries, address, number):
        cast.a_group(branch, *Member.objects.filter(branch=branch))
        cast.a_record(branch, "general_meeting", DAY)
        Campaign.objects.create(name="主题教育", started_on=date(2026, 1, 1))
        browser.get(address)
        with django_assert_num_queries(number):
            browser.get(address)
        for _ in range(40):
            cast.a_member(branch)
        with django_assert_num_queries(number):
            browser.get(address)

    def test_saving(self, browser, branch, django_assert_num_queries):
        cast.a_record(branch, "general_meeting", DAY)
        for more in (0, 40):
            for _ in range(more):
                cast.a_member(branch)
            sent = filled(browser.get(GENERAL))
            with django_assert_num_queries(28):
                assert browser.post(GENERAL, sent).status_code == 302
