"""Full minutes: items, votes, tasks, completeness; what is refused and what two people at once get."""

from datetime import date, time
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from activities import minutes
from activities.attendance import Mark
from activities.minutes import ItemConflict, TaskLine
from activities.models import Activity, AgendaItem, Task
from activities.records import correct, withdraw
from activities.refusals import RecordError
from activities.voting import Ballot
from branches.models import Branch
from branches.roles import Role
from members.models import Member
from reminders import ledger
from reminders.models import Reminder
from tests import cast

DAY = date(2026, 10, 12)


@pytest.fixture
def meeting(branch):
    """Nine full members and a probationary one are expected; two full members are on leave."""
    marks = cast.all_present("general_meeting", branch, DAY)
    for person in Member.objects.filter(name__in=("教师7", "教师8")):
        marks[person.pk] = Mark("leave", "出差")
    facts = {"place": "A305", "starts_at": time(14, 30), "minutes": 90, "host": "教师0", "recorder": "教师1"}
    return cast.a_record(branch, "general_meeting", DAY, marks=marks, **facts)


def keep(activity, by, **values):
    item_id = values.pop("item_id", None) or uuid4()
    return minutes.keep_item(
        activity,
        by=by,
        item_id=item_id,
        **{"version": 0, "title": "学习党章", "proceedings": "领学。", **values},
    )


