"""A ledger against the database: what is new, what is there already, what is wrong; and writing the new."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import transaction

from accounts import audit
from accounts.models import User
from activities import hosts, parts, records, tallies
from activities.attendance import Counts, expected_people
from activities.facts import fault_of_start
from activities.kinds import CONFIDENTIAL, Expected, Kind, expected_of
from activities.models import Activity
from branches.index import BranchIndex
from branches.models import Branch, PartyGroup
from lib.sheets.intake import Report, Table

from .columns import COUNTS, TEXTS
from .reading import Entry, Reader

NAMESPACE = uuid5(NAMESPACE_URL, "branchbook:ledger")
FACTS = ("starts_at", "minutes", *TEXTS)


@dataclass
class Review:
    """What the ledger would add."""

    table: Table
    fields: dict[str, int]
    new: list[tuple[Entry, PartyGroup | None]] = field(default_factory=list)
    unchanged: list[Entry] = field(default_factory=list)
    wrong: list[Entry] = field(default_factory=list)

    def report(self) -> Report:
        entries = [*(entry for entry, _ in self.new), *self.unchanged, *self.wrong]
        entries.sort(key=lambda entry: entry.row)
        places = {place: name for name, place in self.fields.items()}
        return Report(
            sheet=self.table.sheet.name,
            header_row=self.table.header.row_number,
            columns=self.table.columns_as_json({**dict.fromkeys(places, None), **places}),
            rows=len(entries),
            new=len(self.new),
            changed=0,
            unchanged=len(self.unchanged),
            absent=0,
            errors=[problem for entry in entries for problem in entry.errors],
            warnings=[
                *(problem for entry in entries for problem in entry.warnings),
                *self.table.remarks(),
            ],
            extra={},
        )


def review(table: Table, by: User | None) -> Review:
    """Read and check every row, within the reach of ``by``'s right to import (everything for None)."""
    reader = Reader(table, BranchIndex(by))
    entries, found = reader.read(), Review(table, dict(table.header.fields))
    there = _there(entries)
    seen: dict[UUID, int] = {}
    for entry in entries:
        group = _check(reader, entry)
        if entry.errors:
            found.wrong.append(entry)
            continue
        key = _key_of(entry, group)
        first = seen.setdefault(key, entry.row)
        if first != entry.row:
            reader.error(entry, None, "duplicate_in_file", f"与第 {first} 行是同一次活动，请删去其中一行。")
            found.wrong.append(entry)
        elif key in there.keys or _is_same(entry, group, there.records[_place(entry)]):
            found.unchanged.append(entry)
        else:
            if there.records[_place(entry)]:
                reader.warn(
                    entry, "held_on", "same_day", "系统中这一天已有同类记录，主题不同；请核对不是同一次。"
                )
            found.new.append((entry, group))
    return found


def _key_of(entry: Entry, group: PartyGroup | None) -> UUID:
    """The id of the record an entry makes: the same entry of another copy of the file makes the same."""
    assert entry.branch is not None
    starts_at = entry.values.get("starts_at")
    said = (
        entry.branch.code,
        entry.kind,
        entry.held_on,
        starts_at or "",
        group.pk if group else "",
        entry.title,
    )
    return uuid5(NAMESPACE, "|".join(map(str, said)))


Place = tuple[int, str, date]


def _place(entry: Entry) -> Place:
    assert entry.branch is not None
    return entry.branch.pk, entry.kind.value, entry.held_on


@dataclass
class _There:
    """Records of the same branches and days: their ids (the withdrawn ones too), and those that count, by place."""

    keys: set[UUID]
    records: dict[Place, list[Activity]]


def _there(entries: Sequence[Entry]) -> _There:
    """One query."""
    branches = {entry.branch.pk for entry in entries if entry.branch}
    days = {entry.values["held_on"] for entry in entries if "held_on" in entry.values}
    rows = Activity.objects.filter(branch__in=branches)
    if days:
        rows = rows.filter(held_on__range=(min(days), max(days)))
    keys: set[UUID] = set()
    records_of: dict[Place, list[Activity]] = defaultdict(list)
    for row in rows:
        keys.add(row.pk)
        if not row.is_withdrawn:
            records_of[row.branch_id, row.kind, row.held_on].append(row)
    return _There(keys, records_of)


