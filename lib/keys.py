"""The key files of `lib.encryption`: made once, read by their owner only, and versioned."""

import json
import os
import secrets
from base64 import b64decode, b64encode
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import mkstemp
from time import sleep

from django.conf import settings

NAMES = ("field", "index", "audit", "backup")
KEY_BYTES = 32
WAITS, WAIT_SECONDS = 20, 0.05


class KeysMissing(Exception):
    """A key file is not there, cannot be read, or holds no key."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys of one file by version ("1", "2", …); ``newest`` is the highest."""

    keys: dict[str, bytes]

    @property
    def newest(self) -> str:
        return max(self.keys, key=int)


def path_of(folder: Path | str, name: str) -> Path:
    """Where the file for one of NAMES lies."""
    return Path(folder) / f"{name}.keys"


def ensure_keys(folder: Path | str) -> None:
    """Make the folder (mode 0700) and each missing key file (mode 0600) with one key; existing ones stay untouched.

    Web, worker and beat may all come first: each file is written aside and linked into place, which fails for all but
    one of them, so that nobody reads half a key and all end up with the same.
    """
    Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in NAMES:
        path = path_of(folder, name)
        if not path.exists():
            draft = _write_aside(path, {"1": secrets.token_bytes(KEY_BYTES)})
            with suppress(FileExistsError):
                os.link(draft, path)
            draft.unlink()


def add_key(folder: Path | str, name: str) -> str:
    """Add a key that encrypts from now on (older ones still decrypt) and return its version.

    Other processes see it when they start anew, or when they meet a token of it. Not to be called by two at once.
    """
    path = path_of(folder, name)
    keys = _read(path).keys
    version = str(max(map(int, keys)) + 1)
    _write_aside(path, {**keys, version: secrets.token_bytes(KEY_BYTES)}).replace(path)
    return version


def find_faults(folder: Path | str) -> list[str]:
    """A sentence for each key file that is missing, broken or open to others than its owner."""
    found = []
    for name in NAMES:
        path = path_of(folder, name)
        try:
            _read(path)
        except KeysMissing as missing:
            found.append(str(missing))
            continue
        if path.stat().st_mode & 0o077:
            found.append(f"密钥文件 {path.name} 可被其他账户读取，请把权限改为 0600。")
    return found


@lru_cache(maxsize=32)
def read_ring(folder: str, name: str) -> KeyRing:
    """Read a key file once for each process. KeysMissing when it is not there.

    A trial makes its own keys at first use, but only when there is none at all: a part that got lost must be restored.
    Web, worker and beat come first together, so a part may be just being made by another of them.
    """
    if getattr(settings, "TRIAL", False):
        if not any(path_of(folder, each).exists() for each in NAMES):
            ensure_keys(folder)
        _wait_for(path_of(folder, name))
    return _read(path_of(folder, name))


def _wait_for(path: Path) -> None:
    for _ in range(WAITS):
        if path.exists():
            return
        sleep(WAIT_SECONDS)


def _write_aside(path: Path, keys: dict[str, bytes]) -> Path:
    """Write the keys to a new file beside ``path``, safely on the disk, and return where."""
    stored = {"keys": [{"version": version, "key": b64encode(key).decode()} for version, key in keys.items()]}
    number, name = mkstemp(dir=path.parent, prefix=f".{path.name}-")  # made with O_EXCL and mode 0600
    with os.fdopen(number, "w", encoding="ascii") as draft:
        json.dump(stored, draft, indent=1)
        draft.flush()
        os.fsync(draft.fileno())
    return Path(name)


def _read(path: Path) -> KeyRing:
    try:
        stored = json.loads(path.read_text(encoding="ascii"))
        keys = {str(int(each["version"])): b64decode(each["key"], validate=True) for each in stored["keys"]}
    except FileNotFoundError:
        raise KeysMissing(f"没有密钥文件 {path.name}，请从密钥备份恢复；全新安装请先生成密钥。") from None
    except (OSError, ValueError, KeyError, TypeError):
        raise KeysMissing(f"密钥文件 {path.name} 无法读取，请检查权限，或从密钥备份恢复。") from None
    if not keys or any(len(key) != KEY_BYTES for key in keys.values()):
        raise KeysMissing(f"密钥文件 {path.name} 内容不完整，请从密钥备份恢复。")
    return KeyRing(keys)
