"""Random universities: organisations that are founded, moved and dissolved, people with random courses, random records.

Everything is drawn from one seed. The tree, the meetings that were held jointly and the withdrawals are made by the
verbs; the rest, which would take long, is written row by row as the verbs leave it.
"""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import time_machine

from activities import jointly, records, tallies
from activities.attendance import expected_people
from activities.kinds import joined, may_also_be
from activities.models import Activity, Attendance, Lecture, SecretaryReport, Waiver
from branches import terms, tree
from branches.models import Branch, LocalSetting, PartyGroup, Placement, Scoped, Station
from branches.roles import Role
from members.models import (
    Celebration,
    Departure,
    Destination,
    Development,
    DevelopmentStep,
    Greeting,
    Member,
    MembershipSpell,
    Post,
    StationAssignment,
    StatusPeriod,
    Training,
)
from tests import cast

DAY = timedelta(days=1)
FIRST, LAST = date(2025, 5, 1), date(2026, 12, 31)
CHINA = ZoneInfo("Asia/Shanghai")
#: When the first branches were founded, and where people come from.
LONG_AGO = date(1960, 1, 1)
LEAVING = [kind for kind in Departure.Kind if kind != Departure.Kind.TRANSFERRED]
KINDS = (
    *("general_meeting", "committee_meeting", "party_lecture", "theme_day", "film", "volunteering"),
    *("organization_life_meeting", "democratic_review"),
)


@dataclass
class World:
    today: date
    root: Branch
    colleges: list[Branch]
    leaves: list[Branch] = field(default_factory=list)


def a_world(seed: int, today: date) -> World:
    """The clock has to stand at ``today``."""
    return Maker(random.Random(seed), today).make()


