"""Subscribed statistics: once a quarter to whoever may see them, frozen when made, and nothing personal in them."""

import json
import os
from datetime import date, timedelta
from io import BytesIO, StringIO
from zipfile import ZipFile

import openpyxl
import pytest
import time_machine
from django.core import mail
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, User
from branches.models import RoleGrant
from branches.roles import Role
from lib import typesetting
from lib.periods import Period
from members.models import Member
from reminders import channels
from reports.closing import files
from reports.figures.catalogue import QUARTERLY
from reports.models import Sending, SentFile, Subscription
from reports.privacy import retention
from reports.subscriptions import keeping, sending
from reports.subscriptions.keeping import SubscriptionError
from tests import cast
from tests.fonts import needs_fonts
from tests.sheets import run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_folder")]
TODAY = date(2026, 9, 15)
#: The first working day after the National Day of 2026.
DUE = "2026-10-08"


@pytest.fixture(autouse=True)
def mail_is_on(settings):
    settings.MAIL_IS_ON = True


@pytest.fixture
def clock():
    with time_machine.travel(f"{DUE} 10:00 +0800", tick=False) as traveller:
        yield traveller


def a_leader(branch, *, email="leader@example.edu.cn", role=Role.LEADER) -> User:
    user = cast.a_user(role, branch)
    User.objects.filter(pk=user.pk).update(email=email)
    return User.objects.get(pk=user.pk)


def subscribed(user, branch, statistics=tuple(QUARTERLY), today=TODAY) -> Subscription:
    return keeping.subscribe(user, branch, statistics, by=user, today=today)


def lose_the_right(user):
    RoleGrant.objects.filter(user=user).update(until=date(2026, 10, 1))


def sendings():
    rows = Sending.objects.order_by("created_at", "kind")
    return list(rows.values_list("period", "kind", "state"))


class TestDue:
    def test_it_goes_out_on_the_first_working_day(self, school, clock):
        subscribed(a_leader(school.root), school.root)
        told = []
        for day in range(1, 13):
            clock.move_to(f"2026-10-{day:02} 10:00 +0800")
            told += [day] * sending.deliver()
        assert told == [8]

    def test_days_without_a_scheduler_lose_nothing(self, school, clock):
        subscribed(a_leader(school.root), school.root)
        clock.move_to("2026-11-20 10:00 +0800")
        assert (sending.deliver(), sendings()) == (1, [("2026Q3", "figures", "sent")])

    def test_not_on_new_years_day_of_a_year_nobody_has_announced(self, school, clock):
        subscribed(a_leader(school.root), school.root, today=date(2035, 10, 20))
        told = []
        for day in (1, 2, 3):  # Tuesday to Thursday
            clock.move_to(f"2036-01-{day:02} 10:00 +0800")
            told += [day] * sending.deliver()
        assert told == [2]

    def test_whoever_subscribes_later_gets_the_next_quarter(self, school, clock):
        subscribed(a_leader(school.root), school.root, today=date(2026, 10, 9))
        clock.move_to("2026-10-12 10:00 +0800")
        assert sending.deliver() == 0
        clock.move_to("2027-01-04 10:00 +0800")
        assert (sending.deliver(), sendings()) == (1, [("2026Q4", "figures", "sent")])

    @pytest.mark.parametrize(
        ("today", "period", "day"),
        [
            (date(2026, 10, 8), Period.quarter(2026, 3), "2026-10-08"),
            (date(2035, 10, 20), Period.quarter(2035, 4), "2036年1月第一个工作日"),
        ],
    )
    def test_the_page_says_which_comes_next(self, today, period, day):
        assert sending.next_due(today) == (period, day)

    def test_nobody_is_disturbed_at_night(self, school, clock):
        subscribed(a_leader(school.root), school.root)
        clock.move_to(f"{DUE} 22:00 +0800")
        assert (sending.deliver(), sendings()) == (0, [])

    def test_without_a_mail_server_nothing_is_written(self, school, clock, settings):
        subscribed(a_leader(school.root), school.root)
        settings.MAIL_IS_ON = False
        assert (sending.deliver(), sendings()) == (0, [])

    def test_two_schedulers_at_once_write_one_row(self, school, clock, monkeypatch):
        row = subscribed(a_leader(school.root), school.root)
        monkeypatch.setattr(sending, "due", lambda on: [row])
        sending.collect(date(2026, 10, 8))
        assert (sending.collect(date(2026, 10, 8)), sendings()) == (0, [("2026Q3", "figures", "waiting")])

    def test_it_costs_the_same_for_one_and_many(self, school, clock, django_assert_num_queries):
        for _ in range(3):
            subscribed(a_leader(school.root), school.root)
            Sending.objects.all().delete()
            with django_assert_num_queries(5):
                sending.collect(date(2026, 10, 8))


