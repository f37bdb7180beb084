"""The forms of what a member asks about his own data, and of the answer."""

from django import forms

from . import data_requests
from .models import DataRequest

State = DataRequest.State


class DataRequestForm(forms.Form):
    kind = forms.ChoiceField(
        label="要求",
        choices=DataRequest.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择要求。"},
    )
    subject = forms.ChoiceField(
        label="哪些信息",
        choices=DataRequest.Subject.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择哪些信息。"},
    )
    said = forms.CharField(
        label="说明",
        max_length=data_requests.SAID_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明要求。"},
        help_text="更正的，写明现在是什么、应该是什么。加密保存，只有答复的上级工作人员能看到。",
    )


class DataRequestAnswerForm(forms.Form):
    state = forms.ChoiceField(
        label="怎么办理",
        choices=[(State.DONE, "已办理"), (State.RESTRICTED, "限制处理"), (State.REFUSED, "不予办理")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择怎么办理。"},
    )
    answer = forms.CharField(
        label="答复",
        max_length=data_requests.ANSWER_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明答复。"},
        help_text="本人能看到。",
    )
    basis = forms.CharField(
        label="依据",
        required=False,
        max_length=200,
        help_text="不予办理的必填，如“个人信息保护法第四十七条第二款”。",
    )
