"""What a university may decide about the members' democratic review (see :mod:`branches.local`)."""

from typing import Final

from branches.local import Kind, LocalRule, declare

_REVIEW: Final = "民主评议党员"

EXCELLENT_SHARE: Final = "review-excellent-share"
EXCELLENT_BASE: Final = "review-excellent-base"
SELF_GRADE: Final = "review-self-grade"

#: Of whom the share is taken.
OF_FULL: Final = "full"
OF_GRADED: Final = "graded"
BASES: Final = {OF_FULL: "全体正式党员", OF_GRADED: "评定等次的正式党员"}
SHARES: Final = {
    "1/3": "三分之一",
    "3/10": "30%",
    "1/4": "四分之一",
    "1/5": "20%",
    "3/20": "15%",
    "1/10": "10%",
    "2/5": "40%",
}
#: Where the university decided nothing.
THIRD: Final = "1/3"
NOTICE: Final = "中央组织部关于民主评议党员工作的年度通知：优秀等次一般不超过三分之一"

declare(
    LocalRule(
        EXCELLENT_SHARE,
        _REVIEW,
        "评为“优秀”的最多占几成",
        "支部条例没有规定比例；中央组织部历年通知一般定为不超过三分之一，学校另有文件的按文件。",
        Kind.CHOICE,
        THIRD,
        choices=tuple(SHARES.items()),
    ),
    LocalRule(
        EXCELLENT_BASE,
        _REVIEW,
        "“优秀”的比例按哪些人计算",
        "预备党员参加评议，不评定等次，不计入基数。免于要求等不评定等次的正式党员是否计入，由学校确定。",
        Kind.CHOICE,
        OF_FULL,
        choices=tuple(BASES.items()),
    ),
    LocalRule(
        SELF_GRADE,
        _REVIEW,
        "自评时自报等次",
        "启用后，党员写自评时要选一个等次。",
        Kind.SWITCH,
        False,
    ),
)
