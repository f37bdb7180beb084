"""One file, from what was sent to what is kept of it."""

import hashlib
from dataclasses import dataclass

from . import pdf, pictures, word
from .kinds import PICTURES, Kind, kind_of
from .pictures import Picture


@dataclass(frozen=True)
class Accepted:
    """What is kept; ``sha256`` is that of the file as it was sent, ``picture`` there is of photos only."""

    kind: Kind
    content: bytes
    sha256: str
    picture: Picture | None


def accept(content: bytes) -> Accepted:
    """Look at a file and take what may be kept of it: photos drawn anew, documents as they are. Refused otherwise."""
    kind = kind_of(content)
    sha256 = hashlib.sha256(content).hexdigest()
    if kind in PICTURES:
        picture = pictures.redraw(content, kind)
        return Accepted(kind, picture.content, sha256, picture)
    (pdf if kind is Kind.PDF else word).check(content)
    return Accepted(kind, content, sha256, None)
