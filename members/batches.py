"""Written imports as batches: kept with the old values, taken back within thirty days, then forgotten.

What was edited since, and who has got records since, is left as it is and named.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from branches.models import Branch
from branches.roles import Right
from branches.scope import above_all, covers, may, ranges_of
from lib import bulk
from lib.encryption import cipher_for

from . import adopted, circumstances, corrections, enrolment, numbers, records_of, snapshots, versions
from .development import arrivals
from .enrolment import ENCRYPTED, Change
from .models import Development, ImportBatch, ImportedRow, Member
from .models.batches import KEPT_FOR

State = ImportedRow.State

#: Facts that draw the dated rows anew.
REDRAWING: Final = frozenset({"branch", "joined_on", "full_on", "status", "stages"})
#: Facts that say who is away.
AWAY: Final = frozenset({"lost_on", "is_floating", "floating_to"})
_DATES: Final = frozenset("birth_date graduates_on joined_on full_on lost_on".split())

#: What a row of a new person holds of old values.
NOTHING: Final[dict[str, Any]] = {"facts": {}, "dated": None}

EDITED = "导入之后又有修改"
GONE = "已不在系统中"
OUTSIDE = "已不在您的管理范围"
DISSOLVED = "原党支部已撤销"
TAKEN = "原证件号码已属于另一名党员"


class BatchError(ValueError):
    """The import cannot be undone; the message is for the user."""


def before_changes(changes: Sequence[Change]) -> dict[UUID, dict[str, Any]]:
    """What the people of ``changes`` have now of the facts that are about to change."""
    redrawn = [each.member.pk for each in changes if REDRAWING & each.values.keys()]
    dated = snapshots.taken(redrawn)
    found = {}
    for each in changes:
        # The dates of stages live in the status periods, and the status itself changes with them.
        names = {*each.values, "status"} - {"stages"} if REDRAWING & each.values.keys() else {*each.values}
        facts = {name: _plain(getattr(each.member, name)) for name in names}
        found[each.member.pk] = {"facts": facts, "dated": dated.get(each.member.pk)}
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Branch):
        return value.pk
    return value.isoformat() if isinstance(value, date) else value


def keep(
    source: str,
    sheet: str,
    *,
    enrolled: Mapping[int, Member],
    changed: Mapping[int, Member],
    before: Mapping[UUID, Mapping[str, Any]],
    by: User | None,
    adopted_before: Mapping[UUID, adopted.State] | None = None,
) -> ImportBatch:
    """Keep what was just written as one batch, in the transaction that wrote it; people by the sheet's row number.

    ``adopted_before`` is what was recorded of the development of those whose way it began or added to.
    """
    members = [*enrolled.values(), *changed.values()]
    old = {facts["facts"]["branch"] for facts in before.values() if "branch" in facts["facts"]}
    paths = {member.branch_path for member in members}
    paths.update(Branch.objects.filter(pk__in=old).values_list("path", flat=True))
    batch = ImportBatch.objects.create(
        source=source[:120],
        sheet=sheet[:60],
        written_by=by,
        created=len(enrolled),
        changed=len(changed),
        branch_path=above_all(paths),
    )
    versions_now = snapshots.versions_of([member.pk for member in members])
    redrawn = [m.pk for m in members if m.pk not in before or before[m.pk]["dated"] is not None]
    digests = snapshots.digests_of(redrawn)
    steps = _adopted(adopted_before or {})
    seal = cipher_for(ImportedRow._meta.db_table, "before").encrypt
    rows = []
    for number, member in [*enrolled.items(), *changed.items()]:
        pk, is_new, sealed = uuid4(), member.pk not in before, ""
        digest = digests.get(member.pk, "")
        old_values = {**before.get(member.pk, NOTHING), "adopted": steps.get(member.pk)}
        if not is_new or old_values["adopted"]:
            sealed = seal(json.dumps(old_values, ensure_ascii=False), pk)
        rows.append((pk, number, member.pk, member.number, is_new, versions_now[member.pk], digest, sealed))
    names = ("id", "row", "member", "number", "is_new", "version", "after_digest", "before_cipher")
    bulk.insert_like(ImportedRow(batch=batch), names, rows)
    return batch


def _adopted(before: Mapping[UUID, adopted.State]) -> dict[UUID, dict[str, adopted.State]]:
    after = adopted.states_of(list(before))
    return {pk: {"before": state, "after": after[pk]} for pk, state in before.items()}


@dataclass(slots=True)
class Plan:
    """What undoing a batch would do: people to remove, to restore, and the rows that stay, each with why."""

    batch: ImportBatch
    remove: list[ImportedRow] = field(default_factory=list)
    restore: list[ImportedRow] = field(default_factory=list)
    kept: list[tuple[ImportedRow, str]] = field(default_factory=list)


def check(batch: ImportBatch, *, by: User) -> None:
    """Refuse when a batch cannot be undone any more, or not by ``by``."""
    if not may(by, Right.IMPORT, batch.branch_path):
        raise BatchError("这次导入涉及您管理范围之外的党支部，请由上级组织部门撤销。")
    if batch.undone_at:
        raise BatchError(f"这次导入已于 {timezone.localtime(batch.undone_at):%Y-%m-%d %H:%M} 撤销。")
    if batch.is_expired:
        raise BatchError(f"写入已满 {KEPT_FOR.days} 天，旧值已按期删除，不能再撤销；请逐人更正。")


def plan(batch: ImportBatch, *, by: User) -> Plan:
    """Sort the rows of a batch; BatchError as `check` says."""
    check(batch, by=by)
    found = Plan(batch)
    rows = list(batch.rows.select_related("member__branch").order_by("row"))
    reasons = _reasons(rows, by)
    for row in rows:
        if reason := reasons.get(row.pk):
            found.kept.append((row, reason))
        else:
            (found.remove if row.is_new else found.restore).append(row)
    return found


def _reasons(rows: Sequence[ImportedRow], by: User) -> dict[UUID, str]:
    """Row → why it stays; the first reason counts."""
    ranges = ranges_of(by, Right.IMPORT)
    there = [row for row in rows if row.member]
    edited = _edited(there)
    new = [row.member_id for row in there if row.is_new and row.member_id]
    records = _records(there, new)
    refused = _unrestorable([row for row in there if not row.is_new])
    found: dict[UUID, str] = {}
    for row in rows:
        if row.member is None:
            found[row.pk] = GONE
        elif not covers(ranges, row.member.branch_path):
            found[row.pk] = OUTSIDE
        elif row.is_new and row.member_id in records:
            found[row.pk] = f"已有{'、'.join(records[row.member_id])}"
        elif row.pk in edited:
            found[row.pk] = EDITED
        elif row.pk in refused:
            found[row.pk] = refused[row.pk]
    return found


def _records(rows: Sequence[ImportedRow], new: Sequence[UUID]) -> dict[UUID, list[str]]:
    """The records of new people, without the development that the import itself adopted and nobody touched."""
    found = records_of.found_for(new)
    label = str(Development._meta.verbose_name)
    for pk in _untouched_steps([row for row in rows if row.is_new]):
        if label in found.get(pk, []):
            found[pk].remove(label)
    return {pk: words for pk, words in found.items() if words}


def _untouched_steps(rows: Sequence[ImportedRow]) -> set[UUID]:
    """People whose adopted steps are as the import left them."""
    left = {row.member_id: kept["after"] for row in rows if row.member_id and (kept := _kept(row)["adopted"])}
    now = adopted.states_of(list(left))
    return {pk for pk, state in left.items() if now[pk]["digest"] == state["digest"]}


def _edited(rows: Sequence[ImportedRow]) -> set[UUID]:
    """Rows whose person says something else than the import wrote: a later version, or other dated rows."""
    changed = versions.changed_since({row.member_id: row.version for row in rows if row.member_id})
    found = {row.pk for row in rows if row.member_id in changed}
    drawn = {row.member_id: row for row in rows if row.after_digest and row.member_id}
    now = snapshots.digests_of(list(drawn))
    found |= {row.pk for pk, row in drawn.items() if now[pk] != row.after_digest}
    adopting = [row for row in rows if not row.is_new and _kept(row)["adopted"]]
    untouched = _untouched_steps(adopting)
    return found | {row.pk for row in adopting if row.member_id not in untouched}


def _unrestorable(rows: Sequence[ImportedRow]) -> dict[UUID, str]:
    """Rows whose old values hold no more: the branch is gone, the ID number is another's."""
    today = timezone.localdate()
    branches = Branch.objects.in_bulk()
    wanted: dict[str, ImportedRow] = {}
    found: dict[UUID, str] = {}
    for row in rows:
        facts = _kept(row)["facts"]
        branch = branches.get(facts["branch"]) if "branch" in facts else None
        if branch and branch.dissolved_on and branch.dissolved_on <= today:
            found[row.pk] = DISSOLVED
        if facts.get("id_number"):
            wanted[str(Member.id_number.indexes["id_number_hash"](facts["id_number"]))] = row
    for hashes in _batches(sorted(wanted)):
        holders = Member.objects.filter(id_number_hash__in=hashes).values_list("id_number_hash", "pk")
        found |= {wanted[h].pk: TAKEN for h, pk in holders if h and wanted[h].member_id != pk}
    return found