class TestContents:
    def test_a_mail_carries_the_workbook_and_the_pages(self, school, clock):
        leader = a_leader(school.physics)
        subscribed(leader, school.physics, ("life", "members"))
        sending.deliver()
        [message] = mail.outbox
        assert (message.to, message.subject) == (
            ["leader@example.edu.cn"],
            "支部簿：物理学院党委2026年三季度统计报表",
        )
        assert message.extra_headers["Message-ID"].startswith(f"<{Sending.objects.get().pk}@")
        assert message.attachments[0][0] == "物理学院党委2026年三季度统计报表.xlsx"

    @needs_fonts
    def test_the_pages_are_a_pdf(self, school, clock, monkeypatch):
        monkeypatch.setattr(typesetting, "can_typeset", lambda: True)
        subscribed(a_leader(school.root), school.root, ("members",))
        sending.deliver()
        name, content, kind = mail.outbox[0].attachments[1]
        assert (name, content[:4], kind) == ("2026年三季度统计报表.pdf", b"%PDF", "application/pdf")

    def test_it_says_that_the_quarter_is_not_locked_and_to_whom_it_goes(self, school, clock):
        leader = a_leader(school.root)
        subscribed(leader, school.root, ("members",))
        sending.deliver()
        sheet = book_of(mail.outbox[0]).worksheets[0]
        entry = AuditEntry.objects.get(action="subscription.export")
        assert [sheet.cell(row, 1).value for row in (3, 4)] == [
            "截至 2026-10-08 10:00 的数，2026年三季度尚未锁定，锁定前可能更正。",
            f"按订阅发给{leader.name}，编号 {str(entry.pk)[:8]}。",
        ]

    def test_the_sending_is_in_the_trail_as_an_export(self, school, clock):
        leader = a_leader(school.physics)
        subscribed(leader, school.physics, ("members",))
        sending.deliver()
        entry = AuditEntry.objects.get(action="subscription.export")
        rows = len(QUARTERLY["members"].tabulate(asked(leader, school.physics)).rows)
        assert (entry.branch_path, entry.after) == (
            school.physics.path,
            {"period": "2026Q3", "statistics": ["members"], "rows": rows, "to": leader.username},
        )

    def test_of_a_locked_quarter_it_is_the_file_that_was_kept(self, clock, school, closed):
        leader = a_leader(school.physics)
        subscribed(leader, school.physics)
        sending.deliver()
        kept = closed.files.get(branch=school.physics)
        assert mail.outbox[0].attachments[0][:2] == (kept.name, files.path_of(kept).read_bytes())

    def test_of_some_tables_it_is_what_was_locked_of_them(self, clock, school, closed):
        leader = a_leader(school.physics)
        subscribed(leader, school.physics, ("members",))
        Member.objects.update(status="left")
        sending.deliver()
        sheet = book_of(mail.outbox[0]).worksheets[0]
        assert sheet.cell(3, 1).value.startswith("锁定：")
        assert sheet.cell(sheet.max_row, 3).value > 0

    def test_a_branch_below_says_that_its_figures_are_of_now(self, clock, school, closed):
        secretary = a_leader(school.teachers, role=Role.SECRETARY)
        subscribed(secretary, school.teachers, ("members",))
        sending.deliver()
        assert "锁定的统计表只到二级党组织" in book_of(mail.outbox[0]).worksheets[0].cell(3, 1).value

    def test_nothing_personal_leaves(self, school, clock):
        Member.objects.update(name="欧阳金丝雀", name_pinyin="canary")
        subscribed(a_leader(school.root), school.root)
        sending.deliver()
        content = mail.outbox[0].attachments[0][1]
        with ZipFile(BytesIO(content)) as book:
            said = "".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
        numbers = Member.objects.values_list("number", flat=True)
        assert [word for word in ("欧阳金丝雀", "canary", *numbers) if word in said] == []


