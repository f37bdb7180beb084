"""The forms of 意见建议: what is said from a page, and the answer."""

from django import forms

from . import suggestions


class SuggestionForm(forms.Form):
    text = forms.CharField(
        label="意见或建议",
        max_length=suggestions.TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "请写明意见或建议。"},
        help_text="哪里不好用、哪里不对、希望怎样。加密保存，由学校党委组织部答复，答复显示在本页。请勿填写涉密内容。",
    )
    page = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_page(self) -> str:
        return suggestions.page_of(self.cleaned_data["page"])


class SuggestionAnswerForm(forms.Form):
    answer = forms.CharField(
        label="答复",
        max_length=suggestions.ANSWER_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "请写明答复。"},
        help_text="提出人能看到。",
    )


class SuggestionFilter(forms.Form):
    """Those that wait for an answer, unless all are asked for."""

    all = forms.BooleanField(required=False, label="包括已答复的")