def _is_same(entry: Entry, group: PartyGroup | None, recorded: Sequence[Activity]) -> bool:
    """Logged on the spot already: the same title, or the same hour, and the same group."""
    starts_at = entry.values.get("starts_at")
    return any(
        row.group_id == (group.pk if group else None)
        and (row.title == entry.title or (starts_at and row.starts_at == starts_at))
        for row in recorded
    )


def _check(reader: Reader, entry: Entry) -> PartyGroup | None:
    """Day, group, host and heads against the branch of that day; the group of a group meeting."""
    branch, values = entry.branch, entry.values
    if branch is None or "held_on" not in values or "kind" not in values:
        return None
    if fault := records.fault_of_day(branch, entry.held_on):
        code = "not_standing" if branch.exists_on(entry.held_on) is False else "future_date"
        reader.error(entry, "held_on", code, fault)
        return None
    if fault := fault_of_start(entry.held_on, values.get("starts_at")):
        reader.error(entry, "held_on", "future_date", fault)
        return None
    group = _group_of(reader, entry, branch) if entry.kind == Kind.GROUP_MEETING else None
    if fault := hosts.fault_of(str(values.get("host", "")), entry.kind, branch, entry.held_on):
        reader.error(entry, "host", "host_not_member", fault)
    _compare_heads(reader, entry, branch, group)
    return group


def _group_of(reader: Reader, entry: Entry, branch: Branch) -> PartyGroup | None:
    groups: list[PartyGroup] = list(branch.groups.on(entry.held_on))
    text = str(entry.values.get("group", ""))
    found = [group for group in groups if not text or group.name == text or group.name.endswith(text)]
    if len(found) == 1:
        return found[0]
    names = "、".join(group.name for group in groups) or "没有党小组"
    reader.error(entry, "group", "unknown_group", f"请写明是哪个党小组。本支部这一天有：{names}。")
    return None


def _compare_heads(reader: Reader, entry: Entry, branch: Branch, group: PartyGroup | None) -> None:
    """The ledger's number stands; that the roster says another one is worth knowing."""
    expected = entry.values.get("expected")
    if expected is None or expected_of(entry.kind) is Expected.CHOSEN or entry.errors:
        return
    people = expected_people(entry.kind, branch, entry.held_on, group)
    listed = sum(not person.is_exempt for person in people)
    if listed != expected:
        sentence = f"应到人数是 {expected}，名册上这一天应到 {listed} 人，请核对名册或人数。"
        reader.warn(entry, "expected", "roster_differs", sentence)


def write(table: Table, by: User | None, *, source: str) -> Review:
    """Write the rows that are new: all of them or none. Wrong rows are left out. Audited."""
    with transaction.atomic():
        branches = BranchIndex(by).branches
        list(Branch.objects.select_for_update().filter(pk__in=branches).order_by("pk").values_list("pk"))
        found = review(table, by)
        made = [_record(entry, group, by) for entry, group in found.new]
        tallies.refresh(made)
        if made:
            after: dict[str, Any] = {"source": source, "sheet": table.sheet.name, "new": len(made)}
            audit.record("activity.import", by=by, after=after)
    return found


def _record(entry: Entry, group: PartyGroup | None, by: User | None) -> Activity:
    assert entry.branch is not None
    facts = {name: entry.values[name] for name in FACTS if name in entry.values}
    said = facts.pop("notes", "") if entry.kind in CONFIDENTIAL else ""
    activity = records.count_heads(
        record_id=_key_of(entry, group),
        branch=entry.branch,
        kind=entry.kind,
        held_on=entry.held_on,
        group=group,
        counts=Counts(*(entry.values[name] for name in COUNTS)),
        by=by,
        **facts,
    )
    if said:
        parts.write(activity, {entry.kind: {"content": said}}, by=None)
    return activity