def asked(user, branch):
    from reports.subscriptions.contents import _asked

    return _asked(Subscription(user=user, branch=branch), Period.quarter(2026, 3), date(2026, 10, 8))


def book_of(message):
    return openpyxl.load_workbook(BytesIO(message.attachments[0][1]))


class TestFailures:
    def test_what_could_not_be_sent_outlasts_the_night(self, school, clock, monkeypatch):
        """The nightly deletion of files that no row names knows whose they are."""
        subscribed(a_leader(school.root), school.root, ("members",))
        with monkeypatch.context() as away:
            away.setattr(channels.mail, "send", refuse)
            sending.deliver()
        clock.move_to("2026-10-10 04:40 +0800")
        long_ago = (timezone.now() - timedelta(days=2)).timestamp()
        for path in files.folder().iterdir():
            os.utime(path, times=(long_ago, long_ago))
        retention.run(timezone.now())
        clock.move_to("2026-10-12 10:00 +0800")
        assert (sending.deliver(), sendings()) == (1, [("2026Q3", "figures", "sent")])

    def test_a_server_that_refuses_is_asked_again_with_the_same_files(self, school, clock, monkeypatch):
        subscribed(a_leader(school.root), school.root, ("members",))
        with monkeypatch.context() as away:
            away.setattr(channels.mail, "send", refuse)
            assert sending.deliver() == 0
        row = Sending.objects.get()
        assert (row.state, row.attempts, row.last_error) == ("waiting", 1, "邮件服务器没有及时回应。")
        kept = list(SentFile.objects.values_list("name", "sha256"))
        clock.move_to(f"{DUE} 10:02 +0800")
        assert (sending.deliver(), list(SentFile.objects.values_list("name", "sha256"))) == (1, kept)
        assert AuditEntry.objects.filter(action="subscription.export").count() == 1

    def test_what_failed_for_good_is_sent_again_by_hand(self, school, clock):
        leader = a_leader(school.root)
        subscribed(leader, school.root, ("members",))
        sending.collect(date(2026, 10, 8))
        Sending.objects.update(state="failed")
        answer = cast.a_browser(leader).post(
            reverse("subscription_again", args=[Subscription.objects.get().pk]), follow=True
        )
        assert "将在几分钟内再次发送。" in answer.content.decode()
        assert sending.deliver() == 1

    def test_whoever_has_no_address_gets_it_when_there_is_one(self, school, clock):
        leader = a_leader(school.root, email="")
        subscribed(leader, school.root, ("members",))
        assert (sending.deliver(), sendings()) == (0, [])
        page = cast.a_browser(leader).get(reverse("subscription_list")).content.decode()
        assert "账号没有登记邮箱，填写以前不会发送。" in page
        User.objects.filter(pk=leader.pk).update(email="new@example.edu.cn")
        clock.move_to(f"{DUE} 11:00 +0800")
        assert sending.deliver() == 1


def refuse(*arguments):
    raise channels.Unsent("邮件服务器没有及时回应。")


