"""Duty reports and democratic reviews of a random university, written row by row as the verbs leave them."""

import random
from datetime import date
from typing import Any

from assessments.models import Problem, Report, Review, ReviewEntry, Round, Subject
from branches.models import Branch
from members.models import Member, ReviewGrade

from .figures_oracle_people import DAY

GRADES = ("好", "较好", "一般", "差", "良好")


class Assessing:
    rng: random.Random
    today: date
    members: list[Member]
    world: Any
    below: Branch
    some_day: Any
    chance: Any
    noon: Any

    def assess(self) -> None:
        for holder in (self.world.root, *self.world.colleges, self.below):
            for year in (2025, 2026):
                if self.chance(0.6):
                    self.a_round(holder, year)
        for leaf in self.world.leaves:
            for year in (2025, 2026):
                if self.chance(0.5):
                    self.a_review(leaf, year)

    def a_round(self, holder: Branch, year: int) -> None:
        rng = self.rng
        due = self.some_day(date(year, 3, 1), date(year + 1, 2, 1))
        row = Round.objects.create(
            branch=holder,
            branch_path=holder.path,
            year=year,
            name=f"{year}年述职评议",
            scheme={},
            state=rng.choice([*Round.State, "published", "archived"]),
            report_due_on=due,
            meeting_on=rng.choice([None, due, due + 20 * DAY]),
            published_at=self.noon(due + rng.randrange(90) * DAY),
            audience=rng.choice(list(Round.Audience)),
        )
        for person in rng.sample(self.members, rng.randrange(1, 5)):
            self.a_subject(row, person, due)

    def a_subject(self, row: Round, person: Member, due: date) -> None:
        rng = self.rng
        subject = Subject.objects.create(
            round=row,
            branch_path=row.branch_path,
            member=person,
            branch=rng.choice(self.world.leaves),
            decided=rng.choice(["", *GRADES]),
            feedback_on=rng.choice([None, due + rng.randrange(120) * DAY]),
        )
        if self.chance(0.8):
            handed = rng.choice([None, due - DAY, due, due + DAY, due + 60 * DAY])
            Report.objects.create(
                subject=subject,
                state=rng.choice(list(Report.State)),
                submitted_at=handed and self.noon(handed),
            )
        for number in range(rng.randrange(3)):
            last = due + rng.randrange(150) * DAY
            Problem.objects.create(
                subject=subject,
                problem=f"第{number}个问题",
                measure="整改",
                owner="书记",
                due_on=last,
                done_on=rng.choice([None, last - 10 * DAY, last + 30 * DAY]),
            )

    def a_review(self, leaf: Branch, year: int) -> None:
        rng = self.rng
        held = self.some_day(date(year, 1, 1), date(year + 1, 2, 28))
        review = Review.objects.create(
            branch=leaf,
            branch_path=leaf.path,
            year=year,
            held_on=held,
            share="1/3",
            base=rng.choice(["full", "graded"]),
            state=rng.choice([*Review.State, "closed", "closed"]),
            closed_at=self.noon(held + rng.randrange(60) * DAY),
        )
        for person in rng.sample(self.members, rng.randrange(2, 8)):
            standing, why = rng.choice(["full", "full", "probationary"]), rng.choice(["", "", "长期出国"])
            graded = standing == "full" and not why
            ReviewEntry.objects.create(
                review=review,
                member=person,
                standing=standing,
                ungraded_why=why,
                grade=rng.choice(["", *ReviewGrade]) if graded else "",
            )
