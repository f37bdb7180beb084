"""The forms of the minutes: an item of the agenda with its votes and tasks, and a whole text to be taken apart."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.forms.formsets import BaseFormSet, formset_factory
from django.http import QueryDict

from accounts.models import User
from members.voting import RULES, Rule, Vote

from . import minutes, party_first, rectification, tokens
from .elections import reading as elections
from .minutes import TaskLine
from .models import Activity, AgendaItem
from .pasting import TITLE_LENGTH
from .voting import Ballot

MOST_VOTES = 9999
TEXT_LENGTH = 20_000
#: Rows left empty, to be filled in.
MORE_CANDIDATES = 5
MORE_TASKS = 2
ELECTION_TITLE = "换届选举"
_WRITTEN = ("written_for", "written_against", "written_abstained")


def _votes(label: str) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=MOST_VOTES,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "input"}),
        error_messages={"invalid": f"{label}应为整数。", "min_value": f"{label}不能是负数。"},
    )


class BallotForm(forms.Form):
    """The votes about one person or matter; a row without any number is left out."""

    subject = forms.CharField(label="姓名或事项", max_length=64, required=False)
    in_favour = _votes("赞成")
    against = _votes("不赞成")
    abstained = _votes("弃权")
    void = _votes("废票")
    written_for = _votes("书面：同意")
    written_against = _votes("书面：不同意")
    written_abstained = _votes("书面：弃权")

    def __init__(self, *args: Any, rule: Rule, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rule = rule
        if not rule.counts_written:
            for name in _WRITTEN:
                del self.fields[name]
        if rule.vote != Vote.ELECTION:
            del self.fields["subject"]

    @property
    def counted(self) -> list[forms.BoundField]:
        return [bound for bound in self if bound.name != "subject"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = self.cleaned_data
        has_votes = any(cleaned.get(name) for name in self.fields if name != "subject")
        if cleaned.get("subject") and not has_votes and not self.errors:
            self.add_error("in_favour", f"请填写“{cleaned['subject']}”的票数。")
        if has_votes and "subject" in self.fields and not cleaned.get("subject") and not self.errors:
            self.add_error("subject", "请写明这些票是投给谁的。")
        return cleaned

    @property
    def ballot(self) -> Ballot | None:
        ballot = Ballot.of({name: value for name, value in self.cleaned_data.items() if value})
        return ballot if ballot.cast + ballot.written else None


class TaskForm(forms.Form):
    """Something to be done; a row without words is left out, one that was there is taken away."""

    pk = forms.IntegerField(required=False, widget=forms.HiddenInput)
    problem = forms.CharField(label="查摆的问题", max_length=200, required=False)
    what = forms.CharField(label="事项", max_length=200, required=False)
    owner = forms.TypedChoiceField(label="责任人", coerce=UUID, empty_value=None, required=False)
    due_on = forms.DateField(
        label="期限",
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": "期限应为如 2026-03-15。"},
    )

    def __init__(
        self, *args: Any, owners: Sequence[tuple[UUID, str]], asks_problem: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if asks_problem:
            self.fields["what"].label = "整改措施"
        else:
            del self.fields["problem"]
        self.fields["owner"].choices = [("", "待定"), *owners]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = self.cleaned_data
        if not cleaned.get("what") and (cleaned.get("owner") or cleaned.get("due_on")):
            self.add_error("what", "请写明要做什么；不再需要的，把责任人和期限也清空。")
        elif not cleaned.get("what") and cleaned.get("problem"):
            self.add_error("what", "请写明这个问题的整改措施。")
        return cleaned

    @property
    def line(self) -> TaskLine | None:
        values = self.cleaned_data
        return TaskLine(**values) if values.get("what") else None


class ItemForm(forms.Form):
    """One item, with its two sets of rows. ``token`` carries the signed id of a new one, so that it is written once."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    title = forms.CharField(
        label="议题", max_length=TITLE_LENGTH, error_messages={"required": "请写明议题。"}
    )
    proceedings = forms.CharField(
        label="讨论情况",
        required=False,
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    decision = forms.CharField(
        label="决议", required=False, max_length=TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 3})
    )
    party_first = forms.ChoiceField(
        label="党组织会议先行研究",
        required=False,
        choices=[("", "未标明"), *AgendaItem.PartyFirst.choices],
        help_text=f"{party_first.ARTICLE}。",
    )
    party_first_on = forms.DateField(
        label="先行研究日期",
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": "先行研究日期应为如 2026-03-15。"},
    )
    uncounted = _votes("不计入应到会的人数")
    uncounted_reason = forms.CharField(
        label="哪些人、什么理由", required=False, max_length=200, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(
        self,
        activity: Activity,
        item: AgendaItem | None,
        vote: str,
        user: User,
        data: QueryDict | None = None,
    ) -> None:
        title = ELECTION_TITLE if vote == Vote.ELECTION else ""
        super().__init__(data, initial=_recorded(item) if item else {"version": 0, "title": title})
        made_for = (user, activity.branch, f"agenda:{activity.pk}")
        sent = data.get("token", "") if data is not None else ""
        self.item_id = item.pk if item else tokens.read(sent, *made_for)
        self.token = sent if self.item_id else tokens.issue(*made_for)
        self.activity, self.item = activity, item
        self.asks_problems = rectification.asks_problems(activity)
        self.rule = RULES[Vote(vote)] if vote else None
        if not party_first.asks_party_first(activity):
            del self.fields["party_first"], self.fields["party_first_on"]
        if self.rule is None or not self.rule.may_leave_out:
            del self.fields["uncounted"], self.fields["uncounted_reason"]
        self.ballots = self._ballots(data)
        self.tasks = self._tasks(data)

    def _ballots(self, data: QueryDict | None) -> "BaseFormSet[BallotForm] | None":
        if self.rule is None:
            return None
        kept = self.item.ballots if self.item else self._candidates()
        more = MORE_CANDIDATES if self.rule.vote == Vote.ELECTION else int(not kept)
        made = formset_factory(BallotForm, extra=more)
        return made(data, initial=kept, prefix="ballots", form_kwargs={"rule": self.rule})

    def _candidates(self) -> list[dict[str, str]]:
        """A row for each candidate of the election that waits for this vote."""
        if self.rule is None or self.rule.vote != Vote.ELECTION:
            return []
        return [{"subject": name} for name in elections.candidates_at(self.activity)]

    def _tasks(self, data: QueryDict | None) -> "BaseFormSet[TaskForm]":
        rows = self.item.tasks.all() if self.item else []
        names = ("pk", "problem", "what", "owner_id", "due_on")
        kept = [{name.removesuffix("_id"): getattr(row, name) for name in names} for row in rows]
        owners = minutes.owners_of(self.activity)
        present = {pk for pk, _ in owners}
        owners += [
            (row.owner.pk, row.owner.name) for row in rows if row.owner and row.owner.pk not in present
        ]
        made = formset_factory(TaskForm, extra=MORE_TASKS)
        return made(
            data,
            initial=kept,
            prefix="tasks",
            form_kwargs={"owners": owners, "asks_problem": self.asks_problems},
        )

    def clean(self) -> dict[str, Any]:
        if self.item_id is None:
            self.add_error(None, "这张表单已过期。请先看纪要中是否已有这项议题，没有再提交一次。")
        mark, on = self.cleaned_data.get("party_first", ""), self.cleaned_data.get("party_first_on")
        if "party_first_on" not in self.errors and (fault := party_first.fault_of(self.activity, mark, on)):
            self.add_error("party_first_on", fault)
        return self.cleaned_data

    def is_valid(self) -> bool:
        rows = [self.tasks.is_valid(), self.ballots is None or self.ballots.is_valid()]
        return super().is_valid() and all(rows)

    @property
    def sent(self) -> dict[str, Any]:
        """What the verb takes."""
        values = dict(self.cleaned_data)
        values["uncounted"] = values.get("uncounted") or 0
        return {
            **values,
            "item_id": self.item_id,
            "vote": self.rule.vote.value if self.rule else "",
            "ballots": [each.ballot for each in self.ballots or () if each.ballot],
            "tasks": [each.line for each in self.tasks if each.line],
        }


def _recorded(item: AgendaItem) -> dict[str, Any]:
    names = ("version", "title", "proceedings", "decision", "uncounted", "uncounted_reason")
    return {name: getattr(item, name) for name in (*names, "party_first", "party_first_on")}


class PasteForm(forms.Form):
    text = forms.CharField(
        label="会议记录全文",
        max_length=5 * TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": "请先粘贴内容。"},
    )


class RemoveForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
