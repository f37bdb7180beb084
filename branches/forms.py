"""The forms of the organisation tree. They clean; :mod:`branches.tree` and its neighbours save."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any, ClassVar, Final, cast

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.forms.utils import flatatt
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.models import SignOn, User
from accounts.sign_on import keeping
from lib import required

from . import grants, names, second_factor
from .local import Decided, Kind, Value
from .models import Branch, FactorExemption, RoleGrant, Term
from .roles import Role
from .scope import covering_ranges, within
from .tree import depth

SELECTED = flatatt({"selected": True})


class LongSelect(forms.Select):
    """A select of a thousand choices, written at once: Django asks a template and several calls for each of them."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = set(self.format_value(value))
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            (
                (key, SELECTED if str(key) in chosen else "", label)
                for key, label in cast("Iterable[tuple[Any, str]]", self.choices)
            ),
        )
        said = flatatt(self.build_attrs(self.attrs, attrs))
        return format_html('<select name="{}"{}>{}</select>', name, said, options)


class _Organisations(forms.models.ModelChoiceIterator):  # type: ignore[type-arg]
    """Keys and names, and no object for each."""

    def __iter__(self) -> Iterator[tuple[Any, str]]:
        if self.field.empty_label is not None:
            yield "", str(self.field.empty_label)
        for key, path, name in self.queryset.values_list("pk", "path", "short_name").iterator():
            yield key, "　" * depth(path) + name


class BranchChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Organisations in official order, each below its parent."""

    widget = LongSelect
    iterator = _Organisations


class DateInput(forms.DateInput):
    """The browser's own date control: no script, and right on a phone."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


def not_in_future(day: date) -> date:
    """For a date of something that has happened; ValidationError names today."""
    today = timezone.localdate()
    if day > today:
        raise forms.ValidationError(f"日期不能晚于今天（{today:%Y-%m-%d}）。")
    return day


class WholeRowForm(forms.ModelForm):  # type: ignore[type-arg]
    """Checks the row's constraints also where they speak of columns that are not on the form.

    Django leaves such constraints to the database, whose refusal would be a page of its own.
    """

    beside: frozenset[str] = frozenset()

    def _get_validation_exclusions(self) -> set[str]:
        left_out: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return (left_out - self.beside) | set(getattr(self, "_errors", None) or ())


class BranchForm(WholeRowForm):
    beside = frozenset({"level", "dissolved_on"})

    class Meta:
        model = Branch
        fields = [
            "parent",
            "level",
            "name",
            "short_name",
            "code",
            "category",
            "form",
            "is_college",
            "founded_on",
            "note",
        ]
        # The code may be one outside the user's scope: the message tells no more than that it cannot be used.
        error_messages = {"code": {"unique": "这个代码不能使用，请核对上级党组织编发的代码。"}}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned |= {
            name: names.tidy(cleaned[name]) for name in ("name", "short_name", "code") if cleaned.get(name)
        }
        if "parent" in self.fields and not cleaned.get("parent"):
            self.add_error("parent", "请选择上级党组织。")
        return cleaned


class MoveForm(forms.Form):
    """Where to, and from which day on."""

    to = BranchChoiceField(label="调整到", queryset=Branch.objects.none(), empty_label="请选择上级党组织")
    on = forms.DateField(
        label="生效日期", widget=DateInput, help_text="这一天之前的活动和统计仍算在原上级党组织。"
    )

    def __init__(self, branch: Branch, targets: QuerySet[Branch], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.branch = branch
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)
        present = [branch.parent.pk] if branch.parent else []
        field.queryset = targets.exclude(within("path", covering_ranges([branch.path]))).exclude(
            pk__in=present
        )
        self.fields["on"].initial = timezone.localdate()

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        placement = self.branch.placements.open().first()
        if on > timezone.localdate():
            raise forms.ValidationError(f"生效日期不能晚于今天（{timezone.localdate():%Y-%m-%d}）。")
        if placement and on < placement.since:
            raise forms.ValidationError(
                f"生效日期不能早于现在这段隶属关系开始的日期（{placement.since:%Y-%m-%d}）。"
            )
        return on


