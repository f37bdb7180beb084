"""How many ballots of each group are out and how many came back; never what they say."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count

from .ballots import TURNS
from .models import PaperSheet, RaterGroup, Round


@dataclass(frozen=True)
class Turnout:
    """``people`` are named, ``once`` and ``twice`` the papers typed so often; ``returned`` in all, paper included."""

    group: RaterGroup
    people: int
    once: int
    twice: int

    @property
    def given(self) -> int:
        return self.group.issued + self.group.papers

    @property
    def returned(self) -> int:
        return self.group.returned + self.once + self.twice

    @property
    def missing(self) -> int:
        return self.given - self.returned


def of_round(round_: Round) -> list[Turnout]:
    """In the order of the scheme. Two queries; at close the papers have become part of what is returned."""
    sheets = PaperSheet.objects.filter(group__round=round_).order_by().values_list("group", "number")
    typed = Counter((group, turns) for group, _, turns in sheets.annotate(turns=Count("pk")))
    groups = round_.groups.annotate(people=Count("raters"))
    return [
        Turnout(group, group.people, typed[group.pk, 1], typed[group.pk, len(TURNS)])
        for group in groups.order_by("pk")
    ]
