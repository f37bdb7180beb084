"""Messages: one a person a day, at the steps, in waking hours; none lost, none after it is settled (T32, T34, T35)."""

import threading
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.utils import timezone

from reminders import channels, delivery, leasing, planning, pulses
from reminders.channels import Unsent
from reminders.models import Delivery, DeliveryLine, NoticeChoice, Reminder
from tests.reminders.scene import a_reader, a_reminder, messages

#: A Tuesday; the due date of most reminders, with T-7 on this day.
DAY = date(2026, 10, 20)
DUE = date(2026, 10, 27)


@pytest.fixture(autouse=True)
def mail_is_on(settings, monkeypatch):
    """The ledger is filled by hand here: nothing is gathered from the rooms below."""
    settings.MAIL_IS_ON = True
    monkeypatch.setattr("reminders.ledger.collect", lambda on: (0, 0))


@pytest.fixture
def clock(db):
    with time_machine.travel("2026-10-20 10:00 +0800", tick=False) as traveller:
        yield traveller


def at(clock, day: date, hour: int = 10, minute: int = 0) -> int:
    """What the minute's run sends at that time."""
    clock.move_to(
        datetime(day.year, day.month, day.day, hour, minute, tzinfo=timezone.get_default_timezone())
    )
    return delivery.deliver(seconds=5)


def subjects() -> list[str]:
    return [message.subject for message in mail.outbox]


class TestSteps:
    def test_a_person_is_told_a_week_and_a_day_before_a_day_after_and_each_monday(self, clock):
        a_reminder(a_reader(), DUE)
        told = [day for n in range(40) if at(clock, day := DAY + timedelta(days=n))]
        assert [f"{day:%m-%d}" for day in told] == [
            *("10-20", "10-26", "10-28"),
            *("11-02", "11-09", "11-16", "11-23"),
        ]

    def test_a_birthday_that_passed_is_not_gone_on_about(self, clock):
        a_reminder(a_reader(), DUE, "王敏政治生日", "political_birthday")
        assert [n for n in range(30) if at(clock, DAY + timedelta(days=n))] == [0, 6]

    def test_what_comes_late_is_told_at_once(self, clock):
        a_reminder(a_reader(), DAY + timedelta(days=3))
        assert at(clock, DAY) == 1

    def test_all_that_is_due_is_one_message_with_a_link_to_each_form(self, clock):
        reader = a_reader()
        a_reminder(reader, date(2026, 10, 19), "三季度党员大会", url="/late/")
        a_reminder(reader, DUE, url="/form/")
        a_reminder(reader, DUE, "王敏政治生日", "political_birthday", url="/birthday/")
        assert at(clock, DAY) == 1
        assert subjects() == ["支部簿：3 项待办，其中 1 项已到期"]
        assert mail.outbox[0].body == (
            f"{reader.name}：\n\n"
            "三季度党员大会：10月19日已到期\n  http://localhost:8000/late/\n\n"
            "10月主题党日：10月27日到期\n  http://localhost:8000/form/\n\n"
            "政治生日：10月27日\n  http://localhost:8000/birthday/\n\n"
            "在“提醒方式”中可以调整接收渠道：http://localhost:8000/account/notices/\n"
        )

    def test_what_comes_after_the_days_message_waits_for_tomorrow(self, clock):
        reader = a_reader()
        a_reminder(reader, DUE)
        at(clock, DAY)
        a_reminder(reader, DUE, "支委会")
        assert [at(clock, DAY, 15), at(clock, DAY + timedelta(days=1))] == [0, 1]
        assert "主题党日" not in mail.outbox[1].body


class TestQuietHours:
    @pytest.mark.parametrize(
        ("day", "hour", "minute", "sent"),
        [
            (DAY, 7, 59, 0),
            (DAY, 8, 0, 1),
            (DAY, 20, 59, 1),
            (DAY, 21, 0, 0),
            (date(2026, 10, 24), 10, 0, 0),  # Saturday
            (date(2026, 10, 10), 10, 0, 1),  # a Saturday worked for the holiday
            (date(2026, 10, 1), 10, 0, 0),  # the holiday
        ],
    )
    def test_nobody_is_disturbed_at_night_and_on_free_days(self, clock, day, hour, minute, sent):
        a_reminder(a_reader(), day, created_at=datetime(2026, 9, 1, tzinfo=timezone.get_default_timezone()))
        assert at(clock, day, hour, minute) == sent

    def test_what_a_free_day_kept_back_comes_with_the_next_working_day(self, clock):
        a_reminder(a_reader(), date(2026, 10, 25))  # T-1 on Saturday, T+1 on Monday
        days = [DAY + timedelta(days=n) for n in range(8)]
        assert [f"{day:%m-%d}" for day in days if at(clock, day)] == ["10-20", "10-26"]


