"""Who came: the form of whoever only takes attendance, and what every record needs."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils import timezone

from branches.models import Branch
from lib.dates import DateError, parse_date

from . import facts, guests, records, tokens
from .attendance import Mark, fault_of_marks
from .kinds import Expected, Kind, expected_of
from .models import Activity, Campaign, Invitation
from .occasions import Occasion
from .parts.in_forms import OfferedParts
from .rollcall import QuorumLine, RollCall
from .voting import QUORUMS

REASONS: dict[str, tuple[str, ...]] = {
    Branch.Category.STUDENT: ("因公", "因病", "上课", "实习"),
    Branch.Category.STAFF: ("因公", "因病", "出差", "授课"),
    Branch.Category.RETIRED: ("因病", "在外地", "照顾家人"),
}
USUAL_REASONS = ("因公", "因病", "因事")
#: Buttons that ask for the same form again, with another list or more marks, and for nothing to be checked.
AGAIN = ("reload", "all")
REASON_LENGTH = 60
#: What stands behind 修改 until it is opened.
FOLDED = ("held_on", "starts_at", "ends_at", "place", "host", "recorder", "lecturer")


class AttendanceForm(forms.Form):
    """When, which group, who came: what an attendance-taker may write, and what every record needs.

    The roll stands beside the fields: its people are those of the day (and group) the form names, whatever else is
    wrong with it, so that nothing typed is lost.
    """

    held_on = forms.DateField(
        label="日期",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": "请选择日期。", "invalid": "日期应为如 2026-03-15。"},
    )
    group = forms.TypedChoiceField(
        label="党小组",
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择党小组。", "invalid_choice": "请选择本支部的党小组。"},
    )
    reason = forms.ChoiceField(label="请假事由", required=False, widget=forms.RadioSelect)
    reason_text = forms.CharField(
        label="其他事由",
        required=False,
        max_length=REASON_LENGTH,
        error_messages={"max_length": f"事由不超过 {REASON_LENGTH} 个字。"},
        widget=forms.TextInput(
            attrs={"class": "input", "placeholder": "或写其他事由", "autocomplete": "off"}
        ),
    )

    is_part = forms.BooleanField(required=False)

    #: May the day of a record be changed, and more be written than who came?
    writes_facts = False

    def __init__(
        self, occasion: Occasion, data: QueryDict | None = None, initial: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(data, initial={**_recorded(occasion.activity), **(initial or {})})
        self.occasion = occasion
        self.sent = QueryDict() if data is None else data
        self.fields["held_on"].disabled = occasion.activity is not None and not self.writes_facts
        self.fields["held_on"].widget.attrs["max"] = timezone.localdate().isoformat()
        self._offer_part()
        self.day = self._day()
        self._sign()
        self._offer_groups()
        self.roll = self._call()
        self._offer_reasons()
        self.parts = OfferedParts(self, ())

    def _day(self) -> date:
        """The day the list is asked for, even while the date is still wrong."""
        wanted = None if self.fields["held_on"].disabled else self.sent.get("held_on")
        try:
            day = parse_date(wanted or self.initial.get("held_on"))
        except DateError:
            day = None
        today = timezone.localdate()
        day = min(day or today, today)
        self.initial["held_on"] = day
        return day

    def _offer_part(self) -> None:
        """Part of what another branch leads, unless that is unticked."""
        if invitation := self.occasion.invitation:
            self.fields["is_part"].label = f"与“{invitation.activity.branch.short_name}”联合开展"
            self.initial["is_part"] = True
        else:
            del self.fields["is_part"]

    def _sign(self) -> None:
        """The signed id of a record to be; the version of a record there is, as the browser saw it."""
        who = (self.occasion.user, self.occasion.branch, self.occasion.kind)
        sent = self.sent.get("token", "")
        self.record_id = tokens.read(sent, *who) if sent else None
        self.is_expired = self.is_bound and self.occasion.activity is None and self.record_id is None
        self.token = sent if self.record_id else tokens.issue(*who)
        number = self.sent.get("version", "")
        self.version = int(number) if number.isdecimal() else 0
        if self.occasion.activity and not self.is_bound:
            self.version = self.occasion.activity.version

    def _offer_groups(self) -> None:
        groups = {str(group.pk): group for group in self.occasion.groups(self.day)}
        only = next(iter(groups)) if len(groups) == 1 else ""
        wanted = str(self.sent.get("group") or self.initial.get("group") or only)
        self.chosen_group = groups.get(wanted)
        self.initial["group"] = wanted
        if groups:
            offer(self.fields["group"], [(pk, group.name) for pk, group in groups.items()])
        else:
            del self.fields["group"]

    def _call(self) -> RollCall:
        earlier = self.occasion.marks()
        is_part = not self.is_bound or "is_part" in self.sent
        people = self.occasion.people(self.day, self.chosen_group, is_part=is_part)
        asked = self.occasion.leave_asked(self.day)
        if not self.is_bound:
            return RollCall.of_record(people, earlier, asked, self._signed_in())
        roll = RollCall.sent(people, self.sent, earlier, asked)
        if "reload" in self.sent:
            stale = self.occasion.leave_asked(self._day_before_reload())
            roll = roll.without_asked(stale).with_signed(self._signed_in()).with_asked(asked)
        return roll.with_everybody() if "all" in self.sent else roll

    def _signed_in(self) -> set[UUID]:
        return self.occasion.signed_in(self.day, self.chosen_group)

    def _day_before_reload(self) -> date:
        """The day whose list the browser showed when another was asked for."""
        try:
            return parse_date(self.sent.get("asked_on", "")) or self.day
        except DateError:
            return self.day

    def _offer_reasons(self) -> None:
        usual = REASONS.get(self.occasion.branch.category, USUAL_REASONS)
        offer(self.fields["reason"], [(word, word) for word in usual])
        shared = self.roll.shared_reason
        self.initial["reason" if shared in usual else "reason_text"] = shared

    def full_clean(self) -> None:
        """A form that only asks for another list, or for everybody to be marked, comes back unchecked."""
        if self.sent.keys().isdisjoint(AGAIN):
            super().full_clean()
        else:
            self._errors = ErrorDict(renderer=self.renderer)
            self.cleaned_data = {}

    def clean_held_on(self) -> date:
        day: date = self.cleaned_data["held_on"]
        if fault := records.fault_of_day(self.occasion.branch, day):
            raise ValidationError(fault)
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.is_expired:
            self.add_error(None, "这张表单已过期。请先看支部页上是否已有这次记录，没有再提交一次。")
        if "is_part" in self.sent and "is_part" not in self.fields:
            self.add_error(None, "牵头支部已收回联合开展的邀请。再次提交，就记为本支部单独开展的活动。")
        if not self.errors.keys() & {"held_on", "group"} and (fault := self._fault_of_roll()):
            self.add_error(None, fault)
        return cleaned

    def _fault_of_roll(self) -> str:
        day = f"{self.day.month}月{self.day.day}日"
        if not self.roll.people:
            return f"{day}的应到名单是空的，请核对日期，或先请上级党组织维护名册。"
        if self.roll.strangers:
            return f"名单已换成{day}的应到人员，请核对后再提交。"
        if self.occasion.is_chosen and not self.roll.states:
            return "还没有选择参加的人。"
        if self.roll.longest_reason > REASON_LENGTH:
            return f"事由不超过 {REASON_LENGTH} 个字。"
        return fault_of_marks(self.occasion.kind, self.roll.people, self.roll.states)

    @property
    def is_to_be_saved(self) -> bool:
        return self.is_bound and self.sent.keys().isdisjoint(AGAIN) and self.is_valid()

    @property
    def marks(self) -> dict[UUID, Mark]:
        reason: str = self.cleaned_data.get("reason_text") or self.cleaned_data.get("reason") or ""
        return self.roll.marks(reason.strip())

    @property
    def invitation(self) -> Invitation | None:
        """Of what the new record is a part."""
        return self.occasion.invitation if self.cleaned_data.get("is_part") else None

    @property
    def day_in_words(self) -> str:
        """今天（3月30日）, 3月12日."""
        day = f"{self.day.month}月{self.day.day}日"
        today = timezone.localdate()
        if self.day == today:
            return f"今天（{day}）"
        return day if self.day.year == today.year else f"{self.day.year}年{day}"

    @property
    def is_unfolded(self) -> bool:
        """The facts stand open when something in them is to be looked at."""
        is_past = self.occasion.activity is None and self.day != timezone.localdate()
        return is_past or not self.errors.keys().isdisjoint(FOLDED)

    @property
    def tally(self) -> dict[str, int]:
        """The figures of the submit bar, as far as the marks go."""
        counts = self.roll.counts
        expected = counts.expected + (0 if self.occasion.is_chosen else len(self.roll.unmarked))
        return {
            "expected": expected,
            "present": counts.present,
            "leave": counts.on_leave,
            "absent": counts.absent,
        }

    @property
    def why_empty(self) -> str:
        """Why there is nobody to mark."""
        kind = self.occasion.kind
        if kind == Kind.GROUP_MEETING and not self.occasion.activity:
            return "请先选择党小组。" if "group" in self.fields else "本支部在这一天没有党小组。"
        expected = expected_of(kind)
        if not self.occasion.branch.is_leaf:
            return "本级在这一天没有登记书记、副书记和委员，请核对日期，或先在数据后台登记职务。"
        who = {Expected.COMMITTEE: "支委", Expected.GROUP: "党小组成员"}.get(expected, "党员")
        return f"本支部在这一天没有{who}，请核对日期，或请上级党组织维护名册。"

    @property
    def quorum(self) -> QuorumLine | None:
        rule = QUORUMS.get(Kind(self.occasion.kind))
        return self.roll.quorum_line(rule) if rule and self.roll.people else None

    @property
    def facts_sent(self) -> dict[str, Any]:
        """What the verbs take besides day, group, marks and campaigns."""
        return {}

    @property
    def campaigns(self) -> list[Campaign] | None:
        """None when the form does not ask."""
        return None


def offer(field: forms.Field, choices: list[tuple[Any, str]]) -> None:
    field.choices = choices  # type: ignore[attr-defined]


def _recorded(activity: Activity | None) -> dict[str, Any]:
    """What the record says already, as the form asks it."""
    if activity is None:
        return {}
    names = ("held_on", "starts_at", "place", "host", "recorder", "lecturer", "notes", *guests.FACTS)
    recorded = {name: getattr(activity, name) for name in names}
    return {**recorded, "ends_at": facts.ends_at(activity.starts_at, activity.minutes)}