def row_of(values, *, ballots=(), tasks=()):
    """What a browser sends of an item."""
    data = {
        "version": "0",
        "title": "学习党章",
        "proceedings": "",
        "decision": "",
        **values,
    }
    for prefix, rows in (("ballots", ballots), ("tasks", tasks)):
        data |= {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": 0}
        for number, row in enumerate(rows):
            data |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return data


class TestItems:
    def test_items_stand_in_the_order_they_were_written(self, meeting, secretary):
        for title in ("甲", "乙", "丙"):
            keep(meeting, secretary, title=title)
        assert [(item.number, item.row.title) for item in minutes.agenda_of(meeting)] == [
            (1, "甲"),
            (2, "乙"),
            (3, "丙"),
        ]
        assert AuditEntry.objects.filter(action="minutes.write").count() == 3

    def test_a_new_item_sent_twenty_times_is_one(self, meeting, secretary):
        key = uuid4()
        for _ in range(20):
            keep(meeting, secretary, item_id=key)
        assert AgendaItem.objects.count() == 1

    def test_of_two_edits_the_loser_is_told(self, meeting, secretary):
        item = keep(meeting, secretary)
        keep(meeting, secretary, item_id=item.pk, version=1, title="甲")
        with pytest.raises(ItemConflict) as conflict:
            keep(meeting, secretary, item_id=item.pk, version=1, title="乙")
        assert conflict.value.current.title == "甲"
        assert list(item.history.values_list("title", flat=True)) == ["甲", "学习党章"]

    def test_an_item_of_another_record_is_not_written_over(self, meeting, branch, secretary):
        other = keep(cast.a_record(branch, "theme_day", DAY), secretary, title="另一次")
        with pytest.raises(RecordError, match="已失效"):
            keep(meeting, secretary, item_id=other.pk)
        other.refresh_from_db()
        assert other.title == "另一次"

    def test_one_that_was_taken_away_does_not_come_back(self, meeting, secretary):
        item = keep(meeting, secretary)
        minutes.remove_item(item, by=secretary, version=1)
        with pytest.raises(ItemConflict, match="刚被删去"):
            keep(meeting, secretary, item_id=item.pk, version=1)
        assert AgendaItem.history.filter(history_type="-").count() == 1

    def test_a_withdrawn_record_is_closed(self, meeting, secretary):
        withdraw(meeting, by=secretary, version=1, reason="重复")
        with pytest.raises(RecordError, match="已撤回"):
            keep(meeting, secretary)

    def test_only_who_keeps_the_record(self, meeting, branch):
        taker = cast.a_user(Role.ATTENDANCE_TAKER, branch)
        with pytest.raises(RecordError, match="只有本支部书记"):
            keep(meeting, taker)


class TestVotes:
    def test_seven_of_nine_voters_came_and_five_carry_it(self, meeting, secretary):
        keep(meeting, secretary, vote="resolution", ballots=[Ballot(in_favour=5, against=2)])
        [item] = minutes.agenda_of(meeting)
        assert (item.turnout.expected, item.turnout.present) == (9, 7)
        assert item.ballots[0].verdict.is_passed

    def test_the_probationary_member_does_not_vote(self, meeting, secretary):
        with pytest.raises(RecordError, match="多于到会有表决权的 7 人"):
            keep(meeting, secretary, vote="resolution", ballots=[Ballot(in_favour=8)])

    def test_no_vote_without_a_quorum(self, meeting, secretary):
        with pytest.raises(RecordError, match="至少要 8 人到会才能表决（基层组织选举工作条例"):
            keep(meeting, secretary, vote="election", ballots=[Ballot("教师1", in_favour=7)])

    def test_whom_the_meeting_does_not_count(self, meeting, secretary):
        left_out = {"uncounted": 1, "uncounted_reason": "教师8出国一年，支部大会同意"}
        keep(meeting, secretary, vote="election", ballots=[Ballot("教师1", in_favour=7)], **left_out)
        [item] = minutes.agenda_of(meeting)
        assert (item.turnout.expected, item.fault) == (8, "")

    @pytest.mark.parametrize(
        ("vote", "left_out", "said"),
        [
            ("election", {"uncounted": 1}, "什么理由"),
            ("election", {"uncounted": 3, "uncounted_reason": "出国"}, "多于没有到会的 2 人"),
            ("resolution", {"uncounted": 1, "uncounted_reason": "出国"}, "一般表决没有不计入的人"),
        ],
    )
    def test_leaving_out_wants_a_reason_and_people_who_did_not_come(
        self, meeting, secretary, vote, left_out, said
    ):
        with pytest.raises(RecordError, match=said):
            keep(meeting, secretary, vote=vote, ballots=[Ballot("教师1", in_favour=7)], **left_out)

    def test_a_corrected_attendance_shows_what_cannot_stand(self, meeting, secretary, browser):
        keep(meeting, secretary, vote="resolution", ballots=[Ballot(in_favour=6)])
        marks = cast.all_present("general_meeting", meeting.branch, DAY)
        for person in Member.objects.filter(name__in=[f"教师{n}" for n in range(4, 9)]):
            marks[person.pk] = Mark("absent")
        correct(meeting, by=secretary, version=1, held_on=DAY, marks=marks)
        [item] = minutes.agenda_of(meeting)
        assert "至少要 5 人到会才能表决" in item.fault
        page = browser.get(reverse("activity_detail", args=[meeting.pk])).content.decode()
        assert ("至少要 5 人到会才能表决" in page, "赞成 6，超过" in page) == (True, False)
        lacks = [piece.title for piece in minutes.pieces(meeting, [item]) if not piece.is_there]
        assert lacks == ["表决票数"]

    @pytest.mark.parametrize("form", ["functional", "temporary"])
    @pytest.mark.parametrize(
        ("vote", "said"), [("admission", "一般不发展党员（支部条例第八条）"), ("election", "一般不进行换届")]
    )
    def test_guests_of_a_branch_without_members_elect_and_admit_nobody(
        self, meeting, secretary, browser, form, vote, said
    ):
        Branch.objects.filter(pk=meeting.branch_id).update(form=form)
        meeting.branch.refresh_from_db()
        with pytest.raises(RecordError, match=said):
            keep(meeting, secretary, vote=vote)
        page = browser.get(reverse("activity_minutes", args=[meeting.pk]))
        assert [kind for kind, _ in page.context["kinds"]] == ["talk", "resolution"]
        answer = browser.get(reverse("agenda_add", args=[meeting.pk, vote]), follow=True)
        assert said in answer.content.decode()

    @pytest.mark.parametrize("vote", ["resolution", "admission"])
    def test_one_item_is_one_vote_but_for_elections(self, meeting, secretary, vote):
        ballots = [Ballot("甲", in_favour=7), Ballot("乙", in_favour=7)]
        with pytest.raises(RecordError, match="一项议题只登记一次表决"):
            keep(meeting, secretary, vote=vote, ballots=ballots)

    def test_no_votes_where_only_heads_were_counted(self, meeting, secretary):
        meeting.is_heads_only = True
        with pytest.raises(RecordError, match="只有人数，没有名单，不能登记票数"):
            keep(meeting, secretary, vote="resolution", ballots=[Ballot(in_favour=6)])

    def test_a_theme_day_takes_no_vote(self, branch, secretary):
        with pytest.raises(RecordError, match="主题党日不作这类表决"):
            keep(cast.a_record(branch, "theme_day", DAY), secretary, vote="resolution")


class TestTasks:
    def test_they_come_back_as_reminders_and_go_when_done(self, meeting, secretary, today):
        owner = Member.objects.get(name="教师3")
        owner.account = cast.a_user()
        owner.save()
        line = TaskLine("各小组学完两会精神", owner.pk, date(2026, 10, 25))
        keep(meeting, secretary, tasks=[line])
        ledger.collect(today)
        told = dict(Reminder.objects.filter(kind="task").values_list("recipient", "url"))
        assert told == {
            secretary.pk: reverse("task_finish", args=[Task.objects.get().pk]),
            owner.account.pk: reverse("me"),
        }
        assert Reminder.objects.filter(kind="task").first().detail == (
            "物理教师党支部：10月12日支部党员大会的决议事项，责任人教师3"
        )
        minutes.finish(Task.objects.get(), by=secretary, on=today)
        ledger.collect(today)
        assert set(Reminder.objects.filter(kind="task").values_list("state", flat=True)) == {"done"}
        minutes.reopen(Task.objects.get(), by=secretary)
        ledger.collect(today)
        assert set(Reminder.objects.filter(kind="task").values_list("state", flat=True)) == {"open"}

    def test_not_before_the_last_week_and_not_of_a_withdrawn_record(self, meeting, secretary, today):
        keep(meeting, secretary, tasks=[TaskLine("很久以后", due_on=date(2026, 10, 28))])
        ledger.collect(today)
        assert not Reminder.objects.filter(kind="task").exists()
        ledger.collect(date(2026, 10, 21))
        assert Reminder.objects.filter(kind="task", state="open").count() == 1
        withdraw(meeting, by=secretary, version=1, reason="重复")
        ledger.collect(date(2026, 10, 21))
        assert Reminder.objects.get(kind="task").state == "cancelled"

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            (TaskLine("早了", due_on=date(2026, 10, 11)), "“早了”的期限早于开会的日期"),
            (TaskLine("外人", owner=uuid4()), "“外人”的责任人当天不是本支部的党员"),
        ],
    )
    def test_what_cannot_be(self, meeting, secretary, line, said):
        with pytest.raises(RecordError, match=said):
            keep(meeting, secretary, tasks=[line])
        assert not AgendaItem.objects.exists()

    def test_one_not_named_any_more_goes_unless_it_is_done(self, meeting, secretary):
        item = keep(meeting, secretary, tasks=[TaskLine("甲"), TaskLine("乙")])
        first, second = Task.objects.all()
        minutes.finish(first, by=secretary, on=DAY)
        again = {"item_id": item.pk, "version": 1}
        with pytest.raises(RecordError, match="已完成"):
            keep(meeting, secretary, **again, tasks=[TaskLine("乙", pk=second.pk)])
        keep(meeting, secretary, **again, tasks=[TaskLine("甲", pk=first.pk)])
        assert list(Task.objects.values_list("what", flat=True)) == ["甲"]

    def test_one_s_own_page_lists_them(self, meeting, secretary):
        owner = Member.objects.get(name="教师3")
        owner.account = cast.a_user()
        owner.save()
        keep(meeting, secretary, tasks=[TaskLine("写一篇体会", owner.pk), TaskLine("别人的")])
        text = cast.a_browser(owner.account).get(reverse("me")).content.decode()
        assert "写一篇体会" in text
        assert "别人的" not in text


