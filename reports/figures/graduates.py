"""Statistics of graduates' destinations: all on record, and the members among them."""

from dataclasses import replace
from typing import Any

from django.db.models import Exists, OuterRef, Q

from branches.roles import Right
from lib.masking import mask_day
from members.models import Destination
from members.statistics import graduates_in, on_roster
from reports.asked import Asked

from .base import Figure, LeftOut, Line, Share
from .people import ROSTER, person
from .tables import ByOrganisation
from .things import Rows

MEMBER = Q(member__isnull=False)


def _graduates(asked: Asked) -> Any:
    return graduates_in(asked.ranges, asked.period.start, asked.last)


def _graduate(row: Any, named: bool) -> Line:
    label, url = person(row.name, row.member_id, named)
    place, day = (row.place, str(row.graduates_on)) if named else ("", mask_day(row.graduates_on))
    facts = (row.get_kind_display(), place or "—", day)
    return Line(label, url, (row.branch.short_name, *facts))


GRADUATES = Rows(
    noun="人",
    find=_graduates,
    heads=("姓名", "党组织", "去向", "去向单位", "毕业日期"),
    show=_graduate,
    right=Right.SEE_MEMBERS,
    order=("branch__order_key", "graduates_on", "name", "pk"),
    select=("branch",),
)


def _unregistered(asked: Asked) -> Any:
    """Members still on the roster whose expected day of graduation fell in the period, and who went nobody knows
    where."""
    period = asked.period
    known = Destination.objects.filter(member=OuterRef("member"), graduates_on__gte=period.start)
    due = on_roster(asked.ranges, asked.day).filter(
        member__graduates_on__gte=period.start, member__graduates_on__lte=min(period.end, asked.day)
    )
    return due.filter(~Exists(known))


UNREGISTERED = LeftOut(
    "预计毕业日期已到、仍在名册上、没有登记去向的党员", replace(ROSTER, find=_unregistered), Q()
)


def _graduating(code: str, heading: str, band: str, which: Q, definition: str) -> Figure:
    return Figure(
        code=code,
        heading=heading,
        band=band,
        which=which,
        definition=definition,
        things=GRADUATES,
        left_out=(UNREGISTERED,),
    )


def _kinds() -> tuple[Figure, ...]:
    return tuple(
        _graduating(one.value, one.label, "去向（人）", Q(kind=one), f"期内毕业、去向为{one.label}的。")
        for one in Destination.Kind
    )


GRASSROOTS = Destination.Kind.GRASSROOTS
GRADUATE_TABLE = ByOrganisation(
    name="graduates",
    title="毕业生去向",
    section="党员",
    note="期内毕业、已登记去向的毕业生和其中的党员。没有登记去向的不在内。",
    columns=(
        _graduating(
            "graduates",
            "已登记",
            "毕业生（人）",
            Q(),
            "期内毕业、已登记去向的毕业生，党员和非党员都计。",
        ),
        _graduating("member_graduates", "其中党员", "毕业生（人）", MEMBER, "已登记去向的毕业生中的党员。"),
        *_kinds(),
        _graduating(
            "grassroots_members",
            "选调中党员",
            "基层就业（选调）",
            MEMBER & Q(kind=GRASSROOTS),
            "期内毕业、去向为基层就业（选调）的党员。",
        ),
        Share(
            code="grassroots_share",
            heading="党员占比",
            band="基层就业（选调）",
            definition="选调中党员 ÷ 基层就业（选调）。",
            part="grassroots_members",
            whole=GRASSROOTS.value,
        ),
    ),
)
