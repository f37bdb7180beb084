"""A workbook made in memory as the answer to a request."""

from typing import BinaryIO

from django.http import FileResponse

from lib.media_types import XLSX


def download(content: BinaryIO, name: str) -> FileResponse:
    """All that was written to ``content``, to be saved as ``name``."""
    content.seek(0)
    return FileResponse(content, as_attachment=True, filename=name, content_type=XLSX)
