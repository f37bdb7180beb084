"""主题党日: the fixed items that the university defines, and what the branch added (5+X, a local usage)."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django import forms

from activities.kinds import Kind
from activities.models import Programme, ProgrammeItem

from .base import Name, Part

MOST_OWN: Final = 10
LENGTH: Final = 60


class ThemeDayPart(Part):
    kind = Kind.THEME_DAY
    code = "programme"
    title = "主题党日项目"
    model = Programme
    is_point = True

    def fields(self) -> dict[str, forms.Field]:
        """Nothing, until the university has defined items; a record keeps those of its day."""
        row: Programme | None = self.row
        then = [item["title"] for item in row.items] if row else []
        self.titles = then or list(ProgrammeItem.objects.values_list("title", flat=True))
        if not self.titles and not row:
            return {}
        done = forms.MultipleChoiceField(
            label="固定项目",
            required=False,
            widget=forms.CheckboxSelectMultiple,
            choices=[(title, title) for title in self.titles],
            initial=[item["title"] for item in row.items if item["done"]] if row else [],
        )
        own = forms.CharField(
            label="自选项目",
            required=False,
            initial="\n".join(row.own) if row else "",
            widget=forms.Textarea(attrs={"rows": 2}),
            help_text="可以不填，一行一项。",
        )
        return {"done": done, "own": own} if self.titles else {"own": own}

    def faults(self, cleaned: dict[str, Any]) -> Iterator[tuple[str, str]]:
        lines = self._lines(cleaned)
        if len(lines) > MOST_OWN:
            yield self.name("own"), f"自选项目最多 {MOST_OWN} 项，现在是 {len(lines)} 项。"
        if long := next((line for line in lines if len(line) > LENGTH), ""):
            yield self.name("own"), f"“{long[:12]}…”超过 {LENGTH} 个字，请缩短。"

    def _lines(self, cleaned: Mapping[str, Any]) -> list[str]:
        text = self.sent(cleaned, "own") or "" if "own" in self.made else ""
        return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))

    def values(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        if not self.made:
            return {}
        done, own = self.sent(cleaned, "done") or [], self._lines(cleaned)
        is_said = bool(done or own or self.row)
        items = [{"title": title, "done": title in done} for title in self.titles] if is_said else []
        return {"items": items, "own": own}

    @classmethod
    def words(cls, row: Any, name: Name) -> dict[str, str]:
        done = [item["title"] for item in row.items if item["done"]]
        fixed = "、".join(done) or "都没有做"
        counted = f"{fixed}（{len(row.items)} 项中的 {len(done)} 项）" if row.items else ""
        return {"固定项目": counted, "自选项目": "、".join(row.own)}
