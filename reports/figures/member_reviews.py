"""Statistics of the members' democratic review (民主评议党员): who took part, and how many got which grade.

Only what was concluded is counted: until then it is the branch's own affair, and no ballot is counted ever.
"""

from dataclasses import replace
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from assessments.models import ReviewEntry
from assessments.statistics import IN_BASE, TO_GRADE, closed_by, entries_in, reviews_in
from branches.roles import Right
from members.models import ReviewGrade
from members.statistics import on_roster
from reports.asked import Asked

from .base import Figure, LeftOut, Line, Share
from .people import ROSTER, person
from .tables import ByOrganisation
from .things import Rows

OF_YEAR = "评议年度为所选年份、统计日以前已办结的民主评议"
PEOPLE = "所选年度已办结的民主评议名单上的党员"


def _reviews(asked: Asked) -> Any:
    return reviews_in(asked.ranges, asked.period.start.year)


def _entries(asked: Asked) -> Any:
    return entries_in(asked.ranges, asked.period.start.year)


def _concluded(asked: Asked) -> Any:
    return _entries(asked).filter(closed_by(asked.day, "review__"))


def _running(asked: Asked) -> Any:
    return _entries(asked).exclude(closed_by(asked.day, "review__"))


def _not_reviewed(asked: Asked) -> Any:
    """Members of the end of the year who are in no concluded review of it."""
    own = ReviewEntry.objects.filter(
        closed_by(asked.day, "review__"), review__year=asked.period.start.year, member=OuterRef("member")
    )
    return on_roster(asked.ranges, min(asked.period.end, asked.day)).filter(~Exists(own))


def _review(row: Any, named: bool) -> Line:
    facts = (str(row.held_on), row.get_state_display())
    return Line(row.branch.short_name, reverse("review", args=[row.pk]), facts)


def _entry(row: Any, named: bool) -> Line:
    label, url = person(row.member.name, row.member_id, named)
    return Line(label, url, (row.review.branch.short_name, str(row.review.held_on), row.in_words))


REVIEWS = Rows(
    noun="个党支部",
    find=_reviews,
    heads=("党支部", "评议日期", "进度"),
    show=_review,
    right=Right.REVIEW,
    order=("branch__order_key", "pk"),
    select=("branch",),
)
REVIEWED = Rows(
    noun="人",
    find=_concluded,
    heads=("姓名", "党支部", "评议日期", "等次"),
    show=_entry,
    right=Right.REVIEW,
    order=("review__branch__order_key", "member__name_order", "pk"),
    select=("member", "review__branch"),
    path="review__branch_path",
    branch="review__branch",
)
LEFT_OUT = (
    LeftOut("民主评议还没有办结的", replace(REVIEWED, find=_running), Q()),
    LeftOut("在名册上、没有列入已办结的民主评议的", replace(ROSTER, find=_not_reviewed), Q()),
)


def _of(
    code: str, heading: str, band: str, which: Q, definition: str, left_out: tuple[LeftOut, ...] = ()
) -> Figure:
    return Figure(
        code=code,
        heading=heading,
        band=band,
        definition=definition,
        things=REVIEWED,
        which=which,
        left_out=left_out,
    )


REVIEW_TABLE = ByOrganisation(
    name="member_reviews",
    title="民主评议党员",
    section="评议考核",
    note="已办结的民主评议：参加评议的党员和评定的等次，按党组织。预备党员参加评议，不评定等次。",
    span="result",
    columns=(
        Figure(
            code="reviews",
            heading="已发起",
            band="党支部（个）",
            definition="发起了所选年度民主评议的党支部，按现在的登记。",
            things=REVIEWS,
            which=Q(),
        ),
        Figure(
            code="concluded",
            heading="已办结",
            band="党支部（个）",
            definition=f"{OF_YEAR}的党支部。",
            things=REVIEWS,
            which=lambda asked: closed_by(asked.day),
        ),
        _of(
            "took_part",
            "参加评议",
            "党员（人）",
            Q(),
            f"{OF_YEAR}名单上的党员，记在评议的党支部（按评议当天所属）。",
            LEFT_OUT,
        ),
        *(
            _of(
                grade.value, grade.label, "党员（人）", Q(grade=grade), f"{PEOPLE}，评定为“{grade.label}”的。"
            )
            for grade in ReviewGrade
        ),
        _of(
            "on_probation",
            "预备党员",
            "不评定等次（人）",
            Q(standing="probationary"),
            f"{PEOPLE}，评议当天是预备党员的。",
        ),
        _of(
            "ungraded",
            "正式党员",
            "不评定等次（人）",
            Q(standing="full", grade="") & ~TO_GRADE,
            f"{PEOPLE}，写明原因不评定等次的正式党员。",
        ),
        _of(
            "base",
            "比例基数",
            "优秀比例",
            IN_BASE,
            f"{PEOPLE}，按各次评议所定的基数（全体正式党员，或者评定等次的正式党员）计的。",
        ),
        Share(
            code="excellent_share",
            heading="优秀占比",
            band="优秀比例",
            definition="优秀 ÷ 比例基数。",
            part=ReviewGrade.EXCELLENT.value,
            whole="base",
        ),
    ),
)
