"""What a university may decide about its activities beyond the national texts (see :mod:`branches.local`)."""

from typing import Final

from branches.local import Kind, LocalRule, declare

_STUDY: Final = "学习学时"

STUDY_MINUTES: Final = "study-minutes"
HALF_DAY_MOST: Final = "study-half-day-most"

declare(
    LocalRule(
        STUDY_MINUTES,
        _STUDY,
        "一个学时多少分钟",
        "全国性规定没有说一个学时是多久，多地按1小时计1学时。",
        Kind.NUMBER,
        60,
        "分钟",
        120,
    ),
    LocalRule(
        HALF_DAY_MOST,
        _STUDY,
        "半天最多计几个学时",
        "同一天上午、下午、晚上各自最多计入的学时。全国性规定没有上限，有的学校定为4个学时。",
        Kind.NUMBER,
        0,
        "学时",
        12,
    ),
)
