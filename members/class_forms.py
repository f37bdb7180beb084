"""The forms of training classes: the class itself, who is to be enrolled, and what became of each."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.db.models import Q, QuerySet
from django.forms import BoundField
from django.http import QueryDict
from django.utils import timezone

from accounts.models import User
from branches.forms import BranchChoiceField, DateInput, WholeRowForm
from branches.models import Branch
from branches.roles import Right
from branches.scope import covering_ranges, within

from . import classes, rosters, searching
from .classes import Grade
from .competence import TITLES
from .models import ON_ROSTER, Member, Post, StatusPeriod, Trainee, Training, TrainingClass

Status = StatusPeriod.Status
#: Whom a class is for: words, and the status or the posts that are meant.
AUDIENCES: Final[dict[str, tuple[str, Sequence[str], Sequence[str]]]] = {
    "secretary": ("党支部书记", ON_ROSTER, [Post.Title.SECRETARY]),
    "committee": ("副书记和委员", ON_ROSTER, [title for title in TITLES if title != Post.Title.SECRETARY]),
    "member": ("全体党员", ON_ROSTER, []),
    "probationary": ("预备党员", [Status.PROBATIONARY], []),
    "target": ("发展对象", [Status.TARGET], []),
    "activist": ("入党积极分子", [Status.ACTIVIST], []),
}
#: Kind of class → whom it is offered to first; the others train those in office.
_MEANT: Final[dict[str, str]] = {
    Training.Kind.ACTIVIST: "activist",
    Training.Kind.TARGET: "target",
    Training.Kind.PROBATIONARY: "probationary",
}


class ClassForm(WholeRowForm):
    branch = BranchChoiceField(Branch.objects.none(), label="主办党组织")

    class Meta:
        model = TrainingClass
        fields = ["branch", "kind", "title", "starts_on", "ends_on", "hours", "pass_score", "organizer"]
        widgets = {"starts_on": DateInput, "ends_on": DateInput}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["branch"]
        field.queryset = organisers(user)
        if self.instance.pk:
            del self.fields["branch"]
        self.fields["pass_score"].help_text = "填了成绩没选结果的，按这条线判定。"


def organisers(user: User) -> QuerySet[Branch]:
    mine = Branch.objects.reachable_by(user, Right.KEEP_BRANCHES).filter(dissolved_on=None)
    return mine.exclude(level=Branch.Level.BRANCH)


class ClassFilter(forms.Form):
    """The query row of the list of classes."""

    year = forms.TypedChoiceField(label="年份", required=False, coerce=int, empty_value=None)
    q = forms.CharField(label="名称或编号", required=False, max_length=40)

    def __init__(self, data: Any, *, years: Iterable[int]) -> None:
        super().__init__(data)
        field: Any = self.fields["year"]
        field.choices = [("", "全部"), *((year, f"{year} 年") for year in years)]

    def chosen(self, rows: "QuerySet[TrainingClass]") -> "QuerySet[TrainingClass]":
        self.is_valid()
        if year := self.cleaned_data.get("year"):
            rows = rows.filter(starts_on__year=year)
        if q := self.cleaned_data.get("q"):
            rows = rows.filter(Q(title__contains=q) | Q(number__startswith=q.upper()))
        return rows


class EnrolFilter(forms.Form):
    """Whom to offer: people the user keeps who are not on the list yet."""

    who = forms.ChoiceField(
        label="身份", required=False, choices=[(key, words) for key, (words, *_) in AUDIENCES.items()]
    )
    branch = BranchChoiceField(Branch.objects.none(), label="党组织", required=False, empty_label="全部")
    q = forms.CharField(label="姓名、编号或学工号", required=False, max_length=40)

    def __init__(self, data: QueryDict, *, user: User, one: TrainingClass) -> None:
        usual = _MEANT.get(one.kind, "secretary")
        sent = data.copy()
        sent.setdefault("who", usual)
        super().__init__(sent)
        self.user, self.one = user, one
        field: Any = self.fields["branch"]
        field.queryset = Branch.objects.reachable_by(user, Right.KEEP_MEMBERS).filter(dissolved_on=None)
        self.is_valid()
        self.audience = AUDIENCES[self.cleaned_data.get("who") or usual]

    def offered(self) -> QuerySet[Member]:
        _, statuses, titles = self.audience
        one = self.one
        people = Member.objects.reachable_by(self.user, Right.KEEP_MEMBERS).filter(status__in=statuses)
        people = people.exclude(class_seats__training_class=one)
        there = rosters.members_during(one.starts_on, one.ends_on, classes.ADMITTED)
        people = people.filter(pk__in=there.values("pk"))
        if titles:
            held = Post.objects.on(timezone.localdate()).filter(
                title__in=titles, branch__level=Branch.Level.BRANCH
            )
            people = people.filter(pk__in=held.values("member"))
        if branch := self.cleaned_data.get("branch"):
            people = people.filter(within("branch_path", covering_ranges([branch.path])))
        found = searching.find(people, self.cleaned_data.get("q", ""))
        return found.select_related("branch").order_by("branch__order_key", "name_order", "number")


class EnrolForm(forms.Form):
    """People ticked among those offered, and numbers pasted from elsewhere."""

    people = forms.ModelMultipleChoiceField(Member.objects.none(), label="学员", required=False)
    pasted = forms.CharField(
        label="或粘贴党员编号、学工号",
        required=False,
        max_length=12_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="每行一个。",
    )

    def __init__(self, data: Any, *, user: User, one: TrainingClass) -> None:
        super().__init__(data)
        self.one = one
        field: Any = self.fields["people"]
        field.queryset = self.mine = Member.objects.reachable_by(user, Right.KEEP_MEMBERS)

    def clean_pasted(self) -> list[Member]:
        lines = [
            (number, line.strip()) for number, line in enumerate(self.cleaned_data["pasted"].splitlines(), 1)
        ]
        asked = [(number, line) for number, line in lines if line]
        if len(asked) > classes.MOST:
            raise forms.ValidationError(f"一次最多粘贴 {classes.MOST} 行，现在是 {len(asked)} 行。")
        texts = [line for _, line in asked]
        found = self.mine.filter(Q(number__in=[text.upper() for text in texts]) | Q(school_number__in=texts))
        people = list(found)
        named = [_named(people, number, line) for number, line in asked]
        absent = {person.pk for person in classes.absent_of(self.one, named)}
        for (number, line), person in zip(asked, named, strict=True):
            if person.pk in absent:
                raise forms.ValidationError(f"第 {number} 行“{line[:20]}”：{person.name}{classes.ABSENT}")
        return named

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not cleaned.get("people") and not cleaned.get("pasted"):
            raise forms.ValidationError("请勾选学员，或粘贴党员编号、学工号。")
        return cleaned

    def chosen(self) -> list[Member]:
        everybody = [*self.cleaned_data["people"], *self.cleaned_data["pasted"]]
        return list({person.pk: person for person in everybody}.values())


def _named(people: Sequence[Member], number: int, line: str) -> Member:
    fitting = [one for one in people if line.upper() == one.number or line == one.school_number]
    if not fitting:
        raise forms.ValidationError(f"第 {number} 行“{line[:20]}”：您管理的人员中没有这个编号或学工号。")
    if len(fitting) > 1:
        raise forms.ValidationError(f"第 {number} 行“{line[:20]}”：有 {len(fitting)} 人，请改填党员编号。")
    return fitting[0]


class GradesForm(forms.Form):
    """A line of three fields for everybody on the list."""

    def __init__(self, data: Any, *, one: TrainingClass, trainees: Sequence[Trainee]) -> None:
        super().__init__(data)
        self.one, self.trainees = one, trainees
        #: Who was enrolled while the page stood open has no line in what is sent.
        self.sent = [each for each in trainees if f"result-{each.pk}" in (data or {})]
        for trainee in trainees:
            self.fields.update(_fields_of(trainee, one.hours))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for trainee in self.sent:
            if not {f"{name}-{trainee.pk}" for name in _NAMES} & set(self.errors):
                fault = classes.fault_of(self.one, classes.settled(self.one, self._grade(trainee)))
                if fault:
                    self.add_error(f"result-{trainee.pk}", f"{trainee.member.name}：{fault}")
        return cleaned

    def grades(self) -> dict[int, Grade]:
        return {trainee.pk: self._grade(trainee) for trainee in self.sent}

    def _grade(self, trainee: Trainee) -> Grade:
        hours, score, result = (self.cleaned_data.get(f"{name}-{trainee.pk}") for name in _NAMES)
        return Grade(hours, score, result or "")

    def lines(self) -> Iterator[tuple[Trainee, list[tuple[BoundField, str]]]]:
        for trainee in self.trainees:
            yield trainee, [(self[f"{name}-{trainee.pk}"], label) for name, label in _NAMES.items()]


_NAMES: Final = {"hours": "实际学时", "score": "成绩", "result": "结果"}


def _fields_of(trainee: Trainee, whole: Decimal) -> dict[str, forms.Field]:
    name = trainee.member.name

    def number(label: str, value: Decimal | None, least: Decimal, most: Decimal) -> forms.DecimalField:
        # Not the browser's control for numbers: that shows nothing of a text that is none.
        entry = {"class": "input", "inputmode": "decimal", "autocomplete": "off"}
        return forms.DecimalField(
            label=f"{name}：{label}",
            required=False,
            initial=None if value is None else f"{value.normalize():f}",
            min_value=least,
            max_value=most,
            decimal_places=1,
            widget=forms.TextInput(attrs={**entry, "aria-label": f"{name}的{label}"}),
        )

    return {
        f"hours-{trainee.pk}": number("实际学时", trainee.hours, Decimal("0.1"), whole),
        f"score-{trainee.pk}": number("成绩", trainee.score, Decimal(0), Decimal(100)),
        f"result-{trainee.pk}": forms.ChoiceField(
            label=f"{name}：结果",
            required=False,
            initial=trainee.result,
            choices=[("", "—"), *Trainee.Result.choices],
            widget=forms.Select(attrs={"class": "input", "aria-label": f"{name}的结果"}),
        ),
    }
