"""Whether what comes round by itself still does: the worker, its schedule, the messages that wait, the backup."""

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta

from celery import current_app
from django.conf import settings
from django.db.models import Max, Min

from jobs.backups import history

from . import delivery, pulses
from .models import Delivery
from .quiet import may_send

#: After so long without a sign, something is wrong.
SILENT_AFTER = timedelta(minutes=10)
#: How much later than it should a message may go out, and a plan be made.
LATE_AFTER = timedelta(minutes=30)
#: With less of the disk left, a save may fail soon.
DISK_NEEDED = 1 << 30


@dataclass(frozen=True)
class Health:
    """``faults`` says in words what is wrong, and what to do."""

    at: datetime
    worker_at: datetime | None
    planned_at: datetime | None
    oldest_waiting: datetime | None
    last_sent: datetime | None
    failed: int
    backup_at: datetime | None
    disk_left: int
    faults: tuple[str, ...]

    @property
    def is_well(self) -> bool:
        return not self.faults


def look(at: datetime) -> Health:
    """Five queries."""
    worker_at, planned_at = pulses.last("worker"), pulses.last("plan")
    ready = Delivery.objects.waiting().filter(next_at__lte=at).aggregate(oldest=Min("next_at"))["oldest"]
    sent = Delivery.objects.aggregate(last=Max("sent_at"))["last"]
    since = at - timedelta(days=7)
    failed = Delivery.objects.filter(state=Delivery.State.FAILED, created_at__gte=since).count()
    faults = []
    if _is_old(worker_at, at, SILENT_AFTER):
        faults.append(
            "后台任务超过 10 分钟没有运行，提醒、导入和导出都会停住。请检查 worker 和 beat 是否在运行。"
        )
    elif _has_been_open(at) and _is_old(planned_at, at, delivery.PLANNED_EVERY + SILENT_AFTER):
        faults.append("后台任务在运行，但今天的提醒没有汇总成功。请查看后台日志。")
    elif _has_been_open(at) and ready and at - ready > LATE_AFTER and _is_old(sent, at, SILENT_AFTER):
        faults.append(
            "有消息等待发送超过半小时，而最近 10 分钟没有发出任何消息。请查看“提醒消息”中的未成原因。"
        )
    backup, disk_left = history.last_made(), shutil.disk_usage(settings.DATA_DIR).free
    backup_at = backup.at if backup else None
    if not settings.TRIAL and _is_old(backup_at, at, history.OLD_AFTER):
        faults.append(
            "超过 26 小时没有备份。请核对 BACKUP_DIR 并查看后台日志，或在服务器上运行 manage.py backup。"
        )
    if disk_left < DISK_NEEDED:
        faults.append("数据所在的磁盘剩余不到 1 GB，很快会存不进数据。请清理磁盘或扩容。")
    return Health(at, worker_at, planned_at, ready, sent, failed, backup_at, disk_left, tuple(faults))


def is_silent(at: datetime) -> bool:
    """Whether the background ran once and has stopped: for a page that says so. One query."""
    worker_at = pulses.last("worker")
    return worker_at is not None and _is_old(worker_at, at, SILENT_AFTER)


def _is_old(sign: datetime | None, at: datetime, limit: timedelta) -> bool:
    return sign is None or at - sign > limit


def _has_been_open(at: datetime) -> bool:
    """Messages may go out, and might for long enough that they should have."""
    return may_send(at) and may_send(at - LATE_AFTER)


def answers() -> bool:
    """Whether any worker answers right now: one that does, with an old sign, is not called by beat. Takes a second."""
    try:
        return bool(current_app.control.ping(timeout=1))
    except Exception:  # noqa: BLE001  whatever the broker throws
        return False
