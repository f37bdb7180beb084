"""Monthly counters, kept in the transaction of each record and provable by a recount."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, TruncMonth

from accounts import audit
from branches.models import Branch
from lib.periods import month_of

from .kinds import split
from .models import Activity, Attendance, Tally

COUNTERS = ("held", "activities", "on_time", "expected", "present", "on_leave", "absent", "minutes")


class Key(NamedTuple):
    """What one tally row is about; ``month`` is its first day."""

    branch_id: int
    org_path: str
    month: date
    kind: str


def keys_of(activity: Activity) -> set[Key]:
    """The rows in which a record counts: one for each of its kinds."""
    month = activity.held_on.replace(day=1)
    return {Key(activity.branch_id, activity.org_path, month, kind.value) for kind in activity.kinds}


def refresh(activities: Iterable[Activity]) -> None:
    refresh_keys({key for activity in activities for key in keys_of(activity)})


def refresh_keys(keys: Iterable[Key]) -> None:
    """Recount the rows named by ``keys``; the caller holds the lock on their branch."""
    for (branch_id, org_path, month), grouped in groupby(sorted(keys), key=lambda key: key[:3]):
        of_month = list(grouped)
        records = Activity.objects.of_kinds(key.kind for key in of_month).held_in(month_of(month))
        counted = _counted(records.filter(branch=branch_id, org_path=org_path))
        path = Branch.objects.values_list("path", flat=True).get(pk=branch_id)
        for key in of_month:
            if key in counted:
                defaults = {**counted[key], "branch_path": path}
                Tally.objects.update_or_create(**key._asdict(), defaults=defaults)
            else:
                Tally.objects.filter(**key._asdict()).delete()


def _counted(records: QuerySet[Activity]) -> dict[Key, dict[str, int]]:
    """Two queries: by primary kind, and what records of several kinds were too."""
    valid = records.filter(withdrawn_at__isnull=True).order_by()
    rows: Any = (
        valid.annotate(month=TruncMonth("held_on"))
        .values("branch_id", "org_path", "month", "kind")
        .annotate(
            _held=Count("pk"),
            _activities=Count("pk", filter=Q(joint_of__isnull=True)),
            _on_time=Count("pk", filter=Q(is_on_time=True)),
            _expected=Sum("expected"),
            _present=Sum("present"),
            _on_leave=Sum("on_leave"),
            _absent=Sum("absent"),
            _minutes=Sum(Coalesce(F("minutes"), 0) * F("present")),
        )
    )
    found = {
        Key(row["branch_id"], row["org_path"], row["month"], row["kind"]): {
            name: row[f"_{name}"] for name in COUNTERS
        }
        for row in rows
    }
    for held in also_held(valid):
        key = Key(held.branch_id, held.org_path, held.held_on.replace(day=1), held.kind)
        counters = found.setdefault(key, dict.fromkeys(COUNTERS, 0))
        counters["held"] += 1
        counters["on_time"] += held.is_on_time
    return found


class AlsoHeld(NamedTuple):
    """One further kind of a record of several."""

    branch_id: int
    org_path: str
    held_on: date
    kind: str
    is_on_time: bool


def also_held(records: QuerySet[Activity]) -> Iterator[AlsoHeld]:
    """What the records were beside their primary kind. One query."""
    rows = records.exclude(also_kinds="").values_list(
        "branch", "org_path", "held_on", "also_kinds", "is_on_time"
    )
    for branch_id, org_path, held_on, also, is_on_time in rows:
        for kind in split(also):
            yield AlsoHeld(branch_id, org_path, held_on, kind.value, is_on_time)


class Difference(NamedTuple):
    key: Key
    stored: dict[str, int] | None
    counted: dict[str, int] | None


def differences() -> list[Difference]:
    """Every tally row that is not what the records say, and every one missing or left over. Two queries."""
    stored: dict[Key, dict[str, int]] = {
        Key(row["branch_id"], row["org_path"], row["month"], row["kind"]): {
            name: row[name] for name in COUNTERS
        }
        for row in Tally.objects.values("branch_id", "org_path", "month", "kind", *COUNTERS)
    }
    counted = _counted(Activity.objects.all())
    return [
        Difference(key, stored.get(key), counted.get(key))
        for key in sorted(stored.keys() | counted.keys())
        if stored.get(key) != counted.get(key)
    ]


def rebuild() -> int:
    """Make all tallies anew from the records; returns the number of rows."""
    with transaction.atomic():
        paths: dict[Any, str] = dict(Branch.objects.values_list("pk", "path"))
        Tally.objects.all().delete()
        rows = [
            Tally(**key._asdict(), **counters, branch_path=paths[key.branch_id])
            for key, counters in _counted(Activity.objects.all()).items()
        ]
        Tally.objects.bulk_create(rows, batch_size=1000)
    return len(rows)


class CounterDifference(NamedTuple):
    """A record whose own counters are not what its attendance rows say."""

    activity: Activity
    stored: dict[str, int]
    counted: dict[str, int]


def counter_differences() -> list[CounterDifference]:
    """Every record with names whose counters disagree with its attendance rows. Three queries.

    Each of the first two reads one table from end to end: joined, PostgreSQL without statistics of tables just
    filled looked the rows of each record up one record after the other.
    """
    states = {"present": "present", "on_leave": "leave", "absent": "absent"}
    names = ("expected", *states)
    counts = {name: Count("pk", filter=Q(state=state)) for name, state in states.items()}
    asked = Attendance.objects.exclude(state=Attendance.State.EXEMPT).order_by()
    grouped = asked.values_list("activity").annotate(expected=Count("pk"), **counts)
    counted = {pk: found for pk, *found in grouped}
    none = [0] * len(names)
    stored = Activity.objects.filter(is_heads_only=False).order_by().values_list("pk", *names)
    wrong = {pk: kept for pk, *kept in stored if kept != counted.get(pk, none)}
    return [
        CounterDifference(
            activity,
            dict(zip(names, wrong[activity.pk], strict=True)),
            dict(zip(names, counted.get(activity.pk, none), strict=True)),
        )
        for activity in Activity.objects.filter(pk__in=wrong).select_related("branch")
    ]


def repair(tallies: Iterable[Difference], counters: Iterable[CounterDifference]) -> None:
    """Make the named counters and tallies what the records say. One transaction, audited.

    The branches are locked as the verbs lock them, so that a record written meanwhile is not left out.
    """
    counters = list(counters)
    keys = {found.key for found in tallies}.union(*(keys_of(found.activity) for found in counters))
    with transaction.atomic():
        branches = Branch.objects.select_for_update().filter(pk__in={key.branch_id for key in keys})
        list(branches.order_by("pk").values_list("pk"))
        for found in counters:
            Activity.objects.filter(pk=found.activity.pk).update(**found.counted)
        refresh_keys(keys)
        audit.record("tallies.repair", by=None, after={"tallies": len(keys), "records": len(counters)})
