"""Attendance when two records of one person are merged: one person is expected once at each activity."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django.core import serializers
from django.db import models
from django.db.models import Count, F, Q

from branches.models import Branch
from members import merging
from members.models import Member

from . import tallies
from .makeup_rules import MISSED
from .models import Activity, Appeal, Attendance, AttendanceChange, Candidate, LeaveRequest, MakeUp

State = Attendance.State
#: Which of two marks counts: whoever came by one record was there, and nothing is asked of who is exempt by one.
BEST: Final = (State.PRESENT, State.EXEMPT, State.LEAVE, State.ABSENT)
COUNTED: Final = (State.PRESENT, State.LEAVE, State.ABSENT)
MARK: Final = ("state", "reason", "may_vote")


def _carry(source: Member, kept: Member) -> dict[str, Any]:
    """Rename the marks; where both records were on one list, keep the better mark and count one person less."""
    rows = Attendance.objects.filter(member__in=(source, kept))
    marks: dict[Any, dict[UUID, Attendance]] = {}
    for row in rows:
        marks.setdefault(row.activity_id, {})[row.member_id] = row
    doubled = {key: both for key, both in marks.items() if len(both) == 2}
    collapsed = [
        {"activity": str(key), "kept": _mark(both[kept.pk]), "source": _mark(both[source.pk])}
        for key, both in doubled.items()
    ]
    Attendance.objects.filter(member=source, activity__in=doubled).delete()
    for both in doubled.values():
        mine, other = both[kept.pk], both[source.pk]
        better = min(mine, other, key=lambda row: BEST.index(State(row.state)))
        mine.state, mine.reason = better.state, better.reason
        mine.may_vote = mine.may_vote or other.may_vote
        mine.save(update_fields=MARK)
    moved = [str(key) for key, both in marks.items() if key not in doubled and source.pk in both]
    Attendance.objects.filter(member=source).update(member=kept)
    _recount(doubled)
    left = {str(key): _mark(both[kept.pk]) for key, both in doubled.items()}
    return {"moved": moved, "collapsed": collapsed, "left": left}


def _mark(row: Attendance) -> dict[str, Any]:
    return {name: getattr(row, name) for name in MARK}


def _give_back(state: dict[str, Any], source: Member, kept: Member) -> None:
    """As far as the lists still have the person; a mark that was corrected since stays."""
    Attendance.objects.filter(member=kept, activity__in=state["moved"]).update(member=source)
    again = {each["activity"]: each for each in state["collapsed"]}
    there = Attendance.objects.filter(member=kept, activity__in=again)
    for row in there:
        each = again[str(row.activity_id)]
        Attendance.objects.create(activity_id=row.activity_id, member_id=source.pk, **each["source"])
        if _mark(row) == state["left"][str(row.activity_id)]:
            Attendance.objects.filter(pk=row.pk).update(**each["kept"])
    _recount(again)


def _recount(keys: Iterable[Any]) -> None:
    """The counters of the records and their months' tallies, as the marks say now."""
    records = Activity.objects.filter(pk__in=list(keys))
    branches = Branch.objects.select_for_update().filter(pk__in=records.values("branch"))
    list(branches.order_by("pk").values_list("pk"))
    found = list(records)
    counted: Any = Attendance.objects.filter(activity__in=records).order_by().values("activity", "state")
    people = {(row["activity"], row["state"]): row["people"] for row in counted.annotate(people=Count("pk"))}
    for record in found:
        present, leave, absent = (people.get((record.pk, state.value), 0) for state in COUNTED)
        Activity.objects.filter(pk=record.pk).update(
            expected=present + leave + absent, present=present, on_leave=leave, absent=absent
        )
    tallies.refresh(found)


def _carry_changes(source: Member, kept: Member) -> dict[str, Any]:
    """What corrections changed; where one changed both records, the kept one's entry stands for both."""
    doubled = AttendanceChange.objects.filter(
        member=source,
        activity__attendance_changes__member=kept,
        activity__attendance_changes__version=F("version"),
    )
    rows: list[dict[str, Any]] = [dict(row) for row in doubled.values()]
    AttendanceChange.objects.filter(pk__in=[row["id"] for row in rows]).delete()
    mine = AttendanceChange.objects.filter(member=source)
    moved = list(mine.values_list("pk", flat=True))
    mine.update(member=kept)
    for row in rows:
        row["activity_id"] = str(row["activity_id"])
        del row["member_id"]
    return {"moved": moved, "dropped": rows}


def _give_changes_back(state: dict[str, Any], source: Member, kept: Member) -> None:
    AttendanceChange.objects.filter(pk__in=state["moved"], member=kept).update(member=source)
    AttendanceChange.objects.bulk_create(
        AttendanceChange(**row, member_id=source.pk) for row in state["dropped"]
    )


_MAKE_UPS = merging.each_once(MakeUp, ("activity_id",))


def _carry_make_ups(source: Member, kept: Member) -> dict[str, Any]:
    """Where the person came by one of the two records, there is nothing to make up for."""
    state: dict[str, Any] = _MAKE_UPS.carry(source, kept)
    missed = Attendance.objects.filter(member=kept, state__in=MISSED).values("activity")
    idle = MakeUp.objects.filter(member=kept).exclude(activity__in=missed)
    state["idle"] = serializers.serialize("json", idle)
    idle.delete()
    return state


def _give_make_ups_back(state: dict[str, Any], source: Member, kept: Member) -> None:
    for each in serializers.deserialize("json", state["idle"]):
        each.save()
    _MAKE_UPS.give_back(state, source, kept)


_ASKED: Final = Q(state=LeaveRequest.State.ASKED)


def _placed(row: models.Model) -> None:
    """What comes back stands where its branch or its record stands by now."""
    if isinstance(row, LeaveRequest):
        row.branch_path = row.branch.path
    elif isinstance(row, Appeal):
        row.branch_path = row.activity.branch_path


def register() -> None:
    asked = Q(state=Appeal.State.ASKED)
    merging.register(Appeal, merging.each_once(Appeal, ("activity_id",), asked, _placed))
    merging.register(
        LeaveRequest, merging.each_once(LeaveRequest, ("branch_id", "on", "kind"), _ASKED, _placed)
    )
    merging.register(Candidate, merging.each_once(Candidate, ("election_id",)))
    merging.register(Attendance, merging.Carrier(_carry, _give_back))
    merging.register(MakeUp, merging.Carrier(_carry_make_ups, _give_make_ups_back))
    merging.register(AttendanceChange, merging.Carrier(_carry_changes, _give_changes_back))
