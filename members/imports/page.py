"""The review page's own figures and lists, ready to be shown."""

from typing import Any, Final

from django.urls import reverse

from jobs.models import Upload
from lib.templatetags.ui import thousands

LISTS: Final = {
    "new": "新增",
    "changed": "变更",
    "unchanged": "不变",
    "absent": "文件中没有",
    "wrong": "错误",
    "warnings": "提示",
}
UNITS: Final = {"wrong": "行", "warnings": "条"}
ERRORS_AHEAD: Final = 5


class ReviewPage:
    """One list of the review (by default the first that says something), and what stands around it."""

    def __init__(self, upload: Upload, review: dict[str, Any], show: str) -> None:
        self.upload = upload
        self.review = review
        self.overwritten = set(upload.decisions.get("overwritten", []))
        self.lists: dict[str, list[Any]] = {
            **{name: review[name] for name in ("new", "unchanged", "absent", "warnings")},
            "wrong": review["errors"],
            "changed": [self._change(each) for each in review["changed"]],
        }
        self.show = show or next(
            (name for name in ("changed", "new", "wrong") if self.lists[name]), "unchanged"
        )
        self.title = LISTS[self.show]
        self.entries = self.lists[self.show]
        self.figure = f"{thousands(self.count(self.show))} {UNITS.get(self.show, '人')}"
        self.writable = len(review["new"]) + len(review["changed"])
        self.undecided = int(review["undecided"])
        self.recalled = sum(column["how"] == "remembered" for column in review["columns"])

    def _change(self, each: dict[str, Any]) -> dict[str, Any]:
        has_protected = any(is_protected for *_, is_protected in each["differences"])
        return {**each, "has_protected": has_protected, "is_ticked": each["row"] in self.overwritten}

    @property
    def offers_dates(self) -> bool:
        return any(each["has_protected"] for each in self.lists["changed"])

    @property
    def tabs(self) -> list[dict[str, Any]]:
        return [
            {"name": name, "label": label, "count": self.count(name), "current": name == self.show}
            for name, label in LISTS.items()
            if self.count(name) or name == self.show
        ]

    def count(self, name: str) -> int:
        return int(self.review["wrong"]) if name == "wrong" else len(self.lists[name])

    @property
    def errors_ahead(self) -> list[dict[str, Any]]:
        """The first errors, beside another list."""
        return [] if self.show == "wrong" else self.lists["wrong"][:ERRORS_AHEAD]

    @property
    def figures(self) -> list[dict[str, str]]:
        changes = sum(len(each["differences"]) for each in self.review["changed"])
        notes = {
            "new": ("人", "文件有，系统没有"),
            "changed": ("人", f"共 {thousands(changes)} 处改动"),
            "unchanged": ("人", "不会写入"),
            "absent": ("人", "不会删除"),
            "wrong": ("行", "改好后可再传"),
        }
        address = reverse("import_review", args=[self.upload.pk])
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

    @property
    def steps(self) -> list[dict[str, str]]:
        columns = len(self.review["columns"])
        mapped = (
            f"{columns} 列，还有 {self.undecided} 列待选" if self.undecided else f"{columns} 列，都已对应"
        )
        wrong = self.count("wrong")
        return [
            {"label": "1 上传", "note": "已完成", "state": "done"},
            {"label": "2 对应表头", "note": mapped, "state": "due" if self.undecided else "done"},
            {
                "label": "3 校验",
                "note": f"{thousands(wrong)} 行有错" if wrong else "没有错误",
                "state": "done",
            },
            {"label": "4 核对差异", "note": "正在这一步", "state": "now"},
            {"label": "5 写入", "note": "一次写入，要么全部，要么不写", "state": ""},
        ]
