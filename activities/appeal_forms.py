"""The forms of a mark that is wrong: the member's sentence, and the branch's answer."""

from django import forms

from . import appeals


class AppealForm(forms.Form):
    said = forms.CharField(
        label="哪里不对",
        max_length=appeals.SAID_LENGTH,
        error_messages={"required": "请用一句话写明哪里不对。"},
        help_text="一句话即可，如“当天我到会了，坐在后排”。本支部登记到会的人能看到。",
    )


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label="答复",
        max_length=appeals.ANSWER_LENGTH,
        error_messages={"required": "请写一句答复。"},
        help_text="本人能看到。",
    )
    verdict = forms.ChoiceField(
        choices=[("corrected", "已更正"), ("kept", "不更正")],
        error_messages={"required": "请点“已更正”或“不更正”。", "invalid_choice": "请点“已更正”或“不更正”。"},
    )
