"""What is asked of the lively branch and its neighbours, and what it plans: a task, a notice, a record sent back, a
member who finds himself marked wrongly, a waiver asked for, the year's plan; and an election where a term ends.
Written as it would stand today, some of it answered.
"""

from datetime import date, time, timedelta
from typing import Any, Final

from accounts.models import User
from activities.elections import reading
from activities.kinds import Kind
from activities.models import (
    Activity,
    Appeal,
    Assignment,
    AssignmentReturn,
    Attendance,
    Election,
    Supplement,
    Waiver,
)
from activities.models.assignments import Nature
from activities.models.plans import Rhythm, Week, Weekday
from activities.plans import keeping
from branches.models import Branch
from branches.tree import whole_tree
from lib.periods import Period, month_of
from members import rosters
from members.branch_rules import COMMITTEE_LEAST, FULL_FOR_COMMITTEE
from members.models import Member

from .organisations import Leaf
from .scale import Setting, moment

#: Kind, rhythm, which month of the quarter, which of the weekdays, from, to, topic.
PLANS: Final = (
    (Kind.THEME_DAY, Rhythm.MONTHLY, None, Week.SECOND, time(14, 30), time(16, 30), "{月}主题党日"),
    (Kind.COMMITTEE_MEETING, Rhythm.MONTHLY, None, Week.FIRST, time(16), time(17), "研究{月}工作"),
    (Kind.GENERAL_MEETING, Rhythm.QUARTERLY, 3, Week.LAST, time(15), time(16, 30), "讨论支部工作报告"),
    (Kind.PARTY_LECTURE, Rhythm.QUARTERLY, 2, Week.THIRD, time(15), time(16), "书记讲党课"),
)
TASK: Final = "围绕学风建设开展一次主题党日"
NOTICE: Final = "做好年末组织关系排查"
#: What the member says of the last records that mark him away, and what the branch answered.
FOUND_WRONG: Final = (
    ("当天我参加了，来得晚，没有赶上签到。", ""),
    ("我记得那天到会了。", "签到表上没有您的名字；如另有凭据，请再提出。"),
)
#: Of the branches asked, every such one has answered.
EVERY: Final = 3


def ask(leaf: Leaf, setting: Setting, clerk: User, keeper: User, member: User) -> None:
    """``keeper`` writes for the branch; ``member`` is the ordinary member's account."""
    _plan(leaf.branch, setting.today, keeper)
    college = leaf.unit.branch
    asked = [each.branch for each in leaf.unit.leaves if each.founded_on <= setting.today <= each.last_day]
    _task(college, asked, setting.today, clerk)
    _notice(college, asked, setting.today, clerk)
    _send_back(leaf.branch, setting.today, clerk, keeper)
    _find_wrong(leaf.branch, setting.today, member, keeper)
    _waive(leaf.branch, setting.today, keeper)
    _elect(setting.today)


def _plan(branch: Branch, today: date, keeper: User) -> None:
    year = Period.year(today.year)
    since = max(year.start, branch.founded_on or year.start)
    for kind, rhythm, month, week, starts, ends, topic in PLANS:
        days: dict[str, Any] = {"rhythm": rhythm, "month_of_quarter": month, "week": week}
        when = {**days, "weekday": Weekday.WEDNESDAY, "since": since, "until": year.end}
        place = {"place": "支部活动室", "starts_at": starts, "ends_at": ends}
        keeping.add(branch, by=keeper, kind=kind, topic=topic, **when, **place)


def _task(college: Branch, asked: list[Branch], today: date, clerk: User) -> None:
    """Two weeks old and due in ten days; some branches have returned it with a record."""
    opens = today - timedelta(days=20)
    text = "结合本支部实际，组织一次讨论，记下形成的意见；有关学生的问题会后报学院党委。"
    task = _issue(
        college,
        clerk,
        opens,
        nature=Nature.TASK,
        title=TASK,
        text=text,
        kind=Kind.THEME_DAY,
        due_on=today + timedelta(days=10),
    )
    for number, branch in enumerate(asked):
        row = AssignmentReturn(assignment=task, branch=branch, branch_path=branch.path)
        held = Activity.objects.valid().of_kind(Kind.THEME_DAY).filter(branch=branch, held_on__gte=opens)
        if number % EVERY == 1 and (record := held.order_by("held_on", "pk").first()):
            row.record, row.returned_on, row.returned_by = record, record.held_on, clerk
        row.save()


