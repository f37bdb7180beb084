"""Writes the drafts down: place, host, minutes and who was there, with the counters a logged record has."""

import random
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import User
from activities import tallies
from activities.kinds import Expected, Kind, expected_of
from activities.models import Activity, Attendance, Campaign, Details
from branches.models import Branch

from . import details, words
from .drafts import Draft, Habits, expected
from .inserting import insert, insert_history, insert_rows
from .offices import Title
from .people import People, Person
from .scale import Setting, moment, new_key
from .themes import Theme

State = Attendance.State
MINUTES = {
    Kind.COMMITTEE_MEETING: (40, 50, 60),
    Kind.GROUP_MEETING: (40, 45, 60),
    Kind.HEART_TALK: (30, 40),
    Kind.PRACTICE: (180, 240),
    Kind.VOLUNTEERING: (120, 150),
}
NO_MEETING = frozenset({Kind.PRACTICE, Kind.VOLUNTEERING, Kind.HEART_TALK, Kind.FILM})


@dataclass(slots=True)
class Row:
    """An attendance row to be: a model object would cost five times as much, and there are six figures of them."""

    activity_id: UUID
    member_id: UUID
    name: str
    state: str
    reason: str
    may_vote: bool


class Writer:
    """Makes the records of one branch after another; ``clerk`` entered what no secretary's account did."""

    def __init__(
        self,
        setting: Setting,
        people: People,
        accounts: dict[UUID, User],
        clerk: User,
        campaigns: dict[str, Campaign],
    ) -> None:
        self.setting = setting
        self.people = people
        self.accounts = accounts
        self.clerk = clerk
        self.campaigns = campaigns
        self.written = 0

    def write(self, branch: Branch, drafts: list[Draft], habits: Habits) -> None:
        """The records of ``branch`` with attendance, campaigns and the first row of their history."""
        stream = self.setting.stream(f"records:{branch.code}")
        own = self.setting.stream(f"details:{branch.code}")
        told: list[Details] = []
        activities: list[Activity] = []
        marks: list[Row] = []
        ordered = sorted(drafts, key=lambda draft: draft.day)
        for draft in ordered:
            activity = self._activity(draft, habits, stream)
            rows = self._attend(activity, draft, stream)
            present = [row for row in rows if row.state == State.PRESENT]
            self._tell(activity, draft, present, stream)
            made = details.take(activity, {row.name: row.member_id for row in present}, own)
            told += [made] if made else []
            if activities and activities[-1].held_on == draft.day:
                activity.place = activities[-1].place  # one meeting of several kinds
            marks += rows
            activities.append(activity)
        insert(activities)
        _insert_attendance(marks)
        for activity in activities:
            activity._history_user, activity._history_date = activity.entered_by, activity.entered_at  # type: ignore[attr-defined]
        insert_history(activities)
        details.write(told)
        self._join(activities, [draft.campaign for draft in ordered])
        self.written += len(activities)

    def _activity(self, draft: Draft, habits: Habits, stream: random.Random) -> Activity:
        branch = draft.office.leaf.branch
        secretary = draft.office.secretary_on(draft.day)
        minutes = stream.choice(MINUTES.get(draft.kind, (60, 80, 90, 120)))
        hour = habits.hour if draft.kind not in (Kind.PRACTICE, Kind.VOLUNTEERING) else 9
        entered_at = self._entered_at(draft.day, habits, stream)
        by = self.accounts.get(secretary.person.member.pk, self.clerk) if secretary else self.clerk
        activity = Activity(
            id=new_key(stream),
            branch=branch,
            branch_path=branch.path,
            org_path=draft.office.leaf.place_on(draft.day),
            group=draft.group.group if draft.group else None,
            kind=draft.kind,
            held_on=draft.day,
            starts_at=time(hour, stream.choice((0, 0, 30))),
            minutes=minutes,
            entered_at=entered_at,
            entered_by=by,
            is_on_time=timezone.localdate(entered_at) <= draft.day + timedelta(days=settings.ON_TIME_DAYS),
        )
        if draft.is_withdrawn:
            activity.withdrawn_at = entered_at + timedelta(hours=stream.randint(1, 30))
            activity.withdrawn_reason = stream.choice(
                ("重复登记", "日期填错，已另行登记", "选错类型，已另行登记")
            )
            activity.version = 2
        return activity

    def _entered_at(self, day: date, habits: Habits, stream: random.Random) -> datetime:
        entered = min(day + timedelta(days=stream.choice(habits.lag)), self.setting.last_day)
        clock = time(
            stream.randint(20, 22) if entered == day else stream.randint(8, 22), stream.randint(0, 59)
        )
        return moment(entered, clock)

    def _attend(self, activity: Activity, draft: Draft, stream: random.Random) -> list[Row]:
        """Attendance rows of the expected people of the day, and the counters made from them."""
        people = self._expected(draft, stream)
        reasons = _reasons(draft)
        rows = []
        for person in people:
            state, reason = _mark(stream, person, reasons)
            if draft.kind == Kind.HEART_TALK:
                state, reason = State.PRESENT, ""  # nobody talks without the other
            member = person.member
            rows.append(Row(activity.pk, member.pk, member.name, state, reason, person.may_vote(draft.day)))
        counts = Counter(row.state for row in rows)
        activity.expected, activity.present = len(rows), counts[State.PRESENT]
        activity.on_leave, activity.absent = counts[State.LEAVE], counts[State.ABSENT]
        return rows

    def _expected(self, draft: Draft, stream: random.Random) -> list[Person]:
        people: list[Person] = expected(draft, self.people)
        if expected_of(draft.kind) is not Expected.CHOSEN:
            return people
        number = 2 if draft.kind == Kind.HEART_TALK else min(len(people), stream.randint(3, 9))
        return stream.sample(people, number)

    def _tell(self, activity: Activity, draft: Draft, present: list[Row], stream: random.Random) -> None:
        theme = draft.theme
        assert theme
        activity.title = theme.title
        names = [mark.name for mark in present]
        leaders = [
            leader for leader in (draft.group.leaders if draft.group else []) if leader.holds_on(draft.day)
        ]
        secretary = draft.office.secretary_on(draft.day)
        head = leaders[0] if leaders else secretary
        activity.host = head.person.member.name if head else names[0] if names else ""
        others = [name for name in names if name != activity.host] or names or [""]
        activity.recorder = self._recorder(draft, set(names)) or others[0]
        if draft.kind == Kind.PARTY_LECTURE:
            activity.lecturer = activity.host if stream.random() < 0.6 else stream.choice(others)
        activity.place = _place(draft, theme, stream)
        activity.notes = _notes(draft.kind, theme, others, stream)

    def _recorder(self, draft: Draft, present: set[str]) -> str:
        """The committee member for organisation, when there."""
        for tenure in draft.office.tenures:
            if tenure.duty == "组织" and tenure.title == Title.COMMITTEE and tenure.holds_on(draft.day):
                return tenure.person.member.name if tenure.person.member.name in present else ""
        return ""

    def _join(self, activities: list[Activity], names: list[str]) -> None:
        """Which campaign a record belongs to, in the record and in its history."""
        through = Activity.campaigns.through
        joins = through.objects.bulk_create(
            [
                through(activity=activity, campaign=self.campaigns[name])
                for activity, name in zip(activities, names, strict=True)
                if name
            ],
            batch_size=500,
        )
        past: Any = apps.get_model("activities", "HistoricalActivity_campaigns")
        versions = Activity.history.filter(id__in=[join.activity_id for join in joins])
        history = dict(versions.values_list("id", "history_id"))
        past.objects.bulk_create(
            [
                past(
                    id=join.pk,
                    history_id=history[join.activity_id],
                    activity_id=join.activity_id,
                    campaign=join.campaign,
                )
                for join in joins
            ],
            batch_size=500,
        )


