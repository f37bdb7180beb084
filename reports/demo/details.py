"""What the demo's records say beyond what every kind has: lecturers, sealed talks, items of theme days, documents."""

import random
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from activities.kinds import Kind
from activities.models import (
    Activity,
    Details,
    Lecture,
    Oath,
    Programme,
    ProgrammeItem,
    SecretaryReport,
    StudiedDocument,
    Talk,
)

from .inserting import insert, insert_history

ITEMS: Final = ("重温入党誓词", "交纳党费", "集体学习", "民主议事", "志愿服务")
OWN: Final = ("过集体政治生日", "观看红色影片", "走访老党员")
#: Person of the demo by the name a record gives him, of those who were there.
People = Mapping[str, UUID]


def define() -> None:
    """The university of the demo has its five items."""
    for number, title in enumerate(ITEMS, start=1):
        ProgrammeItem.objects.create(title=title, position=number, citation="校组字〔2025〕8号（演示）")


def take(activity: Activity, present: People, stream: random.Random) -> Details | None:
    """The details of a record, as its verb would write them; what was said at a talk is taken out of the notes."""
    made: Details | None = None
    if activity.kind == Kind.PARTY_LECTURE:
        made = _lecture(activity, present)
    elif activity.kind == Kind.HEART_TALK:
        made = Talk(activity=activity, pair=Talk.Pair.COMMITTEE_MEMBER, is_pair_derived=False, draft=1)
        made.content, activity.notes = activity.notes, ""
    elif activity.kind == Kind.THEME_DAY:
        items = [{"title": title, "done": stream.random() < 0.8} for title in ITEMS]
        own = [stream.choice(OWN)] if stream.random() < 0.4 else []
        made = Programme(activity=activity, items=items, own=own)
    elif activity.kind == Kind.GENERAL_MEETING and activity.held_on.month == 12:
        made = SecretaryReport(activity=activity, is_given=True)
    elif activity.kind == Kind.FIRST_AGENDA:
        made = StudiedDocument(activity=activity, name=activity.title, lead_reader=activity.host)
    elif activity.kind == Kind.OATH:
        made = Oath(activity=activity, led_by=activity.host, witness=activity.recorder)
    return made


def _lecture(activity: Activity, present: People) -> Lecture:
    is_secretary = activity.lecturer == activity.host
    category = Lecture.Category.BRANCH_SECRETARY if is_secretary else Lecture.Category.MEMBER
    return Lecture(activity=activity, member_id=present.get(activity.lecturer), category=category)


def write(made: Sequence[Details]) -> None:
    """The rows with the first row of their history, each table in one go; the records stand already."""
    tables: dict[type[Details], list[Any]] = {}
    for row in made:
        tables.setdefault(type(row), []).append(row)
    for rows in tables.values():
        insert(rows)
        for row in rows:
            row._history_user, row._history_date = row.activity.entered_by, row.activity.entered_at
        insert_history(rows)
