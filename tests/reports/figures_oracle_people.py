"""The people of a random university: random ways into the party and out of it, and random stays in its branches."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from branches.models import Branch, LocalSetting, Scoped
from members.models import (
    Celebration,
    Departure,
    Development,
    DevelopmentStep,
    Greeting,
    Member,
    MembershipSpell,
    StatusPeriod,
    Training,
)

DAY = timedelta(days=1)
FIRST, LAST = date(2025, 5, 1), date(2026, 12, 31)
CHINA = ZoneInfo("Asia/Shanghai")
#: When the first branches were founded, and where people come from.
LONG_AGO = date(1960, 1, 1)
LEAVING = [kind for kind in Departure.Kind if kind != Departure.Kind.TRANSFERRED]


@dataclass
class World:
    today: date
    root: Branch
    colleges: list[Branch]
    leaves: list[Branch] = field(default_factory=list)


class People:
    def __init__(self, rng: random.Random, today: date) -> None:
        self.rng, self.today = rng, today
        self.members: list[Member] = []
        self.rows: dict[type, list] = {}

    def some_day(self, first: date = FIRST, last: date = LAST) -> date:
        return first + timedelta(days=self.rng.randrange(max((last - first).days, 0) + 1))

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def noon(self, day: date) -> datetime:
        return datetime.combine(day, time(12), CHINA)

    def home(self, day: date) -> Branch:
        """A branch that there is on ``day``; the first leaf, which always was, more often than another."""
        alive = [
            leaf for leaf in self.world.leaves if leaf.exists_on(day) and leaf.form in ("standing", "joint")
        ]
        return self.rng.choice([*alive, self.world.leaves[0]])

    def a_person(self) -> None:
        rng = self.rng
        joined = rng.choice(
            [
                self.some_day(date(1970, 1, 1), date(2025, 1, 1)),
                self.some_day(),
                self.some_day(),
                date(2024, 2, 29),
                self.some_day(date(1945, 1, 1), date(1980, 1, 1)),
                self.some_day(date(2027, 1, 1), date(2029, 1, 1)),  # not yet
            ]
        )
        if self.chance(0.15):  # of those who are honoured
            joined = (
                date(rng.choice([1976, 1986, 1996]), rng.randrange(1, 13), rng.randrange(1, 29)) - 365 * DAY
            )
        statuses, full = self.way(joined)
        last = statuses[-1][0]
        person = self.a_member(
            joined_on=None if self.chance(0.1) or last in ("applicant", "activist", "target") else joined,
            full_on=full,
            status=last,
        )
        self.belong(person, statuses)
        if self.chance(0.3):
            self.develop(person, joined)
        for kind in rng.sample(list(Training.Kind), rng.randrange(3)):
            self.add(Training(member=person, kind=kind, title=kind.label, held_on=self.some_day(), hours=8))
        self.celebrate(person)

    def way(self, joined: date) -> tuple[list[tuple[str, date]], date | None]:
        """The statuses with their first days, the last one open; and the day of full membership that is on record."""
        rng = self.rng
        begun = joined - rng.randrange(400, 1500) * DAY
        way = [("applicant", begun), ("activist", begun + 100 * DAY), ("target", begun + 300 * DAY)]
        way = way[rng.randrange(4) :] if joined < FIRST else way
        way.append(("probationary", joined))
        full = joined + rng.choice([365, 365, 366, 500]) * DAY if self.chance(0.8) else None
        if full:
            way.append(("full", full))
        day = max(way[-1][1], FIRST)
        while self.chance(0.35) and day < self.today:
            day = self.some_day(day + DAY, self.today + 30 * DAY)
            way.append((self.next(way), day))
        way = [each for each in way if each[1] <= self.today]
        if not way:
            way = [("applicant", min(begun, self.today))]
        if all(status not in ("full", "suspended", "left") for status, _ in way):
            full = None
        if full and ("left" in dict(way)) and way[-1][0] == "full" and self.chance(0.5):
            full = way[-1][1]  # a member for the second time
        return way, None if full and self.chance(0.1) else full

    def next(self, way: list[tuple[str, date]]) -> str:
        last = way[-1][0]
        if last in ("suspended", "left"):
            before = next(each for each, _ in reversed(way) if each not in ("suspended", "left"))
            return (
                self.rng.choice(["left", before])
                if last == "suspended"
                else self.rng.choice([before, "full"])
            )
        return self.rng.choice(["suspended", "left"])

    def a_member(self, **facts: object) -> Member:
        rng, number = self.rng, len(self.members)
        person = Member(
            number=f"W{number:05d}",
            name=f"甲{number}",
            name_order=f"{number:05d}",
            sex=rng.choice(["male", "female"]),
            nation=rng.choice(["01", "01", "02", "11", ""]),
            birth_date=rng.choice(
                [None, self.some_day(date(1935, 1, 1), date(2005, 1, 1)), date(1988, 2, 29)]
            ),
            education=rng.choice(["", "11", "14", "21", "31", "41", "61", "90"]),
            graduates_on=rng.choice([None, date(2025, 6, 30), date(2026, 6, 30), date(2027, 6, 30)]),
            **facts,
        )
        self.members.append(person)
        return person

    def add(self, row: object) -> None:
        self.rows.setdefault(type(row), []).append(row)

    def belong(self, person: Member, statuses: list[tuple[str, date]]) -> None:
        """Status periods, and spells for the days on which the person is here."""
        begun = statuses[0][1] + self.rng.choice([0, 0, 40, 700]) * DAY
        for (status, since), after in zip(statuses, [*statuses[1:], None], strict=True):
            until = after[1] - DAY if after else None
            if until and until < since:
                continue
            self.add(
                StatusPeriod(
                    member=person, status=status, since=since, until=until, is_assumed=self.chance(0.1)
                )
            )
            if status == "left":
                self.depart(person, since)
        begun = min(begun, self.today)
        for first, last in stays(statuses, begun):
            self.stay(person, first, last)
        if not person.branch_id:
            person.branch = self.world.leaves[0]
        if self.chance(0.2):
            guest = self.rng.choice(self.world.leaves)
            since = max(guest.founded_on, FIRST)
            self.add(MembershipSpell(member=person, branch=guest, kind="attending", since=since))

    def stay(self, person: Member, first: date, last: date | None) -> None:
        """Spells without a gap from ``first`` to ``last``, in one branch or, one after the other, in several."""
        day: date | None = first
        while day:
            branch = self.home(day)
            until = branch.dissolved_on - DAY if branch.dissolved_on else None
            if self.chance(0.5) and day < self.today:
                left = self.some_day(max(day, FIRST), self.today)
                until = min(until, left) if until else left
            if last and (until is None or until > last):
                until = last
            self.add(
                MembershipSpell(
                    member=person, branch=branch, since=day, until=until, is_assumed=self.chance(0.2)
                )
            )
            person.branch = branch
            day = until + DAY if until and until != last else None

    def depart(self, person: Member, day: date) -> None:
        kind = Departure.Kind.TRANSFERRED if self.chance(0.4) else self.rng.choice(LEAVING)
        row = Departure(member=person, kind=kind, on=day, evidence="决定")
        if self.chance(0.2):  # entered by mistake, and rightly afterwards
            annulled = Departure(
                member=person, kind="died", on=day, evidence="误", annulled_at=self.noon(self.today)
            )
            self.add(annulled)
        if self.chance(0.9):
            self.add(row)

    def develop(self, person: Member, joined: date) -> None:
        development = Development(member=person, applied_on=joined - 900 * DAY)
        self.add(development)
        steps = ("application", "activist_decision", "target_decision", "admission_approval", "contacts")
        for step in self.rng.sample(steps, 3):
            self.step(development, step)
        for decision in self.rng.sample(["extend", "cancel", "confirm"], 2):
            self.step(development, "full_meeting", {"decision": decision})

    def step(self, development: Development, step: str, facts: dict[str, str] | None = None) -> None:
        self.add(
            DevelopmentStep(
                development=development,
                step=step,
                on=self.some_day(date(2025, 10, 1)),
                facts=facts or {},
                is_effective=self.chance(0.8),
                withdrawn_at=self.noon(self.today) if self.chance(0.2) else None,
            )
        )

    def celebrate(self, person: Member) -> None:
        for year in (2025, 2026):
            if self.chance(0.3):
                self.add(Greeting(member=person, year=year, day=date(year, 6, 1), title="祝贺", text="祝贺"))
            for way in self.rng.sample(["talk", "card", "deed"], self.rng.choice([0, 0, 1, 2])):
                self.add(Celebration(member=person, year=year, way=way, held_on=date(year, 6, 1)))

    def a_crowd(self) -> None:
        """The first branch has about as many people as it should have at most, some of whom leave."""
        leaf = self.world.leaves[0]
        for _ in range(46):
            joined = self.some_day(date(2015, 1, 1), date(2020, 1, 1))
            person = self.a_member(joined_on=joined, full_on=joined, status="full")
            person.branch = leaf
            until = self.some_day(date(2026, 1, 1), self.today) if self.chance(0.1) else None
            self.add(StatusPeriod(member=person, status="full", since=joined))
            self.add(MembershipSpell(member=person, branch=leaf, since=joined, until=until))

    def write(self) -> None:
        for person in self.members:
            person.branch_path = person.branch.path
        Member.objects.bulk_create(self.members)
        for model in (Development, MembershipSpell, StatusPeriod, Departure, DevelopmentStep, *OTHERS):
            rows = self.rows.pop(model, [])
            for row in rows if issubclass(model, Scoped) else ():
                row.branch = row.branch if row.branch_id else row.member.branch
                row.branch_path = row.branch.path
            model.objects.bulk_create(rows)
        code = self.rng.choice(["joined", "full"])
        LocalSetting.objects.create(code="birthday-from", value=code, citation="校内文件")
        LocalSetting.objects.create(code="birthday-leap-day", value=self.rng.choice(["02-28", "03-01"]))
        if self.chance(0.5):
            kept = self.some_day(last=self.today)
            LocalSetting.objects.create(
                code="records-kept-since", value=kept.isoformat(), citation="校内文件"
            )


def stays(statuses: list[tuple[str, date]], begun: date) -> list[tuple[date, date | None]]:
    """The days on which a person belonged somewhere: from ``begun`` on, but for those on which he had left."""
    found: list[tuple[date, date | None]] = []
    first: date | None = begun if statuses[0][0] != "left" else None
    for status, since in statuses:
        if status == "left":
            if first and first < since:
                found.append((first, since - DAY))
            first = None
        elif first is None:
            first = since
        elif first > since:
            continue
    if first:
        found.append((first, None))
    return found


OTHERS = (Training, Greeting, Celebration)
