"""What a form says about a value it cannot take, in words that name the field and what is allowed."""

from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.template import Context, Template

from activities.minutes_forms import MOST_VOTES, BallotForm
from activities.plan_forms import PlanForm
from lib import sentences
from members.models import TrainingClass
from members.voting import RULES, Vote
from tests import cast

WHOLE = {"min_value": 1, "max_value": 31}
HOURS = {"min_value": Decimal("0.1"), "max_value": Decimal("24.0"), "decimal_places": 1}


def said(field, typed):
    return texts_of(field, {"one": typed})


def texts_of(field, data):
    form = type("OneForm", (forms.Form,), {"one": field})(data)
    return sentences.texts(form["one"])


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        (forms.IntegerField(label="几号", **WHOLE), "32", "几号应为 1 至 31 的整数。"),
        (forms.IntegerField(label="几号", **WHOLE), "一号", "几号应为 1 至 31 的整数。"),
        (forms.IntegerField(label="份数"), "1.5", "份数应为整数。"),
        (forms.IntegerField(label="份数", min_value=0), "-1", "份数不能是负数。"),
        (forms.IntegerField(label="份数", min_value=2), "1", "份数不能小于 2。"),
        (forms.IntegerField(label="份数", max_value=9), "10", "份数不能大于 9。"),
        (forms.DecimalField(label="学时", **HOURS), "两天", "学时应为数字，如 24 或 12.5。"),
        (forms.DecimalField(label="学时", **HOURS), "25", "学时应为 0.1 至 24 的数字。"),
        (forms.DecimalField(label="学时", **HOURS), "1.25", "学时最多 1 位小数，如 12.5。"),
        (
            forms.DecimalField(label="学时", max_digits=5, decimal_places=1),
            "99999",
            "学时太大，最多 4 位整数。",
        ),
        (forms.DateField(label="期限"), "明天", "期限应为如 2026-03-15。"),
        (forms.TimeField(label="开始时间"), "25:00", "开始时间应为如 14:30。"),
        (forms.CharField(label="地点", max_length=2), "三号楼", "地点不超过 2 个字，现在是 3 个。"),
        (forms.CharField(label="原因", min_length=4), "短", "原因至少 4 个字，现在是 1 个。"),
        (forms.ChoiceField(label="类型", choices=[("a", "甲")]), "b", "类型没有这个选项，请重新选择。"),
        (forms.CharField(label="地点"), "", "请填写地点。"),
        (forms.IntegerField(widget=forms.HiddenInput), "x", sentences.INCOMPLETE),
        (forms.IntegerField(widget=forms.HiddenInput), "", sentences.INCOMPLETE),
    ],
)
def test_each_names_the_field_and_what_is_allowed(field, typed, sentence):
    assert said(field, typed) == [sentence]


@pytest.mark.parametrize(
    "field",
    [
        forms.IntegerField(label="票数", error_messages={"max_value": "票数太多。"}, max_value=9),
        forms.IntegerField(label="票数", validators=[MaxValueValidator(9, "票数太多。")]),
    ],
)
def test_a_sentence_of_the_form_stays(field):
    assert said(field, "10") == ["票数太多。"]


def test_so_does_one_that_the_form_adds():
    form = type("OneForm", (forms.Form,), {"one": forms.DateField(label="日期")})({"one": "2026-03-15"})
    form.add_error("one", ValidationError("这一天放假。", code="invalid"))
    assert sentences.texts(form["one"]) == ["这一天放假。"]


def test_what_a_column_of_the_table_allows():
    made = forms.modelform_factory(TrainingClass, fields=["pass_score"])
    assert sentences.texts(made({"pass_score": "101"})["pass_score"]) == ["合格分数线应为 0 至 100 的整数。"]


def test_rows_without_their_count():
    rows = forms.formset_factory(forms.Form)({})
    assert not rows.is_valid()
    page = Template("{% error_summary rows %}").render(Context({"rows": rows}))
    assert (sentences.INCOMPLETE in page, "ManagementForm" in page) == (True, False)


def test_votes_beyond_what_is_counted():
    form = BallotForm({"in_favour": str(MOST_VOTES + 1)}, rule=RULES[Vote.ELECTION])
    assert sentences.texts(form["in_favour"]) == ["赞成应为 0 至 9999 的整数。"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("day", "32", "几号应为 1 至 31 的整数。"),
        ("day", "x", "几号应为 1 至 31 的整数。"),
        ("starts_at", "25:00", "开始时间应为如 14:30。"),
        ("since", "", "请选择从哪一天开始。"),
        ("until", "年底", "最后的日期应为如 2026-03-15。"),
    ],
)
def test_a_plan(name, typed, sentence):
    branch = cast.a_university().students
    assert sentences.texts(PlanForm({name: typed}, branch=branch)[name]) == [sentence]
