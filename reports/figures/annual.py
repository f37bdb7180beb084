"""The tables of the official annual statistics of the party (党内统计年报) whose data is here, of a year as it ended.

They are made of the figures that there are already: the same rows, cut and grouped as the official tables do. Numbers
and names are those of the published list of 2012; the official system's own tables of the year prevail.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from django.db.models import Q

from branches.models import Branch
from members.models import Departure
from members.statistics import departed
from reports.asked import Asked

from .base import Difference, Figure, Group, LeftOut
from .development import DEVELOPMENT_TABLE
from .members import (
    AGES,
    BEFORE,
    CATEGORIES,
    EDUCATIONS,
    LEFT,
    MEMBER_TABLE,
    NATIONS,
    NOT_MEMBERS,
    SEXES,
)
from .people import FEMALE, FULL, PROBATIONARY, ROSTER, Status, listed
from .tables import ByGroup, ByOrganisation
from .things import Rows

SECTION: Final = "党内统计年报"
Which = Q | Callable[[Asked], Q]
Kind = Departure.Kind
WAYS: Final = (
    Kind.EXPELLED,
    Kind.RESIGNED,
    Kind.BY_ITSELF,
    Kind.LOST,
    Kind.STRUCK_OFF,
    Kind.PROBATION_CANCELLED,
)
STANDINGS: Final = (
    Group("standing_full", "正式党员", FULL),
    Group("standing_probation", "预备党员", PROBATIONARY),
)


def picked(table: ByOrganisation, *codes: str) -> tuple[Figure, ...]:
    """Those figures of another statistic, in this order."""
    found = {one.code: one for one in table.columns if isinstance(one, Figure)}
    return tuple(found[code] for code in codes)


def narrowed(things: Rows, to: Which) -> Rows:
    """Those rows alone for which ``to`` holds: an organisation that has none of them has no row in the table."""

    def find(asked: Asked) -> Any:
        return things.find(asked).filter(to(asked) if callable(to) else to)

    return replace(things, find=find)


def cut(figure: Figure, code: str, things: Rows, words: str, left_out: tuple[LeftOut, ...] = ()) -> Figure:
    """The same figure of other rows."""
    definition = f"{words}{figure.definition}"
    return replace(figure, code=code, things=things, definition=definition, left_out=left_out)


def under(prefix: str, groups: Sequence[Group]) -> tuple[Group, ...]:
    """The groups of rows that lead to their member by ``prefix``."""
    return tuple(replace(group, which=_under(prefix, group.which)) for group in groups)


def _under(prefix: str, which: Which) -> Which:
    if callable(which):
        return lambda asked: _led(prefix, which(asked))
    return _led(prefix, which)


def _led(prefix: str, condition: Q) -> Q:
    moved = condition.copy()
    moved.children = [
        _led(prefix, one) if isinstance(one, Q) else _path(prefix, one) for one in condition.children
    ]
    return moved


def _path(prefix: str, one: Any) -> Any:
    path, value = one
    return (f"{prefix}{path}", value) if path.startswith("member__") else one


def _joined(first: date | None, after: date | None) -> Q:
    found = Q(member__joined_on__isnull=False)
    if first:
        found &= Q(member__joined_on__gte=first)
    return found & Q(member__joined_on__lt=after) if after else found


#: The first days of the periods of joining, as the official tables cut them.
PERIODS: Final = (
    ("joined_0", "1949年9月及以前", None),
    ("joined_1949", "1949年10月至1966年4月", date(1949, 10, 1)),
    ("joined_1966", "1966年5月至1976年10月", date(1966, 5, 1)),
    ("joined_1976", "1976年11月至1978年12月", date(1976, 11, 1)),
    ("joined_1979", "1979年1月至2002年10月", date(1979, 1, 1)),
    ("joined_2002", "2002年11月至2012年10月", date(2002, 11, 1)),
    ("joined_2012", "2012年11月及以后", date(2012, 11, 1)),
)
JOINED: Final = (
    *(
        Group(code, label, _joined(first, after))
        for (code, label, first), after in zip(
            PERIODS, (*(first for _, _, first in PERIODS[1:]), None), strict=True
        )
    ),
    Group("joined_none", "未填写", Q(member__joined_on=None)),
)
PEOPLE: Final = picked(MEMBER_TABLE, "members", "probationary", "women", "minority")


def _grouped(
    number: int, title: str, name: str, note: str, bands: tuple[tuple[str, tuple[Group, ...]], ...]
) -> ByGroup:
    return ByGroup(
        name=name,
        title=_title(number, title),
        section=SECTION,
        note=note,
        span="year",
        columns=PEOPLE,
        bands=bands,
    )


def _title(number: int, title: str) -> str:
    """Its own: another statistic may have the same name."""
    return f"党内统计表{number}：{title}"


COMPARED: Final = replace(
    _grouped(
        1,
        "两年党员数综合比较",
        "annual_compared",
        "上年末和本年末（年度未结束时为统计日）在册党员数，及其增减。人员类别按当天，性别、民族和党支部类别按现在的登记。",
        (("人员类别", STANDINGS), ("性别", SEXES), ("民族", NATIONS), ("党支部类别", CATEGORIES)),
    ),
    columns=(
        Figure(
            code="a_year_ago",
            heading="上年末",
            definition="上年12月31日组织关系在党支部的正式党员和预备党员，按当天的人员类别。",
            things=BEFORE,
            which=Q(),
        ),
        Figure(
            code="now",
            heading="本年末",
            definition="本年12月31日（年度未结束时为统计日）组织关系在党支部的正式党员和预备党员。",
            things=ROSTER,
            which=Q(),
            left_out=NOT_MEMBERS,
        ),
        Difference(
            code="difference",
            heading="增减",
            definition="本年末 − 上年末；增减的来去见统计报表“党员数增减”。",
            whole="now",
            less="a_year_ago",
        ),
    ),
)
BASICS: Final = _grouped(
    2,
    "党员基本情况",
    "annual_members",
    "统计日在册党员的性别、民族、年龄和所在党支部类别。每一栏各自合计为全部党员。",
    (("性别", SEXES), ("民族", NATIONS), ("年龄", AGES), ("党支部类别", CATEGORIES)),
)
BY_JOINING: Final = _grouped(
    3,
    "党员入党时间情况",
    "annual_joined",
    "统计日在册党员按加入党组织的日期。分段与当年官方报表不同的，以官方报表为准。",
    (("入党时间", JOINED),),
)
BY_EDUCATION: Final = _grouped(
    4,
    "党员学历情况",
    "annual_education",
    "统计日在册党员按登记的学历（GB/T 4658）。",
    (("学历", EDUCATIONS),),
)
OF_STUDENTS: Final = narrowed(ROSTER, Q(unit_category=Branch.Category.STUDENT))
IN_STUDENTS: Final = "学生党支部的党员："
MIXED: Final = LeftOut(
    "在师生混合党支部的（其中的学生没有分开登记）", ROSTER, Q(unit_category=Branch.Category.MIXED)
)
STUDENTS: Final = ByOrganisation(
    name="annual_students",
    title=_title(7, "学生党员情况"),
    section=SECTION,
    note="组织关系在学生党支部的党员，按党组织。师生混合党支部里的学生不能分开，不计入。",
    span="year",
    columns=(
        *(
            cut(
                one,
                f"student_{one.code}",
                OF_STUDENTS,
                IN_STUDENTS,
                (MIXED,) if one.code == "members" else (),
            )
            for one in picked(MEMBER_TABLE, "members", "full", "probationary", "women", "minority")
        ),
        Figure(
            code="graduating",
            heading="本年毕业",
            definition=f"{IN_STUDENTS}预计毕业日期在本年的，统计日仍在册。",
            things=OF_STUDENTS,
            which=lambda asked: Q(member__graduates_on__range=(asked.period.start, asked.period.end)),
        ),
    ),
)


def _gone(asked: Asked) -> Any:
    return departed(asked.ranges, asked.period.start, asked.day).filter(kind__in=WAYS)


#: 出党; who is transferred or died does not leave the party. Whose membership was suspended is in it until he is struck
#: off, and who is struck off as lost was suspended for two years: they are on no roster to be missed from.
GONE: Final = replace(LEFT, find=_gone, show=listed(lambda row: row.get_kind_display()))
FORMER_STANDINGS: Final = (*STANDINGS, Group("standing_suspended", "停止党籍", Q(standing=Status.SUSPENDED)))
LEAVING: Final = Figure(
    code="gone",
    heading="出党",
    definition="本年内（到统计日为止）生效的开除党籍、除名（含退党、自行脱党、失联）和取消预备党员资格，"
    "停止党籍以后除名的也计；记在离开时所在的党支部，撤销登记的不计。",
    version=2,
    things=GONE,
    which=Q(),
)


def _gone_by(kind: Kind) -> Figure:
    return Figure(
        code=f"gone_{kind.value}",
        heading=str(kind.label),
        definition=f"出党的党员中，登记为{kind.label}的。",
        version=2,
        things=GONE,
        which=Q(kind=kind),
    )


LEAVERS: Final = ByOrganisation(
    name="annual_left",
    title=_title(10, "党员出党情况（方式）"),
    section=SECTION,
    note="本年内出党的党员，按原党组织和方式；转出、去世、停止党籍不是出党。",
    span="year",
    columns=(LEAVING, *map(_gone_by, WAYS)),
)
LEAVERS_BY_GROUP: Final = ByGroup(
    name="annual_left_people",
    title=_title(11, "党员出党情况（构成）"),
    section=SECTION,
    note="本年内出党的党员，按出党前的人员类别，和性别、年龄（统计日）、学历。",
    span="year",
    columns=(
        LEAVING,
        Figure(
            code="gone_women",
            heading="女",
            definition="出党的党员中的女党员。",
            version=2,
            things=GONE,
            which=FEMALE,
        ),
    ),
    bands=(("人员类别", FORMER_STANDINGS), ("性别", SEXES), ("年龄", AGES), ("学历", EDUCATIONS)),
)
CONFIRMED: Final = ByOrganisation(
    name="annual_probation",
    title=_title(13, "预备党员转正情况"),
    section=SECTION,
    note="本年内预备党员转正、延长预备期、取消资格，和统计日仍在预备期的。",
    span="year",
    columns=tuple(
        replace(one, band="")
        for one in picked(
            DEVELOPMENT_TABLE,
            "became_full",
            "step_full_meeting_extend",
            "step_full_meeting_cancel",
            "now_probationary",
        )
    ),
)
DEVELOPING: Final = ByOrganisation(
    name="annual_development",
    title=_title(14, "发展党员情况"),
    section=SECTION,
    note="统计日各阶段的人数，和本年内递交申请、确定积极分子和发展对象、审批接收的。",
    span="year",
    columns=picked(
        DEVELOPMENT_TABLE,
        "now_applicant",
        "now_activist",
        "now_target",
        "step_application",
        "step_activist_decision",
        "step_target_decision",
        "step_admission_approval",
    ),
)
[ADMITTED] = picked(DEVELOPMENT_TABLE, "step_admission_approval")
TO_MEMBER: Final = "development__"
DEVELOPED: Final = ByGroup(
    name="annual_developed",
    title=_title(15, "发展党员构成情况"),
    section=SECTION,
    note="本年内审批接收为预备党员的，按性别、民族、年龄（统计日）、学历和当时所在党支部的类别。",
    span="year",
    columns=(
        replace(ADMITTED, heading="发展党员", band=""),
        replace(
            ADMITTED,
            code="admitted_women",
            heading="女",
            band="",
            definition="本年内审批接收的预备党员中的女性。",
            which=ADMITTED.which & Q(development__member__sex="female"),
            left_out=(),
        ),
    ),
    bands=tuple(
        (band, under(TO_MEMBER, groups))
        for band, groups in (
            ("性别", SEXES),
            ("民族", NATIONS),
            ("年龄", AGES),
            ("学历", EDUCATIONS),
            ("党支部类别", CATEGORIES),
        )
    ),
)
ANNUAL_TABLES: Final[tuple[Any, ...]] = (
    *(COMPARED, BASICS, BY_JOINING, BY_EDUCATION, STUDENTS),
    *(LEAVERS, LEAVERS_BY_GROUP, CONFIRMED, DEVELOPING, DEVELOPED),
)
