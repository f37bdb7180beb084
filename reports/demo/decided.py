"""What a few meetings decided: full minutes with owners and days, the last ones of the lively branch, and what the
committee of its college held itself. Through the verbs.
"""

import random
from datetime import date, time, timedelta
from typing import Any, Final
from uuid import UUID

from accounts.models import User
from activities import minutes, records
from activities.attendance import Mark, expected_people
from activities.kinds import Kind
from activities.minutes import TaskLine
from activities.models import Activity, ActivityQuerySet, AgendaItem, Task
from activities.voting import Ballot, fault_of_turnout
from branches.models import Branch
from members.voting import RULES, Vote

from .organisations import Leaf
from .scale import Setting, new_key
from .together import date_back

PartyFirst = AgendaItem.PartyFirst
DOCUMENT: Final = "关于加强高校基层党组织建设的意见"


def decide(leaf: Leaf, setting: Setting, clerk: User) -> int:
    """Returns how many records it made."""
    stream, today = setting.stream("decided"), setting.today
    _committee(leaf.branch, today, clerk, stream)
    _general_meeting(leaf.branch, today, clerk, stream)
    _life_meeting(leaf.branch, today, clerk, stream)
    made = [
        record
        for record in (
            _first_agenda(leaf.unit.branch, today, clerk, stream),
            _joint_meeting(leaf.unit.branch, today, clerk, stream),
        )
        if record
    ]
    date_back(made)
    return len(made)


def _committee(branch: Branch, today: date, clerk: User, stream: random.Random) -> None:
    if meeting := _last(branch, Kind.COMMITTEE_MEETING):
        tasks = [
            TaskLine("联系校史馆，定下参观时间", _owner(meeting, 0), today + timedelta(days=5)),
            TaskLine("收齐本季度思想汇报", _owner(meeting, 1), today - timedelta(days=2)),
        ]
        _item(
            meeting,
            clerk,
            stream,
            title="研究近期工作安排",
            proceedings="逐项讨论了主题党日和思想汇报的安排。",
            decision="按讨论意见落实。",
            tasks=tasks,
        )


def _general_meeting(branch: Branch, today: date, clerk: User, stream: random.Random) -> None:
    """The last but one, whose minutes are complete: a report, and a resolution with its votes."""
    meeting = _held(branch, Kind.GENERAL_MEETING)[1:2].first()
    if meeting is None:
        return
    _item(
        meeting,
        clerk,
        stream,
        title="听取支委会工作报告",
        proceedings="书记报告上季度三会一课、发展党员和党费收缴情况。三名党员提出建议：集体学习多安排讨论，"
        "主题党日早一周通知，积极分子培养联系人每月谈一次话。",
        decision="同意报告。三条建议由支委会研究落实，下次大会通报。",
        tasks=[TaskLine("通报三条建议的落实情况", _owner(meeting, 0), meeting.held_on + timedelta(days=90))],
    )
    for task in Task.objects.filter(item__activity=meeting):
        minutes.finish(task, by=clerk, on=min(today, meeting.held_on + timedelta(days=75)))
    turnout = minutes.turnout_of(meeting)
    if fault_of_turnout(RULES[Vote.RESOLUTION], turnout):
        return
    _item(
        meeting,
        clerk,
        stream,
        title="表决下季度学习和活动计划",
        proceedings="支委会说明计划的安排和经费。",
        decision="通过下季度学习和活动计划。",
        vote=Vote.RESOLUTION,
        ballots=[Ballot(in_favour=turnout.present - 1, abstained=1)],
    )


def _life_meeting(branch: Branch, today: date, clerk: User, stream: random.Random) -> None:
    if meeting := _last(branch, Kind.ORGANIZATION_LIFE_MEETING):
        owner = _owner(meeting, 0)
        due = today + timedelta(days=30)
        problem = TaskLine("每次学习安排两人结合专业谈体会", owner, due, problem="集体学习念文件多、讨论少")
        _item(
            meeting,
            clerk,
            stream,
            title="查摆问题，明确整改措施",
            proceedings="支委会作对照检查，党员逐一提出意见。",
            decision="形成整改清单，逐项落实。",
            tasks=[problem],
        )


def _first_agenda(college: Branch, today: date, clerk: User, stream: random.Random) -> Activity | None:
    details: dict[str, Any] = {
        Kind.FIRST_AGENDA: {"name": DOCUMENT, "measures": "结合学院实际，列入下月支部学习安排。"}
    }
    return _log(
        college, Kind.FIRST_AGENDA, today - timedelta(days=16), clerk, stream, f"学习《{DOCUMENT}》", details
    )


def _joint_meeting(college: Branch, today: date, clerk: User, stream: random.Random) -> Activity | None:
    day = today - timedelta(days=9)
    meeting = _log(college, Kind.JOINT_MEETING, day, clerk, stream, "学院党政联席会议")
    if meeting:
        first = {"party_first": PartyFirst.HELD, "party_first_on": day - timedelta(days=3)}
        said = {"proceedings": "会前已征求教师意见。", "decision": "同意。"}
        _item(meeting, clerk, stream, title="教师招聘方案", **first, **said)
        _item(meeting, clerk, stream, title="实验室安全检查安排", party_first=PartyFirst.NOT_NEEDED, **said)
    return meeting


def _log(
    organisation: Branch,
    kind: Kind,
    day: date,
    clerk: User,
    stream: random.Random,
    title: str,
    details: dict[str, Any] | None = None,
) -> Activity | None:
    """Nothing where the organisation has no committee of that day."""
    people = expected_people(kind, organisation, day)
    if not people:
        return None
    made, _ = records.log(
        by=clerk,
        record_id=new_key(stream),
        branch=organisation,
        kind=kind,
        held_on=day,
        marks={person.member_id: Mark("present") for person in people},
        details=details or {},
        title=title,
        starts_at=time(9),
        minutes=90,
        place="学院会议室",
        host=people[0].name,
    )
    return made


def _item(meeting: Activity, clerk: User, stream: random.Random, **values: Any) -> None:
    minutes.keep_item(meeting, by=clerk, item_id=new_key(stream), version=0, **values)


def _last(branch: Branch, kind: Kind) -> Activity | None:
    return _held(branch, kind).first()


def _held(branch: Branch, kind: Kind) -> ActivityQuerySet:
    """The latest first."""
    return Activity.objects.valid().filter(branch=branch, kind=kind).order_by("-held_on", "pk")


def _owner(meeting: Activity, number: int) -> UUID | None:
    people = [pk for pk, _ in minutes.owners_of(meeting)]
    return people[number % len(people)] if people else None
