"""Figures of the roster as of a day, by where each branch stood then; and who came and who left in between."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextChoices,
    Value,
    When,
)

from branches.models import Placement
from branches.scope import Range, within, within_sql
from lib.dated import holds_on, holds_on_sql
from lib.rows import fetch

from .models import ON_ROSTER, Departure, Destination, MembershipSpell, StatusPeriod, Training

Status = StatusPeriod.Status
#: Who is in the party: members, and those whose membership is suspended, whom no roster has.
IN_THE_PARTY: Final = (*ON_ROSTER, Status.SUSPENDED)


class Came(TextChoices):
    """How somebody is on the roster of an organisation at the end of a period and was not before it."""

    ADMITTED = "admitted", "发展入党"
    RESTORED = "restored", "恢复党籍"
    INSIDE = "inside", "校内转入"
    TRANSFERRED = "transferred", "校外转入"
    OTHERWISE = "otherwise", "其他增加"


class Left(TextChoices):
    """How somebody was on the roster of an organisation before a period and is not at its end."""

    INSIDE = "inside", "校内转出"
    TRANSFERRED = "transferred", "转出校外"
    DIED = "died", "去世"
    EXPELLED = "expelled", "开除党籍"
    STRUCK_OFF = "struck_off", "除名或取消资格"
    SUSPENDED = "suspended", "停止党籍"
    OTHERWISE = "otherwise", "其他减少"


class Headcount(NamedTuple):
    """So many of one status in one branch, which stood at ``path``; of ``assumed`` the day they came is a guess."""

    branch_id: int
    path: str
    category: str
    status: str
    people: int
    assumed: int


@dataclass(frozen=True)
class RosterFigures:
    """The members of the branches on ``day``; 参加 counts nowhere but at the 隶属."""

    day: date
    headcounts: tuple[Headcount, ...]

    @property
    def members(self) -> int:
        return sum(row.people for row in self.headcounts)

    @property
    def probationary(self) -> int:
        return sum(row.people for row in self.headcounts if row.status == StatusPeriod.Status.PROBATIONARY)

    @property
    def assumed(self) -> int:
        return sum(row.assumed for row in self.headcounts)

    def of_category(self, category: str) -> "RosterFigures":
        """Cut to the branches of one category."""
        return RosterFigures(self.day, tuple(row for row in self.headcounts if row.category == category))


def people_with(
    statuses: Sequence[str],
    ranges: Sequence[Range],
    day: date,
    kind: str = MembershipSpell.Kind.BELONGING,
) -> Any:
    """One row a person who had one of ``statuses`` on ``day`` and belonged (隶属), or took part (参加), in a branch
    that stood within ``ranges`` then: with ``stood_at`` (where it stood), ``unit_category`` and ``standing``."""
    return MembershipSpell.objects.filter(
        holds_on(day),
        holds_on(day, "member__statuses__"),
        holds_on(day, "branch__placements__"),
        within("branch__placements__path", ranges),
        kind=kind,
        member__statuses__status__in=statuses,
    ).annotate(
        stood_at=F("branch__placements__path"),
        unit_category=F("branch__category"),
        standing=F("member__statuses__status"),
    )


def on_roster(ranges: Sequence[Range], day: date) -> Any:
    """Full and probationary members of the branches that stood within ``ranges`` on ``day``, as one row each."""
    return people_with(ON_ROSTER, ranges, day)


#: :func:`on_roster` counted. In SQL: Django goes from spells to statuses by way of the people, whom nobody asks about,
#: and groups by texts; together that is half of what it costs.
_HEADCOUNTS = """
SELECT unit.id, place.path, unit.category, held.status,
    COUNT(*), SUM(CASE WHEN spell.is_assumed THEN 1 ELSE 0 END)
