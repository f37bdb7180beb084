"""The numbered membership forms of the demo: what each branch drew in a year, and what became of them.

One branch has not kept the register in the first year; the colleges keep a reserve in the present one.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from branches.models import Branch
from members.models import FormDraw, Member, MembershipForm

from .organisations import Leaf, University
from .people import People
from .scale import Setting

RESERVE = 10
ISSUERS = ("周敏", "陈立新", "何静")
REASONS = {
    MembershipForm.Mark.VOID: ("填写时写错，按规定作废", "封面污损"),
    MembershipForm.Mark.LOST: ("办公室搬迁时遗失，已报告上级党委",),
    MembershipForm.Mark.RETURNED: ("年度结余，退回上级党委",),
}


@dataclass(frozen=True)
class Use:
    """Somebody filled in a form on ``on``."""

    member: Member
    on: date


class Stock:
    """The forms of all years, numbered as they are drawn."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.next: dict[int, int] = defaultdict(lambda: 1)
        self.draws: list[FormDraw] = []
        self.forms: list[MembershipForm] = []

    def draw(
        self, branch: Branch, on: date, quantity: int, receiver: str, stream: Random
    ) -> list[MembershipForm]:
        start = self.next[on.year]
        self.next[on.year] += quantity
        numbers = [f"{on.year}-{number:06d}" for number in range(start, start + quantity)]
        draw = FormDraw(
            branch=branch,
            branch_path=branch.path,
            on=on,
            first=numbers[0],
            last=numbers[-1],
            quantity=quantity,
            receiver=receiver,
            issuer=stream.choice(ISSUERS),
        )
        found = [MembershipForm(draw=draw, number=number) for number in numbers]
        self.draws.append(draw)
        self.forms += found
        return found

    def leave(self, form: MembershipForm, stream: Random) -> None:
        """What became of a form that nobody used: of past years none is left."""
        year, last = form.draw.on.year, self.setting.last_day
        chance = stream.random()
        mark = MembershipForm.Mark.VOID if chance < 0.15 else MembershipForm.Mark.LOST
        if chance >= 0.18:
            if year == last.year:
                return
            mark = MembershipForm.Mark.RETURNED
        form.mark, form.mark_reason = mark, stream.choice(REASONS[mark])
        form.marked_on = max(form.draw.on, min(date(year, 12, 20), last))

    def write(self) -> None:
        for draw in self.draws:
            draw.save()
        MembershipForm.objects.bulk_create(self.forms, batch_size=500)


def give_out(
    uses: Sequence[Use], people: People, university: University, setting: Setting
) -> Mapping[Member, str]:
    """Draw the forms of all years and give one to each; returns the numbers."""
    stock = Stock(setting)
    numbers: dict[Member, str] = {}
    by_leaf: dict[tuple[int, int], list[Use]] = defaultdict(list)
    for use in sorted(uses, key=lambda use: (use.on, use.member.number)):
        by_leaf[use.on.year, use.member.branch_id].append(use)
    years = sorted({setting.last_day.year, *(year for year, _ in by_leaf)})
    leaves = [leaf for leaf in university.leaves if leaf.is_student and leaf.has_own_members]
    unkept = min(by_leaf, default=None)
    for year in years:
        for leaf in leaves:
            served = by_leaf.get((year, leaf.branch.pk), [])
            if (year, leaf.branch.pk) == unkept:
                numbers |= {use.member: f"{year}{index:05d}" for index, use in enumerate(served, start=1)}
            elif served or year == setting.last_day.year:
                numbers |= _give(stock, leaf, year, served, people)
    _reserve(stock, leaves)
    stock.write()
    return numbers


def _give(stock: Stock, leaf: Leaf, year: int, served: Sequence[Use], people: People) -> dict[Member, str]:
    stream = stock.setting.stream(f"forms:{year}:{leaf.branch.code}")
    first = served[0].on if served else min(date(year, 4, 10), stock.setting.last_day)
    on = max(date(year, 1, 1), leaf.founded_on, first - timedelta(days=stream.randint(10, 30)))
    names = [person.member.name for person in people.on(leaf, on) if person.may_vote(on)]
    receiver = stream.choice(names) if names else ISSUERS[0]
    drawn = stock.draw(leaf.branch, on, len(served) + stream.randint(1, 3), receiver, stream)
    for form in drawn[len(served) :]:
        stock.leave(form, stream)
    return {use.member: form.number for use, form in zip(served, drawn, strict=False)}


def _reserve(stock: Stock, leaves: Sequence[Leaf]) -> None:
    stream, last = stock.setting.stream("forms:reserve"), stock.setting.last_day
    colleges = {leaf.branch.parent_id: leaf.branch.parent for leaf in leaves}
    for college in colleges.values():
        if college is not None:
            stock.draw(
                college, last - timedelta(days=stream.randint(5, 20)), RESERVE, stream.choice(ISSUERS), stream
            )