class Maker:
    def __init__(self, rng: random.Random, today: date) -> None:
        self.rng, self.today = rng, today
        self.members: list[Member] = []
        self.rows: dict[type, list] = {}

    def make(self) -> World:
        self.found()
        self.rearrange()
        for _ in range(self.rng.randrange(28, 44)):
            self.a_person()
        self.a_crowd()
        self.write()
        self.serve()
        self.graduate()
        self.elect()
        self.hold()
        return self.world

    def some_day(self, first: date = FIRST, last: date = LAST) -> date:
        return first + timedelta(days=self.rng.randrange(max((last - first).days, 0) + 1))

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    # Organisations.

    def found(self) -> None:
        rng, level = self.rng, Branch.Level
        root = cast.found(None, "党委", level.PARTY_COMMITTEE, "001")
        colleges = [
            cast.found(
                root, f"学院{n}党委", rng.choice((level.COLLEGE_COMMITTEE, level.GENERAL_BRANCH)), f"00{n}"
            )
            for n in range(2, 5)
        ]
        self.below = cast.found(colleges[0], "系党总支", level.GENERAL_BRANCH, "002900")
        parents = [colleges[0], colleges[0], self.below, self.below, *colleges[1:], *colleges[1:]]
        self.world = World(self.today, root, colleges)
        for number, parent in enumerate(parents):
            self.world.leaves.append(self.a_branch(parent, number))

    def a_branch(self, parent: Branch, number: int) -> Branch:
        forms = ["standing", "standing", "standing", "joint", "temporary", "functional"]
        return cast.found(
            parent,
            f"第{number}党支部",
            Branch.Level.BRANCH,
            f"{parent.code}{number:02d}1",
            founded_on=self.some_day(last=self.today) if number and self.chance(0.3) else LONG_AGO,
            form=self.rng.choice(forms) if number else "standing",
            category=self.rng.choice(["staff", "student", "retired", "mixed", ""]) if number else "student",
        )

    def rearrange(self) -> None:
        """Some move to another college, one of them twice; some are dissolved."""
        leaves, rng = self.world.leaves, self.rng
        moving = sorted(
            (
                self.some_day(date(2025, 12, 1), self.today),
                rng.choice([*leaves[1:], leaves[1], self.below]).pk,
            )
            for _ in range(rng.randrange(2, 6))
        )
        for day, pk in moving:
            branch = Branch.objects.get(pk=pk)
            if branch.founded_on < day:
                tree.move(
                    branch,
                    rng.choice([*self.world.colleges, self.below][: 3 + branch.is_leaf]),
                    on=day,
                    by=None,
                )
        for leaf in leaves[1:]:
            if self.chance(0.2):
                ended = self.some_day(max(leaf.founded_on + DAY, FIRST), self.today)
                Branch.objects.filter(pk=leaf.pk).update(dissolved_on=ended)
        self.world.leaves = list(Branch.objects.filter(level="branch").order_by("pk"))
        self.world.colleges = list(Branch.objects.filter(parent=self.world.root).order_by("pk"))
        self.places: dict[int, list[Placement]] = {}
        for row in Placement.objects.all():
            self.places.setdefault(row.branch_id, []).append(row)

    def path_of(self, branch: Branch, day: date) -> str:
        return next(row.path for row in self.places[branch.pk] if row.holds_on(day))

    def home(self, day: date) -> Branch:
        """A branch that there is on ``day``; the first leaf, which always was, more often than another."""
        alive = [
            leaf for leaf in self.world.leaves if leaf.exists_on(day) and leaf.form in ("standing", "joint")
        ]
        return self.rng.choice([*alive, self.world.leaves[0]])

    # People.

    def a_person(self) -> None:
        rng = self.rng
        joined = rng.choice(
            [
                self.some_day(date(1970, 1, 1), date(2025, 1, 1)),
                self.some_day(),
                self.some_day(),
                date(2024, 2, 29),
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

    def serve(self) -> None:
        """Work stations with people, and posts."""
        rng = self.rng
        for number in range(4):
            branch = rng.choice([*self.world.colleges, *self.world.leaves])
            since = self.some_day(max(branch.founded_on, FIRST))
            until = self.some_day(since) if self.chance(0.3) else None
            station = Station.objects.create(
                branch=branch,
                branch_path=branch.path,
                name=f"第{number}工作站",
                building="楼",
                since=since,
                until=until,
            )
            for place, person in enumerate(rng.sample(self.members, rng.randrange(4))):
                begun = self.some_day(since)
                ended = self.some_day(begun) if self.chance(0.3) else until and max(until, begun)
                StationAssignment.objects.create(
                    member=person, station=station, since=begun, until=ended, is_head=not place
                )
        for leaf in self.world.leaves:
            if self.chance(0.5):
                person = rng.choice(self.members)
                post = cast.a_post(person, branch=leaf, since=self.some_day())
                Post.objects.filter(pk=post.pk).update(until=rng.choice([None, self.some_day(post.since)]))
            for name in ("一", "二")[: rng.randrange(3)]:
                group = cast.a_group(leaf, name=f"第{name}党小组", since=self.some_day())
                ended = rng.choice([None, None, self.some_day(group.since)])
                PartyGroup.objects.filter(pk=group.pk).update(until=ended)

    def graduate(self) -> None:
        for _ in range(12):
            person = self.rng.choice([None, *self.members[:30]])
            branch = person.branch if person else self.rng.choice(self.world.colleges)
            day = max(self.some_day(), branch.founded_on)
            Destination.objects.update_or_create(
                member=person,
                graduates_on=day,
                name=person.name if person else f"乙{uuid4().hex[:6]}",
                defaults={
                    "branch": branch,
                    "branch_path": branch.path,
                    "kind": self.rng.choice(["grassroots", *Destination.Kind]),
                    "recorded_on": day,
                },
            )

    def elect(self) -> None:
        for branch in [*self.world.colleges, *self.world.leaves]:
            if branch.form in Branch.WITHOUT_MEMBERS:
                continue
            day = self.some_day(date(2021, 1, 1), date(2023, 12, 31))
            term = terms.elect(branch, day)
            if self.chance(0.3):
                terms.postpone(
                    term, to=term.due_on + self.rng.randrange(1, 360) * DAY, approval="批复", by=None
                )
            if self.chance(0.4):
                terms.elect(branch, self.some_day(date(2025, 9, 1), self.today))

    # Records.

    def noon(self, day: date) -> datetime:
        return datetime.combine(day, time(12), CHINA)

    def hold(self) -> None:
        rng = self.rng
        self.staff = cast.a_user(Role.ORGANIZATION_STAFF, self.world.root)
        for _ in range(rng.randrange(25, 40)):
            branch = rng.choice(self.world.leaves)
            self.a_record(branch, self.some_day(max(branch.founded_on, date(2025, 9, 1)), self.today))
        for college in self.world.colleges:
            self.a_record(college, self.some_day(last=self.today), "first_agenda")
        for group in PartyGroup.objects.filter(since__lt=self.today).select_related("branch"):
            day = self.some_day(max(group.since, group.branch.founded_on), self.today)
            self.a_record(group.branch, day, "group_meeting", group=group)
            self.waive(group.branch)
        tallies.rebuild()
        for _ in range(3):
            self.a_joint_one()
        for record in rng.sample(list(Activity.objects.valid().filter(invitations=None, joint_of=None)), 3):
            records.withdraw(record, by=None, version=record.version, reason="重复登记")

    def waive(self, branch: Branch) -> None:
        """Some of what is normally asked is agreed not to be held for a time."""
        first = self.rng.choice([date(2026, 1, 1), date(2026, 4, 1)])
        Waiver.objects.create(
            branch=branch,
            branch_path=branch.path,
            codes=self.rng.sample(["ZB-10", "ZB-13", "ZB-17"], 2),
            start=first,
            end=self.rng.choice([date(2026, 5, 31), date(2026, 9, 30)]),
            reason="实习在外",
            state=self.rng.choice(["accepted", "returned"]),
            answered_at=self.noon(self.today),
        )

    def a_record(self, branch: Branch, day: date, kind: str = "", group: PartyGroup | None = None) -> None:
        """As :func:`activities.records.log` writes it; entered on the day, or late."""
        rng = self.rng
        kind = kind or rng.choice(KINDS)
        entered = min(day + rng.choice([0, 3, 7, 8, 40]) * DAY, self.today)
        possible = may_also_be(kind, is_leaf=branch.is_leaf)
        also = joined(rng.sample(possible, min(len(possible), rng.choice([0, 0, 1, 2]))))
        expected = rng.sample(self.members, rng.choice([2, 6, 9]))
        marks = [rng.choice(["present", "present", "leave", "absent", "exempt"]) for _ in expected]
        record = Activity.objects.create(
            branch=branch,
            branch_path=branch.path,
            org_path=self.path_of(branch, day),
            group=group,
            kind=kind,
            also_kinds=also,
            title="主题",
            held_on=day,
            entered_at=self.noon(entered),
            is_on_time=entered <= day + 7 * DAY,
            expected=len(marks) - marks.count("exempt"),
            present=marks.count("present"),
            on_leave=marks.count("leave"),
            absent=marks.count("absent"),
        )
        Attendance.objects.bulk_create(
            Attendance(activity=record, member=person, state=state)
            for person, state in zip(expected, marks, strict=True)
        )
        if kind == "general_meeting" and self.chance(0.4):
            SecretaryReport.objects.create(activity=record, is_given=self.chance(0.7))
        if "party_lecture" in (kind, *also.split()) and self.chance(0.8):
            Lecture.objects.create(activity=record, category=rng.choice(["", *Lecture.Category]))

    def a_joint_one(self) -> None:
        """One branch leads, another one or two record their own people; entered by the verbs, on some later day."""
        rng = self.rng
        day = self.some_day(date(2025, 10, 1), self.today - DAY)
        kind = rng.choice(["theme_day", "party_lecture", "general_meeting"])
        alive = [
            leaf for leaf in self.world.leaves if leaf.exists_on(day) and expected_people(kind, leaf, day)
        ]
        lead, *others = rng.sample(alive, min(len(alive), 3))
        with time_machine.travel(self.noon(min(day + rng.choice([1, 10]) * DAY, self.today)), tick=False):
            record = cast.a_record(lead, kind, day, **self.also(kind))
            jointly.invite(record, others, by=self.staff)
            for invitation in record.invitations.select_related("branch"):
                cast.a_record(invitation.branch, kind, day, invitation=invitation, **self.also(kind))

    def also(self, kind: str) -> dict[str, str]:
        chosen = [each for each in may_also_be(kind) if self.chance(0.15) or each == "party_lecture"]
        return {"also_kinds": joined(chosen)} if self.chance(0.6) else {}


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
