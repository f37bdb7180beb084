"""What the national texts ask of how a branch is set up and led, as data: article, severity, how it is enforced.

Codes are those of the regulations' register. A rule is *guarded* where a verb refuses, a *duty* where
:mod:`members.health` looks for it in every branch, and only a *hint* where the record book does not hold what would
tell; then ``why`` says so.
"""

from dataclasses import dataclass
from typing import Final

from lib.severity import Enforcement, Severity

MUST, NORMALLY = Severity.MUST, Severity.NORMALLY
GUARD, DUTY, HINT = Enforcement.GUARD, Enforcement.DUTY, Enforcement.HINT

FULL_FOR_BRANCH: Final = 3
MOST_MEMBERS: Final = 50
FULL_FOR_COMMITTEE: Final = 7
COMMITTEE_LEAST: Final = 3
COMMITTEE_MOST: Final = 7
DEPUTIES_MOST: Final = 1
SECRETARY_YEARS: Final = 1
ROTATION_USUAL_FROM: Final = 10  # month


@dataclass(frozen=True)
class BranchRule:
    """``enforced`` may be several; ``why``: where it is enforced, or why it can only be said."""

    code: str
    title: str
    article: str
    severity: Severity
    enforced: tuple[Enforcement, ...]
    why: str

    @property
    def is_hint(self) -> bool:
        return self.enforced == (HINT,)


def _zb(
    number: str, title: str, article: str, severity: Severity, *enforced: Enforcement, why: str
) -> BranchRule:
    return BranchRule(f"ZB-{number}", title, f"支部条例{article}", severity, enforced, why)


_ALL: tuple[BranchRule, ...] = (
    _zb("01", "正式党员3人以上单独成立党支部", "第四条", MUST, GUARD, why="分设新的常设支部时须有3名正式党员。"),
    _zb("02", "党员人数一般不超过50人", "第四条", NORMALLY, DUTY, why="按名册的正式党员和预备党员计算。"),
    _zb("03", "正式党员不足3人成立联合党支部", "第五条", MUST, DUTY, why="按名册计算；覆盖单位数没有记录。"),
    _zb("04", "6个月以上的项目可以成立党支部", "第五条", NORMALLY, HINT, why="支部簿不记录工程和项目的起止。"),
    _zb("05", "批复时间一般不超过1个月", "第六条", NORMALLY, DUTY,
        why="按登记的请示、批复日期计算；支部簿启用后成立的支部，没有登记批复文号和备案的列出来。"),
    _zb("06", "不再具备条件的及时调整或者撤销", "第七条", MUST, DUTY, why="没有党员的支部列出来，可以并入或撤销。"),
    _zb("07", "临时党支部不转组织关系，班子由上级指定", "第八条", MUST, GUARD, why="编入、转入和换届都不能办理。"),
    _zb("08", "临时党支部一般不发展、处分、收费、选举", "第八条", NORMALLY, GUARD, why="办理时拒绝，并说明由谁办理。"),
    _zb("09", "临时机构撤销，临时党支部自然撤销", "第八条", MUST, HINT, why="临时机构何时撤销没有记录，由上级撤销。"),
    _zb("29", "正式党员7人以上设立支委会", "第二十条、高校条例第八条", MUST, DUTY, why="按名册和现任委员计算。"),
    _zb("30", "支委会3至5人，一般不超过7人，副书记1名", "第二十条", NORMALLY, GUARD, DUTY,
        why="任命第8名委员、第2名副书记时须写明理由；不足3人的列出来。"),
    _zb("31", "不足7人设1名书记，不设支委会", "第二十条、高校条例第八条", MUST, DUTY, why="按名册和现任职务计算。"),
    _zb("32", "一般每届任期3年", "第二十一条、高校条例第八条", NORMALLY, DUTY, why="按登记的任期年数计算。"),
    _zb("33", "委员备案，书记、副书记批准，缺额及时补选", "第二十一条", MUST, GUARD,
        why="办理换届时须登记批准文号，职务从批准之日起；书记空缺见ZB-31。"),
    _zb("34", "届满前6个月提醒换届", "第二十一条", NORMALLY, DUTY, why="按届满日期计算。"),
    _zb("35", "延期或者提前一般不超过1年", "第二十一条", NORMALLY, GUARD, DUTY,
        why="登记延期时拒绝超过1年的；届满未换届、延期到期的列出来。"),
    _zb("36", "书记一般应当具有1年以上党龄", "第二十三条", NORMALLY, GUARD, DUTY,
        why="党龄从转为正式党员之日算起；任命时不满1年须写明理由。"),
    _zb("37", "新任书记参加任职培训", "第二十五条", MUST, DUTY,
        why="按登记的任职培训计算；条文没有期限，任职当年没有登记的列出来。"),
    _zb("38", "书记每年至少参加1次集中轮训", "第二十五条", MUST, DUTY,
        why="按登记的集中轮训计算；第四季度起还没有的列出来。"),
    BranchRule("RW-01", "基层委员会一般5年，总支、支部一般3年", "任期意见第一条、高校条例第五条", NORMALLY, (DUTY,),
               "任期超过规定年数的列出来。"),
    BranchRule("RW-02", "延期或者提前一般不超过1年", "任期意见第二条", NORMALLY, (GUARD, DUTY), "同ZB-35。"),
    BranchRule("RW-03", "上级及时提醒换届", "任期意见第三条", NORMALLY, (DUTY,), "同ZB-34，各级党组织都提醒。"),
    BranchRule("RW-04", "院（系）党组织一般5年", "高校条例第七条", NORMALLY, (DUTY,), "院（系）党组织按5年计算。"),
)  # fmt: skip
RULES: Final = {rule.code: rule for rule in _ALL}
