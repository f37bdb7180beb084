"""What the regulations say about belonging to the party and moving between its branches, as data (JY-06 … JY-22).

A guard refuses, a duty shows what is late, a hint is for people: nothing that the record holds could decide it, and
``why`` says what is missing. The texts are the 《中国共产党党员教育管理工作条例》 of 2019 and the 组通字〔2015〕33号.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from lib.dates import in_words
from lib.periods import months_after
from lib.severity import Enforcement, Severity

from . import branch_rules
from .controls import RefusedByRule


@dataclass(frozen=True, slots=True)
class MembershipRule:
    """``months`` is the figure of the rule; ``exceeds`` when the text says 超过: the day itself is too early."""

    code: str
    title: str
    article: str
    severity: Severity
    enforced: Enforcement
    months: int = 0
    exceeds: bool = False
    why: str = ""

    def reached_on(self, since: date) -> date:
        """The first day on which what began on ``since`` has lasted as long as the rule asks."""
        return months_after(since, self.months) + timedelta(days=self.exceeds)


def _of(number: int) -> str:
    return f"教育管理条例第{in_words(number)}条"


_GUARD, _DUTY, _HINT = Enforcement.GUARD, Enforcement.DUTY, Enforcement.HINT
_MUST, _NORMALLY, _MAY = Severity.MUST, Severity.NORMALLY, Severity.MAY
LETTERS: Final = "组通字〔2015〕33号"

RULES: Final[tuple[MembershipRule, ...]] = (
    MembershipRule(
        "JY-06",
        "设立党员示范岗、党员责任区，开展承诺践诺和志愿服务",
        _of(22),
        _MUST,
        _HINT,
        why="条文没有数量和次数；志愿服务有记录，宿舍的责任区见党员工作站。",
    ),
    MembershipRule(
        "JY-07",
        "年老、生病、行动不便的党员参加活动不作硬性要求",
        _of(23),
        _MAY,
        _HINT,
        why="条文没有数字，是否行动不便由党支部判断；登记免于要求后，到会登记不计应到，学时不作要求，表决权不变。",
    ),
    MembershipRule("JY-08", "支部大会通过之日取得党籍", _of(24), _MUST, _GUARD),
    MembershipRule("JY-09", "出国（境）学习研究超过5年未返回，停止党籍", _of(24), _MUST, _GUARD, 60, True),
    MembershipRule("JY-10", "失去联系6个月以上，停止党籍", _of(24), _MUST, _GUARD, 6),
    MembershipRule("JY-11", "停止党籍2年后仍无法取得联系，按自行脱党除名", _of(24), _MUST, _GUARD, 24),
    MembershipRule("JY-12", "停止党籍的可以恢复，开除、除名、退党的不能恢复", _of(24), _MAY, _GUARD),
    MembershipRule("JY-13", "每个党员都编入一个支部", _of(25), _MUST, _GUARD),
    MembershipRule("JY-14", "外出6个月以上且地点固定，应当转移组织关系", _of(25), _MUST, _DUTY, 6),
    MembershipRule("JY-15", "接收前由原党组织负责，不得无故拒转拒接", _of(25), _MUST, _GUARD),
    MembershipRule(
        "JY-16",
        "没有人事档案的建立党员档案",
        _of(26),
        _MUST,
        _HINT,
        why="支部簿不保存档案材料，有没有人事档案无从判断，也没有期限可以计算。",
    ),
    MembershipRule("JY-17", "限期改正不超过1年", _of(30), _MUST, _GUARD, 12),
    MembershipRule("JY-18", "连续6个月不参加组织生活等，按自行脱党除名", _of(31), _MUST, _GUARD, 6),
    MembershipRule("JY-19", "外出6个月以上且未转移组织关系的是流动党员", _of(32), _MUST, _GUARD, 6),
    MembershipRule("JY-20", "毕业生组织关系保留一般不超过2年", _of(34), _NORMALLY, _GUARD, 24),
    MembershipRule("JY-21", "出国（境）党员每半年至少联系1次", _of(34), _MUST, _DUTY, 6),
    MembershipRule(
        "JY-22",
        "可以利用信息平台管理党员信息、指导活动",
        _of(37),
        _MAY,
        _HINT,
        why="说的是平台可以有哪些功能，不要求某个支部或者党员做什么。",
    ),
    MembershipRule("ZT33-1", "回执1个月内寄回", LETTERS, _MUST, _DUTY, 1),
    MembershipRule("ZT33-2", "介绍信过期的，开出6个月内可以重开", LETTERS, _MUST, _GUARD, 6),
    MembershipRule("ZT33-3", "保留期满可以延长，最长1年", LETTERS, _MUST, _GUARD, 36),
)
BY_CODE: Final = {rule.code: rule for rule in RULES}

(ABROAD_TOO_LONG, LOST, LOST_REMOVED, RESTORABLE, ONE_BRANCH, MUST_TRANSFER) = (
    BY_CODE[f"JY-{number:02d}"] for number in (9, 10, 11, 12, 13, 14)
)
(TRANSFERRING, RECTIFIED, LEFT_BY_ITSELF, FLOATING, KEPT, CONTACTED) = (
    BY_CODE[f"JY-{number:02d}"] for number in (15, 17, 18, 19, 20, 21)
)
JOINING: Final = BY_CODE["JY-08"]
#: Of the other texts: they forbid what would leave or change a roster.
TEMPORARY: Final = branch_rules.RULES["ZB-08"]
EXPELLED, RESIGNED, CANCELLED = (
    MembershipRule(code, title, article, _MUST, _GUARD)
    for code, title, article in (
        ("DZ-41", "开除党籍是对党员的纪律处分", "党章第四十一条"),
        ("DZ-09", "党员有退党的自由", "党章第九条"),
        ("FZ-20", "预备期满不履行义务的取消预备党员资格", "发展党员细则第三十二条"),
    )
)
RECEIPT, REISSUED, KEPT_LONGEST = (BY_CODE[f"ZT33-{number}"] for number in (1, 2, 3))


class MovementError(RefusedByRule):
    """A person cannot be moved, suspended or struck off like that."""


def refuse_before(rule: MembershipRule, since: date, on: date, what: str) -> None:
    """Refuse what may only happen once ``rule``'s time has passed; says the earliest date."""
    if on < (earliest := rule.reached_on(since)):
        raise MovementError(what, rule, f"从 {since} 算起，", earliest)
