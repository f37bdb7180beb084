"""The forms of the certificates of membership."""

from django import forms
from django.db.models import Q, QuerySet

from .models import Certificate


class IssueForm(forms.Form):
    purpose = forms.CharField(
        label="用途", max_length=60, help_text="印在证明上，如“报考公务员政治面貌证明”。"
    )


class VerifyForm(forms.Form):
    number = forms.CharField(label="编号", max_length=20, help_text="如 2026-0001。")
    code = forms.CharField(label="校验码", max_length=12, help_text="8位字母和数字，不分大小写。")


class CertificateFilter(forms.Form):
    q = forms.CharField(label="姓名或编号", required=False, max_length=40)

    def wanted(self) -> str:
        self.is_valid()
        return str(self.cleaned_data.get("q", ""))

    def chosen(self, rows: "QuerySet[Certificate]") -> "QuerySet[Certificate]":
        q = self.wanted()
        return rows.filter(Q(number__startswith=q) | Q(member__name__startswith=q)) if q else rows
