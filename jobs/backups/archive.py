"""What stands inside the sealed stream: one frame after the other, each of a kind, a length and its bytes.

``{`` the manifest · ``T`` a table begins, ``R`` some of its lines, ``t`` its sum · ``F`` a file begins, ``D`` some of
its bytes, ``f`` its sum · ``}`` the end with all sums counted.
"""

import hashlib
import json
import struct
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Final

from lib.keys import KeyRing
from lib.strongbox import DAMAGED, SealedReader, SealedWriter, StrongboxError

from .tables import TableSum

#: Told what is being worked at.
Say = Callable[[str], None]
FORMAT: Final = 1
FRAME: Final = struct.Struct(">cI")
BLOCK: Final = 1 << 19
LONGEST: Final = 1 << 28


def quiet(line: str) -> None:
    """Nobody listens."""


class BackupError(Exception):
    """It cannot be done; nothing was changed. The sentence says what and what to do."""


@dataclass(frozen=True)
class FileSum:
    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """Where a backup comes from. ``migrations`` by app, ``audit`` the head of the audit chain."""

    at: str
    version: str
    vendor: str
    migrations: dict[str, list[str]]
    audit: dict[str, Any]
    format: int = FORMAT


@dataclass
class Contents:
    """A backup's manifest, tables and files, all proved by their checksums."""

    manifest: Manifest
    tables: list[TableSum] = field(default_factory=list)
    files: list[FileSum] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)

    def counts(self) -> dict[str, int]:
        return {
            "tables": len(self.tables),
            "rows": self.rows,
            "files": len(self.files),
            "bytes": self.bytes,
        }

    def checksum(self) -> str:
        """One SHA-256 of all sums."""
        sums = [[asdict(each) for each in part] for part in (self.tables, self.files)]
        return hashlib.sha256(json.dumps(sums, sort_keys=True).encode()).hexdigest()


class ArchiveWriter:
    """Manifest first, then tables, then files, then `finish`."""

    def __init__(self, file: BinaryIO, ring: KeyRing, manifest: Manifest) -> None:
        self._stream = SealedWriter(file, ring)
        self.contents = Contents(manifest)
        self._frame(b"{", asdict(manifest))

    def _frame(self, kind: bytes, content: bytes | dict[str, Any]) -> None:
        body = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
        self._stream.write(FRAME.pack(kind, len(body)) + body)

    def table(self, name: str, columns: list[str], lines: Iterator[bytes]) -> None:
        self._frame(b"T", {"table": name, "columns": columns})
        digest, count, block = hashlib.sha256(), 0, bytearray()
        for line in lines:
            digest.update(line)
            count += 1
            block += line
            if len(block) >= BLOCK:
                self._frame(b"R", bytes(block))
                block.clear()
        self._frame(b"R", bytes(block))
        self._frame(b"t", {"rows": count, "sha256": digest.hexdigest()})
        self.contents.tables.append(TableSum(name, count, digest.hexdigest()))

    def file(self, place: Path, opened: BinaryIO) -> None:
        self._frame(b"F", {"path": place.as_posix()})
        digest, size = hashlib.sha256(), 0
        while block := opened.read(BLOCK):
            digest.update(block)
            size += len(block)
            self._frame(b"D", block)
        self._frame(b"f", {"bytes": size, "sha256": digest.hexdigest()})
        self.contents.files.append(FileSum(place.as_posix(), size, digest.hexdigest()))

    def finish(self) -> Contents:
        self._frame(b"}", self.contents.counts())
        self._stream.finish()
        return self.contents


class ArchiveReader:
    """Gives one part after the other; what a part came to is proved before the next one is given."""

    def __init__(self, file: BinaryIO, ring: KeyRing) -> None:
        self._stream = SealedReader(file, ring)
        kind, body = self._next()
        facts = json.loads(body) if kind == b"{" else {}
        if facts.get("format") != FORMAT:
            raise BackupError("备份文件的格式比本程序新，请先升级程序。" if facts else DAMAGED)
        self.contents = Contents(Manifest(**facts))

    def _next(self) -> tuple[bytes, bytes]:
        kind, length = FRAME.unpack(self._stream.read(FRAME.size))
        if length > LONGEST:
            raise StrongboxError(DAMAGED)
        return kind, self._stream.read(length)

    def parts(self) -> Iterator["Part"]:
        """All tables, then all files. A part whose blocks nobody took is read past, and proved all the same."""
        while True:
            kind, body = self._next()
            facts = json.loads(body)
            if kind == b"}":
                break
            part = Part(kind, facts, self)
            yield part
            for _ in part.blocks():
                pass
        if facts != self.contents.counts():
            raise StrongboxError(DAMAGED)
        self._stream.end()

    def block(self) -> tuple[bytes, bytes]:
        return self._next()


class Part:
    """One table or one file: ``name`` is the table's or the path."""

    def __init__(self, kind: bytes, facts: dict[str, Any], archive: ArchiveReader) -> None:
        self.is_table = kind == b"T"
        self.name: str = facts["table"] if self.is_table else _inside(facts["path"])
        self.columns: list[str] = facts.get("columns", [])
        self._archive, self._is_over = archive, False

    def blocks(self) -> Iterator[bytes]:
        """Its bytes; of a table always whole lines."""
        digest, size = hashlib.sha256(), 0
        while not self._is_over:
            kind, body = self._archive.block()
            if kind in (b"R", b"D"):
                digest.update(body)
                size += body.count(b"\n") if self.is_table else len(body)
                yield body
            else:
                self._is_over = True
                self._close(json.loads(body), size, digest.hexdigest())

    def rows(self) -> Iterator[list[Any]]:
        for block in self.blocks():
            for line in block.splitlines():
                yield json.loads(line)

    def _close(self, said: dict[str, Any], size: int, sha256: str) -> None:
        if said != {"rows" if self.is_table else "bytes": size, "sha256": sha256}:
            raise StrongboxError(DAMAGED)
        contents = self._archive.contents
        if self.is_table:
            contents.tables.append(TableSum(self.name, size, sha256))
        else:
            contents.files.append(FileSum(self.name, size, sha256))


def _inside(path: str) -> str:
    """A file's place below the data folder; one that leads out of it was not written by us."""
    place = PurePosixPath(path)
    if place.is_absolute() or ".." in place.parts:
        raise StrongboxError(DAMAGED)
    return path
