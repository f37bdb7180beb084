"""The forms of a review. They clean; the verbs decide."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.forms import BoundField

from activities.filters import YearFilter
from activities.models import Activity
from assessments.ballot_forms import BallotForm, grade_field
from assessments.ballots import MOST as MOST_BALLOTS
from assessments.models import Review, ReviewEntry
from branches.models import Branch
from branches.tree import depth
from lib.templatetags.ui import chinese_date
from members.models import ReviewGrade

from . import reading
from .ballot import Counts
from .writing import MOST, MOST_OWN


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": f"请填写{label}。", "invalid": f"{label}应为如 2026-12-15。"},
    )


def _version() -> forms.IntegerField:
    said = "请重新打开这一页再保存。"
    return forms.IntegerField(
        widget=forms.HiddenInput, error_messages=dict.fromkeys(("required", "invalid"), said)
    )


def _words(
    label: str, rows: int, most: int, *, required: bool = True, help_text: str = ""
) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=most,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": f"请填写{label}。", "max_length": f"{label}最多 {most} 字。"},
    )


def _named(organisations: Sequence[Branch]) -> list[tuple[str, str]]:
    return [(str(one.pk), "　" * depth(one.path) + one.short_name) for one in organisations]


def beside(form: forms.Form, entry: ReviewEntry) -> list[tuple[str, str]]:
    """After a conflict: ``form`` is sent again over what holds now, which is returned as label and text."""
    form.data = {**form.data, "version": str(entry.version)}
    kept = type(form)(None, entry=entry)  # type: ignore[call-arg]
    return [
        (
            str(bound.label),
            str(dict(getattr(bound.field, "choices", ())).get(bound.value(), bound.value() or "")),
        )
        for bound in kept.visible_fields()
    ]


class ReviewFilter(YearFilter):
    """The query row of the list; fields in error count as not given."""

    under = forms.ChoiceField(label="党组织", required=False)
    state = forms.ChoiceField(
        label="进度",
        required=False,
        choices=[("", "全部"), (reading.NOT_BEGUN, "还没有发起"), *Review.State.choices],
    )
    excellent = forms.ChoiceField(
        label="优秀",
        required=False,
        choices=[("", "全部"), ("some", "有评为优秀的"), ("none", "没有评为优秀的")],
    )

    def __init__(self, data: Any, *, today: date, organisations: Sequence[Branch]) -> None:
        super().__init__(data, today=today)
        self.paths = {str(branch.pk): branch.path for branch in organisations}
        choice = self.fields["under"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [("", "全部"), *_named(organisations)]

    @property
    def asked(self) -> reading.Asked:
        year = self.asked_year
        given = self.cleaned_data
        return reading.Asked(
            year,
            self.paths.get(given.get("under", ""), ""),
            given.get("state", ""),
            given.get("excellent", ""),
        )

    @property
    def is_filtered(self) -> bool:
        asked = self.asked
        return bool(asked.path or asked.state or asked.excellent)


class BeginForm(forms.Form):
    """For one branch, or for all below an organisation."""

    organisation = forms.ChoiceField(
        label="党组织",
        help_text="选党支部的只发起这一个；选上级党组织的，为下属还没有发起的党支部一起发起。",
        error_messages={"required": "请选择党组织。", "invalid_choice": "请选择您管理的党组织。"},
    )
    year = forms.TypedChoiceField(label="评议年度", coerce=int)
    on = _day("评议日期")

    def __init__(self, data: Any, *, organisations: Sequence[Branch], today: date) -> None:
        year = today.year if today.month > 3 else today.year - 1
        first = str(organisations[0].pk) if organisations else None
        super().__init__(data, initial={"organisation": first, "year": year, "on": today})
        choice = self.fields["organisation"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = _named(organisations)
        if len(organisations) == 1:
            choice.widget = forms.HiddenInput()
        self.fields["year"].choices = [(each, f"{each} 年") for each in (today.year, today.year - 1)]  # type: ignore[attr-defined]


class DayForm(forms.Form):
    version = _version()
    on = _day("评议日期")


class MeetingForm(forms.Form):
    meeting = forms.ChoiceField(
        label="会议记录", widget=forms.RadioSelect, error_messages={"required": "请选择会议记录。"}
    )

    def __init__(self, data: Any, *, review: Review, meetings: Sequence[Activity]) -> None:
        """The meeting of the review's own day is chosen from the start; one of another day may be another year's."""
        same_day = next((one.pk for one in meetings if one.held_on == review.held_on), None)
        chosen = review.meeting_id or same_day
        super().__init__(data, initial={"meeting": str(chosen) if chosen else None})
        self.meetings = {str(one.pk): one for one in meetings}
        choice = self.fields["meeting"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [
            (pk, f"{chinese_date(one.held_on, 'full')} {one.title}") for pk, one in self.meetings.items()
        ]

    @property
    def chosen(self) -> Activity:
        return self.meetings[self.cleaned_data["meeting"]]


class SelfForm(forms.Form):
    """One's own review; the grade only where the university asks for it."""

    version = _version()
    text = _words(
        "自评", 10, MOST_OWN, help_text="对照党员义务和权利，写学习、履职、作用发挥和不足，10 字以上。"
    )
    self_grade = forms.ChoiceField(
        label="自报等次", required=False, choices=ReviewGrade.choices, widget=forms.RadioSelect
    )

    def __init__(self, data: Any, *, entry: ReviewEntry) -> None:
        initial = {"version": entry.version, "text": entry.self_text, "self_grade": entry.self_grade}
        super().__init__(data, initial=initial)
        if not (entry.review.asks_self_grade and entry.is_full):
            del self.fields["self_grade"]

    @property
    def sent(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "text": given["text"],
            "grade": given.get("self_grade", ""),
            "version": given["version"],
        }


