"""Political birthdays: the year's past months greeted and marked here and there, this month's still open."""

import random
from collections.abc import Iterator
from datetime import date, time, timedelta
from uuid import UUID

from django.contrib.auth.hashers import make_password

from accounts.models import User
from lib.periods import Period, anniversary, month_of
from members.birthdays import Birthday, Reckoning, birthday_of
from members.greetings import words_for
from members.models import Celebration, Greeting, GreetingOptOut

from .inserting import insert
from .offices import Office, Offices
from .organisations import FAR, Leaf
from .people import People, Person, Stay
from .scale import Setting, moment

Way = Celebration.Way
#: How often each way is taken where a birthday is marked at all, and what may stand beside it.
HABITS: tuple[tuple[Way, float, tuple[str, ...]], ...] = (
    (Way.TALK, 0.55, ("支部书记谈心", "组织委员谈心，谈近期学习和生活", "")),
    (Way.CARD, 0.5, ("",)),
    (Way.OATH, 0.3, ("主题党日上集体重温",)),
    (Way.STUDY, 0.25, ("学习党章总纲", "学习党员权利和义务", "")),
    (Way.STORY, 0.15, ("在党小组会上讲入党的经过", "")),
    (Way.DEED, 0.1, ("为同楼老党员送书报", "整理党员活动室", "")),
)
MONTHS_BACK = 12


def let_fall_on(stay: Stay, day: date, setting: Setting) -> None:
    """Move a person's joining so that his political birthday falls on ``day``."""
    person = stay.person
    joined = anniversary(day, min(person.joined.year, setting.today.year - 2))
    person.joined, person.full = joined, anniversary(joined, joined.year + 1)
    person.member.joined_on, person.member.full_on = person.joined, person.full
    stay.since = max(joined, stay.leaf.founded_on)


def prepare(people: People, leaf: Leaf, office: Office, setting: Setting) -> None:
    """Before people are written: the member among the personas was greeted last week, and one date is missing."""
    holders = {id(tenure.person) for tenure in office.tenures}
    here = [stay for stay in people.of(leaf) if stay.until == FAR and id(stay.person) not in holders]
    for stay in here:
        account = stay.person.member.account
        if (
            account
            and account.username == "dangyuan"
            and stay.person.full
            and stay.since == stay.person.joined
        ):
            let_fall_on(stay, setting.today - timedelta(days=6), setting)
    undated = next(
        (stay.person for stay in here if not stay.person.member.account and stay.person.full), None
    )
    if undated:
        undated.member.joined_on = None
    _open_accounts(people, leaf, setting)


def _open_accounts(people: People, leaf: Leaf, setting: Setting) -> None:
    """Members of ``leaf`` have accounts to find a greeting with; none can sign in before a password is issued.

    Every sixth has none, so that there is somebody to print a card for.
    """
    without = [person for person in people.on(leaf, setting.today) if person.member.account is None]
    chosen = [person for number, person in enumerate(without) if number % 6]
    users = [
        User(username=person.member.school_number, name=person.member.name, password=make_password(None))
        for person in chosen
    ]
    User.objects.bulk_create(users)
    for person, user in zip(chosen, users, strict=True):
        person.member.account = user


def write(
    people: People, offices: Offices, lively: Leaf, keepers: dict[UUID, User], setting: Setting
) -> None:
    """Greetings and ways of the twelve months before this one, as each branch's secretary would have recorded them."""
    this = month_of(setting.today)
    months = Period(date(this.start.year - 1, this.start.month, 1), this.previous().end).months()[
        -MONTHS_BACK:
    ]
    ways: list[Celebration] = []
    greetings: list[Greeting] = []
    for office in offices.values():
        if not office.leaf.has_own_members:
            continue
        stream = setting.stream(f"birthdays:{office.leaf.branch.code}")
        diligence = 0.9 if office.leaf is lively else stream.choice((0.0, 0.4, 0.6, 0.8, 0.95))
        for month in months:
            by = _secretary(office, month.end, keepers)
            for birthday, person in _birthdays(people, office.leaf, month):
                if stream.random() >= diligence:
                    continue
                ways += _ways(birthday, person, by, stream, setting)
                if person.member.account and by:
                    greetings.append(_greeting(birthday, person, by))
    persona = _persona_greeting(people, lively, keepers, offices[lively.branch.pk], setting)
    known = {greeting.member_id for greeting in greetings if persona and greeting.year == persona.year}
    insert(ways)
    insert([*greetings, *([persona] if persona and persona.member_id not in known else [])])
    _decline(people, lively, setting)


def _persona_greeting(
    people: People, lively: Leaf, keepers: dict[UUID, User], office: Office, setting: Setting
) -> Greeting | None:
    """The member among the personas was greeted last week."""
    by = _secretary(office, setting.today, keepers)
    for birthday, person in _birthdays(people, lively, month_of(setting.today - timedelta(days=6))):
        account = person.member.account
        if by and account and account.username == "dangyuan":
            return _greeting(birthday, person, by)
    return None


def _decline(people: People, lively: Leaf, setting: Setting) -> None:
    """One of the lively branch, this month if there is one, wants no greeting."""
    born = [person for _, person in _birthdays(people, lively, month_of(setting.today))]
    holders = [
        person
        for person in [*born, *people.on(lively, setting.today)]
        if person.member.account and person.member.account.username != "dangyuan"
    ]
    insert([GreetingOptOut(member=holders[0].member, since=setting.today - timedelta(days=20))])


def _birthdays(people: People, leaf: Leaf, month: Period) -> Iterator[tuple[Birthday, Person]]:
    for person in people.on(leaf, month.end):
        found = birthday_of(person.member, month.start.year, Reckoning(), is_opted_out=False)
        if found and month.contains(found.day):
            yield found, person


def _secretary(office: Office, day: date, keepers: dict[UUID, User]) -> User | None:
    tenure = office.secretary_on(day)
    return keepers.get(tenure.person.member.pk) if tenure else None


def _ways(
    birthday: Birthday, person: Person, by: User | None, stream: random.Random, setting: Setting
) -> list[Celebration]:
    """At least one way, on a day around the birthday."""
    found = [habit for habit in HABITS if stream.random() < habit[1]] or [HABITS[1]]
    on = min(birthday.day + timedelta(days=stream.randint(-4, 6)), setting.last_day)
    member = person.member
    return [
        Celebration(
            member=member,
            branch=member.branch,
            branch_path=member.branch_path,
            year=birthday.day.year,
            way=way,
            held_on=on,
            note=stream.choice(notes),
            recorded_by=by,
            recorded_at=moment(on, time(17, 30)),
        )
        for way, _, notes in found
    ]


def _greeting(birthday: Birthday, person: Person, by: User) -> Greeting:
    member = person.member
    return Greeting(
        member=member,
        branch=member.branch,
        branch_path=member.branch_path,
        year=birthday.day.year,
        day=birthday.day,
        title=birthday.title,
        text=words_for(birthday),
        sent_by=by,
        sent_at=moment(birthday.day, time(8, 30)),
    )
