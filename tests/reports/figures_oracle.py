"""A naive oracle of the statistics: every column counted anew, one row at a time, from what its definition says.

It reads each table once and asks the database nothing. It shares no code with what it judges, but for the models whose
rows it reads, the names of kinds and statuses, and the dates of a period.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from fractions import Fraction
from typing import Any

from .figures_oracle_lost import Lost
from .figures_oracle_rows import (
    DAY,
    MEMBERS,
    Counted,
    Question,
    Row,
    Values,
    added,
    holds,
    kinds,
    line,
    standing,
    step,
    years,
)

#: A share: what is divided, by what, and the fewest of which it says something.
LIFE_RATES = {
    "completion": ("met", "required", 1),
    "on_time_rate": ("on_time", "held", 1),
    "attendance": ("present", "expected", 5),
}
RATES = {
    "life": LIFE_RATES,
    "graduates": {"grassroots_share": ("grassroots_members", "grassroots", 1)},
    "moe_leaders": {"double_share": ("double_leaders", "secretaries", 1)},
    "member_reviews": {"excellent_share": ("excellent", "base", 1)},
}
OF_GROUPS = (
    *("annual_compared", "annual_members", "annual_joined", "annual_education"),
    *("annual_left_people", "annual_developed"),
)


class Oracle(Lost):
    def answer(self, name: str, asked: Question) -> tuple[dict[str, Values], Values]:
        """Row by row, by the code of the organisation, of the group, of the kind or of the month; and the total."""
        if name == "member_structure":
            return self.member_structure(asked)
        if name in OF_GROUPS:
            return self.of_groups(name, asked)
        if name in ("life_by_kind", "life_by_month"):
            return self.in_groups(getattr(self, name)(asked), asked)
        counted = [
            one
            for one in getattr(self, name)(asked)
            if (asked.scope is None or asked.scope in one.place)
            and (not asked.category or one.category == asked.category)
        ]
        found: dict[str, list[Values]] = defaultdict(list)
        for one in counted:
            found[self.branches[row_of(one.place, asked)].code].append(one.numbers)
        rates = RATES.get(name, {})
        rows = {code: with_rates(added(numbers), rates) for code, numbers in found.items()}
        return rows, with_rates(added(one.numbers for one in counted), rates)

    def in_groups(
        self, counted: Iterable[tuple[str, Counted]], asked: Question
    ) -> tuple[dict[str, Values], Values]:
        found: dict[str, list[Values]] = defaultdict(list)
        for code, one in counted:
            if asked.scope in (None, *one.place) and asked.category in ("", one.category):
                found[code].append(one.numbers)
        rows = {code: with_rates(added(numbers), LIFE_RATES) for code, numbers in found.items()}
        everything = [numbers for each in found.values() for numbers in each]
        return rows, with_rates(added(everything), LIFE_RATES)

    def organisations(self, asked: Question) -> Iterator[Counted]:
        people, full = Counter[int](), Counter[int]()
        for _, spell, status in self.roster(asked.day):
            people[spell.branch_id] += 1
            full[spell.branch_id] += status == "full"
        for row in self["Branch"]:
            if not self.existed(row, asked.day):
                continue
            leaf = row.level == "branch"
            of_its_own = leaf and row.form in ("standing", "joint")
            yield from self.at(
                row.id,
                asked.day,
                committees=not leaf,
                branches=leaf,
                **{f"category_{row.category or 'none'}": leaf, f"form_{row.form}": leaf},
                small=of_its_own and full[row.id] < 3,
                large=of_its_own and people[row.id] > 50,
            )
        for row in self["Branch"]:
            if not self.existed(row, asked.day):
                continue
            running = [
                term
                for term in self["Term"]
                if term.branch_id == row.id
                and term.elected_on <= asked.day
                and (term.ended_on is None or term.ended_on > asked.day)
            ]
            if running:
                last = max(running, key=lambda term: term.elected_on)
                days = ((last.postponed_to or last.due_on) - asked.day).days
                yield from self.at(row.id, asked.day, terms_full=days < 0, terms_soon=0 <= days <= 183)

    def existed(self, branch: Row, day: date) -> bool:
        begun = branch.founded_on is None or branch.founded_on <= day
        return begun and (branch.dissolved_on is None or day < branch.dissolved_on)

    def stations(self, asked: Question) -> Iterator[Counted]:
        for station in self["Station"]:
            if holds(station, asked.day):
                yield from self.at(station.branch_id, asked.day, stations=1)
                for row in self["StationAssignment"]:
                    if row.station_id == station.id and holds(row, asked.day):
                        yield from self.at(station.branch_id, asked.day, serving=1, heads=row.is_head)

    def members(self, asked: Question) -> Iterator[Counted]:
        for member, spell, status in self.roster(asked.day):
            age = years(member.birth_date, asked.day)
            yield from self.at(
                spell.branch_id,
                asked.day,
                members=1,
                full=status == "full",
                probationary=status == "probationary",
                women=member.sex == "female",
                minority=member.nation not in ("", "01"),
                young=age is not None and age <= 35,
                college=member.education[:1] in ("1", "2", "3"),
                assumed=spell.is_assumed,
            )

    def member_structure(self, asked: Question) -> tuple[dict[str, Values], Values]:
        """The groups, and everybody."""
        groups: dict[str, list[Values]] = defaultdict(list)
        for member, spell, status in self.roster(asked.day):
            place, category = self.place(spell.branch_id, asked.day), self.branches[spell.branch_id].category
            if asked.category not in ("", category) or (asked.scope and asked.scope not in place):
                continue
            numbers = {
                "members": 1,
                "probationary": status == "probationary",
                "women": member.sex == "female",
            }
            nation = {"": "none", "01": "han"}.get(member.nation, "minority")
            education = member.education and str(min(int(member.education[:1]), 4))
            for group in (
                "",
                f"sex_{member.sex}",
                f"nation_{nation}",
                f"age_{step(years(member.birth_date, asked.day), (0, 31, 36, 41, 46, 51, 56, 61))}",
                f"education_{education or 'none'}",
                f"standing_{standing(member, status, asked.day)}",
                f"category_{category or 'none'}",
            ):
                groups[group].append(numbers)
        return {code: added(numbers) for code, numbers in groups.items() if code}, added(groups[""])

    def member_changes(self, asked: Question) -> Iterator[Counted]:
        before, day = asked.period.start - DAY, asked.day
        for member in self["Member"]:
            was, now = self.where(member.id, before), self.where(member.id, day)
            spell, earlier = self.spell(member.id, day), self.spell(member.id, before)
            if was and earlier:
                yield Counted(was, self.branches[earlier.branch_id].category, {"before": 1})
            if now and spell:
                yield Counted(now, self.branches[spell.branch_id].category, {"after": 1})
            if now and spell and now != was:
                way = "inside" if was else self.way_in(member.id, before, day)
                yield Counted(now, self.branches[spell.branch_id].category, {f"came_{way}": 1})
            if was and earlier and now != was:
                way = "inside" if now else self.way_out(member.id, before, day)
                yield Counted(was, self.branches[earlier.branch_id].category, {f"left_{way}": 1})

    def way_in(self, member_id: Any, before: date, day: date) -> str:
        at_first = self.status(member_id, before)
        if at_first == "suspended":
            return "restored"
        if at_first in MEMBERS:
            return "transferred"
        for row in self.statuses[member_id]:
            here = self.spell(member_id, row.since)
            if row.status == "probationary" and before < row.since <= day and not row.is_assumed and here:
                return "admitted"
        return "otherwise"

    def way_out(self, member_id: Any, before: date, day: date) -> str:
        if self.status(member_id, day) == "suspended":
            return "suspended"
        last = None
        for row in self["Departure"]:
            if row.member_id == member_id and row.annulled_at is None and before < row.on <= day:
                last = row if last is None or row.on > last.on else last
        if last is None:
            return "otherwise"
        return last.kind if last.kind in ("transferred", "died", "expelled") else "struck_off"

    def development(self, asked: Question) -> Iterator[Counted]:
        for _, spell, status in self.roster(asked.day, ("applicant", "activist", "target", "probationary")):
            yield from self.at(spell.branch_id, asked.day, **{f"now_{status}": 1})
        people = {row.id: row.member_id for row in self["Development"]}
        for row in self["DevelopmentStep"]:
            spell = self.spell(people[row.development_id], row.on)
            if row.withdrawn_at is None and row.is_effective and asked.contains(row.on) and spell:
                meeting = row.step == "full_meeting"
                code = f"step_full_meeting_{row.facts['decision']}" if meeting else f"step_{row.step}"
                yield from self.at(spell.branch_id, row.on, **{code: 1})
        for member_id, rows in self.statuses.items():
            before = ""
            for row in sorted(rows, key=lambda one: one.since):
                spell = self.spell(member_id, row.since)
                if row.status == "full" and before == "probationary" and asked.contains(row.since) and spell:
                    yield from self.at(spell.branch_id, row.since, became_full=1)
                before = before if row.status == "suspended" else row.status

    def graduates(self, asked: Question) -> Iterator[Counted]:
        for row in self["Destination"]:
            if asked.contains(row.graduates_on):
                chosen = row.kind == "grassroots" and row.member_id is not None
                numbers = {"graduates": 1, "member_graduates": row.member_id is not None, row.kind: 1}
                yield from self.at(row.branch_id, row.graduates_on, **numbers, grassroots_members=chosen)

    def lectures(self, asked: Question) -> Iterator[Counted]:
        given = {row.activity_id: row.category for row in self["Lecture"]}
        held = [
            row
            for row in self.records(asked.period)
            if "party_lecture" in kinds(row) and asked.contains(row.held_on)
        ]
        leading = {row.id for row in held}
        counted = set()
        for row in sorted(held, key=lambda one: (one.joint_of_id is not None, one.id)):
            event = row.joint_of_id or row.id
            if event in counted or (row.joint_of_id and row.joint_of_id in leading):
                continue
            counted.add(event)
            numbers = {"lectures": 1, f"by_{given.get(row.id) or 'nobody'}": 1}
            yield Counted(line(row.org_path), self.branches[row.branch_id].category, numbers)

    def trainings(self, asked: Question) -> Iterator[Counted]:
        for row in self["Training"]:
            spell = self.spell(row.member_id, row.held_on)
            if asked.contains(row.held_on) and spell:
                yield from self.at(spell.branch_id, row.held_on, **{row.kind: 1})

    def birthdays(self, asked: Question) -> Iterator[Counted]:
        greeted = {(row.member_id, row.year) for row in self["Greeting"]}
        marked = {(row.member_id, row.year) for row in self["Celebration"]}
        for member in self["Member"]:
            since = member.joined_on
            if self.rules.get("birthday-from") == "full" and member.full_on:
                since = member.full_on
            for month in asked.period.months():
                day, last = self.comes_round(since, month.start.year), month.end
                if day is None or not month.contains(day) or day > asked.last:
                    continue
                if not self.where(member.id, last):
                    continue
                full = member.full_on
                yield from self.at(
                    self.spell(member.id, last).branch_id,
                    last,
                    birthdays=1,
                    milestones=self.comes_round(full, day.year) == day
                    and day.year - full.year in (30, 40, 50),
                    greeted=(member.id, day.year) in greeted,
                    marked=(member.id, day.year) in marked,
                )

    def comes_round(self, since: date | None, year: int) -> date | None:
        """The anniversary in ``year``, the first a year after the day."""
        if since is None or year <= since.year:
            return None
        if (since.month, since.day) == (2, 29) and year % 4:
            return date(year, 3, 1) if self.rules.get("birthday-leap-day") == "03-01" else date(year, 2, 28)
        return date(year, since.month, since.day)


def with_rates(numbers: Values, rates: dict[str, tuple[str, str, int]]) -> Values:
    for code, (part, whole, fewest) in rates.items():
        enough = numbers.get(whole, 0) >= fewest
        numbers[code] = Fraction(numbers.get(part, 0), numbers[whole]) if enough else None
    return numbers


def row_of(place: tuple[int, ...], asked: Question) -> int:
    """Looking at the university, the organisation below the root; looking into one, the one it is."""
    return place[-1] if asked.scope else place[:2][-1]
