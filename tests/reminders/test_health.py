"""T36: whoever watches sees within ten minutes that the background has gone silent, and what to do."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from branches.roles import Role
from jobs.backups import history
from reminders import delivery, health, pulses, tasks
from reminders.models import Delivery
from tests import cast

HEALTHZ = reverse("healthz")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock(db, monkeypatch):
    monkeypatch.setattr("reminders.ledger.collect", lambda on: (0, 0))
    with time_machine.travel("2026-10-20 10:00 +0800", tick=False) as traveller:
        yield traveller


def faults() -> tuple[str, ...]:
    return tuple(fault[:10] for fault in health.look(timezone.now()).faults)


def test_a_machine_where_nothing_ever_ran_is_not_well(clock):
    assert faults() == ("后台任务超过 10 ",)


def test_silence_is_noticed_after_ten_minutes_and_over_when_it_runs_again(clock):
    tasks.deliver()
    seen = []
    for _ in range(12):
        seen.append(Client().get(HEALTHZ).status_code)
        clock.shift(MINUTE)
    assert seen == [200] * 11 + [503]
    tasks.deliver()
    assert Client().get(HEALTHZ).status_code == 200


def test_it_runs_at_night_too(clock):
    clock.move_to("2026-10-24 03:00 +0800")
    tasks.deliver()
    assert faults() == ()


def test_a_plan_that_fails_shows(clock, monkeypatch):
    monkeypatch.setattr("reminders.ledger.collect", lambda on: 1 / 0)
    for _ in range(3):
        tasks.deliver()
        clock.shift(MINUTE)
    assert faults() == ("后台任务在运行，但今",)
    assert pulses.last("plan") is None


def test_messages_that_nobody_sends_show(clock, monkeypatch):
    at = timezone.now() - timedelta(minutes=31)
    user = cast.a_user()
    Delivery.objects.create(channel="mail", recipient=user, day=date(2026, 10, 20), next_at=at)
    monkeypatch.setattr(delivery, "drain", lambda seconds: 0)
    tasks.deliver()
    assert faults() == ("有消息等待发送超过半",)
    Delivery.objects.update(next_at=timezone.now())
    assert faults() == ()


def test_the_answer_tells_times_and_nothing_else(clock):
    tasks.deliver()
    assert Client().get(HEALTHZ).json() == {
        "ok": True,
        "last_beat": "2026-10-20T10:00:00+08:00",
        "last_plan": "2026-10-20T10:00:00+08:00",
        "oldest_pending": None,
        "last_delivery": None,
        "last_backup": None,
    }


def test_the_system_administrator_sees_it_in_words(clock, monkeypatch):
    monkeypatch.setattr(health, "answers", lambda: False)
    page = cast.a_browser(cast.a_user(Role.SYSTEM_ADMIN)).get(reverse("system_state")).content.decode()
    assert "后台任务超过 10 分钟没有运行" in page
    assert "没有应答，请检查是否在运行" in page


def test_a_production_without_a_backup_of_the_night_is_not_well(clock, settings):
    tasks.deliver()
    settings.TRIAL = False
    assert faults() == ("超过 26 小时没有",)
    audit.record(history.MADE, by=None)
    assert (faults(), Client().get(HEALTHZ).json()["last_backup"]) == ((), "2026-10-20T10:00:00+08:00")
    clock.shift(timedelta(hours=27))
    tasks.deliver()
    assert faults() == ("超过 26 小时没有",)


def test_a_full_disk_shows(clock, monkeypatch):
    tasks.deliver()
    monkeypatch.setattr(health.shutil, "disk_usage", lambda folder: SimpleNamespace(free=(1 << 30) - 1))
    assert faults() == ("数据所在的磁盘剩余不",)


def test_rehearsals_are_listed_and_their_records_opened(clock, settings, tmp_path, monkeypatch):
    monkeypatch.setattr(health, "answers", lambda: True)
    settings.DATA_DIR = tmp_path
    browser = cast.a_browser(cast.a_user(Role.SYSTEM_ADMIN))
    assert "还没有做过恢复演练" in browser.get(reverse("system_state")).content.decode()
    name = "rehearsal-20261020-100000.txt"
    (tmp_path / "rehearsals").mkdir()
    (tmp_path / "rehearsals" / name).write_text("恢复演练记录")
    facts = {"file": "one.backup", "report": name, "rows": 7, "files": 2, "seconds": 1.5}
    audit.record("backup.rehearsed", by=None, after=facts)
    page = browser.get(reverse("system_state")).content.decode()
    assert "7 行、2 个文件全部一致，用时 1.5 秒" in page
    answer = browser.get(reverse("rehearsal_report", args=[name]))
    assert b"".join(answer.streaming_content).decode() == "恢复演练记录"
    for other in ("rehearsal-20261020-100001.txt", "..", "secret_key"):
        assert browser.get(f"/system/rehearsals/{other}").status_code == 404


def test_staff_see_on_their_first_page_that_it_has_stopped(clock):
    school = cast.a_university()
    browser = cast.a_browser(cast.a_user(Role.ORGANIZATION_STAFF, school.root))
    tasks.deliver()
    clock.shift(10 * MINUTE)
    assert "请告诉系统管理员" not in browser.get("/").content.decode()
    clock.shift(MINUTE)
    assert "请告诉系统管理员" in browser.get("/").content.decode()
