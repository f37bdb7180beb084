"""The forms of trainings and of the list of what secretaries lack."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from branches.forms import DateInput

from .competence import LACKS, TITLES, Line
from .models import Post, Training


@dataclass(frozen=True)
class TrainingWanted:
    title: str = Post.Title.SECRETARY.value
    lack: str = ""
    college: str = ""
    only_double_leaders: bool = False

    def takes(self, line: Line) -> bool:
        return (
            line.post.title == self.title
            and (not self.lack or line.lacks_any(self.lack))
            and line.post.branch.path.startswith(self.college)
            and (not self.only_double_leaders or line.post.member.is_double_leader)
        )


class TrainingFilter(forms.Form):
    """The query row; without an answer, the secretaries. The organisations are at hand already."""

    title = forms.ChoiceField(
        label="职务", required=False, choices=[(title.value, title.label) for title in TITLES]
    )
    lack = forms.ChoiceField(label="缺什么", required=False, choices=[("", "全部"), *LACKS.items()])
    branch = forms.ChoiceField(label="党支部", required=False)
    double_leader = forms.ChoiceField(
        label="双带头人", required=False, choices=[("", "全部"), ("on", "只看双带头人")]
    )

    def __init__(self, data: Any, *, posts: Sequence[Post]) -> None:
        super().__init__(data)
        self.branches = {str(post.branch.pk): post.branch for post in posts}
        field: Any = self.fields["branch"]
        field.choices = [("", "全部"), *((key, branch.short_name) for key, branch in self.branches.items())]

    def wanted(self) -> TrainingWanted:
        """What is asked for; fields in error count as not given."""
        self.is_valid()
        values = self.cleaned_data
        branch = self.branches.get(values.get("branch", ""))
        return TrainingWanted(
            values.get("title") or Post.Title.SECRETARY.value,
            values.get("lack", ""),
            branch.path if branch else "",
            values.get("double_leader") == "on",
        )


class TrainingForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Training
        fields = ["kind", "title", "held_on", "hours", "organizer"]
        widgets = {"held_on": DateInput}

    def clean_held_on(self) -> date:
        day: date = self.cleaned_data["held_on"]
        if day > timezone.localdate():
            raise forms.ValidationError("结业日期不能晚于今天。")
        return day

    def clean_hours(self) -> Any:
        hours = self.cleaned_data["hours"]
        if not 0 < hours <= 400:
            raise forms.ValidationError("学时应大于 0，不超过 400。")
        return hours