class NoteForm(forms.Form):
    version = _version()
    mutual = _words("互评意见", 3, MOST, required=False, help_text="会上其他党员提的意见，综合写一段。")
    masses = _words("群众意见", 2, MOST, required=False, help_text="听取了党外群众意见的再填。")

    def __init__(self, data: Any, *, entry: ReviewEntry) -> None:
        initial = {"version": entry.version, "mutual": entry.mutual, "masses": entry.masses}
        super().__init__(data, initial=initial)


class GradeForm(forms.Form):
    version = _version()
    grade = forms.ChoiceField(
        label="等次",
        choices=ReviewGrade.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择等次。"},
    )
    opinion = _words("评定意见", 3, MOST)
    disposal = _words("处置意见", 2, MOST, required=False, help_text="评为“不合格”的必填，如限期改正。")

    def __init__(self, data: Any, *, entry: ReviewEntry) -> None:
        initial = {
            "version": entry.version,
            "grade": entry.grade,
            "opinion": entry.opinion,
            "disposal": entry.disposal,
        }
        super().__init__(data, initial=initial)


class CorrectForm(GradeForm):
    citation = forms.CharField(
        label="更正依据",
        max_length=200,
        help_text="哪次会议决定或哪份文件。",
        error_messages={"required": "请填写更正依据。"},
    )


class UngradedForm(forms.Form):
    version = _version()
    why = forms.CharField(
        label="不评定等次的原因",
        required=False,
        max_length=100,
        help_text="如长期出国（境）、失联、免于要求。清空后重新参加评定。",
    )

    def __init__(self, data: Any, *, entry: ReviewEntry) -> None:
        super().__init__(data, initial={"version": entry.version, "why": entry.ungraded_why})


class RestForm(forms.Form):
    opinion = _words("评定意见", 2, MOST, help_text="写进这些党员的评定意见，之后可以逐人修改。")


class SubmitForm(forms.Form):
    decided_by = forms.ChoiceField(
        label="由谁评定", choices=Review.Decider.choices, widget=forms.RadioSelect, initial="meeting"
    )
    decided_on = _day("评定日期")


class ReturnForm(forms.Form):
    why = _words("退回原因", 2, 300)


class CountsForm(forms.Form):
    """Paper as it was counted: how many ballots, and for everybody how many said what; empty is none."""

    version = _version()
    issued = forms.IntegerField(
        label="发出（张）",
        min_value=1,
        max_value=MOST_BALLOTS,
        error_messages={"required": "请填写发出几张。"},
    )
    returned = forms.IntegerField(
        label="收回（张）",
        min_value=1,
        max_value=MOST_BALLOTS,
        error_messages={"required": "请填写收回几张。"},
    )

    def __init__(self, data: Any, *, review: Review, entries: Sequence[ReviewEntry]) -> None:
        super().__init__(
            data,
            initial={
                "version": review.version,
                "issued": review.issued or len(entries),
                "returned": review.returned or None,
            },
        )
        self.entries = entries
        for entry in entries:
            for name, label, number in zip(entry.COUNTS, ReviewGrade.labels, entry.counts, strict=True):
                self.fields[f"n-{entry.pk}-{name}"] = forms.IntegerField(
                    label=f"{entry.member.name}的“{label}”票",
                    required=False,
                    min_value=0,
                    max_value=MOST_BALLOTS,
                    initial=number if review.returned else None,
                    widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "input"}),
                    error_messages={"invalid": f"{entry.member.name}的票数应为整数。"},
                )

    @property
    def lines(self) -> list[tuple[ReviewEntry, list[BoundField]]]:
        return [(entry, [self[f"n-{entry.pk}-{name}"] for name in entry.COUNTS]) for entry in self.entries]

    @property
    def labels(self) -> list[str]:
        return [str(label) for label in ReviewGrade.labels]

    def counts(self) -> Counts:
        given = self.cleaned_data
        found: dict[UUID, tuple[int, int, int, int]] = {}
        for entry in self.entries:
            a, b, c, d = (given[f"n-{entry.pk}-{name}"] or 0 for name in entry.COUNTS)
            found[entry.pk] = (a, b, c, d)
        return found


class ReviewMarksForm(BallotForm):
    """The ballot: a grade for everybody, by name."""

    def __init__(self, data: Any, *, entries: Sequence[ReviewEntry]) -> None:
        super().__init__(data, people=entries, make=lambda name: grade_field(name, ReviewGrade.choices))