class TestSilence:
    def test_after_three_days_off_there_is_one_message_and_nothing_is_lost(self, clock):
        reader = a_reader()
        for n in range(5):
            a_reminder(reader, DAY + timedelta(days=n), f"第{n}项")
        assert at(clock, date(2026, 10, 23)) == 1
        assert subjects() == ["支部簿：5 项待办，其中 3 项已到期"]
        assert at(clock, date(2026, 10, 23), 15) == 0

    def test_what_waited_goes_out_once_with_what_has_come_besides(self, clock, monkeypatch):
        reader = a_reader()
        a_reminder(reader, DUE)
        with monkeypatch.context() as broken:
            broken.setattr(channels, "send", _refuse)
            assert at(clock, DAY) == 0
        a_reminder(reader, DUE, "支委会")
        assert at(clock, DAY + timedelta(days=3)) == 1
        assert subjects() == ["支部簿：2 项待办"]
        assert messages() == [("10-23", "sent")]

    def test_a_clock_put_back_an_hour_sends_nothing_twice(self, clock):
        a_reminder(a_reader(), DUE)
        assert [at(clock, DAY, 10), at(clock, DAY, 9), at(clock, DAY, 10)] == [1, 0, 0]


class TestSettled:
    def test_what_is_done_before_the_sending_is_not_sent(self, clock):
        reminder = a_reminder(a_reader(), DUE)
        planning.plan(timezone.now())
        Reminder.objects.filter(pk=reminder.pk).update(state="done")
        assert (delivery.drain(5), mail.outbox, messages()) == (0, [], [("10-20", "cancelled")])

    def test_what_is_settled_is_left_out_of_the_message(self, clock):
        reader = a_reader()
        settled, _ = a_reminder(reader, DUE, "支委会"), a_reminder(reader, DUE)
        planning.plan(timezone.now())
        Reminder.objects.filter(pk=settled.pk).update(state="cancelled")
        assert delivery.drain(5) == 1
        assert "支委会" not in mail.outbox[0].body

    def test_whoever_turned_the_channel_off_meanwhile_gets_nothing(self, clock):
        reader = a_reader()
        a_reminder(reader, DUE)
        planning.plan(timezone.now())
        NoticeChoice.objects.create(user=reader, mail=False)
        assert (delivery.drain(5), messages()) == (0, [("10-20", "cancelled")])


class TestWhoIsTold:
    def test_nobody_without_an_address(self, clock):
        a_reminder(a_reader(email=""), DUE)
        assert (at(clock, DAY), messages()) == (0, [])

    def test_nobody_whose_account_is_closed(self, clock):
        reader = a_reader()
        a_reminder(reader, DUE)
        reader.is_active = False
        reader.save(update_fields=["is_active"])
        assert (at(clock, DAY), messages()) == (0, [])

    def test_nobody_by_mail_where_there_is_no_mail_server(self, clock, settings):
        settings.MAIL_IS_ON = False
        a_reminder(a_reader(), DUE)
        assert (at(clock, DAY), messages()) == (0, [])


class TestFailing:
    def test_the_pauses_grow_and_then_it_has_failed(self, clock, monkeypatch):
        a_reminder(a_reader(), DUE)
        planning.plan(timezone.now())
        monkeypatch.setattr(channels, "send", _refuse)
        waited = []
        for _ in range(len(leasing.PAUSES) + 1):
            one = Delivery.objects.get()
            delivery.send(_leased(one))
            after = Delivery.objects.get()
            waited.append(round((after.next_at - timezone.now()).total_seconds() / 60))
        assert waited == [1, 5, 15, 60, 240, 1440, 1440, 1440]
        assert (after.state, after.attempts, after.last_error) == ("failed", 8, "连不上邮件服务器。")
        assert DeliveryLine.objects.count() == 1

    def test_it_is_not_tried_again_before_its_time(self, clock, monkeypatch):
        a_reminder(a_reader(), DUE)
        tried = []
        monkeypatch.setattr(channels, "send", lambda *sent: tried.append(sent) or _refuse())
        at(clock, DAY, 10, 0)
        at(clock, DAY, 10, 0)
        assert len(tried) == 1
        at(clock, DAY, 10, 1)
        assert len(tried) == 2

    def test_a_fault_of_our_own_does_not_stop_the_others(self, clock, monkeypatch):
        first, second = a_reader(), a_reader()
        a_reminder(first, DUE)
        a_reminder(second, DUE)
        sound = channels.send
        monkeypatch.setattr(
            channels, "send", lambda one, message: 1 / 0 if one.recipient == first else sound(one, message)
        )
        assert at(clock, DAY) == 1
        assert messages(recipient=first) == [("10-20", "waiting")]

    def test_staff_can_have_it_sent_again(self, clock):
        reader = a_reader()
        a_reminder(reader, DUE)
        planning.plan(timezone.now())
        Delivery.objects.update(state="failed", attempts=8)
        assert delivery.send_again(Delivery.objects.get(), by=reader) is True
        assert delivery.send_again(Delivery.objects.get(), by=reader) is False
        assert at(clock, DAY) == 1


