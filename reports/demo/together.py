"""What one branch and its neighbours did together last month: a joint theme day with everything that may come of it.

A college's secretary lectured, people signed in with their phones, somebody made up for it; one neighbour held its
part, one has not answered, one declined. Through the verbs, and then as if it had been entered the next day.
"""

import random
from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any, Final

from accounts.models import User
from activities import jointly, makeup, records, tallies
from activities.attendance import Mark, expected_people
from activities.kinds import Kind, joined
from activities.models import Activity, CheckIn, CheckInEntry, Invitation, LeaveRequest
from branches.models import Branch
from lib.periods import month_of
from members import exemptions
from members.models import Exemption, Member, MembershipSpell, Post

from .details import ITEMS
from .organisations import Leaf
from .scale import Setting, moment, new_key

TITLE: Final = "走进实验室：党建与科研结对共建"
NOTES: Final = "学院党委书记讲党课，随后两个支部分组参观实验室，商量了今年结对的三件事。"
STARTS, MINUTES = time(14, 30), 120
SIGNED_IN: Final = 6
State = LeaveRequest.State


def hold(leaf: Leaf, setting: Setting, clerk: User, member: User) -> int:
    """Returns how many records it made. ``member`` is the ordinary member's account."""
    stream = setting.stream("together")
    day = _day(setting.today)
    neighbours = _neighbours(leaf, day)
    _exempt(neighbours[:1], setting.today, clerk)
    lead = _lead(leaf.branch, day, stream, clerk)
    asked = jointly.invite(lead, neighbours, by=clerk)
    parts = [_part(lead, invitation, stream, clerk) for invitation in asked[:1]]
    for invitation in asked[2:]:
        jointly.decline(invitation, by=clerk, reason="当天有教学检查")
    Invitation.objects.filter(activity=lead).update(invited_at=moment(day + timedelta(days=1), time(9)))
    _sign_in(lead, stream, clerk)
    _make_up(lead, clerk)
    date_back([lead, *parts])
    _ask_leave(leaf.branch, setting.today, member)
    return 1 + len(parts)


def _day(today: date) -> date:
    """A working day in the middle of last month."""
    day = month_of(today).previous().start + timedelta(days=14)
    return day - timedelta(days=max(0, day.weekday() - 4))


def _neighbours(leaf: Leaf, day: date) -> list[Branch]:
    """Up to three other branches of the college with people of their own."""
    there = (
        other.branch
        for other in leaf.unit.leaves
        if other is not leaf and other.has_own_members and other.founded_on <= day <= other.last_day
    )
    return [branch for branch in there if expected_people(Kind.THEME_DAY, branch, day)][:3]


def _exempt(branches: list[Branch], today: date, clerk: User) -> None:
    """The two who have been in the party longest of each, by what the branch judged of their health."""
    for branch in branches:
        here = MembershipSpell.objects.open().filter(branch=branch, kind=MembershipSpell.Kind.BELONGING)
        people = Member.objects.filter(Member.IS_PRESENT, branch=branch, pk__in=here.values("member"))
        since = today - timedelta(days=90)
        settled = people.exclude(spells__since__gt=since).order_by("joined_on", "number")[:2]
        for person, ground in zip(settled, (Exemption.Ground.OLD, Exemption.Ground.ILL), strict=False):
            exemptions.grant(person, since=since, until=None, ground=ground, note="支部走访后商定", by=clerk)


def _lead(branch: Branch, day: date, stream: random.Random, clerk: User) -> Activity:
    led = Post.objects.on(day).select_related("member", "branch")
    post = led.filter(branch=branch.parent, title=Post.Title.SECRETARY).first()
    above = led.filter(branch__parent=None, title=Post.Title.DEPUTY).first()
    lecturer = post.member.name if post else ""
    came = [f"{each.member.name} {each.branch.short_name}" for each in (above, post) if each]
    details: dict[str, Mapping[str, Any]] = {
        Kind.THEME_DAY: {"items": [{"title": title, "done": True} for title in ITEMS], "own": ["结对共建"]},
        Kind.PARTY_LECTURE: {"category": "leader", "rank": "学院党组织书记"},
    }
    guests = "\n".join([*came, "高远 校团委"])
    return _log(
        branch,
        day,
        stream,
        clerk,
        details=details,
        also_kinds=joined([Kind.PARTY_LECTURE]),
        lecturer=lecturer,
        guests=guests,
        guest_heads=4,
    )


