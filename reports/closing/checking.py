"""Whether what is kept of a closing is still what was kept: tables, files, and the whole against the trail."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence

from accounts import audit
from accounts.models import AuditEntry
from reports.models import ClosedFile, ClosedPeriod, ClosedTable

from . import files, tables

#: (organisation's code, statistic or file name, SHA-256)
Sealed = tuple[str, str, str]


def root_of(period: str, version: int, kept: Iterable[Sealed], made: Iterable[Sealed]) -> str:
    """The SHA-256 over all tables and files of a closing, whatever order they come in."""
    body = {"period": period, "version": version, "tables": sorted(kept), "files": sorted(made)}
    return tables.sha256_of(tables.canonical(body))


def faults(
    closing: ClosedPeriod, kept: Sequence[ClosedTable] | None = None, made: Sequence[ClosedFile] | None = None
) -> list[str]:
    """What is not as it was locked, each in a sentence; empty when all is.

    The contents of ``kept`` and ``made`` are looked at, or of all of the closing; the sums always of all.
    """
    looked = closing.tables.select_related("branch") if kept is None else kept
    return [
        *_of_the_whole(closing),
        *(fault for table in looked for fault in _of_table(table)),
        *(fault for file in (closing.files.all() if made is None else made) for fault in _of_file(file)),
    ]


def _of_the_whole(closing: ClosedPeriod) -> Iterator[str]:
    """The sums of all parts against the root, and the root against the signed entry of the trail."""
    kept = closing.tables.order_by().values_list("branch__code", "statistic", "sha256")
    made = closing.files.order_by().values_list("branch__code", "name", "sha256")
    if root_of(closing.period, closing.version, kept, made) != closing.sha256:
        yield "统计表和文件的校验值与总校验值不一致。"
    entry = AuditEntry.objects.filter(
        action="closing.lock", object_type=closing._meta.label_lower, object_id=str(closing.pk)
    ).first()
    if entry is None or not audit.is_genuine(entry) or entry.after.get("sha256") != closing.sha256:
        yield "总校验值与审计记录中的不一致。"


def _of_table(table: ClosedTable) -> Iterator[str]:
    if tables.sha256_of(table.body) != table.sha256:
        yield f"统计表“{table.statistic}”（{table.branch}）的内容与锁定时不一致。"


def _of_file(file: ClosedFile) -> Iterator[str]:
    path = files.path_of(file)
    if not path.is_file():
        yield f"文件“{file.name}”已不在服务器上。"
    elif hashlib.sha256(path.read_bytes()).hexdigest() != file.sha256:
        yield f"文件“{file.name}”的内容与锁定时不一致。"
