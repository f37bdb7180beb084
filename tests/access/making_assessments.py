"""Rounds of duty reports above a branch of the world, at the stages that the pages ask for."""

from datetime import date
from typing import Any

from django.db import models
from django.utils import timezone

from accounts.models import User
from assessments import ballots
from assessments.models import (
    Deducted,
    Objection,
    Problem,
    RaterGroup,
    Remark,
    Report,
    Review,
    ReviewCorrection,
    ReviewEntry,
    Round,
    StageDone,
    Subject,
)
from branches.models import Branch
from members.models import Member, ReviewResult
from tests.assessments.scene import WITH_OWN, kept


def of_ballots(branch: Branch, member: Member, *, by: User) -> list[models.Model]:
    """A ballot that runs: codes and papers of one group are out, and one paper is typed twice."""
    day = {"meeting_on": date(2026, 10, 20)}
    subject = _a_subject(branch, member, 2026, Round.State.BALLOTING, scheme="two", held=day)
    group, _ = (
        RaterGroup.objects.create(round=subject.round, code=each.code, title=each.title)
        for each in subject.round.rules.groups
    )
    ballots.issue(group, 5, by=by)
    ballots.hand_out(group, 5, by=by)
    for turn in ballots.TURNS:
        ballots.type_sheet(group, number=1, turn=turn, marks={subject.pk: "好"}, by=by)
    return [subject.round, group, subject]


def of_rounds(branch: Branch, member: Member) -> list[models.Model]:
    """Reports are being written; the one of ``member`` was handed in and read, and one stage of two is noted."""
    subject = _a_subject(branch, member, 2026, Round.State.REPORTING, position=2, scheme="own")
    done = StageDone.objects.create(subject=subject, stage="visit", on=date(2026, 10, 8), note="已到支部查看")
    report = Report.objects.create(subject=subject, state=Report.State.ACCEPTED)
    deducted = Deducted.objects.create(subject=subject, points=1, reason="迟交报告")
    return [subject.round, subject, report, deducted, done]


def of_reports(branch: Branch, member: Member) -> list[models.Model]:
    """The secretary's report of a round that is published, what followed it, and an earlier round that is archived."""
    archived = _a_subject(branch, member, 2024, Round.State.ARCHIVED, **_graded(branch, 2024))
    Report.objects.create(subject=archived, state=Report.State.ACCEPTED)
    report, *further = a_published_report(branch, member)
    return [report.subject.round, archived.round, archived, report, *further]


def a_published_report(branch: Branch, member: Member) -> list[Any]:
    """Handed in, read and graded, with a question, a problem to be put right and an objection that waits."""
    name = branch.short_name
    graded = _graded(branch, 2025)
    graded["held"] |= {"audience": Round.Audience.ROUND, "published_at": timezone.now()}
    subject = _a_subject(branch, member, 2025, Round.State.PUBLISHED, **graded)
    texts = {"work": f"{name}做了很多工作", "problems": f"{name}的问题", "plans": f"{name}的打算"}
    report = Report.objects.create(
        subject=subject, state=Report.State.SUBMITTED, submitted_at=timezone.now(), **texts
    )
    report.state = Report.State.ACCEPTED
    report.save()
    return [
        report,
        Remark.objects.create(subject=subject, kind="question", speaker="张副书记", text=f"{name}缺什么"),
        Problem.objects.create(
            subject=subject,
            problem=f"{name}学习不深入",
            measure="每月学习",
            owner="支部书记",
            due_on=date(2026, 9, 1),
        ),
        Objection.objects.create(subject=subject, said=f"{name}请求复核"),
    ]


def of_reviews(branch: Branch, member: Member, second: Member) -> list[models.Model]:
    """A branch's reviews of four years: concluded with a correction, sent to the superior, being graded, and begun."""
    states = {2023: "closed", 2024: "submitted", 2025: "grading", 2026: "open"}
    concluded, sent, grading, begun = (a_review(branch, year, state) for year, state in states.items())
    said = {"member": member, "standing": "full"}
    graded = {"grade": "competent", "opinion": f"{branch.short_name}的评定意见"}
    entries = [
        ReviewEntry.objects.create(review=concluded, version=3, **said, **graded),
        ReviewEntry.objects.create(review=sent, version=5, **said, **graded),
        ReviewEntry.objects.create(review=grading, version=2, **said),
        ReviewEntry.objects.create(review=begun, version=4, member=second, standing="full"),
        ReviewEntry.objects.create(review=begun, version=1, **said),
    ]
    correction = ReviewCorrection(review=concluded, member=member, before="优秀", after="合格")
    correction.citation = f"{branch.short_name}的更正依据"
    correction.save()
    day, why = date(2023, 10, 15), f"{branch.short_name}长期出国"
    result = ReviewResult.objects.create(
        member=member,
        branch=branch,
        year=2023,
        ungraded=why,
        held_on=day,
        decided_on=day,
        decided_by="支部党员大会",
    )
    return [concluded, sent, grading, begun, *entries, correction, result]


def a_review(branch: Branch, year: int, state: str) -> Review:
    """Of nobody yet; two voted on paper, unless it is only begun."""
    voted = {} if state == "open" else {"way": "paper", "issued": 2, "returned": 2}
    is_decided = state in ("submitted", "closed")
    return Review.objects.create(
        branch=branch,
        branch_path=branch.path,
        year=year,
        held_on=date(year, 10, 12),
        share="1/3",
        base="full",
        state=state,
        decided_on=date(year, 10, 15) if is_decided else None,
        decided_by="meeting" if is_decided else "",
        **voted,
    )


def _graded(branch: Branch, year: int) -> dict[str, Any]:
    told = date(year + 1, 1, 15)
    feedback = f"{branch.short_name}组织生活规范。"
    return {"decided": "好", "feedback": feedback, "feedback_on": told, "held": {"decided_on": told}}


def _a_subject(
    branch: Branch,
    member: Member,
    year: int,
    state: str,
    *,
    scheme: str = "work",
    held: dict[str, Any] | None = None,
    position: int = 1,
    **facts: Any,
) -> Subject:
    """``member`` in a round of its own of the college above ``branch``; ``held`` is what else is known of the round."""
    college = branch.parent
    assert college is not None
    round_ = Round.objects.create(
        branch=college,
        branch_path=college.path,
        year=year,
        name=f"{branch.short_name}{year}年度述职评议{position}",
        scheme=kept("work", stages=WITH_OWN) if scheme == "own" else kept(scheme),
        state=state,
        report_due_on=date(year, 12, 20),
        **(held or {}),
    )
    spell = {"branch": branch.pk, "since": f"{year}-01-01", "until": f"{year}-12-31"}
    return Subject.objects.create(
        round=round_,
        branch_path=college.path,
        member=member,
        branch=branch,
        posts=[spell],
        position=position,
        **facts,
    )
