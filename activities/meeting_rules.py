"""What 支部条例 says of meetings beyond how often they are held, as data: who decides, who presides, what follows.

A rule is *guarded* where a verb refuses, else a *hint*, and ``why`` says what the record does not tell.
"""

from typing import Final

from lib.dates import in_words
from lib.severity import Enforcement, Severity
from members.branch_rules import BranchRule

_MUST, _NORMALLY = Severity.MUST, Severity.NORMALLY
_GUARD, _HINT = Enforcement.GUARD, Enforcement.HINT


def _zb(
    number: int, article: int, title: str, severity: Severity, enforced: Enforcement, why: str
) -> BranchRule:
    where = f"支部条例第{in_words(article)}条"
    return BranchRule(f"ZB-{number}", title, where, severity, (enforced,), why)


_ALL: Final = (
    _zb(11, 11, "党员大会表决，半数以上有表决权的党员到会", _MUST, _GUARD,
        "登记票数时按到会情况核对，不足半数的不能登记。"),
    _zb(12, 11, "赞成人数超过应到会有表决权的党员的半数为通过", _MUST, _GUARD,
        "按应到会人数计算，没有超过半数的不记为通过。"),
    _zb(14, 12, "支委会须有半数以上委员到会", _MUST, _GUARD, "登记票数时按到会情况核对，不足半数的不能登记。"),
    _zb(15, 12, "重要事项提交党员大会前，一般先经支委会讨论", _NORMALLY, _HINT,
        "哪些是重要事项由支部判断，两次会议的议题没有对应关系。"),
    _zb(16, 13, "人数较多或者分散的支部划分党小组", _MUST, _HINT, "条文没有数字；设了党小组的按ZB-17要求。"),
    _zb(18, 14, "党员大会、支委会由书记主持，党小组会由组长主持", _MUST, _GUARD,
        "主持人须是本支部的党员或者上级党组织的领导；书记委托谁主持没有记录。"),
    _zb(19, 15, "党员领导干部带头参加双重组织生活", _MUST, _HINT,
        "条文没有次数；参加情况按到会登记列在“双重组织生活”页面。"),
    _zb(22, 16, "主题党日事先研究主题，事后落实议定事项", _MUST, _HINT,
        "主题可以写在活动计划里，议定事项列入待办；研究得怎样没有记录。"),
    _zb(24, 17, "组织生活会会后制定整改措施，逐一落实", _MUST, _HINT,
        "整改事项有责任人和期限，列入待办；各环节写在会议纪要里。"),
    _zb(28, 19, "对有困难、受处分等情况的党员做好心理疏导", _MUST, _HINT, "家庭、身体等情况不登记，由书记掌握。"),
    _zb(40, 32, "支部工作列入书记抓基层党建述职评议考核", _MUST, _HINT,
        "述职评议考核在“述职评议”中办理，支部工作占多少由各校的方案决定。"),
)  # fmt: skip
RULES: Final = {rule.code: rule for rule in _ALL}
