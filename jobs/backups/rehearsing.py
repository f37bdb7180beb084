"""The rehearsal: a backup restored beside the running system, compared, thrown away, and written down."""

import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from accounts import audit
from accounts.models import AuditSeal, User
from lib.encryption import forget_keys
from lib.files import write

from . import making, restoring
from .archive import BackupError, Contents, Say, quiet
from .turning import turned_to

REHEARSED: Final = "backup.rehearsed"
FOLDER: Final = "rehearsals"
SCHEMA: Final = "branchbook_rehearsal"
SCRATCH: Final = ".rehearsal-"


@dataclass(frozen=True)
class Report:
    """What a rehearsal found. ``seconds``: proving the file, and making and filling the scratch database."""

    at: datetime
    backup: str
    contents: Contents
    accounts: int
    seconds: dict[str, float]
    target: str

    def as_json(self) -> dict[str, Any]:
        return {
            "at": self.at.isoformat(timespec="seconds"),
            "backup": {"file": self.backup, **asdict(self.contents.manifest)},
            "target": self.target,
            "seconds": self.seconds,
            "accounts": self.accounts,
            **self.contents.counts(),
            "sha256": self.contents.checksum(),
            "by_table": [asdict(each) for each in self.contents.tables],
            "by_file": [asdict(each) for each in self.contents.files],
        }


def rehearse(path: Path, say: Say = quiet) -> tuple[Report, Path]:
    """Restore into a scratch database and folder. Returns the report and where it was kept; BackupError refuses."""
    forget_keys()
    at, begun = timezone.localtime(), time.monotonic()
    contents = restoring.inspect(path)
    restoring.refuse_other_schema(contents.manifest)
    restoring.refuse_application()
    _refuse_full_disk(contents)
    proved = time.monotonic()
    with scratch() as folder:
        restoring.make_tables(say)
        restoring.load(path, contents, folder, say)
        accounts = _prove(contents)
    seconds = {"prove": round(proved - begun, 1), "restore": round(time.monotonic() - proved, 1)}
    report = Report(at, path.name, contents, accounts, seconds, connection.display_name)
    kept = keep(report)
    audit.record(
        REHEARSED,
        by=None,
        after={"file": path.name, "report": kept.name, "seconds": sum(seconds.values()), **contents.counts()},
    )
    return report, kept


def _refuse_full_disk(contents: Contents) -> None:
    """The files lie there twice meanwhile, and nobody who works may run out of room by it."""
    if shutil.disk_usage(settings.DATA_DIR).free < contents.bytes + making.ROOM_LEFT:
        raise BackupError(
            f"数据所在的磁盘剩余不够：演练要临时放下 {filesizeformat(contents.bytes)} 的文件，并留出 1 GB。"
            "没有演练，请先清理磁盘或扩容。"
        )


def _prove(contents: Contents) -> int:
    """Beside the checksums: the head of the audit chain is that of the backup. Returns how many may sign in."""
    head = AuditSeal.objects.order_by("-number").values("number", "hash").first()
    if (head or {"number": 0, "hash": audit.GENESIS}) != contents.manifest.audit:
        raise BackupError("恢复后的审计链末端与备份不同。")
    return User.objects.filter(is_active=True).count()


@contextmanager
def scratch() -> Iterator[Path]:
    """Point Django to an empty database of this process's own and yield an empty folder; both are removed again.

    On PostgreSQL a schema of its own beside the running one, which needs no other right than the owner's; on SQLite
    a file.
    """
    folder = Path(tempfile.mkdtemp(dir=settings.DATA_DIR, prefix=SCRATCH))
    try:
        if connection.vendor == "sqlite":
            with turned_to({**connection.settings_dict, "NAME": str(folder / "rehearsal.sqlite3")}):
                yield folder
        else:
            with _own_schema():
                yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _own_schema() -> Iterator[None]:
    _run(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE", f"CREATE SCHEMA {SCHEMA}")
    options = connection.settings_dict["OPTIONS"]
    said = f"{options.get('options', '')} -c search_path={SCHEMA} -c statement_timeout=0".strip()
    try:
        with turned_to({**connection.settings_dict, "OPTIONS": {**options, "options": said}}):
            yield
    finally:
        _run(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")


def _run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def folder() -> Path:
    return Path(settings.DATA_DIR) / FOLDER


def keep(report: Report) -> Path:
    """Write a report down twice, to be read and to be reckoned with; returns the one to be read."""
    name = f"rehearsal-{report.at:%Y%m%d-%H%M%S}"
    body = json.dumps(report.as_json(), ensure_ascii=False, indent=1)
    write(folder() / f"{name}.json", body.encode())
    write(folder() / f"{name}.txt", words(report).encode())
    return folder() / f"{name}.txt"


def words(report: Report) -> str:
    """The report on a page or two of plain text."""
    contents, seconds = report.contents, report.seconds
    manifest = contents.manifest
    lines = [
        "支部簿备份恢复演练记录",
        "",
        f"演练时间：{report.at:%Y-%m-%d %H:%M:%S}",
        f"备份文件：{report.backup}（{manifest.at} 由 {manifest.version} 版在 {manifest.vendor} 上制作）",
        f"恢复到：{report.target} 的临时库和临时文件夹，演练后已删除",
        f"用时：核对文件 {seconds['prove']} 秒，恢复并比对 {seconds['restore']} 秒",
        f"恢复：{len(contents.tables)} 张表 {contents.rows} 行、{len(contents.files)} 个文件 {contents.bytes} 字节",
        "结果：行数和 SHA-256 全部一致",
        f"审计链末端：第 {manifest.audit['number']} 号 {manifest.audit['hash']}，一致",
        f"可登录的账号：{report.accounts} 个",
        f"总校验值：{contents.checksum()}",
        "",
        "各表（表名、行数、SHA-256）",
        *(f"{each.name}\t{each.rows}\t{each.sha256}" for each in contents.tables),
        "",
        "各文件（路径、字节、SHA-256）",
        *(f"{each.path}\t{each.bytes}\t{each.sha256}" for each in contents.files),
    ]
    return "\n".join(lines) + "\n"
