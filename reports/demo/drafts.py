"""What each branch held: kind and day of every record, before it is written down.

The pattern is that of a university: a branch has its usual day, students hold little in the holidays and nothing in
the exam weeks, most branches meet most duties, and one meets few.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from activities.kinds import Kind
from branches.models import Branch
from lib.periods import Period, month_of

from .offices import Group, Office
from .organisations import Form
from .people import People, Person
from .scale import Setting
from .themes import CAMPAIGN_THEMES, THEMES, Theme

#: How likely a duty of the month is met in the holidays; 1 in all other months.
STUDENT_MONTHS = {1: 0.94, 2: 0.8, 7: 0.92, 8: 0.78}
STAFF_MONTHS = {2: 0.95, 7: 0.98, 8: 0.92}
#: More than certain, so that holidays keep it from nothing either.
KEEN = 1.4
#: The last week (0 to 3) in which students hold anything in the months of examinations.
WEEKS_BEFORE_EXAMS = {1: 0, 6: 1}
HOLIDAYS = {(1, 1), *((5, day) for day in range(1, 4)), *((10, day) for day in range(1, 8))}
#: New Year's Day of the lunar calendar; nothing is held in the week that follows.
SPRING_FESTIVALS = tuple(
    map(
        date.fromisoformat,
        "2022-02-01 2023-01-22 2024-02-10 2025-01-29 2026-02-17 2027-02-06 2028-01-26 2029-02-13 2030-02-03".split(),
    )
)
Chance = tuple[Kind, float, int, Group | None]


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
    diligence = 0.5 if is_weak else stream.choices((0.99, 0.96, 0.88), (5, 3, 2))[0]
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


def _month(office: Office, habits: Habits, month: Period, stream: random.Random) -> Iterator[Draft]:
    for kind, chance, week, group in _chances(office, habits, month.start.month, stream):
        if stream.random() < chance:
            yield Draft(office, kind, _day(office, habits, month, week, stream), group)


def _chances(office: Office, habits: Habits, month: int, stream: random.Random) -> Iterator[Chance]:
    """What may be held in a month: kind, likelihood, week (0 to 3), party group."""
    likely = habits.diligence * (STUDENT_MONTHS if office.leaf.is_student else STAFF_MONTHS).get(month, 1.0)
    yield Kind.THEME_DAY, likely, habits.week, None
    if office.has_committee:
        yield Kind.COMMITTEE_MEETING, likely, 0, None
    for group in office.groups:
        yield Kind.GROUP_MEETING, likely, 2, group
    if month in (3, 6, 9, 12) or (month == 11 and stream.random() < 0.4):
        yield Kind.GENERAL_MEETING, habits.diligence, stream.randint(0, 2), None
    if month in (3, 9) or (month in (4, 5, 6, 10, 11, 12) and stream.random() < 0.36):
        yield Kind.PARTY_LECTURE, habits.diligence, stream.randint(1, 3), None
    if office.leaf.branch.form != Form.FUNCTIONAL:
        yield from _yearly(office, month, stream)


def _yearly(office: Office, month: int, stream: random.Random) -> Iterator[Chance]:
    if month == 12:
        yield Kind.ORGANIZATION_LIFE_MEETING, 0.9, 2, None
    if month == 1:
        yield Kind.DEMOCRATIC_REVIEW, 0.85, 1, None
    if month in (5, 11):
        yield Kind.HEART_TALK, 0.6, 1, None
    if month == 6 and office.leaf.is_student:
        yield Kind.OATH, 0.5, 3, None
    if month in (4, 10):
        yield Kind.POLITICAL_BIRTHDAY, 0.35, 3, None
    if month in (3, 5, 10, 11) and office.leaf.branch.category != Branch.Category.RETIRED:
        yield Kind.VOLUNTEERING, 0.25, stream.randint(0, 3), None


def _day(office: Office, habits: Habits, month: Period, week: int, stream: random.Random) -> date:
    """The usual weekday of the week (0 to 3), moved now and then; not in exam weeks, not on the national holidays."""
    if office.leaf.is_student:
        week = min(week, WEEKS_BEFORE_EXAMS.get(month.start.month, week))
    first = month.start + timedelta(days=(habits.weekday - month.start.weekday()) % 7)
    day = first + timedelta(days=7 * week)
    if stream.random() < 0.25:
        day += timedelta(days=stream.choice((-1, 1, 2)))
    if (day.month, day.day) in HOLIDAYS:
        day += timedelta(days=7)
    if any(-1 <= (day - festival).days <= 7 for festival in SPRING_FESTIVALS):
        day += timedelta(days=9 if day.day < 15 else -10)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return min(max(day, month.start), month.end)


def _has_people(draft: Draft, people: People) -> bool:
    return len(expected(draft, people)) >= (2 if draft.kind == Kind.COMMITTEE_MEETING else 3)


def expected(draft: Draft, people: People) -> list[Person]:
    """Whom the roster of the day expects; of the kinds with chosen people, whom there is to choose from."""
    if draft.kind == Kind.COMMITTEE_MEETING:
        return draft.office.committee_on(draft.day)
    if draft.group:
        return draft.group.on(draft.day)
    return people.on(draft.office.leaf, draft.day)


def pick_theme(draft: Draft, stream: random.Random) -> Theme:
    """One that suits the season; a campaign has its own where the kind has."""
    category = draft.office.leaf.branch.category
    themes = [
        theme
        for theme in (CAMPAIGN_THEMES if draft.campaign else {}).get(draft.kind) or THEMES[draft.kind]
        if theme.suits(category)
    ]
    seasonal = [theme for theme in themes if draft.day.month in theme.months]
    evergreen = [theme for theme in themes if not theme.months]
    if seasonal and (not evergreen or stream.random() < 0.6):
        return stream.choice(seasonal)
    return stream.choice(evergreen or themes)


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
    for turn in range(100 * number):
        if len(added) == number:
            break
        office = order[turn % len(order)]
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
