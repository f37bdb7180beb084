"""全年要求: what the year asks of the people of an organisation, on its page; each figure opens who they are."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal, NamedTuple
from urllib.parse import urlencode

from django.urls import reverse

from activities import yearly
from activities.duties import DUE_SOON, State
from activities.regulations import Every
from activities.sight import Sight
from activities.views.matrix import CELL_STATES
from activities.yearly import Count, PeopleRule, Standing
from branches.local_rules import why_unjudged
from branches.models import Branch
from branches.roles import Right
from branches.scope import covering_ranges, may
from lib.periods import Period

_WORDS: Final = {
    State.DONE: "已完成",
    State.TODO: "未到期",
    State.DUE: "即将到期",
    State.OVERDUE: "逾期",
    State.NOT_APPLICABLE: "不作判断",
}


class People(NamedTuple):
    """The page on which the people of a rule stand by name, and the right it needs.

    ``of`` tells how it is asked for one organisation: by its place in the address, by a filter, or not at all.
    """

    page: str
    right: Right
    of: Literal["address", "filter", "nobody"]
    of_branches_alone: bool = True
    asks: Mapping[str, str] = {}


#: Who reported to the organisation above stands on the pages of a higher room.
_PEOPLE: Final = {
    "ZB-20": People("lecture_leaders", Right.SEE_FIGURES, "nobody", of_branches_alone=False),
    "ZB-27": People("talk_coverage", Right.RECORD, "address"),
    "ZB-37": People("training_list", Right.KEEP_BRANCHES, "filter", asks={"lack": "induction"}),
    "ZB-38": People(
        "coverage_people",
        Right.KEEP_BRANCHES,
        "filter",
        of_branches_alone=False,
        asks={"post": "secretary"},  # a local rule may ask it of others, too
    ),
    "JY-01": People("study_hours", Right.RECORD, "filter"),
}


@dataclass(frozen=True)
class Part:
    """One organisation under a rule."""

    label: str
    standing: Standing
    url: str


@dataclass(frozen=True)
class Line:
    """One rule; ``parts`` are the branches of an organisation above them in which somebody lacks something."""

    rule: PeopleRule
    standing: Standing
    look: str
    word: str
    url: str
    parts: Sequence[Part] = ()


@dataclass(frozen=True)
class Section:
    year: int
    lines: Sequence[Line]


def section(branch: Branch, year: int, sight: Sight, today: date) -> Section | None:
    """None for whoever sees no figures, and for the whole university: its people are too many to count for a page."""
    if not sight.sees_figures or branch.parent_id is None:
        return None
    counts = yearly.counted(covering_ranges([branch.path]), year, today)
    period = Period.year(year)
    unjudged = why_unjudged(year)
    total: dict[str, Count] = defaultdict(Count)
    for (_, code), count in counts.items():
        total[code] = total[code] + count
    lines = []
    for code, rule in yearly.RULES.items():
        if code in total:
            standing = yearly.standing(rule, total[code], is_over=period.is_over(today), unjudged=unjudged)
            state = _pressing(standing.state, period, today)
            url = _list_url(code, branch, year, sight)
            lines.append(Line(rule, standing, CELL_STATES[state], _WORDS[state], url))
    if branch.is_leaf or unjudged:
        return Section(year, lines)
    parts = _parts(counts, year, sight, today)
    return Section(year, [replace(line, parts=parts[line.rule.code]) for line in lines])


def _pressing(state: State, year: Period, today: date) -> State:
    """Nothing presses until the year's last days."""
    is_far = year.end - today > DUE_SOON[Every.YEAR]
    return State.TODO if state is State.DUE and is_far else state


def _parts(
    counts: Mapping[tuple[int, str], Count], year: int, sight: Sight, today: date
) -> dict[str, list[Part]]:
    """Rule → the branches in which somebody lacks something, in official order. One query."""
    found: dict[str, list[Part]] = defaultdict(list)
    is_over = Period.year(year).is_over(today)
    for branch in Branch.objects.filter(pk__in={pk for pk, _ in counts}).order_by("order_key"):
        for code, rule in yearly.RULES.items():
            count = counts.get((branch.pk, code))
            if branch.is_leaf and count and count.met < count.required:
                standing = yearly.standing(rule, count, is_over=is_over)
                own = Sight(sight.user, branch.path)
                found[code].append(Part(branch.short_name, standing, _list_url(code, branch, year, own)))
    return found


def _list_url(code: str, branch: Branch, year: int, sight: Sight) -> str:
    """Empty where the reader may not read names, or no list is of this organisation alone."""
    people = _PEOPLE.get(code)
    if people is None or (people.of_branches_alone and not branch.is_leaf):
        return ""
    if not may(sight.user, people.right, branch.path):
        return ""
    asked = {"year": year, **people.asks} | ({"branch": branch.pk} if people.of == "filter" else {})
    address = reverse(people.page, args=[branch.pk] if people.of == "address" else [])
    return f"{address}?{urlencode(asked)}"
