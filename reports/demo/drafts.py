"""What each branch held: kind and day of every record, before it is written down.

The pattern is that of a university: a branch has its usual day, students hold little in the holidays and nothing in
the exam weeks, most branches meet most duties, and one meets few.
"""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from activities.kinds import Kind
from branches.models import Branch
from lib.periods import Period, month_of

from .offices import Group, Office
from .organisations import Form
from .people import People
from .scale import Setting
from .words import CAMPAIGN_THEMES, THEMES, Theme

#: How likely a duty of the month is met in the holidays; 1 in all other months.
STUDENT_MONTHS = {1: 0.85, 2: 0.45, 7: 0.8, 8: 0.35}
STAFF_MONTHS = {2: 0.85, 7: 0.95, 8: 0.7}
LECTURE_MONTHS = {1: (3,), 2: (4, 5, 6), 3: (9,), 4: (10, 11, 12)}


@dataclass
class Draft:
    """One record to be."""

    office: Office
    kind: Kind
    day: date
    group: Group | None = None
    campaign: str = ""
    theme: Theme | None = None
    is_withdrawn: bool = False


@dataclass(frozen=True)
class Habits:
    """How a branch keeps its duties: ``diligence`` of them held; its usual week, weekday and evening or afternoon."""

    diligence: float
    week: int
    weekday: int
    hour: int
    lag: tuple[int, ...]


def habits_of(office: Office, stream: random.Random, *, is_weak: bool) -> Habits:
    diligence = 0.5 if is_weak else stream.choices((0.995, 0.97, 0.9), (6, 3, 1))[0]
    prompt = (0, 0, 0, 1, 1, 2, 3, 5)
    slow = (0, 1, 2, 3, 5, 6, 9, 14)
    lag = (3, 6, 9, 12, 20) if is_weak else slow if stream.random() < 0.2 else prompt
    hour = stream.choice((18, 19)) if office.leaf.is_student else stream.choice((9, 14, 15))
    return Habits(diligence, stream.randint(1, 3), stream.choice((1, 2, 3, 4)), hour, lag)


def plan_records(office: Office, people: People, habits: Habits, setting: Setting) -> list[Draft]:
    """The ordinary organisational life of one branch, in order of days."""
    stream = setting.stream(f"drafts:{office.leaf.branch.code}")
    drafts: list[Draft] = []
    for month in Period(setting.start, month_of(setting.last_day).end).months():
        drafts += _month(office, habits, month, stream)
    first, last = office.leaf.founded_on, min(office.leaf.last_day, setting.last_day)
    kept = [draft for draft in drafts if first <= draft.day <= last and _has_people(draft, people)]
    for draft in kept:
        draft.theme = pick_theme(draft, stream)
    return sorted(kept, key=lambda draft: draft.day)


