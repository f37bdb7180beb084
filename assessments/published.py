"""Three published schemes as templates to begin with; a university changes the figures and writes its own document.

Weights, minutes, shares and gates are those of the pages named; what a page leaves open (how the branch's part is
composed, what a mark counts, from which total a grade is proposed) is filled in as an example and says so.
"""

from fractions import Fraction
from typing import Final

from .schemes import Gate, Grade, Group, Item, Measure, Quota, Report, Scheme, Way

_EXAMPLE: Final = "示例，请按本校文件修改"
#: 好, 较好, 一般, 差 (述职评议考核办法); points and limits are examples.
GRADES: Final = (
    Grade("好", Fraction(100), Fraction(90)),
    Grade("较好", Fraction(85), Fraction(75)),
    Grade("一般", Fraction(70), Fraction(60)),
    Grade("差", Fraction(50), Fraction(0)),
)


def _of(number: int) -> Fraction:
    return Fraction(number)


HALF_AND_HALF: Final = Scheme(
    title="支部书记：述职评议50%，支部综合评价50%",
    items=(
        Item("review", "书记述职评议", _of(50), Way.BALLOT, citation="建筑学院2025年方案：占50%"),
        Item(
            "branch",
            "支部综合评价",
            _of(50),
            citation="建筑学院2025年方案：占50%",
            children=(
                Item("duties", "组织生活按规定开展", _of(40), Way.COMPUTED, Measure.DUTIES, _EXAMPLE),
                Item("attendance", "到会率", _of(20), Way.COMPUTED, Measure.ATTENDANCE, _EXAMPLE),
                Item("hours", "党员学时达标", _of(10), Way.COMPUTED, Measure.HOURS, _EXAMPLE),
                Item("work", "党委综合评价", _of(30), Way.EXPERT, citation=_EXAMPLE),
            ),
        ),
    ),
    groups=(
        Group("leaders", "学院党委班子", _of(40)),
        Group("secretaries", "党支部书记", _of(30)),
        Group("members", "党员代表", _of(30)),
    ),
    grades=GRADES,
    quotas=(
        Quota(
            ("较好", "一般", "差"),
            Fraction(15, 100),
            is_most=False,
            citation="建筑学院2025年方案：较好及以下不少于15%",
        ),
    ),
    report=Report(problems=Fraction(1, 3), citation="建筑学院2025年方案：问题及原因不少于三分之一"),
    citation="参考建筑学院2025年党支部书记述职评议方案",
)

TWO_BALLOTS: Final = Scheme(
    title="二级党组织书记：A票60%，B票40%",
    items=(Item("review", "述职测评", _of(100), Way.BALLOT, citation="荆州学院2025年方案"),),
    groups=(
        Group("a", "A票：校党委班子成员", _of(60)),
        Group("b", "B票：书记、党群部门负责人、组织员", _of(40)),
    ),
    grades=GRADES,
    report=Report(minutes=10, citation="荆州学院2025年方案：每人不超过10分钟"),
    citation="参考荆州学院2025年二级党组织书记述职评议方案",
)

WORK_AND_REPORT: Final = Scheme(
    title="党建工作考核80%，述职评议20%",
    items=(
        Item(
            "work",
            "党建工作考核",
            _of(80),
            citation="山东某高校2022年方案：占80%",
            children=(
                Item("check", "考核组评分", _of(60), Way.EXPERT, citation=_EXAMPLE),
                Item("duties", "组织生活按规定开展", _of(40), Way.COMPUTED, Measure.DUTIES, _EXAMPLE),
            ),
        ),
        Item("review", "述职评议", _of(20), Way.BALLOT, citation="山东某高校2022年方案：占20%"),
    ),
    groups=(Group("leaders", "党委班子成员", _of(60)), Group("peers", "参加述职的书记和党员代表", _of(40))),
    grades=GRADES,
    gates=(
        Gate("annual", "所在单位年度考核为优秀", "好", "湖北某高校2022年方案：单位年度考核优秀的才能评“好”"),
    ),
    deductions=_of(10),
    report=Report(
        most_characters=3000,
        problems=Fraction(1, 4),
        citation="山东某高校2022年方案：不超过3000字，问题不少于四分之一",
    ),
    citation="参考山东某高校2022年述职评议考核方案",
)

ALL: Final = {"half": HALF_AND_HALF, "two": TWO_BALLOTS, "work": WORK_AND_REPORT}
