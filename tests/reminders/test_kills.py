"""T32 to T34 with real workers, schedulers and Redis: each reminder once through fifty kills, eight of them of the
queue itself, an emptied queue, and two schedulers at once.
"""

import random
import time
from collections import Counter
from datetime import UTC, date, datetime

import pytest

from branches.roles import Role
from config.celery import app
from reminders import ledger
from reminders.models import Delivery, DeliveryLine, Pulse, Reminder
from reminders.tasks import deliver
from tests import cast
from tests.reminders.processes import Beat, Redis, Worker
from tests.reminders.servers import a_mail_server

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

PEOPLE, KILLS = 250, 50
DAY = date(2026, 10, 26)
#: Every tenth kill takes the whole worker, the others the process in which it sends.
WHOLE_EACH = 10
LEASE_SECONDS = 2
SECONDS_TO_KILL, SECONDS_TO_DRAIN = 600, 300
#: The queue itself is killed so often, with new mail for so many people each time.
QUEUE_KILLS, EACH, SECONDS_TO_RUN_AGAIN = 8, 5, 10


def ahead_now():
    """How far a clock is ahead that shows the morning of :data:`DAY`."""
    return datetime(2026, 10, 26, 2, 0, tzinfo=UTC) - datetime.now(UTC)


def a_branch():
    """One that has held nothing for months."""
    school = cast.a_university()
    cast.a_member(school.teachers)
    return school.teachers


def secretaries(branch, *numbers: int) -> None:
    for number in numbers:
        user = cast.a_user(Role.SECRETARY, branch)
        user.email = f"p{number}@example.edu.cn"
        user.save(update_fields=["email"])


def a_thousand_due() -> int:
    """Many secretaries of one branch. Returns how many reminders that makes."""
    secretaries(a_branch(), *range(PEOPLE))
    return len(ledger.gather(DAY))


@pytest.fixture
def queue():
    """Tasks go to Redis, not to where they are called."""
    eager, app.conf.task_always_eager = app.conf.task_always_eager, False
    yield
    app.conf.task_always_eager = eager


def test_through_fifty_kills_and_an_emptied_queue(queue):
    ahead = ahead_now()
    number = a_thousand_due()
    assert number >= 1000
    with a_mail_server(each=lambda mail: time.sleep(0.02)) as post:
        worker = Worker(post.port, ahead, lease=LEASE_SECONDS)
        try:
            kills = _kill_while_it_sends(worker, post)
            _drain()
        finally:
            worker.kill()
    assert kills == KILLS
    assert Reminder.objects.count() == DeliveryLine.objects.count() == number
    _check_mail(post)


def _kill_while_it_sends(worker: Worker, post) -> int:
    """One kill for every few messages, each at a random moment; halfway the queue is emptied."""
    kills, chance = 0, random.Random(5)
    deadline = time.monotonic() + SECONDS_TO_KILL
    while kills < KILLS and time.monotonic() < deadline:
        deliver.delay()
        before = len(post.received)
        until = time.monotonic() + 30
        while len(post.received) < before + 1 and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(chance.random() / 20)
        if kills % WHOLE_EACH == WHOLE_EACH - 1:
            worker.kill()
            kills += 1
            worker.start()
        else:
            kills += worker.kill_sender()
        if kills == KILLS // 2:
            with app.connection_for_write() as queue:
                queue.default_channel.client.flushall()
    return kills


def _drain() -> None:
    """What beat does each minute, each second."""
    deadline = time.monotonic() + SECONDS_TO_DRAIN
    while Delivery.objects.waiting().exists() and time.monotonic() < deadline:
        deliver.delay()
        time.sleep(1)


def _check_mail(post, people: int = PEOPLE, again: int = KILLS) -> None:
    """None is missing; one that comes ``again`` has the same Message-ID, and there are no more of them than kills."""
    sent = Counter(mail["Message-ID"] for mail in post.received)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}
    assert len(sent) == Delivery.objects.count() == people
    assert {mail["To"] for mail in post.received} == {f"p{number}@example.edu.cn" for number in range(people)}
    assert sum(sent.values()) - len(sent) <= again


def test_a_killed_queue_loses_nothing_and_works_again_within_ten_seconds():
    """T33. What comes before the kill or amid the sending goes out once; nobody starts worker or scheduler anew."""
    branch, ahead, redis = a_branch(), ahead_now(), Redis()
    waits = []
    with a_mail_server() as post:
        others = [Worker(post.port, ahead, redis_url=redis.url), Beat("beat", ahead, redis_url=redis.url)]
        try:
            _until(Pulse.objects.filter(name="plan").exists)
            for number in range(QUEUE_KILLS):
                people = (number + 1) * EACH
                secretaries(branch, *range(people - EACH, people))
                Pulse.objects.filter(name="plan").delete()
                if number % 2:
                    _until(lambda: len(post.received) > people - EACH)  # noqa: B023 - asked in this round
                redis.kill()
                time.sleep(0.5)
                redis.start()
                waits.append(_seconds_to_run_again())
                _until(lambda: len(post.received) == people)  # noqa: B023 - the same
        finally:
            for process in (*others, redis):
                process.kill()
    assert max(waits) <= SECONDS_TO_RUN_AGAIN
    assert Reminder.objects.count() == DeliveryLine.objects.count() == len(ledger.gather(DAY))
    _check_mail(post, people=QUEUE_KILLS * EACH, again=0)


def _last_run():
    return Pulse.objects.filter(name="worker").values_list("at", flat=True).first()


def _seconds_to_run_again() -> float:
    began, before = time.monotonic(), _last_run()
    _until(lambda: _last_run() != before)
    return time.monotonic() - began


def _until(what, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_two_schedulers_and_two_workers_at_once_tell_each_reminder_once():
    """T34 as processes: both schedulers ask for the ledger and for the sending each second, two at a time do it."""
    ahead, number = ahead_now(), a_thousand_due()
    with a_mail_server(each=lambda mail: time.sleep(0.01)) as post:
        worker = Worker(post.port, ahead, concurrency=2)
        beats = [Beat("first-beat", ahead), Beat("second-beat", ahead)]
        try:
            _until(Delivery.objects.exists)
            _until(lambda: not Delivery.objects.waiting().exists(), SECONDS_TO_DRAIN)
            enough = [beat.sent + 6 for beat in beats]
            _until(lambda: all(beat.sent >= least for beat, least in zip(beats, enough, strict=True)))
        finally:
            for process in (worker, *beats):
                process.kill()
    assert Reminder.objects.count() == DeliveryLine.objects.count() == number
    _check_mail(post, again=0)
