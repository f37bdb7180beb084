"""The two profiles of rules for passwords; they contradict each other, and a university chooses."""

from typing import Any, Final

_SIMILARITY: Final = {
    "NAME": "accounts.validators.SimilarityValidator",
    "OPTIONS": {"user_attributes": ("username", "name", "email")},
}
_COMMON: Final = {"NAME": "accounts.validators.CommonValidator"}
_CONTEXT: Final = {"NAME": "accounts.validators.ContextValidator"}
_RUN: Final = {"NAME": "accounts.validators.RunValidator"}


def _length(least: int) -> dict[str, Any]:
    return {"NAME": "accounts.validators.LengthValidator", "OPTIONS": {"min_length": least}}


#: Name → the rules, and after how many days a password must be changed (0: never).
PROFILES: Final[dict[str, tuple[list[dict[str, Any]], int]]] = {
    "asvs": ([_SIMILARITY, _length(12), _COMMON, _CONTEXT, _RUN], 0),
    "djbh": (
        [
            _SIMILARITY,
            _length(10),
            _COMMON,
            _CONTEXT,
            _RUN,
            {"NAME": "accounts.validators.KindsValidator", "OPTIONS": {"least": 3}},
            {"NAME": "accounts.validators.HistoryValidator", "OPTIONS": {"last": 5}},
        ],
        180,
    ),
}


def password_rules(profile: str, *, breached: str = "") -> tuple[list[dict[str, Any]], int]:
    """Those of the profile, and of the file `breached`, if any; config.checks refuses a name that is none."""
    rules, days = PROFILES[profile]
    known = {"NAME": "accounts.validators.BreachedValidator", "OPTIONS": {"file": breached}}
    return ([*rules, known] if breached else rules), days
