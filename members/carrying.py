"""How this room's own rows go over when two records of one person are merged (see `members.merging`)."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from lib.dated import Dated

from . import merging, one_life, snapshots
from .models import (
    Development,
    DistinctPair,
    Exemption,
    ImportedRow,
    Member,
    Post,
    ReviewResult,
    StationAssignment,
)

Rows = list[dict[str, Any]]


def _of_two(model: type[Dated], same: tuple[str, ...]) -> merging.Carrier:
    """Dated rows that both may have: where both say ``same`` on one day, it counts once, with the grant it brought."""

    def carry(source: Member, kept: Member) -> dict[str, Rows]:
        before = snapshots.rows_of(model, [kept.pk, source.pk])
        mine = [row for row in before if row["member_id"] == str(kept.pk)]
        others = [row for row in before if row["member_id"] == str(source.pk)]
        rest = one_life.without_doubles(others, mine, same)
        lost = {row["id"] for row in others} - {row["id"] for row in rest}
        orphans = [row for row in others if row["id"] in lost and row["grant_id"]]
        snapshots.all_of(model).filter(pk__in=lost).delete()
        for row in rest:
            row["member_id"] = str(kept.pk)
            row["grant_id"] = row["grant_id"] if row["id"] else None
        for orphan in orphans:
            heir = next(row for row in mine if all(row[name] == orphan[name] for name in same))
            heir["grant_id"] = heir["grant_id"] or orphan["grant_id"]
        snapshots.write(model, [*mine, *rest])
        return {"before": before, "after": snapshots.rows_of(model, [kept.pk])}

    def give_back(state: dict[str, Rows], source: Member, kept: Member) -> None:
        made = {row["id"] for row in state["after"]} - {row["id"] for row in state["before"]}
        snapshots.all_of(model).filter(pk__in=made).delete()
        snapshots.all_of(model).filter(member=kept).update(grant=None)
        snapshots.write(model, state["before"])

    def still(state: dict[str, Rows], kept: Member) -> bool:
        now = snapshots.rows_of(model, [kept.pk])
        return [_apart(row) for row in now] == [_apart(row) for row in state["after"]]

    return merging.Carrier(carry, give_back, still)


def _apart(row: dict[str, Any]) -> dict[str, Any]:
    """Without what moves with the tree."""
    return {name: value for name, value in row.items() if name != "branch_path"}


def _forget_pairs(source: Member, kept: Member) -> list[list[Any]]:
    """That the record that goes is not a third person says nothing any more."""
    found = []
    for column in ("first", "second"):
        rows = DistinctPair.objects.filter(**{column: source})
        found += [
            [str(row.first_id), str(row.second_id), row.reason, row.decided_by_id, row.decided_at.isoformat()]
            for row in rows
        ]
        rows.delete()
    return found


def _remember_pairs(state: list[list[Any]], source: Member, kept: Member) -> None:
    there = set(
        Member.objects.filter(pk__in={pk for row in state for pk in row[:2]}).values_list("pk", flat=True)
    )
    DistinctPair.objects.bulk_create(
        DistinctPair(first_id=first, second_id=second, reason=reason, decided_by_id=by, decided_at=at)
        for first, second, reason, by, at in state
        if {UUID(first), UUID(second)} <= {*there, source.pk}
    )


def _leave_rows(source: Member, kept: Member) -> list[str]:
    """An import that enrolled the record that goes finds nobody to remove; undoing it touches the kept one no more."""
    rows = ImportedRow.objects.filter(member=source)
    keys = [str(pk) for pk in rows.values_list("pk", flat=True)]
    rows.update(member=None)
    return keys


def _find_rows(keys: list[str], source: Member, kept: Member) -> None:
    ImportedRow.objects.filter(pk__in=keys, member=None).update(member=source)


_DEVELOPMENTS = merging.renaming(Development, "member")


def _one_way(source: Member, kept: Member) -> Any:
    """Both are on probation: the development that was only opened gives way to the other (`development.arrivals`).

    Taking the two apart opens it again.
    """
    running = {row.member_id: row for row in Development.objects.open().filter(member__in=(source, kept))}
    if len(running) > 1:
        for row in (running[source.pk], running[kept.pk]):
            if row.began_at_probation and not row.steps.exists():
                row.delete()
                break
    return _DEVELOPMENTS.carry(source, kept)


def _exempt(source: Member, kept: Member) -> dict[str, Rows]:
    """The days on which either record was exempt, each once; what the kept one says of a day goes before."""
    others, mine = _exemptions_of(source), _exemptions_of(kept)
    parts = [{**row, "id": row["id"] or str(uuid4())} for row in one_life.without_doubles(others, mine, ())]
    Exemption.objects.filter(member=source).delete()
    _write_exemptions(parts, kept)
    return {"before": others, "made": parts}


def _exemptions_of(member: Member) -> Rows:
    return [
        {
            "id": str(row.pk),
            "since": row.since.isoformat(),
            "until": row.until.isoformat() if row.until else None,
            "ground": row.ground,
            "note": row.note,
            "by_id": row.by_id,
            "at": row.at.isoformat(),
        }
        for row in Exemption.objects.filter(member=member).order_by("since")
    ]


def _write_exemptions(rows: Iterable[dict[str, Any]], member: Member) -> None:
    for row in rows:
        made = Exemption(pk=UUID(row["id"]), member=member, ground=row["ground"], by_id=row["by_id"])
        made.since = date.fromisoformat(row["since"])
        made.until = date.fromisoformat(row["until"]) if row["until"] else None
        made.at = datetime.fromisoformat(row["at"])
        made.note = row["note"]
        made.save(force_insert=True)


def _exempt_apart(state: dict[str, Rows], source: Member, kept: Member) -> None:
    Exemption.objects.filter(pk__in=[row["id"] for row in state["made"]]).delete()
    _write_exemptions(state["before"], source)


def _still_exempt(state: dict[str, Rows], kept: Member) -> bool:
    keys = {row["id"] for row in state["made"]}
    return state["made"] == [row for row in _exemptions_of(kept) if row["id"] in keys]


def register() -> None:
    merging.register(Exemption, merging.Carrier(_exempt, _exempt_apart, _still_exempt))
    merging.register(ReviewResult, merging.each_once(ReviewResult, ("year",)))
    merging.register(Development, merging.Carrier(_one_way, _DEVELOPMENTS.give_back))
    merging.register(Post, _of_two(Post, ("branch_id", "group_id", "title")))
    merging.register(StationAssignment, _of_two(StationAssignment, ("station_id", "area_id", "is_head")))
    merging.register(DistinctPair, merging.Carrier(_forget_pairs, _remember_pairs))
    merging.register(ImportedRow, merging.Carrier(_leave_rows, _find_rows))
