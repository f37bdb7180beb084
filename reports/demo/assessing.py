"""The duty reports of the lively college: last year's round in the archive, this year's with reports being written."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from typing import Final

from accounts.models import User
from assessments import duty, gathering, measures, own_stages, published, quotas, rounds, sealing
from assessments.models import Points, Problem, Rating, Report, Round, Subject
from assessments.stages import Stage, Step, usual
from lib.periods import Period

from .organisations import Leaf
from .scale import Setting, moment

NAME: Final = "{}年度党支部书记抓基层党建述职评议"
#: Ballots given out in each group, and how many came back.
BALLOTS: Final = {"leaders": (7, 7), "secretaries": (8, 7), "members": (20, 18)}
WORK: Final = "按月召开支委会和主题党日，按季度召开党员大会、讲党课，按计划做好发展党员工作。"
PROBLEMS: Final = (
    "理论学习联系实际不够，讨论时发言的人少；外出实习的党员参加组织生活不及时；"
    "发展党员的培养谈话记录不够具体。原因是对学习的准备抓得不紧，和实习单位联系少。"
)
PLANS: Final = "学习前先发材料，会上人人发言；实习党员用线上方式参加，会后补学；谈话当天记录。"
FEEDBACK: Final = "工作扎实，组织生活按期开展。要在联系实际学习、管理外出党员上下功夫。"
#: What the college adds this year: each branch's record book is looked at before the meeting.
BOOKS: Final = Stage("books", "查阅手册", Step.BEFORE, "学院述职评议工作安排")
RECTIFIED: Final = (
    ("讨论时发言的人少", "会前三天发学习材料，会上轮流发言", "3月起每次会议都有五名以上党员发言"),
    ("外出实习的党员参加组织生活不及时", "实习党员线上参加，一周内补学", ""),
)


def assess(leaf: Leaf, setting: Setting, clerk: User, secretary: User) -> None:
    """``clerk`` organises; ``secretary`` has a draft in this year's round."""
    stream = setting.stream("assessments")
    _last_year(leaf, setting.today.year - 1, stream, clerk)
    _this_year(leaf, setting.today, clerk, secretary)


def _begin(leaf: Leaf, year: int, clerk: User, *own: Stage) -> Round:
    scheme = replace(published.HALF_AND_HALF, stages=(*usual(has_ballot=True), *own)).as_kept()
    due = date(year, 12, 20)
    college = leaf.unit.branch
    return rounds.begin(
        college, year=year, name=NAME.format(year), scheme=scheme, report_due_on=due, by=clerk
    )


def _last_year(leaf: Leaf, year: int, stream: random.Random, clerk: User) -> None:
    row = _begin(leaf, year, clerk)
    subjects = list(row.subjects.select_related("member", "branch"))
    held, decided = date(year, 12, 28), date(year + 1, 1, 8)
    measured = measures.of_subjects(subjects, year, Period.year(year).end)
    developed = measures.developed_of(subjects, year)
    for subject in subjects:
        subject.evidence = gathering.frozen(measured[subject.pk], developed[subject.pk])
        subject.save()
        Report.objects.create(
            subject=subject,
            work=WORK,
            problems=PROBLEMS,
            plans=PLANS,
            state=Report.State.ACCEPTED,
            submitted_at=moment(date(year, 12, 18), time(16)),
        )
        Points.objects.create(
            subject=subject, item="work", grader=clerk, value=Decimal(stream.randint(80, 96))
        )
    _vote(row, subjects, stream)
    row.meeting_on, row.meeting_place, row.closed_at = held, "学院会议室", moment(held, time(17))
    row.decided_on, row.decided_by, row.published_at = decided, "学院党委会", moment(decided, time(17))
    row.audience, row.state = Round.Audience.ROUND, Round.State.ARCHIVED
    _grade(row, subjects, decided)
    row.archived_at, row.digest = moment(date(year + 1, 3, 1), time(9)), sealing.digest_of(row)
    row.save()
    duty.write_down(row)


def _vote(row: Round, subjects: Sequence[Subject], stream: random.Random) -> None:
    for group in row.groups.all():
        group.issued, group.returned = BALLOTS[group.code]
        group.valid = group.returned
        group.save()
        for subject in subjects:
            marks = stream.choices(row.rules.titles, weights=(70, 24, 5, 1), k=group.returned)
            Rating.objects.bulk_create(Rating(group=group, subject=subject, mark=mark) for mark in marks)


def _grade(row: Round, subjects: Sequence[Subject], decided: date) -> None:
    """As computed; where a quota wants one grade lower, the one with the least points of the better ones gets it."""
    judged = gathering.judged(row, subjects, decided)
    grades = {one.subject.pk: one.score.proposed for one in judged}
    best = row.rules.titles[0]
    for one in sorted(judged, key=lambda each: each.score.total or Decimal(0)):
        if grades[one.subject.pk] == best and quotas.faults_of_grades(row.rules, grades.values()):
            grades[one.subject.pk] = row.rules.titles[1]
            one.subject.decided_why = "按方案比例，由学院党委会研究确定"
    for subject in subjects:
        subject.decided, subject.feedback, subject.feedback_on = grades[subject.pk], FEEDBACK, decided
        subject.save()
        for problem, measure, evidence in RECTIFIED:
            Problem.objects.create(
                subject=subject,
                problem=problem,
                measure=measure,
                owner=subject.member.name,
                due_on=date(decided.year, 6, 30),
                evidence=evidence,
                done_on=date(decided.year, 5, 20) if evidence else None,
                checked_on=date(decided.year, 7, 2) if evidence else None,
                check_result="已完成" if evidence else "",
            )


def _this_year(leaf: Leaf, today: date, clerk: User, secretary: User) -> None:
    row = _begin(leaf, today.year, clerk, BOOKS)
    rounds.open_reports(row, by=clerk)
    others = Report.objects.filter(subject__round=row).exclude(subject__member__account=secretary)
    states = (Report.State.ACCEPTED, Report.State.SUBMITTED)
    for report, state in zip(others.order_by("subject__position"), states, strict=False):
        report.work, report.problems, report.plans, report.state = WORK, PROBLEMS, PLANS, state
        report.submitted_at = moment(today, time(9))
        report.save()
        if state == Report.State.ACCEPTED:
            own_stages.note(row, BOOKS, [report.subject_id], on=today, text="手册完整，记录及时", by=clerk)
    own = Report.objects.filter(subject__round=row, subject__member__account=secretary).first()
    if own:
        own.work = WORK
        own.save()
