"""The review page of a register: figures and one list, ready to be shown."""

from typing import Any, Final

from django.urls import reverse

from branches import names
from branches.models import Branch
from jobs.models import Upload
from lib.sheets.intake import Problem, Table
from lib.templatetags.ui import thousands

from .comparing import Difference, Review
from .reading import Entry

LISTS: Final = {
    "new": "新增",
    "changed": "变更",
    "unchanged": "不变",
    "absent": "文件中没有",
    "wrong": "错误",
    "warnings": "提示",
}


class RegisterPage:
    """``show`` chooses the list; without it the first that says something."""

    def __init__(self, upload: Upload, review: Review, show: str) -> None:
        self.upload = upload
        self.review = review
        self.renamed = set(upload.decisions.get("renamed", ()))
        self.lists: dict[str, list[Any]] = {
            "new": [self._line(entry) for entry in review.new],
            "changed": [self._change(entry, found) for entry, found in review.changed],
            "unchanged": [self._line(entry) for entry in review.unchanged],
            "absent": review.absent,
            "wrong": [problem_line(review.table, problem) for problem in review.errors],
            "warnings": [problem_line(review.table, problem) for problem in review.warnings],
        }
        first = next((name for name in ("changed", "wrong", "new") if self.lists[name]), "unchanged")
        self.show = show if show in LISTS else first
        self.title = LISTS[self.show]
        self.entries = self.lists[self.show]
        self.writable = len(review.new) + len(review.to_change)
        self.wrong = len(review.wrong)
        self.report = review.report()
        self.unknown = [column["heading"] for column in self.report.columns if column["field"] is None]

    def _line(self, entry: Entry) -> dict[str, Any]:
        existing = entry.existing
        short = existing.short_name if existing else names.short_name(entry.name, self.review.university)
        level = Branch.Level(entry.level).label if entry.level else ""
        parent = entry.parent.name if entry.parent else ""
        return {"row": entry.row, "name": entry.name, "short": short, "level": level, "parent": parent}

    def _change(self, entry: Entry, found: list[Difference]) -> dict[str, Any]:
        is_ticked = entry.row in self.renamed
        offers = is_ticked or any(difference.is_held for difference in found)
        return {**self._line(entry), "differences": found, "offers_rename": offers, "is_ticked": is_ticked}

    @property
    def offered(self) -> list[int]:
        """The rows whose organisation may be renamed."""
        return [each["row"] for each in self.lists["changed"] if each["offers_rename"]]

    def count(self, name: str) -> int:
        return self.wrong if name == "wrong" else len(self.lists[name])

    @property
    def tabs(self) -> list[dict[str, Any]]:
        return [
            {"name": name, "label": label, "count": self.count(name), "current": name == self.show}
            for name, label in LISTS.items()
            if self.count(name) or name == self.show
        ]

    @property
    def figures(self) -> list[dict[str, str]]:
        notes = {
            "new": ("个", "文件有，系统没有"),
            "changed": ("个", "名称、上级、任期等"),
            "unchanged": ("个", "不会写入"),
            "absent": ("个", "不会删除"),
            "wrong": ("行", "改好后可再传"),
        }
        address = reverse("import_register_review", args=[self.upload.pk])
        return [
            {
                "label": LISTS[name],
                "value": thousands(self.count(name)),
                "url": f"{address}?show={name}#list",
                "beside": unit,
                "note": note,
            }
            for name, (unit, note) in notes.items()
        ]


def problem_line(table: Table, problem: Problem) -> dict[str, Any]:
    """A problem as a list shows it."""
    headings = {column.letter: column.heading for column in table.header.columns}
    return {"row": problem.row, "heading": headings.get(problem.column or "", ""), "message": problem.message}