def _batches(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    return (keys[start : start + snapshots.BATCH] for start in range(0, len(keys), snapshots.BATCH))


def _kept(row: ImportedRow) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(row.before or "{}")
    return {**NOTHING, "adopted": None, **kept}


def undo(batch: ImportBatch, *, by: User) -> Plan:
    """Take a written import back, in one transaction; returns what was done and what was left.

    Restores the old facts and dated rows of those it changed, removes those it enrolled with their spells and status
    periods; history and audit stay. Whoever was edited since, or has records since, is left and marked.
    """
    with transaction.atomic():
        numbers.take_turn()
        current = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
        found = plan(current, by=by)
        reason = f"撤销导入 {current.source}"
        _take_back_steps([*found.restore, *found.remove])
        _restore(found.restore, by, reason)
        _remove(found.remove, by, reason)
        _mark(found)
        current.undone_at, current.undone_by = timezone.now(), by
        current.removed, current.restored = len(found.remove), len(found.restore)
        current.save(update_fields=["undone_at", "undone_by", "removed", "restored"])
        after = {"removed": current.removed, "restored": current.restored, "kept": len(found.kept)}
        audit.record("roster.undo", by=by, on=current, after=after)
    return found


def left(batch: ImportBatch) -> list[ImportedRow]:
    """The rows that undoing left as they were."""
    return list(batch.rows.filter(state=State.KEPT).select_related("member").order_by("row"))


def _mark(found: Plan) -> None:
    """The old values are needed no more."""
    done = [row.pk for row in (*found.remove, *found.restore)]
    for keys in snapshots.in_batches(done):
        ImportedRow.objects.filter(pk__in=keys).update(state=State.UNDONE, before_cipher="")
    for row, why in found.kept:
        row.state, row.reason, row.before_cipher = State.KEPT, why, ""
    ImportedRow.objects.bulk_update(
        [row for row, _ in found.kept], ["state", "reason", "before_cipher"], batch_size=100
    )


def _take_back_steps(rows: Sequence[ImportedRow]) -> None:
    kept = {row.member_id: _kept(row)["adopted"] for row in rows if row.member_id}
    adopted.take_back({pk: state["before"] for pk, state in kept.items() if state})


def _restore(rows: Sequence[ImportedRow], by: User, reason: str) -> None:
    branches = Branch.objects.in_bulk()
    members, dated, entries, away = [], {}, [], []
    for row in rows:
        kept, member = _kept(row), row.member
        assert member is not None
        before, after = {}, {}
        for name, stored in kept["facts"].items():
            value = branches[stored] if name == "branch" else _value(name, stored)
            before[name] = enrolment.written(name, getattr(member, name))
            after[name] = enrolment.written(name, value)
            setattr(member, name, value)
        member.branch_path = member.branch.path
        enrolment.derive(member)
        members.append(member)
        if AWAY & kept["facts"].keys():
            away.append(member)
        if kept["dated"] is not None:
            dated[member.pk] = kept["dated"]
        entries.append(audit.entry_of("member.restore", by=by, on=member, before=before, after=after))
    audit.record_all(entries)
    versions.save(members, by, reason)
    course = corrections.snapshot(list(dated))
    snapshots.put_back(dated)
    corrections.note(course, by=by, what="undo", reason=reason)
    circumstances.align(away, by=by)
    arrivals.align(members)


def _value(name: str, stored: Any) -> Any:
    if name in _DATES:
        return date.fromisoformat(stored) if stored else None
    return stored or "" if name in ENCRYPTED else stored


def _remove(rows: Sequence[ImportedRow], by: User, reason: str) -> None:
    """Remove people who have nothing but their spells and periods, with a last version in their history."""
    gone = [row.member for row in rows if row.member]
    for keys in snapshots.in_batches([member.pk for member in gone]):
        versions.keep(keys, versions.REMOVED, by, reason)
        records_of.remove_for(keys)
        # Not one by one, as the history's own signal would have it: its row is written above.
        people = Member.objects.filter(pk__in=keys)
        people._raw_delete(people.db)
    if gone:
        span = {"people": len(gone), "first": gone[0].number, "last": gone[-1].number, "reason": reason}
        audit.record("member.remove", by=by, after=span)


def expire() -> int:
    """Delete the old values of batches that can be undone no more; returns how many batches. Safe to run again.

    Audited when there were any.
    """
    now = timezone.now()
    over = ImportBatch.objects.filter(expired_at=None, written_at__lt=now - KEPT_FOR)
    with transaction.atomic():
        keys = list(over.select_for_update().values_list("pk", flat=True))
        ImportedRow.objects.filter(batch__in=keys).exclude(before_cipher="").update(before_cipher="")
        ImportBatch.objects.filter(pk__in=keys).update(expired_at=now)
        if keys:
            audit.record("privacy.expire", by=None, after={"imports": len(keys)})
    return len(keys)
