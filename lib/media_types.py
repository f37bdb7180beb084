"""What files that are handed out say they are."""

from typing import Final

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF: Final = "application/pdf"
JPEG: Final = "image/jpeg"
PNG: Final = "image/png"

_BY_ENDING: Final = {"xlsx": XLSX, "docx": DOCX, "pdf": PDF, "jpg": JPEG, "png": PNG}


def of(name: str) -> str:
    """What a file of that name is; KeyError for an ending that is never handed out."""
    return _BY_ENDING[name.rpartition(".")[2]]