def _insert_attendance(rows: list[Row]) -> None:
    key = Activity._meta.pk
    stored = {
        pk: key.get_db_prep_value(pk, connection) for row in rows for pk in (row.activity_id, row.member_id)
    }
    insert_rows(
        Attendance,
        ("activity_id", "member_id", "state", "reason", "may_vote"),
        (
            (stored[row.activity_id], stored[row.member_id], row.state, row.reason, row.may_vote)
            for row in rows
        ),
    )


def _reasons(draft: Draft) -> tuple[str, ...]:
    if draft.office.leaf.is_student:
        return words.LEAVE_STUDENT
    return words.LEAVE_RETIRED if draft.office.leaf.subject == "离退休" else words.LEAVE_STAFF


def _mark(stream: random.Random, person: Person, reasons: tuple[str, ...]) -> tuple[str, str]:
    """Present, mostly. One in nine is often away: which ones follows from the person."""
    often_away = person.member.pk.int % 9 == 0
    drawn = stream.random()
    if drawn < (0.14 if often_away else 0.035):
        return State.LEAVE, stream.choice(reasons)
    if drawn > (0.96 if often_away else 0.992):
        return State.ABSENT, stream.choice(words.ABSENT)
    return State.PRESENT, ""


def _place(draft: Draft, theme: Theme, stream: random.Random) -> str:
    if draft.kind in (Kind.COMMITTEE_MEETING, Kind.HEART_TALK):
        return stream.choice(("党员活动室", "书记办公室", "小会议室"))
    outdoors = next((place for word, place in words.OUTDOORS.items() if word in theme.title), "")
    if outdoors:
        return outdoors
    if draft.office.leaf.is_student:
        return stream.choice(words.PLACES_STUDENT)
    return stream.choice(
        words.PLACES_RETIRED if draft.office.leaf.subject == "离退休" else words.PLACES_STAFF
    )


def _notes(kind: Kind, theme: Theme, names: list[str], stream: random.Random) -> str:
    text = "".join(theme.points)
    if kind in NO_MEETING:
        return text
    if len(names) > 4:
        first, second = stream.sample(names, 2)
        text += stream.choice(words.CLOSINGS).format(
            a=first, b=second, n=stream.randint(3, min(8, len(names)))
        )
    return text + stream.choice(words.GROUP_FOLLOW_UPS if kind == Kind.GROUP_MEETING else words.FOLLOW_UPS)


def prove() -> None:
    """Tallies from the records, then both proofs: the demo must stand its own ``recount``."""
    tallies.rebuild()
    assert not tallies.differences()
    assert not tallies.counter_differences()