FROM members_membershipspell spell
JOIN members_statusperiod held ON held.member_id = spell.member_id
JOIN branches_branch unit ON unit.id = spell.branch_id
JOIN branches_placement place ON place.branch_id = unit.id
WHERE spell.kind = %s AND held.status IN (%s, %s) AND {on_the_day} AND {places}
GROUP BY unit.id, place.id, held.status
"""


def roster_figures(ranges: Sequence[Range], day: date) -> RosterFigures:
    """Full and probationary members of the branches that stood within ``ranges`` on ``day``. One query."""
    places, ends = within_sql("place.path", ranges)
    on_the_day, days = holds_on_sql(("spell", "held", "place"), day)
    asked = _HEADCOUNTS.format(on_the_day=on_the_day, places=places)
    rows = fetch(asked, [MembershipSpell.Kind.BELONGING.value, *map(str, ON_ROSTER), *days, *ends])
    return RosterFigures(day, tuple(Headcount(*row) for row in rows))


def came(ranges: Sequence[Range], start: date, end: date) -> Any:
    """Who is on the roster of a place on ``end`` and was not on the day before ``start``, with ``way`` (:class:`Came`).

    Who came and left again in between is not among them: what was before, plus who came, less who left, is what is now.
    """
    before = start - timedelta(days=1)
    here, anywhere = _then_on_roster(before)
    return (
        on_roster(ranges, end)
        .filter(~Exists(here))
        .annotate(
            way=Case(
                When(Exists(anywhere), then=Value(Came.INSIDE)),
                When(Exists(_suspended(before)), then=Value(Came.RESTORED)),
                When(Exists(_standing(before)), then=Value(Came.TRANSFERRED)),
                When(Exists(_admitted(start, end)), then=Value(Came.ADMITTED)),
                default=Value(Came.OTHERWISE),
                output_field=CharField(),
            )
        )
    )


def left(ranges: Sequence[Range], start: date, end: date) -> Any:
    """Who was on the roster of a place the day before ``start`` and is not on ``end``, with ``way`` (:class:`Left`)."""
    before = start - timedelta(days=1)
    here, anywhere = _then_on_roster(end)
    last = (
        Departure.objects.filter(member=OuterRef("member"), on__lte=end, on__gte=start, annulled_at=None)
        .order_by("-on", "-pk")
        .values("kind")[:1]
    )
    return (
        on_roster(ranges, before)
        .filter(~Exists(here))
        .annotate(departure=Subquery(last))
        .annotate(
            way=Case(
                When(Exists(anywhere), then=Value(Left.INSIDE)),
                When(Exists(_suspended(end)), then=Value(Left.SUSPENDED)),
                When(departure=Departure.Kind.TRANSFERRED, then=Value(Left.TRANSFERRED)),
                When(departure=Departure.Kind.DIED, then=Value(Left.DIED)),
                When(departure=Departure.Kind.EXPELLED, then=Value(Left.EXPELLED)),
                When(departure__isnull=False, then=Value(Left.STRUCK_OFF)),
                default=Value(Left.OTHERWISE),
                output_field=CharField(),
            )
        )
    )


def departed(ranges: Sequence[Range], start: date, end: date) -> Any:
    """Departures that took effect from ``start`` to ``end``, by where the branch stood that day: with ``stood_at``,
    ``unit_category`` and ``standing``, what the person was until then."""
    until_then = StatusPeriod.objects.filter(member=OuterRef("member"), since__lt=OuterRef("on"))
    return (
        Departure.objects.filter(
            holds_on(F("on"), "branch__placements__"),
            within("branch__placements__path", ranges),
            annulled_at=None,
            on__gte=start,
            on__lte=end,
        )
        .annotate(
            stood_at=F("branch__placements__path"),
            unit_category=F("branch__category"),
            standing=Subquery(until_then.order_by("-since").values("status")[:1]),
        )
        .filter(standing__in=IN_THE_PARTY)
    )


def _then_on_roster(day: date) -> tuple[QuerySet[Placement, Any], QuerySet[MembershipSpell, Any]]:
    """Of the member of the outer row: on the roster at the outer row's place on ``day``; and anywhere on that day."""
    anywhere = MembershipSpell.objects.filter(
        Exists(_standing(day)), holds_on(day), member=OuterRef("member"), kind=MembershipSpell.Kind.BELONGING
    )
    return anywhere.filter(
        holds_on(day, "branch__placements__"), branch__placements__path=OuterRef("stood_at")
    ), anywhere


def _suspended(day: date) -> Any:
    return StatusPeriod.objects.filter(holds_on(day), member=OuterRef("member"), status=Status.SUSPENDED)


def _standing(day: date) -> Any:
    """The member of the outer row was a member of the party on ``day``, here or elsewhere."""
    return StatusPeriod.objects.filter(holds_on(day), member=OuterRef("member"), status__in=ON_ROSTER)


def _admitted(start: date, end: date) -> Any:
    """The member of the outer row joined in a branch of the university; who joined elsewhere and then came did not."""
    return StatusPeriod.objects.filter(
        holds_on(F("since"), "member__spells__"),
        member=OuterRef("member"),
        member__spells__kind=MembershipSpell.Kind.BELONGING,
        status=Status.PROBATIONARY,
        since__gte=start,
        since__lte=end,
        is_assumed=False,
    )


def belonging_then(ranges: Sequence[Range], member: str, day: F) -> Q:
    """The member that ``member`` leads to belonged, on the row's ``day``, to a branch then within ``ranges``.

    One call of ``filter`` takes it whole, so that spell and placement are of the same day.
    """
    spell, placement = f"{member}spells__", f"{member}spells__branch__placements__"
    return (
        within(f"{placement}path", ranges)
        & holds_on(day, spell)
        & holds_on(day, placement)
        & Q(**{f"{spell}kind": MembershipSpell.Kind.BELONGING})
    )


def unit_then(member: str) -> dict[str, F]:
    """Of rows that :func:`belonging_then` found: ``stood_at`` and ``unit_category``, and of that day's branch ``unit``,
    ``unit_name`` and ``unit_path`` (where it is now)."""
    return {
        "stood_at": F(f"{member}spells__branch__placements__path"),
        "unit_category": F(f"{member}spells__branch__category"),
        "unit": F(f"{member}spells__branch"),
        "unit_name": F(f"{member}spells__branch__short_name"),
        "unit_path": F(f"{member}spells__branch_path"),
    }


def trainings_in(ranges: Sequence[Range], start: date, end: date) -> Any:
    """Trainings finished from ``start`` to ``end``, by where each person belonged that day (:func:`unit_then`)."""
    held = Training.objects.filter(
        belonging_then(ranges, "member__", F("held_on")), held_on__gte=start, held_on__lte=end
    )
    return held.annotate(**unit_then("member__"))


def graduates_in(ranges: Sequence[Range], start: date, end: date) -> Any:
    """Graduates (members and others) whose destination is on record and who left from ``start`` to ``end``, by where
    their organisation stood that day, with ``stood_at`` and ``unit_category``."""
    day = F("graduates_on")
    return Destination.objects.filter(
        holds_on(day, "branch__placements__"),
        within("branch__placements__path", ranges),
        graduates_on__gte=start,
        graduates_on__lte=end,
    ).annotate(stood_at=F("branch__placements__path"), unit_category=F("branch__category"))
