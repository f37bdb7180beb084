"""Choosing files to attach to a record."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict

from branches.roles import Right
from branches.scope import may
from lib.attachments.kinds import ENDINGS, MEDIA_TYPES, PICTURES

from .occasions import Occasion

#: Pictures by their type, for which a phone offers the camera and turns its own formats into one of them.
ACCEPT = ",".join([*(MEDIA_TYPES[kind] for kind in sorted(PICTURES)), *ENDINGS["pdf"], *ENDINGS["docx"]])

TAKEN = "JPG、PNG 照片，PDF，Word（.docx），可一次选几个。照片里的拍摄地点等信息会自动去掉。"
OPEN = "写有姓名的材料请用 PDF 或 Word：校领导看得到照片，看不到文件。"
SEALED = "只有谈话人和本支部书记能看。"


class ManyFiles(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(
        self, data: Any, files: MultiValueDict[str, UploadedFile[Any]], name: str
    ) -> list[UploadedFile[Any]]:
        return files.getlist(name)


class FilesField(forms.Field):
    """Any number of files but none; each is judged by itself when it is added."""

    #: Large photos are made smaller before they are sent, where there is script.
    widget = ManyFiles(attrs={"accept": ACCEPT, "data-shrink": ""})


class EvidenceForm(forms.Form):
    """Its hint says who will see what: ``is_sealed`` is for a talk."""

    chosen = FilesField(label="添加材料")

    def __init__(self, *args: Any, is_sealed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chosen"].help_text = TAKEN + (SEALED if is_sealed else OPEN)


class PhotosForm(forms.Form):
    """Beside the quick record: what is chosen is added once the record is written."""

    photos = FilesField(label="照片和文件", required=False, help_text=f"可以不加，以后也能补。{TAKEN}{OPEN}")

    @classmethod
    def beside(cls, occasion: Occasion) -> PhotosForm | None:
        """For something new, by whoever writes records; what was said in a talk has no photos at once."""
        is_new = occasion.activity is None and not occasion.is_confidential
        return cls() if is_new and may(occasion.user, Right.RECORD, occasion.branch.path) else None
