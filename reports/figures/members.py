"""Statistics of members: how many, who they are, and how their number changed."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db.models import Q

from branches.models import Branch
from branches.roles import Right
from members.models import ON_ROSTER, MembershipSpell, StatusPeriod
from members.statistics import Came, Left, came, left, on_roster, people_with
from reports.asked import Asked

from .base import Figure, Group, LeftOut
from .people import FEMALE, FULL, IN_ORDER, PROBATIONARY, ROSTER, aged, listed, standing_for
from .tables import ByGroup, ByOrganisation
from .things import Rows

MEMBERS = "统计日当天组织关系（隶属）在党支部的正式党员和预备党员；参加功能型党支部、工作站的不重复计"
HAN = "01"
#: GB/T 4658: the first digit is the level, 1 graduate, 2 undergraduate, 3 junior college.
GRADUATE, UNDERGRADUATE, COLLEGE = "1", "2", "3"


def _suspended(asked: Asked) -> Any:
    return people_with((StatusPeriod.Status.SUSPENDED,), asked.ranges, asked.day)


def _taking_part(asked: Asked) -> Any:
    return people_with(ON_ROSTER, asked.ranges, asked.day, MembershipSpell.Kind.ATTENDING)


SUSPENDED = replace(ROSTER, find=_suspended)
NOT_MEMBERS = (
    LeftOut("停止党籍的", SUSPENDED, Q()),
    LeftOut("只参加功能型、临时党支部的（在组织关系所在支部计）", replace(ROSTER, find=_taking_part), Q()),
)


def _of(code: str, heading: str, definition: str, which: Any, *unknown: LeftOut) -> Figure:
    """Of those who are no members the same part is left out; ``unknown`` are members of whom one does not know."""
    return Figure(
        code=code,
        heading=heading,
        definition=definition,
        which=which,
        things=ROSTER,
        left_out=(*(one.among(which) for one in NOT_MEMBERS), *unknown),
    )


def _blank(what: str, which: Q) -> LeftOut:
    return LeftOut(f"{what}没有填写的", ROSTER, which)


ALL = _of("members", "党员", f"{MEMBERS}。", Q())
ON_PROBATION = _of("probationary", "预备党员", f"{MEMBERS}，其中的预备党员。", PROBATIONARY)
WOMEN = _of("women", "女", f"{MEMBERS}，其中的女党员。", FEMALE)
MEMBER_TABLE = ByOrganisation(
    name="members",
    title="党员基本情况",
    section="党员",
    note="统计日当天各党组织的党员数和主要构成。民族、学历等按现在的登记。",
    columns=(
        ALL,
        _of("full", "正式党员", f"{MEMBERS}，其中的正式党员。", FULL),
        ON_PROBATION,
        WOMEN,
        _of(
            "minority",
            "少数民族",
            f"{MEMBERS}，其中民族已填写且不是汉族的。",
            ~Q(member__nation__in=("", HAN)),
            _blank("民族", Q(member__nation="")),
        ),
        _of(
            "young",
            "35岁及以下",
            f"{MEMBERS}，其中统计日满周岁不超过35岁的。",
            aged(0, 35),
            _blank("出生日期", Q(member__birth_date=None)),
        ),
        _of(
            "college",
            "大专及以上",
            f"{MEMBERS}，其中学历为大学专科、本科和研究生的（GB/T 4658 代码以 1、2、3 开头）。",
            Q(member__education__gte="10", member__education__lt="40"),
            _blank("学历", Q(member__education="")),
        ),
        _of(
            "assumed",
            "转入日期系推定",
            f"{MEMBERS}，其中何时到支部没有记录、按入党或支部成立日期推定的：以前日期的数可能有出入。",
            Q(is_assumed=True),
        ),
    ),
)
SEXES = (Group("sex_male", "男", Q(member__sex="male")), Group("sex_female", "女", FEMALE))
NATIONS = (
    Group("nation_han", "汉族", Q(member__nation=HAN)),
    Group("nation_minority", "少数民族", ~Q(member__nation__in=("", HAN))),
    Group("nation_none", "未填写", Q(member__nation="")),
)
#: The age groups of the annual statistics of party members.
AGES = (
    Group("age_0", "30岁及以下", aged(0, 30)),
    Group("age_31", "31至35岁", aged(31, 35)),
    Group("age_36", "36至40岁", aged(36, 40)),
    Group("age_41", "41至45岁", aged(41, 45)),
    Group("age_46", "46至50岁", aged(46, 50)),
    Group("age_51", "51至55岁", aged(51, 55)),
    Group("age_56", "56至60岁", aged(56, 60)),
    Group("age_61", "61岁及以上", aged(61, 150)),
    Group("age_none", "未填写", Q(member__birth_date=None)),
)
EDUCATIONS = (
    Group("education_1", "研究生", Q(member__education__startswith=GRADUATE)),
    Group("education_2", "大学本科", Q(member__education__startswith=UNDERGRADUATE)),
    Group("education_3", "大学专科", Q(member__education__startswith=COLLEGE)),
    Group("education_4", "中专、高中及以下", Q(member__education__gte="40")),
    Group("education_none", "未填写", Q(member__education="")),
)
STANDINGS = (
    Group("standing_probation", "预备期", PROBATIONARY),
    Group("standing_0", "不满5年", lambda asked: FULL & standing_for(0, 4)(asked)),
    Group("standing_5", "5至9年", lambda asked: FULL & standing_for(5, 9)(asked)),
    Group("standing_10", "10至19年", lambda asked: FULL & standing_for(10, 19)(asked)),
    Group("standing_20", "20至29年", lambda asked: FULL & standing_for(20, 29)(asked)),
    Group("standing_30", "30至39年", lambda asked: FULL & standing_for(30, 39)(asked)),
    Group("standing_40", "40至49年", lambda asked: FULL & standing_for(40, 49)(asked)),
    Group("standing_50", "50年及以上", lambda asked: FULL & standing_for(50, 120)(asked)),
    Group(
        "standing_none",
        "正式党员转正日期未填写，或晚于统计日",
        lambda asked: FULL & (Q(member__full_on=None) | Q(member__full_on__gt=asked.day)),
    ),
)
CATEGORIES = (
    *(Group(f"category_{one.value}", one.label, Q(unit_category=one)) for one in Branch.Category),
    Group("category_none", "未分类", Q(unit_category="")),
)
STRUCTURE_TABLE = ByGroup(
    name="member_structure",
    title="党员构成",
    section="党员",
    note="统计日当天党员的性别、民族、年龄、学历、党龄和所在党支部类别，年龄、党龄按统计日，其他按现在的登记。"
    "每一栏各自合计为全部党员。",
    columns=(ALL, ON_PROBATION, WOMEN),
    bands=(
        ("性别", SEXES),
        ("民族", NATIONS),
        ("年龄", AGES),
        ("学历", EDUCATIONS),
        ("党龄", STANDINGS),
        ("党支部类别", CATEGORIES),
    ),
)


def _before(asked: Asked) -> Any:
    return on_roster(asked.ranges, asked.period.start - timedelta(days=1))


def _came(asked: Asked) -> Any:
    return came(asked.ranges, asked.period.start, asked.day)


def _left(asked: Asked) -> Any:
    return left(asked.ranges, asked.period.start, asked.day)


def _moving(find: Any, words: dict[str, str]) -> Rows:
    return Rows(
        noun="人",
        find=find,
        heads=("姓名", "党支部", "方式"),
        show=listed(lambda row: words[row.way]),
        right=Right.SEE_MEMBERS,
        order=IN_ORDER,
        select=("member", "branch"),
    )


BEFORE = replace(ROSTER, find=_before)
CAME = _moving(_came, dict(Came.choices))
LEFT = _moving(_left, dict(Left.choices))
WAYS_IN = {
    Came.ADMITTED: "期内在本校党支部成为预备党员、期末在名册上的，入党日期系推定的不计",
    Came.RESTORED: "期初停止党籍、期末已恢复的",
    Came.INSIDE: "期初在校内另一党支部、期末在这里的，含支部划入",
    Came.TRANSFERRED: "期初已是党员、组织关系期内从校外转来的",
    Came.OTHERWISE: "期初不是党员、期末在名册上的其他人，如期内在别处入党又转来的",
}
WAYS_OUT = {
    Left.INSIDE: "期初在这里、期末在校内另一党支部的，含支部划出",
    Left.TRANSFERRED: "期内组织关系转出校外的",
    Left.DIED: "期内去世的",
    Left.EXPELLED: "期内开除党籍的",
    Left.STRUCK_OFF: "期内除名、退党、自行脱党，或取消预备党员资格的",
    Left.SUSPENDED: "期末处于停止党籍的，期内曾离开又回来的也计在此",
    Left.OTHERWISE: "期初在名册、期末不在的其他人，如登记更正",
}


def _change(prefix: str, way: Came | Left, meaning: str, band: str, things: Rows) -> Figure:
    return Figure(
        code=f"{prefix}_{way.value}",
        heading=str(way.label),
        band=band,
        definition=f"{meaning}。期内先增后减的不计：期初 + 增加 − 减少 = 期末。",
        things=things,
        which=Q(way=way),
    )


CHANGE_TABLE = ByOrganisation(
    name="member_changes",
    title="党员数增减",
    section="党员",
    note="期初、期内增加和减少、期末的党员数，逐个单位平衡。",
    columns=(
        Figure(
            code="before",
            heading="期初",
            definition="期间第一天的前一天在名册上的党员。",
            things=BEFORE,
            which=Q(),
        ),
        *(_change("came", one, meaning, "增加", CAME) for one, meaning in WAYS_IN.items()),
        *(_change("left", one, meaning, "减少", LEFT) for one, meaning in WAYS_OUT.items()),
        Figure(
            code="after",
            heading="期末",
            definition="期间最后一天（期间未结束时为今天，选了统计日的为统计日）在名册上的党员。",
            things=ROSTER,
            which=Q(),
        ),
    ),
)
