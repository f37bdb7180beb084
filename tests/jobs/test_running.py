"""A job is done once, can be stopped, says what went wrong, and is never lost."""

import errno
import os
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.utils import timezone

from accounts.models import AuditEntry
from jobs import running
from jobs.models import Job
from tests import cast

pytestmark = pytest.mark.django_db

NOTHING_WRITTEN = "已取消，没有写入任何内容。"


@pytest.fixture
def kind(monkeypatch):
    """Registers work for the time of one test: ``kind(work)`` gives the kind's name."""

    def keep(work, may_fetch=lambda user, job: True, **more):
        running.register("test", may_fetch, **more)(work)
        return "test"

    monkeypatch.setattr(running, "_kinds", dict(running._kinds))
    return keep


def queued(name="test", owner=None, **fields):
    return Job.objects.create(kind=name, owner=owner or cast.a_user(), label="试验", **fields)


def write(progress, text="内容"):
    progress.result_path("结果.xlsx").write_text(text)


def test_a_started_job_is_done_after_the_transaction(kind, django_capture_on_commit_callbacks):
    kind(write)
    owner = cast.a_user()
    with django_capture_on_commit_callbacks(execute=True):
        job = running.start("test", owner, "试验", {"period": "2026Q3"})
        assert Job.objects.get().state == "queued"
    job.refresh_from_db()
    assert (job.state, job.attempts, job.result_name) == ("done", 1, "结果.xlsx")
    assert running.result_path_of(job).read_text() == "内容"
    assert running.result_path_of(job).stat().st_mode & 0o777 == 0o600
    entry = AuditEntry.objects.get(action="job.start")
    assert (entry.actor, entry.after) == (owner, {"kind": "test", "period": "2026Q3"})


def test_a_job_sent_twice_is_done_once(kind):
    done = []
    kind(lambda progress: done.append(progress.job.pk))
    job = queued()
    running.run(str(job.pk))
    running.run(str(job.pk))
    assert done == [job.pk]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_do_it_once(kind):
    done = []
    kind(lambda progress: (done.append(1), time.sleep(0.2)))
    job = queued()

    def work():
        running.run(str(job.pk))
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert (len(done), Job.objects.get().attempts) == (1, 1)


def test_a_queued_job_is_cancelled_at_once(kind):
    kind(write)
    job = queued()
    assert running.cancel(job, by=job.owner)
    running.run(str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.message, job.result_file) == ("cancelled", NOTHING_WRITTEN, "")
    assert AuditEntry.objects.filter(action="job.cancel", actor=job.owner).count() == 1


def test_a_running_job_stops_where_it_next_says_where_it_is(kind):
    reached = []

    def work(progress):
        progress.at("读取", 1, 3)
        write(progress)
        running.cancel(progress.job, by=progress.owner)
        progress.at("读取", 2, 3)
        reached.append("beyond")

    kind(work)
    job = queued()
    running.run(str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.message, job.done, reached) == ("cancelled", NOTHING_WRITTEN, 1, [])
    assert list((Path(settings.DATA_DIR) / "results").glob(job.result_file or "-")) == []


def test_what_already_writes_is_not_cancelled(kind):
    answers = []

    def work(progress):
        progress.at("写入", 1, 3, writing=True)
        answers.append(running.cancel(progress.job, by=progress.owner))
        progress.at("写入", 3, 3, writing=True)

    kind(work)
    job = queued()
    running.run(str(job.pk))
    job.refresh_from_db()
    assert (job.state, answers) == ("done", [False])
    assert not running.cancel(job, by=job.owner)


def test_a_refusal_is_told_in_its_own_words(kind):
    def work(progress):
        raise running.JobRefused("2026年四季度还没有记录。")

    kind(work)
    job = queued()
    running.run(str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.message) == ("failed", "2026年四季度还没有记录。")


def test_a_failure_leaves_a_sentence_and_no_file(kind, caplog):
    made = []

    def work(progress):
        write(progress)
        made.append(progress.job.result_file)
        raise ZeroDivisionError("张三 110105")

    kind(work)
    job = queued()
    running.run(str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.result_file) == ("failed", "")
    assert job.message.startswith("处理时出错，没有写入任何内容。")
    assert not (Path(settings.DATA_DIR) / "results" / made[0]).exists()
    assert str(job.pk) in caplog.text


def test_an_unknown_kind_fails_and_may_not_be_fetched():
    job = queued("gone")
    running.run(str(job.pk))
    job.refresh_from_db()
    assert job.state == "failed"
    assert not running.may_fetch(job.owner, job)


def test_the_sweeper_sends_what_the_broker_lost(kind):
    kind(write)
    lost = queued(created_at=timezone.now() - timedelta(minutes=2))
    fresh = queued(created_at=timezone.now())
    assert running.sweep() == 1
    states = dict(Job.objects.values_list("pk", "state"))
    assert states == {lost.pk: "done", fresh.pk: "queued"}


def test_the_sweeper_starts_again_what_a_killed_worker_left(kind):
    kind(write)
    long_ago = timezone.now() - timedelta(minutes=6)
    job = queued(state="running", attempts=1, created_at=long_ago, started_at=long_ago, beat_at=long_ago)
    busy = queued(state="running", attempts=1, beat_at=timezone.now() - timedelta(minutes=4))
    assert running.sweep() == 1
    job.refresh_from_db()
    busy.refresh_from_db()
    assert (job.state, job.attempts, busy.state) == ("done", 2, "running")


