"""The quick record, its short form for whoever only takes attendance, and withdrawing."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils import timezone

from branches.models import Branch
from lib.dates import DateError, parse_date

from . import facts, guests, prefill, records, tokens
from .attendance import Mark
from .guest_forms import GuestFields
from .kinds import CONFIDENTIAL, LECTURED, Expected, Kind, expected_of, joined, may_also_be, split
from .models import Activity, Campaign, Invitation
from .occasions import Occasion
from .parts.in_forms import OfferedParts
from .regulations import QUORUMS
from .rollcall import QuorumLine, RollCall

REASONS: dict[str, tuple[str, ...]] = {
    Branch.Category.STUDENT: ("因公", "因病", "上课", "实习"),
    Branch.Category.STAFF: ("因公", "因病", "出差", "授课"),
    Branch.Category.RETIRED: ("因病", "在外地", "照顾家人"),
}
USUAL_REASONS = ("因公", "因病", "因事")
#: Buttons that ask for the same form again, with another list or more marks, and for nothing to be checked.
AGAIN = ("reload", "all")
TITLE_LENGTH = 120
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
            self.initial = {"is_part": True, "held_on": invitation.activity.held_on, **self.initial}
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
            _offer(self.fields["group"], [(pk, group.name) for pk, group in groups.items()])
        else:
            del self.fields["group"]

    def _call(self) -> RollCall:
        earlier = self.occasion.marks()
        people = self.occasion.people(self.day, self.chosen_group)
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
        _offer(self.fields["reason"], [(word, word) for word in usual])
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
        return records.fault_of_marks(self.occasion.kind, self.roll.people, self.roll.states)

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


class RecordForm(GuestFields, AttendanceForm):
    """The quick record: what happened, prefilled from last time."""

    writes_facts = True

    starts_at = forms.TimeField(
        label="开始时间",
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"invalid": "时间应为如 14:30。"},
    )
    ends_at = forms.TimeField(
        label="结束时间",
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"invalid": "时间应为如 16:00。"},
    )
    place = forms.CharField(label="地点", required=False, max_length=80)
    host = forms.CharField(label="主持人", required=False, max_length=64)
    recorder = forms.CharField(label="记录人", required=False, max_length=64)
    lecturer = forms.CharField(label="主讲人", required=False, max_length=64)
    also_kinds = forms.MultipleChoiceField(
        label="同时算作", required=False, widget=forms.CheckboxSelectMultiple
    )
    topics = forms.MultipleChoiceField(label="议题", required=False, widget=forms.CheckboxSelectMultiple)
    topic = forms.CharField(label="另写议题", required=False, max_length=120)
    campaigns_of = forms.TypedMultipleChoiceField(
        label="计入专题活动", coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    notes = forms.CharField(
        label="要点",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": "可从 WPS 或微信粘贴，也可以以后再补"}),
    )

    def __init__(
        self, occasion: Occasion, data: QueryDict | None = None, initial: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(occasion, data, initial)
        if not occasion.activity and not self.is_bound:
            asked = {name: value for name, value in (initial or {}).items() if value}
            self.initial.update({**self._known(), **asked})
        self._offer_kinds()
        kinds = [occasion.kind, *self._also_kinds()]
        if not any(kind in LECTURED for kind in kinds):
            del self.fields["lecturer"]
        if occasion.kind in CONFIDENTIAL:
            del self.fields["notes"]
        self.parts = OfferedParts(self, kinds)
        self._offer_topics()
        self._offer_campaigns()

    def _known(self) -> dict[str, Any]:
        occasion = self.occasion
        if occasion.invitation:
            return prefill.of_joint(occasion.invitation.activity, occasion.user)
        return prefill.facts(occasion.branch, occasion.kind, self.chosen_group, self.day, occasion.user)

    def _offer_kinds(self) -> None:
        possible = may_also_be(self.occasion.kind)
        if not possible:
            del self.fields["also_kinds"]
            return
        _offer(self.fields["also_kinds"], [(kind.value, str(kind.label)) for kind in possible])
        kept = self.occasion.activity.also_kinds if self.occasion.activity else ""
        self.initial["also_kinds"] = [kind.value for kind in split(kept)]

    def _also_kinds(self) -> list[str]:
        """The other kinds the form has now."""
        if "also_kinds" not in self.fields:
            return []
        chosen = self.sent.getlist("also_kinds") if self.is_bound else self.initial["also_kinds"]
        return [kind.value for kind in may_also_be(self.occasion.kind) if kind.value in chosen]

    def _offer_topics(self) -> None:
        occasion = self.occasion
        own = self.initial.get("topics", [])
        if occasion.activity:
            own = facts.topics_of(occasion.activity.title, occasion.label)
        offered = [*own, *prefill.topics(occasion.branch, occasion.kind), *self.sent.getlist("topics")]
        _offer(self.fields["topics"], [(topic, topic) for topic in dict.fromkeys(offered)])
        self.initial["topics"] = own

    def _offer_campaigns(self) -> None:
        running = list(Campaign.objects.running_on(self.day))
        current = list(self.occasion.activity.campaigns.all()) if self.occasion.activity else []
        self._campaigns = {campaign.pk: campaign for campaign in [*running, *current]}
        if self._campaigns:
            _offer(
                self.fields["campaigns_of"], [(pk, campaign.name) for pk, campaign in self._campaigns.items()]
            )
            asked = [pk for pk in self.initial.get("campaigns_of", ()) if pk in self._campaigns]
            self.initial["campaigns_of"] = [campaign.pk for campaign in current] or asked
        else:
            del self.fields["campaigns_of"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        start, end = cleaned.get("starts_at"), cleaned.get("ends_at")
        if end and not start and "starts_at" not in self.errors:
            self.add_error("starts_at", "填了结束时间，请同时填写开始时间。")
        if start and end and end <= start:
            self.add_error("ends_at", "结束时间应晚于开始时间。")
        if len(self._title()) > TITLE_LENGTH:
            self.add_error(
                "topic", f"议题合起来不超过 {TITLE_LENGTH} 个字，现在是 {len(self._title())} 个字。"
            )
        self.parts.check(cleaned)
        return cleaned

    def _title(self) -> str:
        topics = [*self.cleaned_data.get("topics", []), self.cleaned_data.get("topic", "")]
        return facts.SEPARATOR.join(dict.fromkeys(topic for topic in topics if topic))

    @property
    def hours_in_words(self) -> str:
        start, end = (_clock(self[name].value()) for name in ("starts_at", "ends_at"))
        return f"{start} 至 {end}" if start and end else start

    @property
    def people_in_words(self) -> str:
        """Place and people on one line; what is empty is left out."""
        shown = (("place", ""), ("host", "主持 "), ("recorder", "记录 "), ("lecturer", "主讲 "))
        known = [(word, self[name].value()) for name, word in shown if name in self.fields]
        return "，".join(f"{word}{value}" for word, value in known if value)

    @property
    def facts_sent(self) -> dict[str, Any]:
        start, end = self.cleaned_data["starts_at"], self.cleaned_data["ends_at"]
        plain = ("place", "host", "recorder", "lecturer", "notes")
        return {
            "also_kinds": joined(self.cleaned_data.get("also_kinds", ())),
            "title": self._title(),
            "starts_at": start,
            "minutes": facts.minutes_between(start, end) if start and end else None,
            **{name: self.cleaned_data[name] for name in plain if name in self.cleaned_data},
            **self.guests_sent,
        }

    @property
    def campaigns(self) -> list[Campaign] | None:
        if "campaigns_of" not in self.fields:
            return None
        return [self._campaigns[pk] for pk in self.cleaned_data["campaigns_of"]]


class WithdrawForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label="撤回原因",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明撤回原因。"},
    )


def _offer(field: forms.Field, choices: list[tuple[Any, str]]) -> None:
    field.choices = choices  # type: ignore[attr-defined]


def _clock(value: time | str | None) -> str:
    return f"{value:%H:%M}" if isinstance(value, time) else (value or "")[:5]


def _recorded(activity: Activity | None) -> dict[str, Any]:
    """What the record says already, as the form asks it."""
    if activity is None:
        return {}
    names = ("held_on", "starts_at", "place", "host", "recorder", "lecturer", "notes", *guests.FACTS)
    recorded = {name: getattr(activity, name) for name in names}
    return {**recorded, "ends_at": facts.ends_at(activity.starts_at, activity.minutes)}