class TestCompleteness:
    def test_without_a_photo_it_is_complete(self, meeting, secretary):
        keep(meeting, secretary, tasks=[TaskLine("学完", Member.objects.get(name="教师3").pk, DAY)])
        minutes.complete(meeting, by=secretary)
        meeting.refresh_from_db()
        assert minutes.is_complete(meeting, minutes.pieces(meeting, minutes.agenda_of(meeting)))

    def test_what_is_missing_is_said(self, meeting, secretary):
        keep(meeting, secretary, vote="resolution", proceedings="")
        with pytest.raises(RecordError) as refusal:
            minutes.complete(meeting, by=secretary)
        assert str(refusal.value) == (
            "请写出各项议题的讨论情况或决议。有表决的议题还没有票数，或票数与到会情况不符。"
        )

    def test_it_ends_when_something_is_taken_away(self, meeting, secretary):
        item = keep(meeting, secretary)
        minutes.complete(meeting, by=secretary)
        minutes.remove_item(item, by=secretary, version=1)
        meeting.refresh_from_db()
        assert not minutes.is_complete(meeting, minutes.pieces(meeting, minutes.agenda_of(meeting)))


def new(browser, address, data):
    """Send the form of a new item as its page was given out."""
    token = browser.get(address).context["form"].token
    return browser.post(address, {"token": token, **data}, follow=True)


