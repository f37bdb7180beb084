"""党课: who lectured, as what, and which person of the university that is (支部条例 16)."""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from django import forms

from accounts.models import User
from activities import lecturers
from activities.kinds import Kind
from activities.models import Activity, Lecture

from .base import UNSAID, Name, Part, plain

OUTSIDE: Final = "outside"


class LecturePart(Part):
    kind = Kind.PARTY_LECTURE
    code = "lecture"
    title = "主讲人身份"
    model = Lecture
    unprinted = frozenset({"主讲人对应"})

    def fields(self) -> dict[str, forms.Field]:
        row: Lecture | None = self.row
        who = OUTSIDE if row and row.is_outside else str(row.member_id or "") if row else ""
        return {
            "category": forms.ChoiceField(
                label="主讲人身份",
                required=False,
                choices=[UNSAID, *Lecture.Category.choices],
                initial=row.category if row else "",
            ),
            "rank": plain("职务职级", 60, row.rank if row else "", placeholder="如：学院党委书记、副教授"),
            "who": forms.ChoiceField(
                label="对应的党员",
                required=False,
                choices=self._people(who),
                initial=who,
                help_text="不选时按主讲人姓名自动对应。领导讲党课的次数按人统计，以这里为准。",
            ),
        }

    def _people(self, chosen: str) -> list[Any]:
        branch = self.occasion.branch
        above = [(str(each.member_id), each.label) for each in lecturers.leaders_above(branch, self.day)]
        own = [(str(each.member_id), each.label) for each in lecturers.of_branch(branch, self.day)]
        row: Lecture | None = self.row
        known = {pk for pk, _ in (*above, *own)}
        elsewhere = [(chosen, row.member.name)] if row and row.member and chosen not in known else []
        groups = [("上级党组织领导", above), ("本支部党员", own), ("其他党员", elsewhere)]
        found: list[Any] = [("", "按姓名自动对应"), (OUTSIDE, "校外人员，或不对应")]
        return found + [(title, people) for title, people in groups if people]

    @property
    def shown_names(self) -> list[str]:
        """With the lecturer's name, where the record is primarily of a kind in which nobody lectures."""
        return self.names if self.occasion.is_lectured else ["lecturer", *self.names]

    def faults(self, cleaned: dict[str, Any]) -> Iterator[tuple[str, str]]:
        who, name = self.sent(cleaned, "who"), cleaned.get("lecturer", "")
        if who in ("", OUTSIDE, None):
            return
        chosen = self._name_of(who)
        if not name:
            cleaned["lecturer"] = chosen
        elif name != chosen and who != self.made["who"].initial:
            yield self.name("who"), f"主讲人填的是“{name}”，这里选的是“{chosen}”，请改成一致。"
        elif name != chosen:
            # Another name was written over the one that was found before: it is looked for anew.
            cleaned[self.name("who")] = ""

    def _name_of(self, who: str) -> str:
        offered: Any = self.made["who"]
        groups = [people for _, people in offered.choices if isinstance(people, list)]
        label = next(label for people in groups for pk, label in people if pk == who)
        return str(label).partition("（")[0]

    def values(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        who = self.sent(cleaned, "who") or ""
        return {
            "category": self.sent(cleaned, "category") or "",
            "rank": self.sent(cleaned, "rank") or "",
            "is_outside": who == OUTSIDE,
            "member_id": UUID(who) if who not in ("", OUTSIDE) else None,
        }

    @classmethod
    def settle(cls, activity: Activity, row: Any, values: dict[str, Any], by: User | None) -> dict[str, Any]:
        if not values.get("member_id") and not values.get("is_outside"):
            found = lecturers.named(activity.lecturer, activity.branch, activity.held_on, by)
            return {**values, "member_id": found.pk if found else None}
        return values

    @classmethod
    def words(cls, row: Any, name: Name) -> dict[str, str]:
        return {
            "主讲人身份": str(Lecture.Category(row.category).label) if row.category else "",
            "主讲人职务职级": row.rank,
            "主讲人对应": "校外人员" if row.is_outside else "本校党员" if row.member_id else "",
        }