class Killed(BaseException):
    """Stands for SIGKILL: no handler of ours sees it, nothing is marked."""


class TestKills:
    def test_killed_before_the_sending_it_is_sent_when_the_lease_has_run_out(self, clock, monkeypatch):
        a_reminder(a_reader(), DUE)
        with monkeypatch.context() as dying:
            dying.setattr(channels, "send", _die)
            with pytest.raises(Killed):
                at(clock, DAY, 10, 0)
        assert [at(clock, DAY, 10, 1), at(clock, DAY, 10, 2)] == [0, 1]
        assert messages() == [("10-20", "sent")]

    def test_killed_before_the_mark_it_comes_twice_with_one_message_id(self, clock, monkeypatch):
        a_reminder(a_reader(), DUE)
        with monkeypatch.context() as dying:
            dying.setattr(leasing, "mark", _die)
            with pytest.raises(Killed):
                at(clock, DAY, 10, 0)
        at(clock, DAY, 10, 2)
        assert len(mail.outbox) == 2
        assert len({one.extra_headers["Message-ID"] for one in mail.outbox}) == 1

    @pytest.mark.slow
    def test_a_thousand_reminders_through_fifty_kills(self, clock, monkeypatch):
        """The quick form of T32: 100 people, 10 things each; every other kill comes after the sending."""
        people = [a_reader(email=f"p{n}@example.edu.cn") for n in range(100)]
        for person in people:
            Reminder.objects.bulk_create(
                Reminder(
                    kind="duty",
                    subject=f"{n}",
                    due_on=DUE,
                    recipient=person,
                    title=f"第{n}项",
                    branch_path="00001",
                )
                for n in range(10)
            )
        sound, kills = channels.send, iter(range(50))

        def killed_at_times(one, message):
            kill = next(kills, None) if one.pk.int % 2 else None
            if kill is not None and kill % 2:
                raise Killed
            sound(one, message)
            if kill is not None:
                raise Killed

        monkeypatch.setattr(channels, "send", killed_at_times)
        for _ in range(52):
            try:
                delivery.deliver(seconds=60)
            except Killed:
                clock.shift(timedelta(minutes=2))
        sent = [one.extra_headers["Message-ID"] for one in mail.outbox]
        assert next(kills, None) is None
        assert (len(set(sent)), len(sent)) == (100, 125)
        assert {one.to[0] for one in mail.outbox} == {person.email for person in people}
        assert set(messages()) == {("10-20", "sent")}
        assert Reminder.objects.count() == DeliveryLine.objects.count() == 1000

    def test_whoever_lost_the_lease_marks_nothing(self, clock):
        a_reminder(a_reader(), DUE)
        planning.plan(timezone.now())
        slow = delivery.take(timezone.now())
        clock.shift(timedelta(minutes=2))
        quick = delivery.take(timezone.now())
        assert (delivery.send(quick), delivery.send(slow)) == (True, False)

    def test_one_in_somebodys_hands_is_not_taken(self, clock):
        a_reminder(a_reader(), DUE)
        planning.plan(timezone.now())
        assert delivery.take(timezone.now()).state == "waiting"
        assert delivery.take(timezone.now()) is None


@pytest.mark.django_db(transaction=True)
def test_two_schedulers_at_once_write_one_message():
    with time_machine.travel("2026-10-20 10:00 +0800", tick=False):
        for _ in range(5):
            a_reminder(a_reader(), DUE)
        start = threading.Barrier(2)

        def schedule():
            start.wait()
            planning.plan(timezone.now())
            connection.close()

        both = [threading.Thread(target=schedule) for _ in range(2)]
        for one in both:
            one.start()
        for one in both:
            one.join()
        assert messages() == [("10-20", "waiting")] * 5
        assert DeliveryLine.objects.count() == 5


@pytest.mark.parametrize("number", [1, 30])
def test_planning_asks_a_fixed_number_of_queries(clock, django_assert_num_queries, number):
    for _ in range(number):
        a_reminder(a_reader(), DUE)
    with django_assert_num_queries(16):
        assert planning.plan(timezone.now()) == number


def test_a_pulse_is_given_once_in_its_time(clock):
    every = timedelta(minutes=15)
    now = timezone.now()
    given = [pulses.take("plan", at=now + timedelta(minutes=n), every=every) for n in (0, 0, 14, 15, 16, -30)]
    assert given == [True, False, False, True, False, True]


def _leased(one: Delivery) -> Delivery:
    one.lease = one.pk
    one.save(update_fields=["lease"])
    return one


def _refuse(*sent):
    raise Unsent("连不上邮件服务器。")


def _die(*sent, **facts):
    raise Killed
