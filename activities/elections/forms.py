"""The forms of 换届, one for each step. They clean; `verbs` decides."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from django import forms
from django.http import QueryDict

from activities.models import Activity, Election
from branches.models import Branch
from branches.tree import depth
from lib.reasons import ReasonField
from lib.templatetags.ui import chinese_date
from members import rosters
from members.models import Post

from . import reading, steps
from .reading import Line, Outcome
from .verbs import OF_A_TERM, Seat

_NUMBER: Final = "如“文学院党〔2026〕5号”。"


def _day(label: str, *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": f"请填写{label}。", "invalid": f"{label}应为如 2026-03-15。"},
    )


def _paper(label: str, *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=60,
        help_text=_NUMBER,
        error_messages={"required": f"请填写{label}。"},
    )


class StepForm(forms.Form):
    """What every step is given; ``sent`` is what its verb takes."""

    def __init__(self, data: QueryDict | None, *, election: Election, today: date) -> None:
        super().__init__(data, initial={"on": today})
        self.election, self.today = election, today
        self.offer()

    def offer(self) -> None:
        """Fill the choices."""

    @property
    def sent(self) -> dict[str, Any]:
        return self.cleaned_data


class RequestForm(forms.Form):
    on = _day("请示日期")
    number = _paper("请示文号", required=False)


class ReplyForm(StepForm):
    on = _day("批复日期")
    number = _paper("批复文号")
    seats = forms.TypedChoiceField(
        label="应选",
        coerce=int,
        error_messages={"required": "请选择应选人数。"},
        help_text="正式党员7人以上设支委会，由3至5人组成，一般不超过7人；不足7人的设书记1名，必要时设副书记1名"
        "（支部条例第二十条）。",
    )

    def offer(self) -> None:
        branch = self.election.branch
        full = {
            rosters.full_members_on(branch, day).count() for day in (self.election.requested_on, self.today)
        }
        choice = self.fields["seats"]
        assert isinstance(choice, forms.TypedChoiceField)
        choice.choices = [
            ("", "请选择"),
            *(
                (n, words)
                for n, words in steps.SEATS.items()
                if not all(steps.fault_of_seats(n, number) for number in full)
            ),
        ]


class NominateForm(StepForm):
    on = _day("提出候选人日期")
    people = forms.TypedMultipleChoiceField(
        label="候选人",
        coerce=UUID,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请选择候选人。"},
    )

    def offer(self) -> None:
        people = rosters.full_members_on(self.election.branch, self.today).order_by("name_order", "number")
        choice = self.fields["people"]
        assert isinstance(choice, forms.TypedMultipleChoiceField)
        choice.choices = [(person.pk, name) for name, person in reading.labels(list(people)).items()]
        least = steps.least_candidates(self.election.seats)
        choice.help_text = (
            f"应选 {self.election.seats} 人，候选人至少 {least} 人。只列出正式党员（选举条例第五条）。"
        )


class AgreeForm(StepForm):
    on = _day("审查同意日期")
    number = _paper("审查同意文号")


class MeetingForm(StepForm):
    meeting = forms.ModelChoiceField(
        Activity.objects.none(),
        label="选举大会",
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择选举大会。", "invalid_choice": "请选择本支部的党员大会。"},
    )

    def offer(self) -> None:
        choice = self.fields["meeting"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = reading.meetings_for(self.election)
        choice.label_from_instance = lambda obj: f"{chinese_date(obj.held_on)}，{obj.title}"  # type: ignore[method-assign]
        latest = choice.queryset.first()
        self.initial["meeting"] = latest.pk if latest else None
        self.latest = latest


class ReportForm(StepForm):
    on = _day("报告选举结果日期")


class ApproveForm(StepForm):
    """Beside its own fields one choice of post, and one of duty, for each of those elected."""

    on = _day("批准日期")
    number = _paper("批准文号")
    filed_on = _day("委员备案日期", required=False)
    filed_on.help_text = "还没有备案的不填，备案后在这里补记。"
    reason = forms.CharField(
        label="例外说明",
        required=False,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="书记党龄不满1年等与“一般应当”不一致的，写明理由和批准情况；没有的不填。",
    )

    def offer(self) -> None:
        result = reading.result_of(self.election)
        self.elected: Sequence[Outcome] = reading.seated(self.election, result, self.today)
        committee = steps.has_committee(self.election)
        offered = [title for title in OF_A_TERM if committee or title != Post.Title.COMMITTEE]
        if not committee:
            del self.fields["filed_on"]
        for outcome in self.elected:
            self.fields[f"title-{outcome.member_id.hex}"] = forms.ChoiceField(
                label=f"{outcome.name}的职务",
                choices=[("", "请选择"), *((title.value, title.label) for title in offered)],
                error_messages={"required": f"请选择{outcome.name}的职务。"},
            )
            if committee:
                self.fields[f"duty-{outcome.member_id.hex}"] = forms.CharField(
                    label=f"{outcome.name}的分工",
                    required=False,
                    max_length=20,
                    help_text="如组织、宣传、纪检。",
                )

    @property
    def posts(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(("title-", "duty-"))]

    @property
    def sent(self) -> dict[str, Any]:
        values = self.cleaned_data
        seats = [
            Seat(
                outcome.member_id,
                values[f"title-{outcome.member_id.hex}"],
                values.get(f"duty-{outcome.member_id.hex}", ""),
            )
            for outcome in self.elected
        ]
        own = {name: values.get(name) for name in ("on", "number", "filed_on")}
        return {**own, "reason": values["reason"], "seats": seats}


class FileForm(StepForm):
    on = _day("委员备案日期")


FORMS: Final[dict[str, type[StepForm]]] = {
    "reply": ReplyForm,
    "nominate": NominateForm,
    "agree": AgreeForm,
    "meeting": MeetingForm,
    "report": ReportForm,
    "approve": ApproveForm,
    "file": FileForm,
}


class WithdrawForm(forms.Form):
    why = ReasonField("撤销原因", most=300, widget=forms.Textarea(attrs={"rows": 2}))


class ElectionFilter(forms.Form):
    """The query row of the list; fields in error count as not given."""

    under = forms.ChoiceField(label="党组织", required=False)
    step = forms.ChoiceField(
        label="进度",
        required=False,
        choices=[("", "全部"), ("request", "还没有请示"), *((s.key, f"待{s.title}") for s in steps.ALL[1:])],
    )

    def __init__(self, data: Any, *, organisations: Sequence[Branch]) -> None:
        super().__init__(data)
        self.paths = {str(branch.pk): branch.path for branch in organisations}
        choice = self.fields["under"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [
            ("", "全部"),
            *((str(one.pk), "　" * depth(one.path) + one.short_name) for one in organisations),
        ]
        self.is_valid()

    def takes(self, line: Line) -> bool:
        path = self.paths.get(self.cleaned_data.get("under", ""), "")
        key = self.cleaned_data.get("step", "")
        step = steps.next_of(line.election) if line.election else steps.ALL[0]
        return line.branch.path.startswith(path) and key in ("", step.key if step else "")

    @property
    def is_filtered(self) -> bool:
        return any(self.cleaned_data.values())
