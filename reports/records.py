"""The list of records behind the figures of activities and attendance."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Length, Replace

from accounts.models import User
from activities.models import Activity, ActivityQuerySet, Supplement
from branches.models import Branch
from branches.roles import Right
from branches.scope import ranges_of, within
from lib.paging import UncountedPaginator

from .asked import SECOND_LEVEL, Asked, organisation_at


@dataclass(frozen=True)
class Totals:
    """What the whole list amounts to.

    Records of branches that have left the user's scope since count in the figure, but are not listed. ``also`` is how
    often records of several kinds were held beside their primary kind: figures of all kinds together count that too.
    """

    counted: int
    listed: int
    on_time: int
    expected: int
    present: int
    on_leave: int
    absent: int
    also: int = 0
    also_on_time: int = 0

    @property
    def elsewhere(self) -> int:
        return self.counted - self.listed

    @property
    def held(self) -> int:
        return self.counted + self.also

    @property
    def held_on_time(self) -> int:
        return self.on_time + self.also_on_time


@dataclass(frozen=True)
class Line:
    record: Activity
    unit: str


def counted(asked: Asked, user: User) -> ActivityQuerySet:
    """The records a figure counts: by the place of each branch on the day.

    A branch asked for by itself, without the organisation it then belonged to, is asked for as it stands today.
    """
    records = Activity.objects.held_in(asked.period)
    if asked.kind:
        records = records.of_kind(asked.kind)
    if asked.branch_id and asked.org is None:
        records = records.visible_to(user)
    else:
        records = records.filter(within("org_path", asked.ranges))
    if asked.state != "all":
        records = records.filter(withdrawn_at__isnull=asked.state != "withdrawn")
    exact = {
        "branch": asked.branch_id,
        "branch__category": asked.category,
        "campaigns": asked.campaign,
        "is_on_time": asked.on_time == "1" if asked.on_time else None,
    }
    if asked.mark:
        exact[f"{asked.mark}__gt"] = 0
    return records.filter(**{name: value for name, value in exact.items() if value not in (None, "")})


def totals(records: ActivityQuerySet, user: User, kind: str = "") -> Totals:
    """One query. In a list of one kind the people of a record count where it is the primary one."""
    visible = Q(within("branch_path", ranges_of(user, Right.SEE_RECORDS)))
    names = ("expected", "present", "on_leave", "absent")
    primary = Q(kind=kind) if kind else None
    persons = {name: Coalesce(Sum(name, filter=primary), 0) for name in names}
    several = {} if kind else {"also": _also(), "also_on_time": _also(is_on_time=True)}
    return Totals(
        **records.order_by().aggregate(
            counted=Count("pk"),
            listed=Count("pk", filter=visible),
            on_time=Count("pk", filter=Q(is_on_time=True)),
            **persons,
            **several,
        )
    )


def _also(**only: object) -> Coalesce:
    """How many further kinds the records have: each is kept with a space before it, and one after the last."""
    spaces = Length("also_kinds") - Length(Replace("also_kinds", Value(" ")))
    return Coalesce(Sum(spaces - 1, filter=~Q(also_kinds="") & Q(**only)), 0)


_SHOWN = (
    *("held_on", "entered_at", "kind", "also_kinds", "title", "org_path", "branch_path", "is_on_time"),
    *("expected", "present", "on_leave", "absent", "withdrawn_at"),
)


def listed(records: ActivityQuerySet, user: User) -> ActivityQuerySet:
    """With what a line shows, no long text."""
    waiting = Supplement.objects.filter(
        met_at=None, activity=OuterRef("pk")
    )  # a withdrawn record is told as such
    return records.visible_to(user).only(*_SHOWN).annotate(is_sent_back=Exists(waiting))


def with_branch_names(listed: ActivityQuerySet) -> ActivityQuerySet:
    """For a page: ``branch_name`` is looked up for its fifty rows, where a join is made for all that are sorted."""
    named = Branch.objects.filter(pk=OuterRef("branch_id")).values("short_name")
    return listed.annotate(branch_name=Subquery(named))


def with_branches(listed: ActivityQuerySet) -> ActivityQuerySet:
    """For a file of all rows: each with name and code of its branch."""
    return listed.select_related("branch").only(*_SHOWN, "branch__short_name", "branch__code")


def pages(listed: ActivityQuerySet, totals: Totals | None, per_page: int) -> "Paginator[Activity]":
    """Counted with the totals, or not at all."""
    if totals is None:
        return UncountedPaginator(listed, per_page)
    paginator = Paginator(listed, per_page)
    paginator.count = totals.listed
    return paginator


def neighbour(records: ActivityQuerySet, of: Activity, way: str) -> Activity | None:
    """The one that stands after ``of`` in the list, or before it; whether ``of`` is in the list itself or not."""
    later = way == "next"
    beyond = "lt" if later else "gt"  # the list begins with the newest
    wanted, same = Q(), Q()
    for name in ("held_on", "entered_at", "pk"):
        wanted |= same & Q(**{f"{name}__{beyond}": getattr(of, name)})
        same &= Q(**{name: getattr(of, name)})
    rows = records.filter(wanted)
    return (rows if later else rows.reverse()).first()


def lines(records: Iterable[Activity], units: Iterable[Branch]) -> Iterator[Line]:
    """Records with the second-level organisation each belonged to on its day."""
    names = {unit.pk: unit.short_name for unit in units}
    return (
        Line(record, names.get(organisation_at(record.org_path[:SECOND_LEVEL]), "")) for record in records
    )
