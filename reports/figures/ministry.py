"""The yearly tables of the ministry of education on the party in universities, as far as their data is here.

Like those of :mod:`reports.figures.annual` they are cut out of the figures that there are.
"""

from dataclasses import replace
from typing import Any, Final

from django.db.models import Exists, F, OuterRef, Q

from branches.models import Branch
from branches.scope import within
from lib.dated import holds_on
from members.models import Circumstance, Departure, Post, Suspension
from reports.asked import Asked

from .annual import GONE, MIXED, cut, narrowed, picked
from .base import Figure, Share
from .members import MEMBER_TABLE, SUSPENDED
from .organisations import ORGANISATION_TABLE
from .people import ROSTER, listed
from .tables import ByOrganisation

SECTION: Final = "教育部年度报表"
OF_STAFF: Final = narrowed(ROSTER, Q(unit_category=Branch.Category.STAFF))
IN_STAFF: Final = "教职工党支部的党员："


def _title(number: int, title: str) -> str:
    return f"教育部表{number}：{title}"


STAFF: Final = ByOrganisation(
    name="moe_staff",
    title=_title(2, "教职工党员队伍"),
    section=SECTION,
    note="组织关系在教职工党支部的党员，按党组织。师生混合党支部里的教职工不能分开，不计入。",
    span="year",
    columns=tuple(
        cut(
            one,
            f"staff_{one.code}",
            OF_STAFF,
            IN_STAFF,
            (replace(MIXED, reason="在师生混合党支部的（其中的教职工没有分开登记）"),)
            if one.code == "members"
            else (),
        )
        for one in picked(
            MEMBER_TABLE, "members", "full", "probationary", "women", "minority", "young", "college"
        )
    ),
)


def _secretaries(asked: Asked) -> Any:
    placement = "branch__placements__"
    return Post.objects.filter(
        holds_on(asked.day),
        holds_on(asked.day, placement),
        within(f"{placement}path", asked.ranges),
        title=Post.Title.SECRETARY,
        group=None,
        branch__level=Branch.Level.BRANCH,
        branch__category=Branch.Category.STAFF,
    ).annotate(stood_at=F(f"{placement}path"), unit_category=F("branch__category"))


SECRETARIES: Final = replace(
    ROSTER, find=_secretaries, heads=("姓名", "党支部", "任职"), show=listed(lambda row: row.since)
)
LEADERS: Final = ByOrganisation(
    name="moe_leaders",
    title=_title(4, "“双带头人”"),
    section=SECTION,
    note="教师党支部书记中的“双带头人”（党建带头人、学术带头人），按党组织。",
    span="year",
    columns=(
        replace(picked(ORGANISATION_TABLE, "category_staff")[0], heading="教职工党支部", band=""),
        Figure(
            code="secretaries",
            heading="书记",
            definition="统计日担任教职工党支部书记的。",
            things=SECRETARIES,
            which=Q(),
        ),
        Figure(
            code="double_leaders",
            heading="双带头人",
            definition="统计日担任教职工党支部书记、登记为“双带头人”的；“双带头人”按现在的登记。",
            things=SECRETARIES,
            which=Q(member__is_double_leader=True),
        ),
        Share(
            code="double_share",
            heading="占比",
            definition="双带头人 ÷ 书记。",
            part="double_leaders",
            whole="secretaries",
        ),
    ),
)


def _lost(**facts: Any) -> Q:
    rows = Circumstance.objects.filter(member=OuterRef("member"), kind=Circumstance.Kind.LOST, **facts)
    return Q(Exists(rows))


def _lost_that_day(asked: Asked) -> Q:
    rows = Circumstance.objects.filter(
        holds_on(asked.day), member=OuterRef("member"), kind=Circumstance.Kind.LOST
    )
    return Q(Exists(rows))


def _suspended_as_lost(asked: Asked) -> Q:
    rows = Suspension.objects.filter(
        holds_on(asked.day), member=OuterRef("member"), ground=Suspension.Ground.LOST
    )
    return Q(Exists(rows))


def _found(asked: Asked) -> Q:
    return _lost(until__gte=asked.period.start, until__lt=asked.day) & ~_lost_that_day(asked)


LOST_OR_FOUND: Final = narrowed(ROSTER, lambda asked: _lost_that_day(asked) | _found(asked))
ON_ROSTER_THAT_DAY: Final = "统计日在册的党员中"
LOST: Final = ByOrganisation(
    name="moe_lost",
    title=_title(6, "失联党员汇总"),
    section=SECTION,
    note="统计日登记为失去联系的党员，和本年内新登记的、找到的，按党组织。",
    span="year",
    columns=(
        Figure(
            code="lost",
            heading="失联",
            definition=f"{ON_ROSTER_THAT_DAY}，当天登记为失去联系的。",
            things=LOST_OR_FOUND,
            which=_lost_that_day,
        ),
        Figure(
            code="lost_since",
            heading="其中本年新增",
            definition=f"{ON_ROSTER_THAT_DAY}，当天登记为失去联系、从本年内起的。",
            things=LOST_OR_FOUND,
            which=lambda asked: _lost_that_day(asked) & _lost(since__range=(asked.period.start, asked.day)),
        ),
        Figure(
            code="found",
            heading="本年找到",
            definition=f"{ON_ROSTER_THAT_DAY}，失去联系的登记在本年内结束、当天没有失去联系的。",
            things=LOST_OR_FOUND,
            which=_found,
        ),
    ),
)
HANDLED: Final = ByOrganisation(
    name="moe_lost_handled",
    title=_title(7, "失联党员规范管理及组织处置"),
    section=SECTION,
    note="因失去联系停止党籍的，和本年内作失联除名的，按党组织。",
    span="year",
    columns=(
        Figure(
            code="suspended_as_lost",
            heading="停止党籍",
            definition="统计日因失去联系停止党籍的，记在组织关系所在的党支部。",
            things=narrowed(SUSPENDED, _suspended_as_lost),
            which=Q(),
        ),
        Figure(
            code="struck_off_as_lost",
            heading="失联除名",
            definition="本年内（到统计日为止）作失联除名的，都是停止党籍满2年的，记在除名时组织关系所在的党支部。",
            version=2,
            things=narrowed(GONE, Q(kind=Departure.Kind.LOST)),
            which=Q(),
        ),
    ),
)
MINISTRY_TABLES: Final[tuple[Any, ...]] = (STAFF, LEADERS, LOST, HANDLED)
