from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from lib import scanning
from lib.attachments.kinds import Refused
from lib.sheets.archive import refuse_false_name, refuse_other_kinds
from lib.sheets.reading import Limits, WorkbookError


class UploadForm(forms.Form):
    """A workbook handed in for an import; what is in it is looked at afterwards."""

    file = forms.FileField(
        label="工作簿",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={
            "required": "请选择文件。",
            "empty": "文件是空的（0 字节），请重新导出后再上传。",
            "missing": "没有收到文件，请重新选择。",
        },
    )

    def clean_file(self) -> UploadedFile[Any]:
        file: UploadedFile[Any] = self.cleaned_data["file"]
        limit = Limits().packed_bytes
        if (file.size or 0) > limit:
            raise forms.ValidationError(f"文件超过 {limit >> 20} MB，请拆成几个文件上传。")
        content = file.read()
        file.seek(0)
        try:
            refuse_other_kinds(content)
            refuse_false_name(file.name or "", content)
        except WorkbookError as fault:
            raise forms.ValidationError(fault.message) from fault
        try:
            scanning.check(content)
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from None
        return file
