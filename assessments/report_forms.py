"""The forms around a report: what is written, asked, fed back and put right. They clean; the verbs decide."""

from datetime import date
from typing import Any, Final

from django import forms

from activities.filters import YEARS_BACK
from branches.forms import DateInput

from . import problems
from .after import MOST_FEEDBACK
from .models import Remark, Subject
from .problems import Facts, Stage
from .reports import MOST, PARTS

_WRONG_DAY: Final = "应为如 2026-12-31。"


def _words(label: str, rows: int, most: int, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=most,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"max_length": f"{label}最多 {most} 字。"},
        **more,
    )


def _day(label: str, **more: Any) -> forms.DateField:
    return forms.DateField(
        label=label, widget=DateInput, error_messages={"invalid": f"{label}{_WRONG_DAY}"}, **more
    )


def _version() -> forms.IntegerField:
    return forms.IntegerField(
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(("required", "invalid"), "请重新打开这一页再保存。"),
    )


class ReportForm(forms.Form):
    """The three parts as they are written; none is required before handing in."""

    version = _version()
    work = _words(PARTS["work"], 12, MOST, required=False, strip=False)
    problems = _words(PARTS["problems"], 10, MOST, required=False, strip=False)
    plans = _words(PARTS["plans"], 6, MOST, required=False, strip=False)

    @property
    def texts(self) -> dict[str, str]:
        """With the line ends that are kept, whatever the browser sends."""
        return {name: self.cleaned_data[name].replace("\r\n", "\n") for name in PARTS}


class RemarkForm(forms.Form):
    kind = forms.ChoiceField(
        label="类型", choices=Remark.Kind.choices, widget=forms.RadioSelect, initial=Remark.Kind.QUESTION
    )
    speaker = forms.CharField(label="提问或点评人", max_length=40)
    text = _words("内容", 2, 500)
    answer = _words("回答", 2, 500, required=False, help_text="提问才有；也可以会后补记。")


class AnswerForm(forms.Form):
    answer = _words("回答", 2, 500)


class FeedbackForm(forms.Form):
    version = _version()
    text = _words(
        "反馈意见",
        8,
        MOST_FEEDBACK,
        help_text="写明肯定的方面、存在的问题和要求，会印在反馈书上。等次由系统写入，不用再写。",
    )
    on = _day("反馈日期")


class ProblemForm(forms.Form):
    problem = _words("问题", 2, 300)
    measure = _words("整改措施", 2, 300)
    owner = forms.CharField(label="责任人", max_length=40)
    due_on = _day("完成期限")

    @property
    def facts(self) -> Facts:
        return Facts(**{name: self.cleaned_data[name] for name in ("problem", "measure", "owner", "due_on")})


class ProblemChangeForm(ProblemForm):
    version = _version()


class ProgressForm(forms.Form):
    version = _version()
    evidence = _words("整改情况", 4, 500, help_text="做了什么，有什么结果；佐证材料写明在哪里。")
    done_on = _day("完成日期", required=False, help_text="还没完成的不填。")


class CheckForm(forms.Form):
    version = _version()
    is_met = forms.TypedChoiceField(
        label="核查结论",
        choices=[("yes", "已整改到位"), ("no", "没有到位，退回继续整改")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": "请选择核查结论。"},
    )
    result = _words("核查意见", 2, 300)


class VersionForm(forms.Form):
    version = _version()


class ObjectionForm(forms.Form):
    said = _words("我的意见", 3, 500, help_text="写明对哪一点有不同意见、依据是什么。")


class CorrectionForm(forms.Form):
    subject = forms.ModelChoiceField(
        Subject.objects.none(), label="关于哪位书记", required=False, empty_label="整个述职评议"
    )
    text = _words("更正内容", 3, 500, help_text="写明原来怎样、应当怎样。")
    citation = forms.CharField(
        label="依据", max_length=200, help_text="会议或者文件，如：2027年3月2日学院党委会。"
    )

    def __init__(self, data: Any, *, subjects: Any) -> None:
        super().__init__(data)
        field: Any = self.fields["subject"]
        field.queryset = subjects
        field.label_from_instance = lambda row: row.member.name


class ProblemFilter(forms.Form):
    """The query row of the list; a value that is none counts as not given."""

    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部"), *((s.value, problems.LABELS[s]) for s in Stage)]
    )
    year = forms.TypedChoiceField(label="述职年度", coerce=int, required=False, empty_value=None)

    def __init__(self, data: Any, *, today: date) -> None:
        super().__init__(data)
        years = range(today.year, today.year - YEARS_BACK - 1, -1)
        self.fields["year"].choices = [("", "全部"), *((year, f"{year} 年") for year in years)]  # type: ignore[attr-defined]

    @property
    def asked(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
