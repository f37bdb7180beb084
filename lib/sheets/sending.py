"""A file made in memory as the answer to a request."""

from typing import BinaryIO

from django.http import FileResponse

from lib.media_types import XLSX, of

from .outgoing import Outgoing


def download(content: BinaryIO, name: str) -> FileResponse:
    """The workbook that was written to ``content``, to be saved as ``name``."""
    content.seek(0)
    return FileResponse(content, as_attachment=True, filename=name, content_type=XLSX)


def send(content: Outgoing, stem: str) -> FileResponse:
    """The list that was written to ``content``, to be saved as ``stem`` with the ending that was asked for."""
    content.seek(0)
    name = f"{stem}.{content.ending}"
    return FileResponse(content, as_attachment=True, filename=name, content_type=of(name))
