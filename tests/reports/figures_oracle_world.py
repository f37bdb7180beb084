"""Random universities: organisations that are founded, moved and dissolved, people with random courses, random records.

Everything is drawn from one seed. The tree, the meetings that were held jointly and the withdrawals are made by the
verbs; the rest, which would take long, is written row by row as the verbs leave it.
"""

import random
from datetime import date
from uuid import uuid4

import time_machine

from activities import jointly, records, tallies
from activities.attendance import expected_people
from activities.kinds import joined, may_also_be
from activities.models import Activity, Attendance, Lecture, SecretaryReport, Waiver
from branches import terms, tree
from branches.models import Branch, PartyGroup, Placement, Station
from branches.roles import Role
from members.models import (
    Destination,
    Post,
    StationAssignment,
)
from tests import cast

from .figures_oracle_assessing import Assessing
from .figures_oracle_lost import Losing
from .figures_oracle_people import DAY, FIRST, LONG_AGO, People, World

KINDS = (
    *("general_meeting", "committee_meeting", "party_lecture", "theme_day", "film", "volunteering"),
    *("organization_life_meeting", "democratic_review"),
)


def a_world(seed: int, today: date) -> World:
    """The clock has to stand at ``today``."""
    return Maker(random.Random(seed), today).make()


class Maker(Assessing, Losing, People):
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
        self.assess()
        self.lose()
        return self.world

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
