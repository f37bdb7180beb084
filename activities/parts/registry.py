"""Which kinds have fields of their own."""

from collections.abc import Iterable
from typing import Final

from activities.kinds import Kind

from .base import Part
from .documents import DocumentPart
from .lectures import LecturePart
from .lines import FilmPart, OathPart, ServicePart
from .secretary_reports import SecretaryReportPart
from .talks import TalkPart
from .theme_days import ThemeDayPart

PARTS: Final[dict[Kind, type[Part]]] = {
    part.kind: part
    for part in (
        *(LecturePart, ThemeDayPart, TalkPart, DocumentPart, OathPart, FilmPart, ServicePart),
        SecretaryReportPart,
    )
}


def parts_of(kinds: Iterable[Kind]) -> list[type[Part]]:
    return [PARTS[kind] for kind in kinds if kind in PARTS]
