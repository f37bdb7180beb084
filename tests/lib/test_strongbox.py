"""What is sealed opens as it was, or not at all."""

import os
from io import BytesIO

import pytest

from lib.keys import KeyRing
from lib.strongbox import CHUNK, DAMAGED, MAGIC, TAG, SealedReader, SealedWriter, StrongboxError

OLD, NEW = os.urandom(32), os.urandom(32)
RING = KeyRing({"1": OLD})


def sealed(plain: bytes, ring: KeyRing = RING) -> bytes:
    file = BytesIO()
    box = SealedWriter(file, ring)
    box.write(plain)
    box.finish()
    return file.getvalue()


def opened(content: bytes, count: int, ring: KeyRing = RING) -> bytes:
    box = SealedReader(BytesIO(content), ring)
    plain = box.read(count)
    box.end()
    return plain


def refusal(content: bytes, count: int, ring: KeyRing = RING) -> str:
    with pytest.raises(StrongboxError) as refused:
        opened(content, count, ring)
    return str(refused.value)


@pytest.mark.parametrize("size", [0, 1, 1000, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 7])
def test_any_length_comes_back(size):
    plain = os.urandom(size)
    assert opened(sealed(plain), size) == plain


def test_what_packs_well_comes_back_too():
    plain = b"\0" * (40 * CHUNK)
    assert len(sealed(plain)) < CHUNK
    assert opened(sealed(plain), len(plain)) == plain


def test_every_flipped_byte_shows():
    whole = sealed(b"the register of 1921" * 5)
    for place in range(len(whole)):
        bent = bytearray(whole)
        bent[place] ^= 1
        refusal(bytes(bent), 100)


def test_every_truncation_shows():
    plain = os.urandom(100)
    whole = sealed(plain)
    for length in range(len(whole)):
        refusal(whole[:length], 100)


def test_chunks_that_are_missing_swapped_repeated_or_appended_show():
    plain = os.urandom(2 * CHUNK + 5)
    whole = sealed(plain)
    begin = whole.index(b"\n", len(MAGIC)) + 1
    step = CHUNK + TAG
    head, first, second, last = whole[:begin], *(whole[begin + n * step :][:step] for n in range(3))
    assert head + first + second + last == whole
    for wrong in (
        (first, second),
        (first, last),
        (second, first, last),
        (first, first, second, last),
        (first, second, last, last),
        (first, second, last, b"x"),
    ):
        assert refusal(head + b"".join(wrong), len(plain)) == DAMAGED


def test_what_was_sealed_before_a_rotation_opens_and_a_foreign_key_is_told_from_damage():
    whole = sealed(b"kept", RING)
    assert opened(whole, 4, KeyRing({"1": OLD, "2": NEW})) == b"kept"
    assert refusal(whole, 4, KeyRing({"1": NEW})).startswith("备份密钥不对：这份文件是用第 1 版")


def test_another_file_is_no_backup():
    assert refusal(b"PK\x03\x04 something else entirely", 1).startswith("这不是支部簿的备份文件")
