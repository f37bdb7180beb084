"""The forms of what is sent back: what a record lacks, and the branch's answer."""

from django import forms

from . import supplements


def _sentence(label: str, hint: str = "") -> forms.CharField:
    wrong = supplements.refusal(label)
    messages = {"required": wrong, "max_length": wrong}
    return forms.CharField(
        label=label, max_length=supplements.LENGTH, help_text=hint, error_messages=messages
    )


class AskForm(forms.Form):
    reason = _sentence("要补充什么", "支部首页和这条记录上会显示。记录照常计数。")


class AnswerForm(forms.Form):
    answer = _sentence("答复")