def _part(lead: Activity, invitation: Invitation, stream: random.Random, clerk: User) -> Activity:
    return _log(invitation.branch, lead.held_on, stream, clerk, invitation=invitation)


def _log(branch: Branch, day: date, stream: random.Random, clerk: User, **facts: Any) -> Activity:
    people = [each for each in expected_people(Kind.THEME_DAY, branch, day) if not each.is_exempt]
    marks = {person.member_id: Mark("present") for person in people}
    if len(people) > 3:
        away = stream.sample(people, 2)
        marks[away[0].member_id] = Mark("leave", "出差")
        marks[away[1].member_id] = Mark("absent", "未说明")
    came = [person.name for person in people if marks[person.member_id].state == "present"]
    host, recorder = (came * 2)[:2] if came else ("", "")
    made, _ = records.log(
        by=clerk,
        record_id=new_key(stream),
        branch=branch,
        kind=Kind.THEME_DAY,
        held_on=day,
        marks=marks,
        title=TITLE,
        starts_at=STARTS,
        minutes=MINUTES,
        place="理工楼A305",
        host=host,
        recorder=recorder,
        notes=NOTES,
        **facts,
    )
    return made


def _sign_in(lead: Activity, stream: random.Random, clerk: User) -> None:
    """Some signed in with their phones, the others were ticked."""
    opens = moment(lead.held_on, STARTS) - timedelta(minutes=20)
    window = CheckIn.objects.create(
        branch=lead.branch,
        branch_path=lead.branch.path,
        kind=lead.kind,
        day=lead.held_on,
        opens_at=opens,
        closes_at=opens + timedelta(minutes=40),
        secret=f"{stream.getrandbits(128):032x}",
        opened_by=clerk,
        activity=lead,
    )
    came = lead.attendances.filter(state="present").order_by("member__number")[:SIGNED_IN]
    CheckInEntry.objects.bulk_create(
        CheckInEntry(check_in=window, member_id=row.member_id, at=opens + timedelta(minutes=3 * number + 1))
        for number, row in enumerate(came)
    )


def _make_up(lead: Activity, clerk: User) -> None:
    missed = makeup.missed(lead)
    if missed:
        on = lead.held_on + timedelta(days=5)
        makeup.note(lead, missed[:1], on=on, how="自学讲义，写了心得", hours=Decimal("1.5"), by=clerk)


def date_back(made: list[Activity]) -> None:
    """As if entered on the evening after."""
    for record in made:
        at = moment(record.held_on + timedelta(days=1), time(20))
        Activity.objects.filter(pk=record.pk).update(entered_at=at, is_on_time=True)
        Activity.history.filter(id=record.pk).update(entered_at=at, history_date=at, is_on_time=True)
    tallies.refresh(made)


def _ask_leave(branch: Branch, today: date, account: User) -> None:
    """One for next week, and one that the branch did not agree to."""
    member = Member.objects.get(account=account)
    common = {"member": member, "branch": branch, "branch_path": branch.path}
    LeaveRequest.objects.create(
        **common,
        on=today + timedelta(days=6),
        kind=Kind.THEME_DAY,
        reason="参加学术会议",
        asked_at=moment(today - timedelta(days=1), time(21)),
    )
    LeaveRequest.objects.create(
        **common,
        on=today - timedelta(days=20),
        reason="回家",
        state=State.DECLINED,
        answer="当天要准备换届，请尽量参加。",
        asked_at=moment(today - timedelta(days=24), time(21)),
    )
