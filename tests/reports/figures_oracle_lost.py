"""Who is lost and who leads, in a random university; and what the oracle counts of it."""

import random
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from members.models import Circumstance, Member, Post, Suspension
from tests import cast

from .figures_oracle_annual import Annual, of_people
from .figures_oracle_rows import Counted, Question, holds, years


class Losing:
    rng: random.Random
    today: date
    members: list[Member]
    world: Any
    some_day: Any
    chance: Any

    def lose(self) -> None:
        """As they may be written, whatever else somebody is."""
        for person in self.rng.sample(self.members, 12):
            since = self.some_day(date(2025, 6, 1), self.today)
            until = self.rng.choice([None, self.some_day(since, self.today)])
            kind = self.rng.choice(["lost", "lost", "abroad"])
            Circumstance.objects.create(member=person, kind=kind, since=since, until=until, evidence="登记")
        for person in self.members:
            if self.chance(0.25):
                facts = {"ground": self.rng.choice(["lost", "lost", "abroad"]), "evidence": "决议"}
                since = self.some_day(date(2025, 6, 1), self.today)
                Suspension.objects.create(member=person, since=since, status_before="full", **facts)
        Member.objects.filter(pk__in=[one.pk for one in self.members[::2]]).update(is_double_leader=True)
        for leaf in self.world.leaves:
            if self.chance(0.7):
                since = self.some_day(last=self.today)
                post = cast.a_post(self.rng.choice(self.members), "secretary", branch=leaf, since=since)
                Post.objects.filter(pk=post.pk).update(
                    until=self.rng.choice([None, None, self.some_day(since)])
                )


class Lost(Annual):
    organisations: Callable[[Question], Iterator[Counted]]

    def moe_staff(self, asked: Question) -> Iterator[Counted]:
        for member, spell, status in self.roster(asked.day):
            if self.branches[spell.branch_id].category == "staff":
                age = years(member.birth_date, asked.day)
                people = of_people(member, status) | {
                    "full": status == "full",
                    "young": age is not None and age <= 35,
                    "college": member.education[:1] in ("1", "2", "3"),
                }
                numbers = {f"staff_{code}": number for code, number in people.items()}
                yield from self.at(spell.branch_id, asked.day, **numbers)

    def moe_leaders(self, asked: Question) -> Iterator[Counted]:
        for one in self.organisations(asked):
            yield Counted(one.place, one.category, {"category_staff": one.numbers.get("category_staff", 0)})
        double = {row.id for row in self["Member"] if row.is_double_leader}
        for post in self["Post"]:
            branch = self.branches[post.branch_id]
            is_one = post.title == "secretary" and branch.category == "staff" and branch.level == "branch"
            if is_one and holds(post, asked.day):
                numbers = {"secretaries": 1, "double_leaders": post.member_id in double}
                yield from self.at(post.branch_id, asked.day, **numbers)

    def moe_lost(self, asked: Question) -> Iterator[Counted]:
        day, first = asked.day, asked.period.start
        for member, spell, _ in self.roster(day):
            rows = [row for row in self["Circumstance"] if row.member_id == member.id and row.kind == "lost"]
            now = any(holds(row, day) for row in rows)
            numbers = {
                "lost": now,
                "lost_since": now and any(first <= row.since <= day for row in rows),
                "found": not now and any(row.until and first <= row.until < day for row in rows),
            }
            yield from self.at(spell.branch_id, day, **numbers)

    def moe_lost_handled(self, asked: Question) -> Iterator[Counted]:
        lost = {row.member_id for row in self["Suspension"] if row.ground == "lost" and holds(row, asked.day)}
        for member, spell, _ in self.roster(asked.day, ("suspended",)):
            if member.id in lost:
                yield from self.at(spell.branch_id, asked.day, suspended_as_lost=1)
        for _, _, kind, one in self.out_of_the_party(asked):
            yield Counted(one.place, one.category, {"struck_off_as_lost": kind == "lost"})