class TestRights:
    def test_a_right_that_was_lost_stops_it_and_is_told_once(self, school, clock):
        leader = a_leader(school.root)
        subscribed(leader, school.root)
        lose_the_right(leader)
        assert sending.deliver() == 1
        row = Subscription.objects.get()
        assert (row.state, row.reason) == (
            "stopped",
            f"{leader.name}已没有查看和导出党委统计的权限。",
        )
        assert [message.subject for message in mail.outbox] == ["支部簿：党委统计订阅已停止"]
        assert (mail.outbox[0].attachments, SentFile.objects.count()) == ([], 0)
        clock.move_to("2027-01-05 10:00 +0800")
        assert sending.deliver() == 0

    def test_a_right_that_was_lost_on_the_way_stops_it_too(self, school, clock):
        leader = a_leader(school.root)
        subscribed(leader, school.root)
        sending.collect(date(2026, 10, 8))
        lose_the_right(leader)
        sending.deliver()
        assert sendings() == [("2026Q3", "figures", "cancelled"), ("2026Q3", "stopped", "sent")]
        assert [message.subject for message in mail.outbox] == ["支部簿：党委统计订阅已停止"]

    def test_a_closed_account_is_told_nothing(self, school, clock):
        leader = a_leader(school.root)
        subscribed(leader, school.root)
        User.objects.filter(pk=leader.pk).update(is_active=False)
        assert (sending.deliver(), sendings()) == (0, [])
        assert Subscription.objects.get().reason == "账号已停用。"

    def test_what_was_ended_meanwhile_is_not_sent(self, school, clock):
        leader = a_leader(school.root)
        row = subscribed(leader, school.root)
        sending.collect(date(2026, 10, 8))
        keeping.end(row, by=leader)
        assert (sending.deliver(), sendings()) == (0, [("2026Q3", "figures", "cancelled")])

    def test_staff_subscribe_a_leader(self, school, clock):
        staff, leader = cast.a_user(Role.ORGANIZATION_STAFF, school.root), a_leader(school.physics)
        row = keeping.subscribe(leader, school.physics, ["members"], by=staff, today=TODAY)
        assert (row.user, row.made_by) == (leader, staff)

    def test_somebody_without_the_right_is_refused_by_name(self, school):
        staff, leader = cast.a_user(Role.ORGANIZATION_STAFF, school.root), a_leader(school.physics)
        with pytest.raises(SubscriptionError) as refusal:
            keeping.subscribe(leader, school.root, ["members"], by=staff, today=TODAY)
        assert str(refusal.value) == (
            f"{leader.name}没有查看和导出党委统计的权限，不能订阅。请先授予角色，再来订阅。"
        )

    def test_staff_subscribe_nobody_of_another_college(self, school):
        staff, leader = cast.a_user(Role.COMMITTEE_STAFF, school.physics), a_leader(school.music)
        for branch in (school.music, school.physics):
            with pytest.raises(SubscriptionError, match="为别人订阅"):
                keeping.subscribe(leader, branch, ["members"], by=staff, today=TODAY)

    def test_leaders_subscribe_for_themselves_alone(self, school):
        with pytest.raises(SubscriptionError, match="为别人订阅"):
            keeping.subscribe(
                a_leader(school.root), school.root, ["members"], by=a_leader(school.root), today=TODAY
            )

    def test_one_sees_ones_own_and_staff_those_of_their_part(self, school):
        staff = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
        leader = a_leader(school.root)
        of_root, of_physics = subscribed(leader, school.root), subscribed(leader, school.physics)
        subscribed(a_leader(school.music), school.music)
        assert set(Subscription.objects.visible_to(staff)) == {of_physics}
        assert set(Subscription.objects.visible_to(leader)) == {of_root, of_physics}

    def test_staff_of_another_college_end_nothing(self, school):
        row = subscribed(a_leader(school.physics), school.physics)
        with pytest.raises(SubscriptionError, match="取消别人的订阅"):
            keeping.end(row, by=cast.a_user(Role.COMMITTEE_STAFF, school.music))


