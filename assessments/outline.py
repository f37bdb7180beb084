"""A round as plain data for the command: what every score is made of, down to ballots and records."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from . import gathering, sealing
from .figures import shown
from .gathering import Judged
from .models import RaterGroup, Round
from .scoring import Line, Shown, shown_groups


def of_round(round_: Round, today: date) -> dict[str, Any]:
    """``subjects`` with items and groups, ``groups`` with their ballots; figures as text, so that they stay exact."""
    judged = gathering.of_round(round_, today)
    groups = {group.code: group for group in round_.groups.all()}
    return {
        "id": round_.pk,
        "name": round_.name,
        "year": round_.year,
        "state": round_.state,
        "organizer": round_.branch.code,
        "scheme": round_.rules.title,
        "stages": [
            {"code": stage.code, "title": stage.title, "step": stage.step} for stage in round_.rules.stages
        ],
        "groups": [
            {
                "code": group.code,
                "title": group.title,
                "issued": group.issued + group.papers,
                "returned": group.returned,
                "valid": group.valid,
            }
            for group in groups.values()
        ],
        "subjects": [_subject(round_, one, groups) for one in judged],
        "digest": round_.digest,
        "is_intact": sealing.is_intact(round_) if round_.digest else None,
    }


def _subject(round_: Round, one: Judged, groups: Mapping[str, RaterGroup]) -> dict[str, Any]:
    return {
        "member": one.subject.member.number,
        "name": one.subject.member.name,
        "branch": one.subject.branch.code,
        "posts": one.subject.posts,
        "items": [_item(line) for line in one.score.lines],
        "groups": [
            _group(each, groups[each.group.code]) for each in shown_groups(round_.rules, one.inputs.ballots)
        ],
        "deducted": shown(one.score.deducted),
        "gates": {gate.code: one.inputs.gates.get(gate.code) for gate in round_.rules.gates},
        "open": list(one.score.open_items),
        "total": None if one.score.total is None else str(one.score.total),
        "computed": one.score.proposed,
        "decided": one.subject.decided,
        "reason": one.subject.decided_why,
    }


def _item(line: Line) -> dict[str, Any]:
    return {
        "code": line.code,
        "title": line.title,
        "raw": _figure(line.raw),
        "weight": shown(line.share * 100),
        "score": _figure(line.points),
        "why": line.why,
    }


def _group(each: Shown, group: RaterGroup) -> dict[str, Any]:
    """``valid`` are the ballots that rate this person; of a hidden group nothing is told but how many came back."""
    return {
        "code": each.group.code,
        "issued": group.issued + group.papers,
        "returned": group.returned,
        "valid": each.valid,
        "marks": {str(mark): number for mark, number in each.marks.items()},
        "mean": _figure(each.mean),
    }


def _figure(value: Fraction | None) -> str | None:
    return None if value is None else shown(value)
