"""Leave: asked by the member, seen by the branch, prefilled on the roll of its day, declined and withdrawn."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from activities import leave
from activities.leave import LeaveError
from activities.models import Activity, Attendance, LeaveRequest
from branches.roles import Role
from members import merging
from members.models import Member
from tests import cast
from tests.activities.forms import filled, name_of

TODAY, TOMORROW = date(2026, 10, 20), date(2026, 10, 21)
KIND = "general_meeting"


@pytest.fixture
def member(branch):
    """教师4, with an account of his own."""
    Member.objects.filter(name="教师4").update(account=cast.a_user(name="教师4"))
    return Member.objects.select_related("account").get(name="教师4")


@pytest.fixture
def own(member):
    return cast.a_browser(member.account)


def ask(member, on=TOMORROW, kind=KIND, reason="出差", branch=None):
    return leave.ask(member, branch or member.branch, on=on, kind=kind, reason=reason, by=member.account)


def log_page(browser, day=TODAY, kind=KIND):
    return browser.get(reverse("activity_log", args=[kind]), {"date": day.isoformat()})


class TestAsking:
    def test_on_the_page_and_seen_there(self, own, member):
        sent = {"on": "2026-10-21", "kind": KIND, "reason": "外地开会"}
        page = own.post(reverse("leave_own"), sent, follow=True).content.decode()
        assert "外地开会" in page
        assert "已提交" in page
        assert "10月21日 支部党员大会，已提交" in own.get(reverse("me")).content.decode()

    def test_audited_without_the_reason(self, member):
        ask(member, reason="住院")
        assert AuditEntry.objects.get(action="leave.ask").after == {"on": "2026-10-21", "kind": KIND}

    @pytest.mark.parametrize(
        ("wrong", "field", "sentence"),
        [
            ({"on": date(2026, 10, 19)}, "on", "不能为过去的日子请假；到会情况登记错了的，请联系支部更正。"),
            ({"on": date(2027, 11, 1)}, "on", "最多提前一年请假，最晚到 2027-10-21。"),
            ({"kind": "volunteering"}, "kind", "这类活动自愿参加，不用请假。"),
            ({"reason": "  "}, "reason", "请写明事由，不超过 60 个字。"),
            ({"reason": "长" * 61}, "reason", "请写明事由，不超过 60 个字。"),
        ],
    )
    def test_refused(self, member, wrong, field, sentence):
        with pytest.raises(LeaveError) as refusal:
            ask(member, **wrong)
        assert (refusal.value.field, str(refusal.value)) == (field, sentence)
        assert not LeaveRequest.objects.exists()

    def test_not_of_another_branch_nor_for_somebody_else(self, member, school):
        with pytest.raises(LeaveError, match="您在这一天不属于物理学生党支部"):
            ask(member, branch=school.students)
        with pytest.raises(LeaveError, match="请假由党员本人提出"):
            leave.ask(member, member.branch, on=TOMORROW, kind="", reason="出差", by=cast.a_user())

    @pytest.mark.parametrize(("first", "second"), [("", KIND), (KIND, ""), (KIND, KIND)])
    def test_which_one_is_there_already_is_said(self, member, first, second):
        what = ask(member, kind=first).what
        with pytest.raises(LeaveError, match=f"这一天已经请过假（{what}）"):
            ask(member, kind=second)

    def test_the_past_is_an_error_of_the_field_and_nothing_is_lost(self, own):
        page = own.post(reverse("leave_own"), {"on": "2026-10-01", "kind": KIND, "reason": "外地开会"})
        assert page.status_code == 422
        assert list(page.context["form"].errors) == ["on"]
        assert "外地开会" in page.content.decode()

    def test_nobody_without_a_record_of_his_own(self, browser):
        assert browser.get(reverse("leave_own")).status_code == 403


class TestAnswering:
    def test_seen_on_the_first_page(self, browser, member):
        ask(member)
        page = browser.get(reverse("home")).content.decode()
        assert "请假申请" in page
        assert "支部党员大会，出差" in page

    def test_declined_with_a_sentence_that_the_member_reads(self, browser, own, member):
        row = ask(member, on=TODAY)
        browser.post(reverse("leave_request", args=[row.pk]), {"answer": "当天换届选举"})
        assert "未同意：当天换届选举" in own.get(reverse("me")).content.decode()
        assert log_page(browser).context["form"].roll.asked == {}

    def test_not_without_a_sentence_nor_by_the_attendance_taker(self, browser, branch, member):
        row = ask(member)
        address = reverse("leave_request", args=[row.pk])
        assert browser.post(address, {"answer": " "}).context["form"].errors == {
            "answer": ["请写一句不同意的理由。"]
        }
        taker = cast.a_browser(cast.a_user(Role.ATTENDANCE_TAKER, branch))
        assert (taker.get(address).status_code, taker.post(address, {"answer": "不行"}).status_code) == (
            200,
            403,
        )
        assert LeaveRequest.objects.get().is_asked

    def test_not_a_stranger(self, school, member):
        row = ask(member)
        stranger = cast.a_browser(cast.a_user(Role.SECRETARY, school.students))
        assert stranger.get(reverse("leave_request", args=[row.pk])).status_code == 404
        assert stranger.post(reverse("leave_withdraw", args=[row.pk])).status_code == 404

    def test_withdrawn_by_the_member_alone_and_not_when_the_day_is_over(self, browser, own, member):
        row = ask(member)
        address = reverse("leave_withdraw", args=[row.pk])
        assert browser.post(address).status_code == 403
        own.post(address)
        assert LeaveRequest.objects.get().state == "withdrawn"
        assert ask(member).is_asked
        LeaveRequest.objects.filter(state="asked").update(on=date(2026, 10, 19))
        with pytest.raises(LeaveError, match="这一天已经过去"):
            leave.withdraw(LeaveRequest.objects.get(state="asked"), by=member.account)


class TestRoll:
    def test_prefilled_without_a_tap_and_saved_with_the_reason(self, browser, member):
        ask(member, on=TODAY)
        page = log_page(browser)
        [line] = [line for line in page.context["form"].roll.lines if line.label == "教师4"]
        assert (line.mark, line.reason) == ("leave", "出差")
        assert "已申请请假：教师4。" in page.content.decode()
        again = browser.post(reverse("activity_log", args=[KIND]), {**as_sent(page), "all": "1"})
        browser.post(reverse("activity_log", args=[KIND]), as_sent(again))
        row = Attendance.objects.get(member=member)
        assert (row.state, row.reason, Activity.objects.get().present) == ("leave", "出差", 9)

    def test_whoever_comes_after_all_is_ticked(self, browser, member):
        ask(member, on=TODAY)
        page = log_page(browser)
        sent = as_sent(page) | {line.name: "present" for line in page.context["form"].roll.lines}
        browser.post(reverse("activity_log", args=[KIND]), sent)
        assert Attendance.objects.get(member=member).state == "present"

    @pytest.mark.parametrize(("kind", "found"), [(KIND, 1), ("theme_day", 0), ("volunteering", 0)], ids=str)
    def test_only_of_the_kind_it_was_asked_for(self, browser, member, kind, found):
        ask(member, on=TODAY)
        assert len(log_page(browser, kind=kind).context["form"].roll.asked) == found

    def test_any_kind(self, browser, member):
        ask(member, on=TODAY, kind="")
        assert len(log_page(browser, kind="theme_day").context["form"].roll.asked) == 1

    def test_another_day_asks_anew(self, browser, member):
        """The day is changed on the form: what was only asked for the first day is no mark of the second."""
        LeaveRequest.objects.filter(pk=ask(member, on=TODAY).pk).update(on=date(2026, 10, 19))
        page = log_page(browser, day=date(2026, 10, 19))
        moved = as_sent(page) | {"held_on": "2026-10-20", "reload": "1"}
        again = browser.post(reverse("activity_log", args=[KIND]), moved)
        assert name_of(again, "教师4") not in as_sent(again)
        back = as_sent(again) | {"held_on": "2026-10-19", "reload": "1"}
        once_more = browser.post(reverse("activity_log", args=[KIND]), back)
        assert as_sent(once_more)[name_of(once_more, "教师4")] == "leave"

    def test_a_correction_says_what_the_record_says(self, browser, branch, member):
        record = cast.a_record(branch, KIND, TODAY)
        ask(member, on=TODAY)
        page = browser.get(reverse("activity_correct", args=[record.pk]))
        [line] = [line for line in page.context["form"].roll.lines if line.label == "教师4"]
        assert line.mark == "present"


def as_sent(page):
    """The form as a browser sends it, nobody marked who is not yet."""
    form = page.context["form"]
    sent = {name: value for name, value in filled(page).items() if not name.startswith("m-")}
    sent |= {line.name: line.mark for line in form.roll.lines if line.mark}
    sent |= {line.reason_name: line.reason for line in form.roll.lines}
    return sent | {"asked_on": form.day.isoformat()}


class TestMerging:
    def test_the_same_leave_once_and_taken_apart_again(self, school, branch, member):
        other = cast.a_member(branch, "教师肆")
        ask(member)
        for kind in (KIND, "theme_day"):
            row = {"branch": branch, "branch_path": branch.path, "on": TOMORROW, "kind": kind}
            LeaveRequest.objects.create(member=other, reason="住院", **row)
        done = merging.merge(member, other, by=cast.a_user(Role.ORGANIZATION_STAFF, school.root))
        assert set(member.leave_requests.values_list("kind", "reason")) == {
            (KIND, "出差"),
            ("theme_day", "住院"),
        }
        restored = merging.undo(done, by=done.merged_by)
        assert set(restored.leave_requests.values_list("kind", "reason")) == {
            (KIND, "住院"),
            ("theme_day", "住院"),
        }