class TestPage:
    def test_two_clicks_subscribe_all_tables_of_ones_own(self, school, clock):
        leader = a_leader(school.physics)
        browser = cast.a_browser(leader)
        form = browser.get(reverse("subscription_list")).context["form"]
        branch = form.fields["branch"].choices[0][0]
        browser.post(
            reverse("subscription_add"), {"branch": branch, "statistics": form["statistics"].initial}
        )
        row = Subscription.objects.get()
        assert (row.user, row.branch, row.statistics) == (leader, school.physics, list(QUARTERLY))

    def test_one_click_ends_it(self, school):
        leader = a_leader(school.physics)
        row = subscribed(leader, school.physics)
        cast.a_browser(leader).post(reverse("subscription_end", args=[row.pk]))
        assert Subscription.objects.get().state == "ended"

    def test_subscribed_again_it_is_the_same_row(self, school):
        leader = a_leader(school.physics)
        keeping.end(subscribed(leader, school.physics), by=leader)
        row = subscribed(leader, school.physics, ("life",), today=date(2026, 9, 20))
        assert (Subscription.objects.get(), row.state, row.since) == (row, "active", date(2026, 9, 20))

    @pytest.mark.parametrize("name", ["subscription_end", "subscription_again"])
    def test_another_colleges_is_not_found(self, school, name):
        row = subscribed(a_leader(school.music), school.music)
        browser = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.physics))
        assert browser.post(reverse(name, args=[row.pk])).status_code == 404

    def test_it_lists_nothing_of_another_college_and_offers_nobody_of_it(self, school):
        own, _ = (
            subscribed(a_leader(school.physics), school.physics),
            subscribed(a_leader(school.music), school.music),
        )
        context = (
            cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.physics))
            .get(reverse("subscription_list"))
            .context
        )
        assert [line.row for line in context["lines"]] == [own]
        assert set(context["form"].fields["person"].queryset) == {own.user}

    def test_what_is_not_offered_is_refused_in_words(self, school):
        leader = a_leader(school.physics)
        answer = cast.a_browser(leader).post(
            reverse("subscription_add"), {"branch": school.music.pk, "statistics": ["members"]}
        )
        assert (answer.status_code, Subscription.objects.count()) == (422, 0)
        assert "请从列表中选择。" in answer.content.decode()

    def test_it_costs_the_same_for_one_and_many(self, school, django_assert_num_queries):
        browser = cast.a_browser(cast.a_user(Role.ORGANIZATION_STAFF, school.root))
        browser.get(reverse("subscription_list"))
        for _ in range(3):
            subscribed(a_leader(school.physics), school.physics)
            with django_assert_num_queries(8):
                browser.get(reverse("subscription_list"))


class TestCommand:
    def test_it_sends_what_is_due_on_a_day_whatever_the_hour(self, school, clock):
        leader, other = a_leader(school.root), a_leader(school.physics, email="")
        subscribed(leader, school.root, ("members",))
        subscribed(other, school.physics, ("members",))
        clock.move_to(f"{DUE} 23:00 +0800")
        status, body = run("send_subscriptions", "--on", DUE)
        assert (status, body) == (
            1,
            [
                {"user": leader.username, "branch": "001", "period": "2026Q3", "state": "sent", "note": ""},
                {
                    "user": other.username,
                    "branch": "001001",
                    "period": "2026Q3",
                    "state": "no_address",
                    "note": "账号没有登记邮箱",
                },
            ],
        )

    def test_a_second_run_sends_nothing(self, school, clock):
        subscribed(a_leader(school.root), school.root, ("members",))
        run("send_subscriptions")
        assert (run("send_subscriptions"), len(mail.outbox)) == ((0, []), 1)

    def test_before_the_first_working_day_nothing_is_due(self, school, clock):
        subscribed(a_leader(school.root), school.root, ("members",))
        assert run("send_subscriptions", "--on", "2026-10-07") == (0, [])

    def test_it_tells_people_in_lines(self, school, clock):
        leader = a_leader(school.root)
        subscribed(leader, school.root, ("members",))
        out = StringIO()
        call_command("send_subscriptions", stdout=out)
        assert out.getvalue() == f"{leader.username}  001  2026Q3  已发送\n共 1 项，发出 1 项。\n"

    def test_a_day_to_come_is_refused(self, school, clock):
        with pytest.raises(CommandError, match="--on 不能晚于今天（2026-10-08）"):
            call_command("send_subscriptions", "--on", "2026-12-31")

    def test_without_a_mail_server_it_is_refused(self, school, clock, settings):
        settings.MAIL_IS_ON = False
        status, body = run("send_subscriptions")
        assert (status, json.dumps(body, ensure_ascii=False)) == (
            2,
            '{"error": "没有设置邮件服务器（EMAIL_URL），不能发送。"}',
        )
