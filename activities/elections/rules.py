"""What the 选举工作条例 asks of a branch's election, as data: how each is kept here."""

from typing import Final

from lib.severity import Enforcement, Severity
from members.branch_rules import BranchRule

MUST, GUARD, HINT = Severity.MUST, Enforcement.GUARD, Enforcement.HINT


def _xj(number: str, title: str, article: str, how: Enforcement, why: str) -> BranchRule:
    return BranchRule(f"XJ-{number}", title, article, MUST, (how,), why)


_NUMBERLESS: Final = "基层组织选举工作条例"
_ALL: Final = (
    _xj("02", "党员500名以上可以召开代表大会选举", "选举条例第四条", HINT, "代表大会不在支部簿办理。"),
    _xj("03", "预备党员和受留党察看处分的没有选举权", "选举条例第五条", GUARD,
        "候选人只能是本支部正式党员；留党察看没有记录，由支部核对。"),
    _xj("05", "委员候选人的差额不少于应选人数的20%", "选举条例第十三条", GUARD, "登记候选人时按应选人数核对。"),
    _xj("06", "候选人报上级审查，由党员大会选举", "选举条例第十四条", GUARD, "上级审查同意后才能登记选举大会。"),
    _xj("07", "到会有选举权的党员不少于应到会的五分之四", _NUMBERLESS, GUARD, "按大会的到会记录核对。"),
    _xj("08", "得赞成票超过应到会有选举权党员的半数当选", _NUMBERLESS, GUARD, "按纪要中的票数计算，得票多的先占名额。"),
    _xj("09", "收回的选票不多于发出的才有效", _NUMBERLESS, HINT, "纪要中的票数不能多于到会的人数；发出几张没有记录。"),
    _xj("10", "长期外出等情形经同意不计入应到会", _NUMBERLESS, HINT, "在纪要中写明不计入的人数和理由，由大会通过。"),
)  # fmt: skip
RULES: Final = {rule.code: rule for rule in _ALL}
