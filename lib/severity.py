"""How strictly a text asks for something, and how this application holds to it."""

from enum import StrEnum


class Severity(StrEnum):
    MUST = "must"  # 应当, 必须, 不得: missing it is a violation
    NORMALLY = "normally"  # 一般: a warning that a recorded reason settles
    MAY = "may"  # 可以: a permission


class Enforcement(StrEnum):
    GUARD = "guard"  # the verb refuses
    DUTY = "duty"  # it is looked for and shown until it is put right
    HINT = "hint"  # only said: what the record holds does not tell
