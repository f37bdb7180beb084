"""Statistics of what is taught: party lectures by who gives them, and trainings of members."""

from dataclasses import replace
from typing import Any

from django.db.models import F, Q
from django.urls import reverse

from activities.kinds import Kind
from activities.models import Activity, Lecture
from branches.roles import Right
from branches.scope import within
from members.models import Training
from members.statistics import trainings_in
from reports.asked import Asked

from .base import Figure, LeftOut, Line
from .people import person
from .tables import ByOrganisation
from .things import Rows


def _held(asked: Asked) -> Any:
    return Activity.objects.of_kind(Kind.PARTY_LECTURE).held_in(asked.period).filter(held_on__lte=asked.last)


def _lectures(asked: Asked) -> Any:
    return _placed(_held(asked).valid().one_of_each(), asked)


def _placed(lectures: Any, asked: Asked) -> Any:
    return lectures.filter(within("org_path", asked.ranges)).annotate(
        stood_at=F("org_path"), unit_category=F("branch__category")
    )


def _withdrawn(asked: Asked) -> Any:
    return _placed(_held(asked).exclude(withdrawn_at=None), asked)


def _joined(asked: Asked) -> Any:
    """The parts of the branches that did not lead."""
    valid = _held(asked).valid()
    return _placed(valid.exclude(pk__in=valid.one_of_each().values("pk")), asked)


def _trainings(asked: Asked) -> Any:
    return trainings_in(asked.ranges, asked.period.start, asked.last)


def _lecture(row: Any, named: bool) -> Line:
    given = getattr(row, "lecture", None)
    who = given.get_category_display() if given and given.category else "—"
    url = reverse("activity_detail", args=[row.pk])
    return Line(row.title or row.get_kind_display(), url, (row.branch.short_name, str(row.held_on), who))


def _training(row: Any, named: bool) -> Line:
    label, url = person(row.member.name, row.member_id, named)
    return Line(label, url, (row.unit_name, row.title, row.get_kind_display(), str(row.held_on)))


LECTURES = Rows(
    noun="次",
    find=_lectures,
    heads=("党课", "党组织", "日期", "主讲人身份"),
    show=_lecture,
    right=Right.SEE_RECORDS,
    order=("held_on", "pk"),
    select=("branch", "lecture"),
)
TRAININGS = Rows(
    noun="人次",
    find=_trainings,
    heads=("姓名", "党支部", "培训", "类型", "结业日期"),
    show=_training,
    right=Right.SEE_MEMBERS,
    order=("held_on", "pk"),
    select=("member",),
    path="unit_path",
    branch="unit",
)
Category = Lecture.Category
GIVEN = (
    "期内举行的党课，含与其他活动合并举行的；几个支部联合举行的只计一次，记在牵头支部，"
    "牵头支部没有登记为党课的记在登记为党课的支部"
)


def _given(category: Category) -> Figure:
    return Figure(
        code=f"by_{category.value}",
        heading=category.label,
        band="主讲人（次）",
        definition=f"{GIVEN}；主讲人登记为{category.label}的。",
        things=LECTURES,
        which=Q(lecture__category=category),
    )


LECTURE_TABLE = ByOrganisation(
    name="lectures",
    title="党课",
    section="组织生活",
    note="期内党课的次数，按主讲人的身份。",
    columns=(
        Figure(
            code="lectures",
            heading="党课",
            definition=f"{GIVEN}。",
            things=LECTURES,
            which=Q(),
            left_out=(
                LeftOut("登记后撤回的", replace(LECTURES, find=_withdrawn), Q()),
                LeftOut("参加别的支部牵头的联合党课的", replace(LECTURES, find=_joined), Q()),
            ),
        ),
        *map(_given, Category),
        Figure(
            code="by_nobody",
            heading="未填写",
            band="主讲人（次）",
            definition=f"{GIVEN}；没有填写主讲人身份的。",
            things=LECTURES,
            which=Q(lecture=None) | Q(lecture__category=""),
        ),
    ),
)
TRAINING_TABLE = ByOrganisation(
    name="trainings",
    title="教育培训",
    section="组织生活",
    note="期内结业的培训，按类型。",
    columns=tuple(
        Figure(
            code=one.value,
            heading=one.label,
            definition=f"期内结业的{one.label}，人次，记在结业当天所在的党支部。",
            things=TRAININGS,
            which=Q(kind=one),
        )
        for one in Training.Kind
    ),
)
