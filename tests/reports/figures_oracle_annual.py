"""The oracle of the tables of the annual statistics."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date

from .figures_oracle_assessed import Assessed
from .figures_oracle_rows import DAY, MEMBERS, Counted, Question, Row, Values, added, step, years

#: The last day of each time of joining, with its name.
TIMES = (
    (date(1949, 9, 30), "joined_0"),
    (date(1966, 4, 30), "joined_1949"),
    (date(1976, 10, 31), "joined_1966"),
    (date(1978, 12, 31), "joined_1976"),
    (date(2002, 10, 31), "joined_1979"),
    (date(2012, 10, 31), "joined_2002"),
    (date.max, "joined_2012"),
)
OUT = ("expelled", "lost", "by_itself", "struck_off", "resigned", "cancelled")
ON_PROBATION = ("became_full", "step_full_meeting_extend", "step_full_meeting_cancel", "now_probationary")
DEVELOPING = (
    *("now_applicant", "now_activist", "now_target", "step_application"),
    *("step_activist_decision", "step_target_decision", "step_admission_approval"),
)
#: Groups of one thing that is counted, with where it is counted.
Grouped = tuple[tuple[str, ...], Counted]


class Annual(Assessed):
    development: Callable[[Question], Iterator[Counted]]

    def of_groups(self, name: str, asked: Question) -> tuple[dict[str, Values], Values]:
        """The groups, and everybody."""
        found: dict[str, list[Values]] = defaultdict(list)
        for codes, one in getattr(self, name)(asked):
            if asked.category in ("", one.category) and asked.scope in (None, *one.place):
                for code in ("", *codes):
                    found[code].append(one.numbers)
        rows = {code: added(numbers) for code, numbers in found.items()}
        if name == "annual_compared":
            for numbers in rows.values():
                numbers["difference"] = numbers.get("now", 0) - numbers.get("a_year_ago", 0)
        return rows, rows.pop("", {"difference": 0} if name == "annual_compared" else {})

    def annual_compared(self, asked: Question) -> Iterator[Grouped]:
        for code, day in (("a_year_ago", asked.period.start - DAY), ("now", asked.day)):
            for member, spell, status in self.roster(day):
                groups = (f"standing_{short(status)}", *sex_and_nation(member), self.kind(spell.branch_id))
                for one in self.at(spell.branch_id, day, **{code: 1}):
                    yield groups, one

    def annual_members(self, asked: Question) -> Iterator[Grouped]:
        return self.by_person(
            asked,
            lambda member, spell: (
                *sex_and_nation(member),
                age(member, asked.day),
                self.kind(spell.branch_id),
            ),
        )

    def annual_joined(self, asked: Question) -> Iterator[Grouped]:
        return self.by_person(asked, lambda member, spell: (time_of(member.joined_on),))

    def annual_education(self, asked: Question) -> Iterator[Grouped]:
        return self.by_person(asked, lambda member, spell: (education(member),))

    def by_person(self, asked: Question, groups: Callable[[Row, Row], tuple[str, ...]]) -> Iterator[Grouped]:
        for member, spell, status in self.roster(asked.day):
            for one in self.at(spell.branch_id, asked.day, **of_people(member, status)):
                yield groups(member, spell), one

    def kind(self, branch_id: int) -> str:
        return f"category_{self.branches[branch_id].category or 'none'}"

    def annual_students(self, asked: Question) -> Iterator[Counted]:
        for member, spell, status in self.roster(asked.day):
            if self.branches[spell.branch_id].category == "student":
                ends = member.graduates_on
                people = of_people(member, status) | {"full": status == "full"}
                numbers = {f"student_{code}": number for code, number in people.items()} | {
                    "graduating": ends is not None and asked.period.contains(ends),
                }
                yield from self.at(spell.branch_id, asked.day, **numbers)

    def out_of_the_party(self, asked: Question) -> Iterator[tuple[Row, str, str, Counted]]:
        """Person, what he was until then, how he went, and where he was."""
        members = {row.id: row for row in self["Member"]}
        for row in self["Departure"]:
            was = self.status(row.member_id, row.on - DAY)
            stands = row.annulled_at is None and asked.period.start <= row.on <= asked.day
            if stands and row.kind in OUT and was in (*MEMBERS, "suspended"):
                for one in self.at(row.branch_id, row.on):
                    yield members[row.member_id], was, row.kind, one

    def annual_left(self, asked: Question) -> Iterator[Counted]:
        for _, _, kind, one in self.out_of_the_party(asked):
            yield Counted(one.place, one.category, {"gone": 1, f"gone_{kind}": 1})

    def annual_left_people(self, asked: Question) -> Iterator[Grouped]:
        for member, status, _, one in self.out_of_the_party(asked):
            groups = (
                f"standing_{short(status)}",
                f"sex_{member.sex}",
                age(member, asked.day),
                education(member),
            )
            numbers = {"gone": 1, "gone_women": member.sex == "female"}
            yield groups, Counted(one.place, one.category, numbers)

    def annual_probation(self, asked: Question) -> Iterator[Counted]:
        return self.some_of(asked, ON_PROBATION)

    def annual_development(self, asked: Question) -> Iterator[Counted]:
        return self.some_of(asked, DEVELOPING)

    def some_of(self, asked: Question, codes: tuple[str, ...]) -> Iterator[Counted]:
        for one in self.development(asked):
            numbers = {code: number for code, number in one.numbers.items() if code in codes}
            yield Counted(one.place, one.category, numbers)

    def annual_developed(self, asked: Question) -> Iterator[Grouped]:
        people = {row.id: row.member_id for row in self["Development"]}
        members = {row.id: row for row in self["Member"]}
        for row in self["DevelopmentStep"]:
            member = members[people[row.development_id]]
            spell = self.spell(member.id, row.on)
            counts = row.withdrawn_at is None and row.is_effective and asked.contains(row.on)
            if row.step == "admission_approval" and counts and spell:
                groups = (
                    *sex_and_nation(member),
                    age(member, asked.day),
                    education(member),
                    self.kind(spell.branch_id),
                )
                numbers = {"step_admission_approval": 1, "admitted_women": member.sex == "female"}
                for one in self.at(spell.branch_id, row.on, **numbers):
                    yield groups, one


def of_people(member: Row, status: str) -> Values:
    return {
        "members": 1,
        "probationary": status == "probationary",
        "women": member.sex == "female",
        "minority": member.nation not in ("", "01"),
    }


def short(status: str) -> str:
    return {"probationary": "probation"}.get(status, status)


def sex_and_nation(member: Row) -> tuple[str, str]:
    nation = {"": "none", "01": "han"}.get(member.nation, "minority")
    return f"sex_{member.sex}", f"nation_{nation}"


def age(member: Row, day: date) -> str:
    return f"age_{step(years(member.birth_date, day), (0, 31, 36, 41, 46, 51, 56, 61))}"


def education(member: Row) -> str:
    return f"education_{(member.education and str(min(int(member.education[:1]), 4))) or 'none'}"


def time_of(joined: date | None) -> str:
    if joined is None:
        return "joined_none"
    return next(code for last, code in TIMES if joined <= last)
