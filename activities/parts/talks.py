"""谈心谈话: of which kind of pair, and what was said, sealed for those who said it (支部条例 19)."""

from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

from django import forms

from accounts.models import User
from activities import talks
from activities.kinds import Kind
from activities.models import Activity, Attendance, Talk
from activities.refusals import RecordError
from members import rosters

from .base import Name, Part

LENGTH: Final = 5000
CONTENT: Final = "谈话内容"


class TalkPart(Part):
    kind = Kind.HEART_TALK
    code = "talk"
    title = "谈话情况"
    model = Talk
    is_point = True

    def fields(self) -> dict[str, forms.Field]:
        row: Talk | None = self.row
        pair = forms.ChoiceField(
            label="谈话类型",
            required=False,
            choices=[("", "按当天职务判断"), *Talk.Pair.choices],
            initial=row.pair if row and not row.is_pair_derived else "",
        )
        return {"pair": pair} | ({"content": self._content()} if self._may_write else {})

    def _content(self) -> forms.Field:
        return forms.CharField(
            label=CONTENT,
            required=False,
            max_length=LENGTH,
            initial=self.row.content if self.row else "",
            # The browser keeps no draft of it.
            widget=forms.Textarea(attrs={"rows": 5, "data-no-draft": "", "autocomplete": "off"}),
            help_text="可以不填。加密保存，只有谈话人和本支部书记能看，不打印、不导出，也不存草稿。",
        )

    @property
    def _may_write(self) -> bool:
        """Of a new record everybody of the branch may have been one of those who talked: the verb looks at it."""
        user, branch, activity = self.occasion.user, self.occasion.branch, self.occasion.activity
        if activity:
            return talks.may_read(user, activity)
        people = rosters.branch_members_on(branch, self.day)
        return talks.is_secretary(user, branch.path) or people.filter(account=user).exists()

    def values(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        values = {"pair": self.sent(cleaned, "pair") or ""}
        return values | ({"content": self.sent(cleaned, "content") or ""} if "content" in self.made else {})

    @classmethod
    def guard(cls, activity: Activity, came: Collection[UUID], by: User | None) -> None:
        """Whoever may not read what was said cannot let others read it by adding them, nor himself."""
        talk = Talk.objects.filter(activity=activity).exclude(content_cipher="").first()
        if talk is None or by is None or talks.may_read(by, activity):
            return
        if set(came) - set(_came(activity)):
            raise RecordError("这次谈话已写有内容，增加谈话人请由谈话人或本支部书记办理。")

    @classmethod
    def settle(cls, activity: Activity, row: Any, values: dict[str, Any], by: User | None) -> dict[str, Any]:
        settled = dict(values)
        if "content" in values:
            before = row.content if row else ""
            settled["draft"] = (row.draft if row else 0) + (values["content"] != before)
            if values["content"] != before and by is not None and not talks.may_read(by, activity):
                raise RecordError(
                    "谈话内容由谈话人或本支部书记填写。您没有参加这次谈话，请清空谈话内容再提交，由他们补填。"
                )
        if "pair" in values:
            settled["is_pair_derived"] = not values["pair"]
            settled["pair"] = values["pair"] or _derived(activity)
        return settled

    @classmethod
    def words(cls, row: Any, name: Name) -> dict[str, str]:
        written = f"第 {row.draft} 稿（只有谈话人和本支部书记能看）" if row.content_cipher else ""
        return {"谈话类型": str(Talk.Pair(row.pair).label) if row.pair else "", CONTENT: written}

    unprinted = frozenset({CONTENT})


def _came(activity: Activity) -> list[UUID]:
    present = activity.attendances.filter(state=Attendance.State.PRESENT)
    return list(present.values_list("member", flat=True))


def _derived(activity: Activity) -> str:
    committee = rosters.committee_on(activity.branch, activity.held_on).values_list("pk", flat=True)
    return talks.pair_of(_came(activity), set(committee))
