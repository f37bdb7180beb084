"""第一议题: which document was studied, and who read it out (a local usage)."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django import forms

from activities.kinds import Kind
from activities.models import StudiedDocument

from .base import Name, Part, plain

MEASURES: Final = "贯彻措施"


class DocumentPart(Part):
    kind = Kind.FIRST_AGENDA
    code = "document"
    title = "学习的文件"
    model = StudiedDocument
    is_point = True
    for_keepers = frozenset({MEASURES})

    def fields(self) -> dict[str, forms.Field]:
        row: StudiedDocument | None = self.row
        return {
            "name": plain(
                "文件或讲话", 120, row.name if row else "", placeholder="如：《党员教育管理工作条例》"
            ),
            "number": plain("文号", 60, row.number if row else ""),
            "dated": forms.DateField(
                label="文件日期",
                required=False,
                initial=row.dated if row else None,
                widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
                error_messages={"invalid": "文件日期应为如 2026-03-15。"},
            ),
            "lead_reader": plain("领学人", 64, row.lead_reader if row else ""),
            "measures": forms.CharField(
                label=MEASURES,
                required=False,
                max_length=1000,
                initial=row.measures if row else "",
                widget=forms.Textarea(attrs={"rows": 2}),
            ),
        }

    def faults(self, cleaned: dict[str, Any]) -> Iterator[tuple[str, str]]:
        dated, held_on = self.sent(cleaned, "dated"), cleaned.get("held_on")
        if dated and held_on and dated > held_on:
            yield self.name("dated"), "文件日期晚于学习的日期，请核对。"
        said = any(self.sent(cleaned, name) for name in ("number", "dated"))
        if said and not self.sent(cleaned, "name"):
            yield self.name("name"), "请写明是哪份文件。"

    def values(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        texts = {name: self.sent(cleaned, name) or "" for name in self.made if name != "dated"}
        return {**texts, "dated": self.sent(cleaned, "dated")}

    @classmethod
    def words(cls, row: Any, name: Name) -> dict[str, str]:
        return {
            "学习文件": row.name,
            "文号": row.number,
            "文件日期": f"{row.dated:%Y-%m-%d}" if row.dated else "",
            "领学人": name(row.lead_reader),
            MEASURES: row.measures,
        }
