"""Statistics of the organisation tree: levels, categories, forms, sizes and terms of office."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from branches.models import Branch
from branches.roles import Right
from branches.statistics import dissolved_between, organisations_on, terms_on
from lib.dated import holds_on
from members.models import ON_ROSTER, MembershipSpell, StatusPeriod
from reports.asked import Asked

from .base import Figure, LeftOut, Line
from .tables import ByOrganisation
from .things import Rows

SOON = timedelta(days=183)
#: 支部条例 4: at least 3 full members, normally not more than 50 members.
FEWEST_FULL, MOST = 3, 50


def _people(asked: Asked, statuses: tuple[str, ...]) -> Coalesce:
    spells = MembershipSpell.objects.filter(
        holds_on(asked.day),
        holds_on(asked.day, "member__statuses__"),
        member__statuses__status__in=statuses,
        branch=OuterRef("pk"),
        kind=MembershipSpell.Kind.BELONGING,
    )
    counted = spells.order_by().values("branch").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _organisations(asked: Asked) -> Any:
    full = (StatusPeriod.Status.FULL,)
    return organisations_on(asked.ranges, asked.day).annotate(
        people=_people(asked, ON_ROSTER), full=_people(asked, full)
    )


def _terms(asked: Asked) -> Any:
    return terms_on(asked.ranges, asked.day)


def _without_term(asked: Asked) -> Any:
    known = _terms(asked).order_by().values("branch")
    return _organisations(asked).exclude(pk__in=known)


def _dissolved(asked: Asked) -> Any:
    return dissolved_between(asked.ranges, asked.period.start, asked.day)


def _organisation(row: Any, named: bool) -> Line:
    url = reverse("branch_page", args=[row.pk])
    category = row.get_category_display() or "—"
    return Line(
        row.short_name,
        url,
        (row.code, row.get_level_display(), category, row.get_form_display(), f"{row.people} 人"),
    )


def _term(row: Any, named: bool) -> Line:
    url = reverse("branch_page", args=[row.branch_id])
    return Line(row.branch.short_name, url, (str(row.elected_on), f"{row.years} 年", str(row.last_day)))


ORGANISATIONS = Rows(
    noun="个党组织",
    find=_organisations,
    heads=("党组织", "代码", "级别", "类别", "设置形式", "党员"),
    show=_organisation,
    right=Right.SEE_BRANCHES,
    order=("order_key",),
    path="path",
    branch="pk",
)
TERMS = Rows(
    noun="个党组织",
    find=_terms,
    heads=("党组织", "当选日期", "任期", "届满日期"),
    show=_term,
    right=Right.SEE_BRANCHES,
    order=("last_day", "branch__order_key"),
    select=("branch",),
)
NO_TERM = LeftOut("没有登记任期的", replace(ORGANISATIONS, find=_without_term), Q())
GONE = replace(ORGANISATIONS, find=_dissolved)
Level, Category, Form = Branch.Level, Branch.Category, Branch.Form
LEAF = Q(level=Level.BRANCH)
HOLDS = LEAF & ~Q(form__in=Branch.WITHOUT_MEMBERS)
DAY = "统计日当天存在（已成立、未撤销）"


def _count(
    code: str, heading: str, band: str, which: Q, definition: str, *left_out: LeftOut, of_kind: bool = True
) -> Figure:
    """``of_kind``: the condition is of what a dissolved one was, too; those within the period are left out."""
    dissolved = (LeftOut("期内撤销的", GONE, which),) if of_kind else ()
    return Figure(
        code=code,
        heading=heading,
        band=band,
        which=which,
        definition=definition,
        things=ORGANISATIONS,
        left_out=(*dissolved, *left_out),
    )


def _sized(code: str, heading: str, size: Q, definition: str) -> Figure:
    without = LEAF & Q(form__in=Branch.WITHOUT_MEMBERS)
    others = LeftOut("临时和功能型党支部", ORGANISATIONS, without & size)
    return _count(code, heading, "规模", HOLDS & size, definition, others, of_kind=False)


ORGANISATION_TABLE = ByOrganisation(
    name="organisations",
    title="党组织基本情况",
    section="党组织",
    note="各级党组织和党支部的类别、设置形式、规模和任期；类别和设置形式按现在的登记。",
    columns=(
        _count("committees", "党委、党总支", "级别", ~LEAF, f"{DAY}的党委、二级党委和党总支。"),
        _count("branches", "党支部", "级别", LEAF, f"{DAY}的党支部，含临时和功能型党支部。"),
        *(
            _count(
                f"category_{one.value}",
                one.label,
                "党支部类别",
                LEAF & Q(category=one),
                f"{DAY}的{one.label}党支部。",
            )
            for one in Category
        ),
        _count(
            "category_none", "未分类", "党支部类别", LEAF & Q(category=""), f"{DAY}、没有填写类别的党支部。"
        ),
        *(
            _count(
                f"form_{one.value}", one.label, "设置形式", LEAF & Q(form=one), f"{DAY}的{one.label}党支部。"
            )
            for one in Form
        ),
        _sized(
            "small",
            f"正式党员不足{FEWEST_FULL}人",
            Q(full__lt=FEWEST_FULL),
            f"{DAY}、组织关系在支部的正式党员不足{FEWEST_FULL}人的常设和联合党支部（支部条例第四条）。",
        ),
        _sized(
            "large",
            f"党员超过{MOST}人",
            Q(people__gt=MOST),
            f"{DAY}、党员超过{MOST}人的常设和联合党支部（支部条例第四条：一般不超过{MOST}人）。",
        ),
        Figure(
            code="terms_full",
            heading="届满未换届",
            band="任期",
            definition="统计日当天任期已满（经批准延期的按延期后的日期）、没有新一届的党组织。",
            things=TERMS,
            which=lambda asked: Q(last_day__lt=asked.day),
            left_out=(
                LeftOut(
                    "任期已满、经批准延期的",
                    TERMS,
                    lambda asked: Q(due_on__lt=asked.day, last_day__gte=asked.day),
                ),
                NO_TERM,
            ),
        ),
        Figure(
            code="terms_soon",
            heading="半年内届满",
            band="任期",
            definition="任期在统计日起 183 天内届满的党组织。",
            things=TERMS,
            which=lambda asked: Q(last_day__gte=asked.day, last_day__lte=asked.day + SOON),
            left_out=(NO_TERM,),
        ),
    ),
)
