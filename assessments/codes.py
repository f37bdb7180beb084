"""Ballot codes: drawn at random, printed for people, kept as a keyed digest alone."""

import secrets
from typing import Final

from django.db import models
from django.utils.crypto import salted_hmac

from accounts import audit
from accounts.audit import remote_address

#: Without what is mistaken for something else: 0 O, 1 I L.
ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH: Final = 8
_SALT: Final = "assessments.ballot"
USED: Final = "这个测评码已经投过票，每个码只能投一次。"
UNKNOWN: Final = "没有这个测评码，请核对后再输入；测评结束后，码也就失效了。"


def drawn(number: int) -> list[str]:
    return ["".join(secrets.choice(ALPHABET) for _ in range(LENGTH)) for _ in range(number)]


def printed(code: str) -> str:
    """In two halves, as it is easier to read and to type."""
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"


def normal(code: str) -> str:
    """As it is printed: upper case, without the spaces and dashes people add."""
    return "".join(code.upper().split()).replace("-", "")


def digest(code: str) -> str:
    return salted_hmac(_SALT, normal(code), algorithm="sha256").hexdigest()


def record_unnamed(action: str, on: models.Model) -> None:
    """That a ballot came in; neither by whom nor from where."""
    token = remote_address.set("")
    try:
        audit.record(action, by=None, on=on)
    finally:
        remote_address.reset(token)