def _month(office: Office, habits: Habits, month: Period, stream: random.Random) -> list[Draft]:
    number = month.start.month
    is_student = office.leaf.is_student
    season = (STUDENT_MONTHS if is_student else STAFF_MONTHS).get(number, 1.0)
    likely = habits.diligence * season
    drafts = []

    def hold(kind: Kind, chance: float, week: int, group: Group | None = None) -> None:
        if stream.random() < chance:
            drafts.append(Draft(office, kind, _day(habits, month, week, stream), group))

    hold(Kind.THEME_DAY, likely, habits.week)
    if office.has_committee:
        hold(Kind.COMMITTEE_MEETING, likely, 0)
    for group in office.groups:
        hold(Kind.GROUP_MEETING, likely, 2, group)
    if number in (3, 6, 9, 12) or (number == 11 and stream.random() < 0.4):
        hold(Kind.GENERAL_MEETING, habits.diligence, stream.randint(0, 2))
    if number in LECTURE_MONTHS[(number + 2) // 3] and stream.random() < (1 if number in (3, 9) else 0.36):
        hold(Kind.PARTY_LECTURE, habits.diligence, stream.randint(1, 3))
    _yearly(office, number, hold, stream)
    return drafts


def _yearly(office: Office, number: int, hold, stream: random.Random) -> None:  # type: ignore[no-untyped-def]
    if office.leaf.branch.form == Form.FUNCTIONAL:
        return
    if number == 12:
        hold(Kind.ORGANIZATION_LIFE_MEETING, 0.9, 2)
    if number == 1:
        hold(Kind.DEMOCRATIC_REVIEW, 0.85, 1)
    if number in (11, 5):
        hold(Kind.HEART_TALK, 0.6, 1)
    if number == 6 and office.leaf.is_student:
        hold(Kind.OATH, 0.5, 3)
    if number in (4, 10):
        hold(Kind.POLITICAL_BIRTHDAY, 0.35, 3)
    if number in (3, 5, 10, 11) and office.leaf.branch.category != Branch.Category.RETIRED:
        hold(Kind.VOLUNTEERING, 0.25, stream.randint(0, 3))


def _day(habits: Habits, month: Period, week: int, stream: random.Random) -> date:
    """The usual weekday of the week (0 to 3) of the month, moved now and then; students avoid exam weeks."""
    first = month.start + timedelta(days=(habits.weekday - month.start.weekday()) % 7)
    day = first + timedelta(days=7 * week)
    if stream.random() < 0.25:
        day += timedelta(days=stream.choice((-1, 1, 2)))
    while day.weekday() > 4:
        day += timedelta(days=1)
    return min(max(day, month.start), month.end)


def _has_people(draft: Draft, people: People) -> bool:
    return len(expected(draft, people)) >= (2 if draft.kind == Kind.COMMITTEE_MEETING else 3)


def expected(draft: Draft, people: People) -> list:  # type: ignore[type-arg]
    if draft.kind == Kind.COMMITTEE_MEETING:
        return draft.office.committee_on(draft.day)
    if draft.group:
        return draft.group.on(draft.day)
    return people.on(draft.office.leaf, draft.day)


def pick_theme(draft: Draft, stream: random.Random) -> Theme:
    """One that suits the season; a campaign has its own where the kind has."""
    themes = (CAMPAIGN_THEMES if draft.campaign else {}).get(draft.kind) or THEMES[draft.kind]
    seasonal = [theme for theme in themes if draft.day.month in theme.months]
    evergreen = [theme for theme in themes if not theme.months]
    if seasonal and (not evergreen or stream.random() < 0.6):
        return stream.choice(seasonal)
    return stream.choice(evergreen or list(themes))


def assign_campaigns(drafts: list[Draft], offices: list[Office], people: People, setting: Setting) -> None:
    """Mark or add records until each campaign counts exactly what the scale says."""
    for name, quota in setting.scale.campaigns.items():
        for kind, wanted in quota.items():
            stream = setting.stream(f"campaign:{name}:{kind}")
            first, last = setting.campaign_days(name)
            able = [
                draft
                for draft in drafts
                if draft.kind == kind
                and first <= draft.day <= last
                and not draft.campaign
                and not draft.is_withdrawn
            ]
            chosen = stream.sample(able, min(wanted, len(able)))
            chosen += _added(kind, wanted - len(chosen), offices, people, (first, last), stream)
            for draft in chosen:
                draft.campaign = name
                draft.theme = pick_theme(draft, stream)
            known = {id(draft) for draft in drafts}
            drafts += [draft for draft in chosen if id(draft) not in known]


def _added(
    kind: Kind,
    number: int,
    offices: list[Office],
    people: People,
    days: tuple[date, date],
    stream: random.Random,
) -> list[Draft]:
    """``number`` more records, spread over the branches."""
    added: list[Draft] = []
    order = stream.sample(offices, len(offices))
    turn = 0
    while len(added) < number:
        office = order[turn % len(order)]
        turn += 1
        day = days[0] + timedelta(days=stream.randint(0, (days[1] - days[0]).days))
        if day.weekday() > 4 or day.month in (2, 7, 8):
            continue
        draft = Draft(office, kind, day)
        if office.leaf.founded_on <= day <= office.leaf.last_day and len(expected(draft, people)) >= 5:
            added.append(draft)
    return added


def leave_some_due(drafts: list[Draft], setting: Setting) -> list[Draft]:
    """For the secretary to do: this month's theme day, and a group meeting (or committee meeting) of last month."""
    this = month_of(setting.today)
    last = this.previous()
    late = [
        d for d in drafts if last.contains(d.day) and d.kind in (Kind.GROUP_MEETING, Kind.COMMITTEE_MEETING)
    ]
    late.sort(key=lambda draft: draft.kind != Kind.GROUP_MEETING)
    open_ = {id(d) for d in drafts if d.kind == Kind.THEME_DAY and this.contains(d.day)} | {
        id(d) for d in late[:1]
    }
    return [draft for draft in drafts if id(draft) not in open_]


def withdraw_some(drafts: list[Draft], setting: Setting) -> None:
    """A few double entries that were taken back."""
    stream = setting.stream("withdrawn")
    doubled = stream.sample(drafts, len(drafts) // 300)
    drafts += [
        Draft(draft.office, draft.kind, draft.day, draft.group, theme=draft.theme, is_withdrawn=True)
        for draft in doubled
    ]
