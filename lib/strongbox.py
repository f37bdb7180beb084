"""A stream of any length, compressed and sealed with AES-256-GCM, for files that leave the machine.

The file: one line that names the format, one line of JSON (key version, fingerprint of the key, salt), then chunks of
1 MiB, each sealed under a key derived from the ring's and the salt. The nonce counts the chunks and marks the last one,
and the two lines are bound to each of them: what was changed, moved, cut off or appended does not open.
"""

import hashlib
import json
import os
import zlib
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from lib.keys import KEY_BYTES, KeyRing

MAGIC: Final = b"BRANCHBOOK SEALED STREAM 1\n"
CHUNK: Final = 1 << 20
TAG: Final = 16
LONGEST_HEADER: Final = 1000
#: What is sealed is mostly sealed already or a picture: the fastest level takes what there is to take.
LEVEL: Final = 1
DAMAGED: Final = "文件已损坏：内容被改动、截断，或传输不完整。请换用另一份。"


class StrongboxError(Exception):
    """The file does not open; the sentence says why."""


def fingerprint(key: bytes) -> str:
    """By which a key is known without being told: a lost one is not taken for damage."""
    return hashlib.sha256(b"branchbook fingerprint" + key).hexdigest()[:16]


class _Chunks:
    """The numbered nonces and the key of one stream."""

    def __init__(self, key: bytes, header: bytes) -> None:
        salt = bytes.fromhex(json.loads(header)["salt"])
        derived = HKDF(SHA256(), KEY_BYTES, salt, b"branchbook strongbox").derive(key)
        self._cipher, self._header, self._number = AESGCM(derived), MAGIC + header, 0

    def seal(self, chunk: bytes, *, last: bool) -> bytes:
        return self._cipher.encrypt(self._next_nonce(last), chunk, self._header)

    def open(self, sealed: bytes, *, last: bool) -> bytes:
        try:
            return self._cipher.decrypt(self._next_nonce(last), sealed, self._header)
        except InvalidTag:
            raise StrongboxError(DAMAGED) from None

    def _next_nonce(self, last: bool) -> bytes:
        self._number += 1
        return self._number.to_bytes(11, "big") + bytes([last])


class SealedWriter:
    """Takes plain bytes, writes the sealed stream to ``file``; without `finish` it does not open."""

    def __init__(self, file: BinaryIO, ring: KeyRing) -> None:
        key = ring.keys[ring.newest]
        facts = {"key": ring.newest, "fingerprint": fingerprint(key), "salt": os.urandom(32).hex()}
        header = json.dumps(facts).encode() + b"\n"
        file.write(MAGIC + header)
        self._file, self._chunks = file, _Chunks(key, header)
        self._packer, self._waiting = zlib.compressobj(LEVEL), bytearray()

    def write(self, plain: bytes) -> None:
        self._waiting += self._packer.compress(plain)
        while len(self._waiting) > CHUNK:
            self._file.write(self._chunks.seal(bytes(self._waiting[:CHUNK]), last=False))
            del self._waiting[:CHUNK]

    def finish(self) -> None:
        self._waiting += self._packer.flush()
        while len(self._waiting) > CHUNK:
            self._file.write(self._chunks.seal(bytes(self._waiting[:CHUNK]), last=False))
            del self._waiting[:CHUNK]
        self._file.write(self._chunks.seal(bytes(self._waiting), last=True))


class SealedReader:
    """Gives the plain bytes again; StrongboxError for another file, another key or any change."""

    def __init__(self, file: BinaryIO, ring: KeyRing) -> None:
        if file.read(len(MAGIC)) != MAGIC:
            raise StrongboxError("这不是支部簿的备份文件，或开头已损坏。")
        header = file.readline(LONGEST_HEADER)
        self._file, self._chunks = file, _Chunks(_key_of(header, ring), header)
        self._unpacker, self._packed, self._plain = zlib.decompressobj(), b"", bytearray()
        self._ahead = file.read(CHUNK + TAG)
        self._is_over = False

    def read(self, count: int) -> bytes:
        """Exactly ``count`` bytes."""
        while len(self._plain) < count:
            self._plain += self._more()
        taken = bytes(self._plain[:count])
        del self._plain[:count]
        return taken

    def end(self) -> None:
        """StrongboxError unless all of the stream was read and nothing stands behind it."""
        while not self._unpacker.eof and not self._plain:
            self._plain += self._more()
        if not self._is_over or self._packed or self._plain or not self._unpacker.eof:
            raise StrongboxError(DAMAGED)

    def _more(self) -> bytes:
        if not self._packed:
            if self._is_over:
                raise StrongboxError(DAMAGED)
            sealed, self._ahead = self._ahead, self._file.read(CHUNK + TAG)
            self._is_over = not self._ahead
            self._packed = self._chunks.open(sealed, last=self._is_over)
        try:
            # A little at a time: what was packed well must not fill the memory.
            plain = self._unpacker.decompress(self._packed, CHUNK)
        except zlib.error:
            raise StrongboxError(DAMAGED) from None
        self._packed = self._unpacker.unconsumed_tail
        return plain


def _key_of(header: bytes, ring: KeyRing) -> bytes:
    try:
        facts = json.loads(header)
        version, mark, salt = str(facts["key"]), facts["fingerprint"], bytes.fromhex(facts["salt"])
    except (ValueError, KeyError, TypeError):
        raise StrongboxError(DAMAGED) from None
    found = [key for key in ring.keys.values() if fingerprint(key) == mark]
    if not found or not salt:
        raise StrongboxError(
            f"备份密钥不对：这份文件是用第 {version} 版的另一把备份密钥加密的，请从密钥备份恢复当时的 backup.keys。"
        )
    return found[0]
