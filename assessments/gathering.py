"""All that is known of everybody in a round, brought to the pure scoring: a fixed number of queries for any number."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Final

from django.db.models import Count, Value

from . import measures
from .measures import Developed, Measured
from .models import Deducted, GateAnswer, Points, Rating, Round, Subject
from .schemes import Measure, Scale, Way
from .scoring import Deduction, Inputs, Mark, Part, Score, score

_DEVELOPED: Final = "developed"
#: Group → mark → how many, of one person.
Ballots = dict[str, dict[Mark, int]]


@dataclass(frozen=True)
class Judged:
    """A secretary of a round with what is known of him and what it comes to."""

    subject: Subject
    inputs: Inputs
    score: Score


def of_round(round_: Round, today: date) -> list[Judged]:
    """Everybody of the round, in speaking order. Four queries once the ballot is closed."""
    subjects = list(round_.subjects.select_related("member", "branch"))
    return judged(round_, subjects, today)


def judged(round_: Round, subjects: Sequence[Subject], today: date) -> list[Judged]:
    keys = [subject.pk for subject in subjects]
    ballots = _ballots(round_, keys)
    (points, deductions), gates = _given(keys), _gates(keys)
    computed = computed_of(round_, subjects, today)
    found = []
    for subject in subjects:
        inputs = Inputs(
            ballots=ballots[subject.pk],
            experts=points[subject.pk],
            computed=_by_item(round_, computed[subject.pk]),
            deductions=deductions[subject.pk],
            gates=gates[subject.pk],
        )
        found.append(Judged(subject, inputs, score(round_.rules, inputs)))
    return found


def computed_of(round_: Round, subjects: Sequence[Subject], today: date) -> dict[int, Measured]:
    """What the records said when the ballot closed; before that, what they say now."""
    live = [subject for subject in subjects if not subject.evidence]
    measured = measures.of_subjects(live, round_.year, today) if live else {}
    return {
        subject.pk: thawed(subject.evidence) if subject.evidence else measured[subject.pk]
        for subject in subjects
    }


def developed_of(round_: Round, subject: Subject) -> list[Developed]:
    """The same of the development: as it was when the ballot closed, before that as it is."""
    if _DEVELOPED in subject.evidence:
        return [Developed(**kept) for kept in subject.evidence[_DEVELOPED]]
    return measures.developed_of([subject], round_.year)[subject.pk]


def frozen(measured: Measured, developed: Sequence[Developed]) -> dict[str, Any]:
    """As JSON keeps it."""
    figures: dict[str, Any] = {
        measure.value: [
            {"title": p.title, "met": str(p.met), "required": str(p.required), "days": p.days, "url": p.url}
            for p in parts
        ]
        for measure, parts in measured.items()
    }
    return figures | {_DEVELOPED: [asdict(each) for each in developed]}


def thawed(kept: Mapping[str, Any]) -> Measured:
    return {
        Measure(name): [
            Part(p["title"], Fraction(p["met"]), Fraction(p["required"]), p["days"], p["url"]) for p in parts
        ]
        for name, parts in kept.items()
        if name != _DEVELOPED
    }


def _by_item(round_: Round, measured: Measured) -> dict[str, list[Part]]:
    return {
        item.code: list(measured.get(item.measure, ()))
        for item in round_.rules.of_way(Way.COMPUTED)
        if item.measure is not None
    }


def _ballots(round_: Round, keys: Sequence[int]) -> dict[int, Ballots]:
    """Nothing before close: a running ballot has no result, for nobody."""
    found: dict[int, Ballots] = defaultdict(lambda: defaultdict(dict))
    if round_.closed_at is None:
        return found
    rows: Any = Rating.objects.filter(subject__in=keys).order_by()
    is_points = round_.rules.scale is Scale.POINTS
    for subject, group, mark, number in rows.values_list("subject", "group__code", "mark").annotate(
        number=Count("pk")
    ):
        found[subject][group][int(mark) if is_points else mark] = number
    return found


def _given(keys: Sequence[int]) -> tuple[dict[int, dict[str, list[Fraction]]], dict[int, list[Deduction]]]:
    """Points of graders by item, and deductions, in the order in which they were given. One query."""
    points = Points.objects.filter(subject__in=keys).order_by()
    deducted = Deducted.objects.filter(subject__in=keys).order_by().annotate(no_item=Value(""))
    rows = points.values_list("pk", "subject", "item", "value", "note").union(
        deducted.values_list("pk", "subject", "no_item", "points", "reason"), all=True
    )
    graded: dict[int, dict[str, list[Fraction]]] = defaultdict(lambda: defaultdict(list))
    taken_off: dict[int, list[Deduction]] = defaultdict(list)
    for _, subject, item, value, reason in sorted(rows):
        if item:
            graded[subject][item].append(Fraction(value))
        else:
            taken_off[subject].append(Deduction(reason, Fraction(value)))
    return graded, taken_off


def _gates(keys: Sequence[int]) -> dict[int, dict[str, bool]]:
    found: dict[int, dict[str, bool]] = defaultdict(dict)
    rows = GateAnswer.objects.filter(subject__in=keys)
    for subject, gate, is_open in rows.values_list("subject", "gate", "is_open"):
        found[subject][gate] = is_open
    return found