class DissolveForm(forms.Form):
    on = forms.DateField(label="撤销日期", widget=DateInput, help_text="从这一天起不再计入义务和统计。")

    def __init__(self, branch: Branch, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.branch = branch
        self.fields["on"].initial = timezone.localdate()

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if self.branch.founded_on and on < self.branch.founded_on:
            raise forms.ValidationError(f"撤销日期不能早于成立日期（{self.branch.founded_on:%Y-%m-%d}）。")
        return on


class OrderForm(forms.Form):
    """One number for each child; equal numbers keep the order they had."""

    def __init__(self, children: Iterable[Branch], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.children = list(children)
        for place, child in enumerate(self.children, start=1):
            self.fields[f"place-{child.pk}"] = forms.IntegerField(
                label=child.short_name, min_value=1, max_value=99999, initial=place
            )

    def ordered(self) -> list[Branch]:
        return sorted(self.children, key=lambda child: self.cleaned_data[f"place-{child.pk}"])


class TermForm(forms.ModelForm):  # type: ignore[type-arg]
    years = forms.IntegerField(
        label="任期（年）",
        required=False,
        min_value=1,
        max_value=10,
        help_text="留空则按规定：院（系）和委员会5年，总支、支部3年。",
    )

    class Meta:
        model = Term
        fields = ["branch", "elected_on"]

    def clean_elected_on(self) -> date:
        day: date = self.cleaned_data["elected_on"]
        if day > timezone.localdate():
            raise forms.ValidationError("当选日期不能晚于今天。")
        return day


class PostponeForm(forms.Form):
    until = forms.DateField(
        label="延期至", widget=DateInput, help_text="一般不超过1年（支部条例第二十一条）。"
    )
    approval = forms.CharField(
        label="批准依据",
        max_length=120,
        help_text="批准的上级党组织、文号和日期，如“校党委批复〔2026〕12号”。",
    )


class GrantForm(forms.ModelForm):  # type: ignore[type-arg]
    """``giver`` is who grants: set by the admin before the form is made."""

    giver: User

    class Meta:
        model = RoleGrant
        fields = ["user", "role", "branch", "station", "since", "until"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        user, role, since = cleaned.get("user"), cleaned.get("role"), cleaned.get("since")
        if not (user and role and since):
            return cleaned
        place = cleaned.get("branch") or cleaned.get("station")
        if user == self.giver:
            self.add_error("user", "不能给自己授权，请由另一位有权的人员办理。")
        elif not grants.may_grant(self.giver, role, place.branch_path if place else ""):
            self.add_error("role", "您不能在这个范围授予这个角色。")
        else:
            try:
                grants.refuse_mixture(user, role, since, cleaned.get("until"))
            except grants.GrantError as error:
                self.add_error("role", str(error))
        return cleaned


_AHEAD: Final = timedelta(days=366)


class LocalRuleForm(forms.Form):
    """A decision about one local rule; what departs from the default names the document it rests on."""

    citation = forms.CharField(
        label="依据",
        max_length=200,
        required=False,
        help_text="文件名称、文号和条款，如“校组字〔2025〕3号第六条”。与默认不同时必填。",
    )

    def __init__(self, decided: Decided, *args: Any, **kwargs: Any) -> None:
        self.rule = decided.rule
        kwargs["initial"] = {"value": decided.value, "citation": decided.citation}
        super().__init__(*args, **kwargs)
        self.fields = {"value": self._value_field(), **self.fields}

    def _value_field(self) -> forms.Field:
        rule = self.rule
        if rule.kind is Kind.SWITCH:
            return forms.BooleanField(label="启用这条规定", required=False)
        if rule.kind is Kind.NUMBER:
            range_said = f"取值应是 {rule.least} 至 {rule.most} 的整数。"
            messages = dict.fromkeys(("invalid", "min_value", "max_value"), range_said)
            return forms.IntegerField(
                label=f"取值（{rule.unit}）",
                min_value=rule.least,
                max_value=rule.most,
                help_text="" if rule.least else "填 0 即不启用。",
                error_messages=messages,
            )
        if rule.kind is Kind.DAY:
            return forms.DateField(
                label="日期",
                required=False,
                widget=DateInput(),
                help_text="不填就是没有设定。",
                error_messages={"invalid": "日期应为如 2026-09-01。"},
            )
        return forms.ChoiceField(label="取值", choices=rule.choices, widget=forms.RadioSelect)

    def clean_value(self) -> Value:
        """A day as its rule keeps it; one far ahead would silence for years whatever goes by it."""
        value: Value | date | None = self.cleaned_data["value"]
        if isinstance(value, date):
            if value > timezone.localdate() + _AHEAD:
                raise forms.ValidationError("最晚填今天起一年以内的日期。")
            return value.isoformat()
        return "" if value is None else value

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        value: Value | None = cleaned.get("value")
        if value is not None and value != self.rule.default and not cleaned.get("citation", "").strip():
            self.add_error("citation", "请写明依据的文件，没有依据的校内规定不能启用。")
        return cleaned


class RenamesForm(forms.Form):
    """Of the rows of a register that are shown, those whose organisation was renamed."""

    shown = forms.TypedMultipleChoiceField(coerce=int, choices=(), required=False)
    overwrite = forms.TypedMultipleChoiceField(coerce=int, choices=(), required=False)

    def __init__(self, rows: list[int], data: Any) -> None:
        super().__init__(data)
        choices = [(str(row), str(row)) for row in rows]
        for name in ("shown", "overwrite"):
            field: Any = self.fields[name]
            field.choices = choices


class FactorExemptionForm(forms.ModelForm):  # type: ignore[type-arg]
    """Only roles that may be let off are offered."""

    class Meta:
        model = FactorExemption
        fields = ("role", "citation", "since", "until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "role" in self.fields:
            choices: Any = self.fields["role"]
            choices.choices = [
                ("", "—"),
                *((r.value, r.label) for r in Role if r not in second_factor.ALWAYS),
            ]


class SignOnForm(forms.ModelForm):  # type: ignore[type-arg]
    """What stands in the row already is not shown again when it is secret."""

    secret = forms.CharField(
        label="客户端密钥",
        max_length=200,
        required=False,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="CAS 不用填。",
    )

    class Meta:
        model = SignOn
        fields = ("kind", "title", "server", "client_id", "attribute", "has_factor", "is_on")
        widgets: ClassVar = {"kind": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.secret_cipher:
            self.fields["secret"].help_text = "已保存，不再显示；不改的不填。"
        required.name_fields(self.fields)

    def clean_has_factor(self) -> bool:
        said: bool = self.cleaned_data["has_factor"]
        if said and not settings.SIGN_ON_FACTOR:
            raise forms.ValidationError(keeping.NOT_VOUCHED)
        return said
