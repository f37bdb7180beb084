"""The files of a closing: a workbook of each organisation's tables, and of the whole university a PDF beside it."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils import timezone

from branches.models import Branch
from lib import files, typesetting
from lib.sheets.writing import write_workbook
from reports.figures import paper, sheet
from reports.figures.base import Table
from reports.models import ClosedFile, ClosedPeriod, SentFile

#: Whose files lie in the folder.
KEEPERS: Final = (ClosedFile, SentFile)


@dataclass(frozen=True)
class Made:
    """A file that is to be kept."""

    branch: Branch
    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def made_of(branch: Branch, tables: Sequence[Table], closing: ClosedPeriod) -> list[Made]:
    """Without a Chinese font there is no PDF, and the closing goes on without it."""
    title = f"{tables[0].asked.title}统计报表（锁定第{closing.version}版）"
    lines = [line(closing)]
    found = [Made(branch, f"{title}.xlsx", workbook(tables, lines))]
    if branch.parent_id is None and typesetting.can_typeset():
        found.append(Made(branch, f"{title}.pdf", pdf(title, tables, lines)))
    return found


def line(closing: ClosedPeriod) -> str:
    at = timezone.localtime(closing.closed_at)
    return f"锁定：{closing.closed_by_name}，{at:%Y-%m-%d %H:%M}，第{closing.version}版。以后的更正不改动本文件。"


def workbook(tables: Sequence[Table], lines: Sequence[str]) -> bytes:
    """A sheet of each table, and one of what the figures mean; ``lines`` stand in the banner of each."""
    content = BytesIO()
    banners = [[sheet.title(table), sheet.scope_line(table.asked), *lines] for table in tables]
    sheets = [sheet.figures(table, banner) for table, banner in zip(tables, banners, strict=True)]
    write_workbook(content, [*sheets, sheet.meanings_of(tables, ["口径", *lines])])
    return content.getvalue()


def pdf(title: str, tables: Sequence[Table], lines: Sequence[str]) -> bytes:
    pages = [{**paper.contents(table), "banner": [sheet.scope_line(table.asked), *lines]} for table in tables]
    return typesetting.pdf("closing.typ", {"title": title, "tables": pages})


def new_name() -> str:
    return secrets.token_hex(16)


def write(stored: str, content: bytes) -> None:
    files.write(folder() / stored, content)


def discard(stored: str) -> None:
    (folder() / stored).unlink(missing_ok=True)


def folder() -> Path:
    return Path(settings.DATA_DIR) / "closings"


def path_of(file: ClosedFile | SentFile) -> Path:
    return folder() / file.stored
