"""The project's own template of a select says what Django's says."""

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates, TemplatesSetting


class Choices(forms.Form):
    one = forms.ChoiceField(
        choices=[("", "—"), (1, 'x<"y'), ("组", [("a", "甲"), ("b", "乙")])],
        initial="b",
        widget=forms.Select(attrs={"class": "input", "disabled": True, "hidden": False}),
    )
    many = forms.MultipleChoiceField(choices=[(1000, "甲"), ("2", "乙")], initial=[1000, "2"])
    perhaps = forms.NullBooleanField()


def without_layout(html):
    return "".join(html.split())


@pytest.mark.parametrize("name", ["one", "many", "perhaps"])
def test_it_is_djangos_without_the_line_breaks(name):
    own, djangos = (
        str(Choices(renderer=renderer())[name]) for renderer in (TemplatesSetting, DjangoTemplates)
    )
    assert "\n" not in own.strip()
    assert without_layout(own) == without_layout(djangos)


@pytest.mark.parametrize(("required", "words"), [(True, "请选择"), (False, "不选")])
def test_djangos_blank_choice_is_said_in_words(required, words):
    select = forms.Select(choices=[("", "---------"), ("a", "甲")])
    select.is_required = required
    assert f'<option value="" selected>{words}</option>' in str(select.render("one", ""))
