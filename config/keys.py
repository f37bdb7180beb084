"""The trial's secret key, which nobody had to choose. In production it comes from the environment."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile


def read_or_make(path: Path) -> str:
    """Return the key in `path`; make it once, readable by its owner only, when there is none.

    Web, worker and beat may all ask first. The key is written aside and linked into place, which fails for all
    but one of them, so nobody ever reads half a key and everybody ends up with the same one.
    """
    with suppress(FileNotFoundError):
        return path.read_text(encoding="ascii")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with NamedTemporaryFile("w", dir=path.parent, encoding="ascii") as draft:  # made with mode 0600
        draft.write(secrets.token_urlsafe(64))
        draft.flush()
        os.fsync(draft.fileno())
        with suppress(FileExistsError):
            os.link(draft.name, path)
    return path.read_text(encoding="ascii")
