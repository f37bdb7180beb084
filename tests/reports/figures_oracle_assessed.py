"""The oracle of what a year's duty reports and democratic reviews came to."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from .figures_oracle_life import Life
from .figures_oracle_rows import CHINA, Counted, Question, Row, Values

GRADES = {"好": "good", "较好": "fairly_good", "一般": "fair", "差": "poor"}
PUBLISHED = ("published", "archived")


class Assessed(Life):
    def duty_reports(self, asked: Question) -> Iterator[Counted]:
        day = asked.known
        for row in self["Round"]:
            place = self.place(row.branch_id, row.report_due_on)
            if row.year != asked.period.start.year or row.state == "draft" or not place:
                continue
            met = row.state != "reporting" and row.meeting_on is not None and row.meeting_on <= day
            yield Counted(place, self.branches[row.branch_id].category, {"rounds": 1, "met": met})
            for subject in self["Subject"]:
                if subject.round_id == row.id:
                    category = self.branches[subject.branch_id].category
                    yield Counted(place, category, self.secretary(row, subject, day))
                    for numbers in self.rectified(subject, day):
                        yield Counted(place, category, numbers)

    def secretary(self, row: Row, subject: Row, day: date) -> Values:
        numbers: dict[str, Any] = {"subjects": 1}
        for report in self["Report"]:
            if report.subject_id == subject.id and report.submitted_at:
                handed = dated(report.submitted_at)
                counts = report.state in ("submitted", "accepted") and handed <= day
                numbers |= {"handed_in": counts, "in_time": counts and handed <= row.report_due_on}
        if row.state not in PUBLISHED or dated(row.published_at) > day:
            code = "unpublished"
        elif row.audience == "self":
            code = "told_himself"
        else:
            code = GRADES.get(subject.decided, "graded_otherwise")
        feedback = subject.feedback_on is not None and subject.feedback_on <= day
        return numbers | {code: 1, "feedback": feedback}

    def rectified(self, subject: Row, day: date) -> Iterator[Values]:
        for problem in self["Problem"]:
            if problem.subject_id == subject.id:
                done = problem.done_on is not None and problem.done_on <= day
                yield {"problems": 1, "done": done, "overdue": not done and problem.due_on < day}

    def member_reviews(self, asked: Question) -> Iterator[Counted]:
        for review in self["Review"]:
            if review.year != asked.period.start.year:
                continue
            closed = review.state == "closed" and dated(review.closed_at) <= asked.known
            yield from self.at(review.branch_id, review.held_on, reviews=1, concluded=closed)
            for entry in self["ReviewEntry"] if closed else ():
                if entry.review_id == review.id:
                    yield from self.at(review.branch_id, review.held_on, **member(review, entry))


def member(review: Row, entry: Row) -> Values:
    full = entry.standing == "full"
    of_base = full and (review.base == "full" or not entry.ungraded_why)
    return {
        "took_part": 1,
        "on_probation": not full,
        "ungraded": full and entry.ungraded_why != "",
        "base": of_base,
        **({entry.grade: 1} if entry.grade else {}),
    }


def dated(moment: Any) -> date:
    found: date = moment.astimezone(CHINA).date()
    return found