def _notice(college: Branch, asked: list[Branch], today: date, clerk: User) -> None:
    opens = today - timedelta(days=5)
    text = "逐一核对党员去向和组织关系，失去联系的写明联系经过；有疑问的打电话给学院党委办公室。"
    due_on = today + timedelta(days=9)
    notice = _issue(college, clerk, opens, nature=Nature.NOTICE, title=NOTICE, text=text, due_on=due_on)
    AssignmentReturn.objects.bulk_create(
        AssignmentReturn(
            assignment=notice,
            branch=branch,
            branch_path=branch.path,
            **({"returned_on": opens, "returned_by": clerk, "seen_version": 1} if not number % EVERY else {}),
        )
        for number, branch in enumerate(asked)
    )


def _issue(college: Branch, clerk: User, opens_on: date, **facts: Any) -> Assignment:
    return Assignment.objects.create(
        issuer=college,
        branch_path=college.path,
        organisation=college,
        opens_on=opens_on,
        issued_at=moment(opens_on, time(10)),
        issued_by=clerk,
        **facts,
    )


def _send_back(branch: Branch, today: date, clerk: User, keeper: User) -> None:
    """Its last general meeting lacks something, as seen from above; what its last lecture lacked was answered."""
    held = Activity.objects.valid().filter(branch=branch)
    meeting = held.of_kind(Kind.GENERAL_MEETING).first()
    lecture = held.filter(kind=Kind.PARTY_LECTURE).first()
    if meeting:
        Supplement.objects.create(
            activity=meeting,
            branch_path=branch.path,
            reason="请补写表决结果：同意、不同意和弃权各多少票。",
            asked_at=moment(today - timedelta(days=2), time(11)),
            asked_by=clerk,
        )
    if lecture:
        Supplement.objects.create(
            activity=lecture,
            branch_path=branch.path,
            reason="请写明主讲人的职务，并补上讲课提纲。",
            asked_at=moment(today - timedelta(days=3), time(10)),
            asked_by=clerk,
            met_at=moment(today - timedelta(days=2), time(16)),
            met_by=keeper,
            how=Supplement.How.ANSWERED,
            answer="主讲人是本支部书记；提纲只有纸质的，已存在支部档案里。",
        )


def _find_wrong(branch: Branch, today: date, account: User, keeper: User) -> None:
    """The member was there, and says so of the last record that marks him away; of one before he was told why not.
    Nothing where none does.
    """
    member = Member.objects.get(account=account)
    away = (Attendance.State.ABSENT, Attendance.State.LEAVE)
    marks = member.attendances.filter(activity__branch=branch, activity__withdrawn_at__isnull=True)
    found = (
        marks.filter(state__in=away).order_by("-activity__held_on", "-activity").select_related("activity")
    )
    for mark, (said, answer) in zip(found, FOUND_WRONG, strict=False):
        days = 9 if answer else 1
        Appeal.objects.create(
            activity=mark.activity,
            branch_path=branch.path,
            member=member,
            said=said,
            version=mark.activity.version,
            asked_at=moment(today - timedelta(days=days), time(20)),
            **_answered(answer, keeper, today - timedelta(days=days - 1)),
        )


def _answered(answer: str, keeper: User, on: date) -> dict[str, Any]:
    if not answer:
        return {}
    at = moment(on, time(9))
    return {"state": Appeal.State.KEPT, "answer": answer, "answered_at": at, "answered_by": keeper}


def _waive(branch: Branch, today: date, keeper: User) -> None:
    """A group meeting of last month, which its committee has still to answer."""
    last_month = month_of(today).previous()
    Waiver.objects.create(
        branch=branch,
        branch_path=branch.path,
        codes=["ZB-17"],
        start=last_month.start,
        end=last_month.end,
        reason="第一党小组当月全体外出调研，已随支部党员大会一起学习。",
        by=keeper,
        at=moment(today - timedelta(days=2), time(9)),
    )


def _elect(today: date) -> None:
    """The first branch whose term ends has asked for an election, and may propose its candidates."""
    found = reading.lines(whole_tree(), today)
    branch = next((line.branch for line in found if line.branch.is_leaf), None)
    if branch is None:
        return
    full = rosters.full_members_on(branch, today).count()
    Election.objects.create(
        branch=branch,
        branch_path=branch.path,
        requested_on=today - timedelta(days=30),
        replied_on=today - timedelta(days=20),
        reply_number=f"党组〔{today:%Y}〕6号",
        seats=COMMITTEE_LEAST if full >= FULL_FOR_COMMITTEE else 1,
    )