def test_after_three_tries_it_gives_up_and_says_so(kind):
    kind(write)
    job = queued(state="running", attempts=3, beat_at=timezone.now() - timedelta(minutes=6))
    assert running.sweep() == 0
    job.refresh_from_db()
    assert (job.state, job.message) == ("failed", "多次中断，没有写入任何内容。请重新发起。")


def test_a_worker_that_was_taken_over_writes_nothing_more(kind):
    def work(progress):
        Job.objects.filter(pk=progress.job.pk).update(attempts=2)  # what the second worker's claim does
        write(progress)
        progress.at("写入", writing=True)

    kind(work)
    job = queued()
    running.run(str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.stage, job.result_file) == ("running", "", "")


def test_a_dead_broker_leaves_the_job_for_the_sweeper(kind, monkeypatch, django_capture_on_commit_callbacks):
    kind(write)

    def refuse(*args, **kwargs):
        raise ConnectionError

    monkeypatch.setattr("jobs.tasks.run_job.delay", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        job = running.start("test", cast.a_user(), "试验")
    job.refresh_from_db()
    assert job.state == "queued"


def test_a_result_is_kept_seven_days(kind):
    kind(write)
    job = queued()
    running.run(str(job.pk))
    job.refresh_from_db()
    path = running.result_path_of(job)
    for days, is_kept in ((6, True), (8, False)):
        then = timezone.now() - timedelta(days=days)
        os.utime(path, (then.timestamp(), then.timestamp()))
        Job.objects.update(finished_at=then)
        running.sweep()
        job.refresh_from_db()
        assert (path.exists(), running.has_result(job)) == (is_kept, is_kept)
    assert job.result_name == "结果.xlsx"


def test_how_far_and_how_long():
    job = queued(state="running", done=2000, total=10000)
    job.started_at, job.beat_at = timezone.now() - timedelta(seconds=5), timezone.now()
    assert (job.percent, job.seconds_left) == (20, 20)
    assert (Job(total=0).percent, Job(total=0).seconds_left) == (None, None)


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_real_worker_does_it(worker):
    from branches.roles import Role

    school = cast.a_university()
    leader = cast.a_user(Role.LEADER, school.root)
    job = running.start("quarterly_statistics", leader, "2026年三季度统计", {"period": "2026Q3"})
    deadline = time.monotonic() + 60
    while not job.is_over and time.monotonic() < deadline:
        time.sleep(0.2)
        job.refresh_from_db()
    assert (job.state, job.message, job.attempts) == ("done", "", 1)
    assert running.result_path_of(job).read_bytes().startswith(b"PK")


class TestWaiting:
    def test_one_that_is_done_is_not_waited_for(self, kind):
        kind(write)
        job = queued()
        running.run(str(job.pk))
        assert running.wait_for(job, seconds=60)

    def test_one_that_failed_has_nothing_to_fetch(self, kind):
        def work(progress):
            raise running.JobRefused("没有。")

        kind(work)
        job = queued()
        running.run(str(job.pk))
        assert not running.wait_for(job, seconds=60)

    def test_within_a_transaction_nothing_is_waited_for(self, kind):
        kind(write)
        began = time.monotonic()
        assert not running.wait_for(queued(), seconds=60)
        assert time.monotonic() - began < 5


def gone(progress):
    raise OperationalError("server closed the connection unexpectedly")


class TestOutages:
    """T38: what a job does whose database went away, or whose disk is full."""

    @pytest.fixture(autouse=True)
    def quick(self, monkeypatch):
        monkeypatch.setattr(running, "BETWEEN_RETURNS", 0)
        monkeypatch.setattr(running.connection, "close", lambda: None)  # this test's own
        self.sent = []
        monkeypatch.setattr(running, "_send", lambda job: self.sent.append(job.pk))

    def test_it_is_done_again(self, kind):
        kind(gone)
        job = queued()
        running.run(str(job.pk))
        job.refresh_from_db()
        assert (job.state, job.attempts, self.sent) == ("queued", 1, [job.pk])
        kind(write)
        running.run(str(job.pk))
        job.refresh_from_db()
        assert (job.state, job.attempts) == ("done", 2)

    def test_three_times_at_most(self, kind):
        kind(gone)
        job = queued()
        for _ in range(4):
            running.run(str(job.pk))
        job.refresh_from_db()
        assert (job.state, job.attempts, job.message) == ("failed", 3, running.INTERRUPTED)

    def test_half_a_result_is_not_kept(self, kind):
        def write_and_lose(progress):
            write(progress, "半份")
            gone(progress)

        kind(write_and_lose)
        job = queued()
        before = set(running.result_path_of(job).parent.glob("*"))
        running.run(str(job.pk))
        assert set(running.result_path_of(job).parent.glob("*")) == before

    def test_a_full_disk_is_named(self, kind):
        def fill(progress):
            raise OSError(errno.ENOSPC, "No space left on device")

        kind(fill)
        job = queued()
        running.run(str(job.pk))
        job.refresh_from_db()
        assert (job.state, job.message) == (
            "failed",
            "服务器磁盘已满，没有写入任何内容。请系统管理员腾出空间后重试。",
        )
