"""The quick record, and withdrawing."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from django import forms
from django.http import QueryDict

from . import facts, hosts, prefill
from .attendance_form import AttendanceForm, offer
from .guest_forms import GuestFields
from .kinds import CONFIDENTIAL, LECTURED, joined, split
from .models import Campaign
from .occasions import Occasion
from .parts.in_forms import OfferedParts

TITLE_LENGTH = 120


class RecordForm(GuestFields, AttendanceForm):
    """The quick record: what happened, prefilled from last time."""

    writes_facts = True

    starts_at = forms.TimeField(
        label="开始时间",
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
    )
    ends_at = forms.TimeField(
        label="结束时间",
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
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
            last = prefill.facts(occasion.branch, occasion.kind, self.chosen_group, self.day, occasion.user)
            self.initial.update({**last, **asked, "held_on": self.day})
        self._offer_kinds()
        kinds = [occasion.kind, *self._also_kinds()]
        if not any(kind in LECTURED for kind in kinds):
            del self.fields["lecturer"]
        if occasion.kind in CONFIDENTIAL:
            del self.fields["notes"]
        self.parts = OfferedParts(self, kinds)
        self._offer_topics()
        self._offer_campaigns()

    def _offer_kinds(self) -> None:
        possible = self.occasion.may_also_be
        if not possible:
            del self.fields["also_kinds"]
            return
        offer(self.fields["also_kinds"], [(kind.value, str(kind.label)) for kind in possible])
        kept = self.occasion.activity.also_kinds if self.occasion.activity else ""
        self.initial["also_kinds"] = [kind.value for kind in split(kept)]

    def _also_kinds(self) -> list[str]:
        """The other kinds the form has now."""
        if "also_kinds" not in self.fields:
            return []
        chosen = self.sent.getlist("also_kinds") if self.is_bound else self.initial["also_kinds"]
        return [kind.value for kind in self.occasion.may_also_be if kind.value in chosen]

    def _offer_topics(self) -> None:
        occasion = self.occasion
        own = self.initial.get("topics", [])
        if occasion.activity:
            own = facts.topics_of(occasion.activity.title, occasion.label)
        offered = [*own, *prefill.topics(occasion.branch, occasion.kind), *self.sent.getlist("topics")]
        offer(self.fields["topics"], [(topic, topic) for topic in dict.fromkeys(offered)])
        self.initial["topics"] = own

    def _offer_campaigns(self) -> None:
        running = list(Campaign.objects.running_on(self.day))
        current = list(self.occasion.activity.campaigns.all()) if self.occasion.activity else []
        self._campaigns = {campaign.pk: campaign for campaign in [*running, *current]}
        if self._campaigns:
            offer(
                self.fields["campaigns_of"], [(pk, campaign.name) for pk, campaign in self._campaigns.items()]
            )
            asked = [pk for pk in self.initial.get("campaigns_of", ()) if pk in self._campaigns]
            self.initial["campaigns_of"] = [campaign.pk for campaign in current] or asked
        else:
            del self.fields["campaigns_of"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        start, end = cleaned.get("starts_at"), cleaned.get("ends_at")
        if (day := cleaned.get("held_on")) and (
            fault := facts.fault_of_start(day, start, self.occasion.activity)
        ):
            self.add_error("starts_at", fault)
        if end and not start and "starts_at" not in self.errors:
            self.add_error("starts_at", "填了结束时间，请同时填写开始时间。")
        if start and end and end <= start:
            self.add_error("ends_at", "结束时间应晚于开始时间。")
        if len(self._title()) > TITLE_LENGTH:
            self.add_error(
                "topic", f"议题合起来不超过 {TITLE_LENGTH} 个字，现在是 {len(self._title())} 个字。"
            )
        if fault := self._fault_of_host(cleaned):
            self.add_error("host", fault)
        self.parts.check(cleaned)
        return cleaned

    def _fault_of_host(self, cleaned: dict[str, Any]) -> str:
        record, day = self.occasion.activity, cleaned.get("held_on")
        host = cleaned.get("host", "")
        if day is None:
            return ""
        if record:
            return hosts.fault_of_change(record, host, day)
        lead = self.invitation.activity if self.invitation else None
        return hosts.fault_of(host, self.occasion.kind, self.occasion.branch, day, lead=lead)

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


def _clock(value: time | str | None) -> str:
    return f"{value:%H:%M}" if isinstance(value, time) else (value or "")[:5]
