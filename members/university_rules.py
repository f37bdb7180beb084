"""What 《中国共产党普通高等学校基层组织工作条例》 (2021) asks beyond what the other texts ask, too, as data.

Most of it is about the university and not about what a record book holds: then it is a hint, and ``why`` says so. Where
it repeats another text, the rule stands there with both articles (:mod:`activities.rulebook` knows the codes).
"""

from typing import Final

from lib.dates import in_words
from lib.severity import Enforcement, Severity

from .branch_rules import BranchRule

_MUST, _NORMALLY, _MAY = Severity.MUST, Severity.NORMALLY, Severity.MAY


def _hint(number: str, article: int, title: str, severity: Severity, why: str) -> BranchRule:
    where = f"高校条例第{in_words(article)}条"
    return BranchRule(f"GX-{number}", title, where, severity, (Enforcement.HINT,), why)


_ALL: Final = (
    _hint("02", 6, "学校党委每半年至少召开1次全体会议", _MUST, "学校党委的组成和全体会议不在支部簿登记。"),
    _hint("03", 7, "院（系）设党的组织，经学校党委批准", _MUST, "批准是学校党委的文书；条文没有50人、100人的标准。"),
    _hint("06", 9, "教师支部按机构设置，学生支部按年级班级或者学科专业设置", _NORMALLY,
          "支部簿只记支部的类别，按什么单位设置没有记录。"),
    _hint("07", 9, "可以依托项目组、科研平台或者学生社区设置师生党支部", _MAY,
          "是否设置由学校决定；宿舍可以设党员工作站。"),
    _hint("08", 9, "在本专科低年级建立党的组织", _MUST, "条文没有人数和期限，由院（系）党组织判断。"),
    _hint("09", 9, "学术带头人担任教师支部书记，辅导员、骨干教师或者学生党员担任学生支部书记", _MUST,
          "条文没有期限；书记是不是学术带头人、骨干教师由上级任命时掌握。"),
    _hint("11", 11, "重要事项先由党组织研究，再提交党政联席会议", _MUST,
          "党政联席会议的议题可以注明党组织是否先行研究；哪些是重要事项由会议判断。"),
    _hint("12", 11, "建立党支部书记工作例会制度", _MUST, "条文没有次数。"),
    _hint("13", 12, "教职工支部参与职称评定、岗位晋升、考核评价的政治把关", _MUST, "评聘和考核不在支部簿办理。"),
    _hint("14", 18, "组织生活经常、认真、严肃", _MUST,
          "各类组织生活分别见ZB-10、ZB-13、ZB-17、ZB-19、ZB-20、ZB-21、ZB-23、ZB-25、ZB-27。"),
    _hint("15", 19, "做好毕业生、出国（境）和流动党员的管理", _MUST, "期限分别见JY-14、JY-19、JY-20、JY-21。"),
    _hint("16", 21, "团组织推优是发展团员入党的重要渠道", _MUST,
          "推荐方式在列为入党积极分子时登记，条文不限于推优。"),
    _hint("17", 35, "专职党务和思想政治工作人员不低于全校师生人数的1%", _MUST, "支部簿不登记全校师生人数和编制。"),
    _hint("18", 35, "每个院（系）至少配备1至2名专职组织员", _MUST, "组织员是否专职没有记录。"),
    _hint("19", 35, "辅导员不低于1:200，思政课教师不低于1:350", _MUST, "支部簿不登记学生总数和教师岗位。"),
    _hint("20", 36, "书记抓基层党建述职评议考核", _MUST,
          "书记向党员大会述职见ZB-39，向上级述职见ZB-39-2；评议考核在“述职评议”中办理，结果怎样运用由学校决定。"),
    _hint("21", 37, "适用于国家举办的普通高等学校", _MUST, "民办高校另有规定，由学校确认。"),
)  # fmt: skip
RULES: Final = {rule.code: rule for rule in _ALL}