class TestPages:
    def test_a_form_is_written_once_and_a_foreign_or_old_one_not_at_all(self, meeting, browser, branch):
        address = reverse("agenda_add", args=[meeting.pk, "talk"])
        token = browser.get(address).context["form"].token
        for _ in range(3):
            assert browser.post(address, {"token": token, **row_of({})}).status_code == 302
        assert AgendaItem.objects.count() == 1
        other = reverse("agenda_add", args=[cast.a_record(branch, "theme_day", DAY).pk, "talk"])
        for sent in ({"token": token}, {"token": "x"}, {}):
            answer = browser.post(other, {**sent, **row_of({})})
            assert (answer.status_code, "已过期" in answer.content.decode()) == (422, True)
        again = {"token": answer.context["form"].token, **row_of({})}
        assert browser.post(other, again).status_code == 302
        assert AgendaItem.objects.count() == 2

    def test_from_a_pasted_text_to_complete_minutes(self, meeting, browser):
        page = reverse("activity_minutes", args=[meeting.pk])
        text = "一、学习党章\n教师0领学。\n二、讨论计划\n3 人发言。\n决议：同意。"
        answer = browser.post(page, {"text": text}, follow=True)
        assert "已分成 2 项议题" in answer.content.decode()
        assert list(AgendaItem.objects.values_list("title", "decision")) == [
            ("学习党章", ""),
            ("讨论计划", "同意。"),
        ]
        browser.post(reverse("minutes_complete", args=[meeting.pk]))
        assert "资料齐全" in browser.get(reverse("activity_detail", args=[meeting.pk])).content.decode()

    def test_an_election_of_three(self, meeting, browser):
        votes = [{"subject": f"教师{n}", "in_favour": 7 - n} for n in range(3)]
        values = {"title": "选举支委会", "uncounted": "1", "uncounted_reason": "教师8出国"}
        data = row_of(values, ballots=[*votes, {"subject": "", "in_favour": ""}])
        answer = new(browser, reverse("agenda_add", args=[meeting.pk, "election"]), data)
        text = answer.content.decode()
        assert text.count("，当选") == 3
        item = AgendaItem.objects.get()
        assert [kept["subject"] for kept in item.ballots] == ["教师0", "教师1", "教师2"]
        again = browser.get(reverse("agenda_item", args=[item.pk]))
        assert again.context["form"].ballots[1].initial["in_favour"] == 6

    def test_a_refused_vote_keeps_what_was_typed(self, meeting, browser):
        data = row_of({"proceedings": "写了很多"}, ballots=[{"in_favour": "8"}])
        answer = new(browser, reverse("agenda_add", args=[meeting.pk, "resolution"]), data)
        assert answer.status_code == 422
        text = answer.content.decode()
        assert "多于到会有表决权的 7 人" in text
        assert "写了很多" in text
        assert 'value="8"' in text

    @pytest.mark.parametrize(
        ("vote", "ballot", "said"),
        [
            ("election", {"subject": "教师1"}, "请填写“教师1”的票数。"),
            ("election", {"in_favour": "5"}, "请写明这些票是投给谁的。"),
            ("resolution", {"in_favour": "多"}, "赞成应为整数。"),
            ("resolution", {"in_favour": "-1"}, "赞成不能是负数。"),
            ("resolution", {"in_favour": "10000"}, "赞成应为 0 至 9999 的整数。"),
        ],
    )
    def test_a_row_that_says_half(self, meeting, browser, vote, ballot, said):
        answer = new(browser, reverse("agenda_add", args=[meeting.pk, vote]), row_of({}, ballots=[ballot]))
        assert said in answer.content.decode()
        assert not AgendaItem.objects.exists()

    def test_a_form_that_lost_its_rows(self, meeting, browser):
        text = new(
            browser, reverse("agenda_add", args=[meeting.pk, "resolution"]), {"title": "议题"}
        ).content.decode()
        assert ("表单不完整，请返回后重新打开这一页。" in text, "ManagementForm" in text) == (True, False)

    def test_the_loser_sees_both_and_may_send_again(self, meeting, browser, secretary):
        item = keep(meeting, secretary, title="别人写的")
        keep(meeting, secretary, item_id=item.pk, version=1, title="别人改的")
        data = row_of({"version": "1", "title": "我写的"})
        answer = browser.post(reverse("agenda_item", args=[item.pk]), data)
        assert answer.status_code == 409
        text = answer.content.decode()
        assert "别人改的" in text
        assert "我写的" in text
        data["version"] = str(answer.context["current_version"])
        assert browser.post(reverse("agenda_item", args=[item.pk]), data).status_code == 302
        item.refresh_from_db()
        assert item.title == "我写的"

    def test_ticking_a_task_and_taking_an_item_away(self, meeting, browser, secretary):
        item = keep(meeting, secretary, tasks=[TaskLine("甲")])
        task = Task.objects.get()
        answer = browser.post(reverse("task_finish", args=[task.pk]), follow=True)
        assert "已记为完成" in answer.content.decode()
        answer = browser.post(reverse("agenda_remove", args=[item.pk]), {"version": 1}, follow=True)
        assert "已完成的决议事项，不能删去" in answer.content.decode()
        browser.post(reverse("task_finish", args=[task.pk]))
        browser.post(reverse("agenda_remove", args=[item.pk]), {"version": 1})
        assert not AgendaItem.objects.exists()

    def test_a_kind_without_votes_has_no_such_page(self, branch, browser):
        record = cast.a_record(branch, "theme_day", DAY)
        assert browser.get(reverse("agenda_add", args=[record.pk, "resolution"])).status_code == 404

    @pytest.mark.parametrize("count", [1, 50])
    def test_the_page_costs_the_same_with_fifty_items(
        self, meeting, browser, secretary, django_assert_num_queries, count
    ):
        for number in range(count):
            AgendaItem.objects.create(activity=meeting, position=number, title=f"议题{number}")
        Task.objects.create(item=AgendaItem.objects.first(), what="甲")
        with django_assert_num_queries(11):
            browser.get(reverse("activity_minutes", args=[meeting.pk]))


def test_minutes_are_for_those_who_keep_the_record(meeting, school, secretary):
    keep(meeting, secretary, title="只给自己人看的议题")
    leader = cast.a_browser(cast.a_user(Role.LEADER, school.root))
    assert (
        "只给自己人看的议题" not in leader.get(reverse("activity_detail", args=[meeting.pk])).content.decode()
    )
    stranger = cast.a_user(Role.SECRETARY, school.musicians)
    assert list(AgendaItem.objects.visible_to(stranger)) == list(Task.objects.visible_to(stranger)) == []
    assert Activity.objects.visible_to(stranger).count() == 0
