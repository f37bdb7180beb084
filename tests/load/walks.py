"""What people do here, with what they look at before they go on. Roles differ in what they open and how often.

Reads and writes stand about eight to one, as in a week of log files of such systems; secretaries write the most.
"""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from urllib.parse import quote

from branches.roles import Role
from lib.periods import quarter_of
from tests.access.browser_forms import HtmlForm
from tests.load.browser import Answer, Browser, Failed
from tests.load.campus import MEMBER

RECORD = re.compile(r'"(/activities/[0-9a-f-]{36}/)"')
PERSON = re.compile(r'"(/members/[0-9a-f-]{36}/)"')
NAMES = ("张", "王伟", "李", "刘洋", "chen", "zhw", "1234", "M000123")
DAYS_BACK = 25


@dataclass
class Walker:
    """Somebody at a browser; ``chance`` decides what is opened next. ``records`` and ``people`` were seen in lists,
    ``away`` are the days for which leave was asked: once each.
    """

    browser: Browser
    chance: random.Random
    today: date
    records: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    away: set[date] = field(default_factory=set)

    def open(self, path: str, page: str) -> Answer:
        answer = self.browser.get(path, page)
        self.records = RECORD.findall(answer.text) or self.records
        self.people = PERSON.findall(answer.text) or self.people
        return answer


def home(who: Walker) -> None:
    who.open("/", "home")


def todo(who: Walker) -> None:
    who.open("/todo/", "to do")


def record_list(who: Walker) -> None:
    who.open(f"/activities/?page={who.chance.choice((1, 1, 2, 3))}", "list of records")


def record(who: Walker) -> None:
    if not who.records:
        record_list(who)
    if who.records:
        who.open(who.chance.choice(who.records), "record")


def roster(who: Walker) -> None:
    who.open(f"/members/?page={who.chance.choice((1, 1, 1, 2, 7))}", "roster")


def person(who: Walker) -> None:
    if not who.people:
        roster(who)
    if who.people:
        who.open(who.chance.choice(who.people), "member")


def search(who: Walker) -> None:
    who.browser.get(f"/members/?q={quote(who.chance.choice(NAMES))}", "search for people")


def branch(who: Walker) -> None:
    who.open("/branch/", "own branch")


def dashboard(who: Walker) -> None:
    who.open("/dashboard/", "dashboard")


def statistics(who: Walker) -> None:
    quarter = quarter_of(who.today).run(-who.chance.choice((1, 2, 2)))[0]
    who.open(f"/statistics/{quarter.code}/", "statistics of a quarter")


def figures(who: Walker) -> None:
    who.open("/figures/", "list of statistics")


def duties(who: Walker) -> None:
    who.open("/duties/", "duties")


def me(who: Walker) -> None:
    who.open("/me/", "one's own page")


def own_data(who: Walker) -> None:
    who.open("/me/data/", "one's own data")


def guide(who: Walker) -> None:
    who.open("/help/", "guide")


def log_record(who: Walker) -> None:
    """One's branch held something; everybody came but one or two."""
    kind = who.chance.choice(("theme_day", "party_lecture", "practice"))
    address = f"/log/{kind}/"
    form = who.browser.form(who.open(address, "form of a record"), address)
    day = who.today - timedelta(days=who.chance.randrange(DAYS_BACK))
    people = sorted(name for name in form.names if name.startswith("m-"))
    marks = {name: "leave" if who.chance.random() < 0.05 else "present" for name in people}
    facts = {"held_on": day.isoformat(), "place": "第一会议室", "topic": "学习讨论", "notes": "压力演练"}
    _save(who, form, {**facts, **marks, "reason": "因公"}, address, "save a record")


def correct_record(who: Walker) -> None:
    """Somebody was marked wrong."""
    if not who.records:
        record_list(who)
    if not who.records:
        return
    address = f"{who.chance.choice(who.records)}correct/"
    form = who.browser.form(who.browser.get(address, "form of a correction"), address)
    people = sorted(name for name in form.names if name.startswith("m-"))
    wrong = dict.fromkeys(people[:1], "absent") if who.chance.random() < 0.5 else {}
    notes = {"notes": f"更正 {who.chance.randrange(10**6)}"} if "notes" in form.names else {}
    _save(who, form, {**wrong, **notes}, address, "correct a record")


def _save(who: Walker, form: HtmlForm, values: dict[str, str], address: str, action: str) -> None:
    """Whom the import has brought meanwhile is marked as well, when the form comes back for that."""
    answer = who.browser.post(address, {**form.sent, **values}, action)
    if answer.path == address:
        form = who.browser.form(answer, address)
        people = {name for name in form.names if name.startswith("m-")} - form.sent.keys()
        answer = who.browser.post(address, {**form.sent, **dict.fromkeys(people, "present")}, action)
    _expect(answer, "/activities/")


def ask_leave(who: Walker) -> None:
    form = who.browser.form(who.browser.get("/leave/", "leave"), "")
    days = (who.today + timedelta(days=ahead) for ahead in range(1, 300))
    day = who.chance.choice([one for one in days if one not in who.away])
    who.away.add(day)
    values = {**form.sent, "on": day.isoformat(), "reason": "出差"}
    _expect(who.browser.post("/leave/", values, "ask for leave"), "/leave/")


Step = Callable[[Walker], None]
#: What each role does, and how often in proportion.
HABITS: dict[str, Sequence[tuple[Step, int]]] = {
    Role.SECRETARY: (
        (home, 5),
        (todo, 2),
        (record_list, 4),
        (record, 5),
        (branch, 3),
        (roster, 3),
        (person, 2),
        (statistics, 1),
        (search, 1),
        (log_record, 3),
        (correct_record, 2),
    ),
    Role.COMMITTEE_STAFF: (
        (home, 4),
        (record_list, 5),
        (record, 5),
        (roster, 5),
        (person, 4),
        (search, 4),
        (statistics, 3),
        (dashboard, 2),
        (duties, 3),
        (correct_record, 1),
    ),
    Role.ORGANIZATION_STAFF: (
        (home, 4),
        (record_list, 4),
        (record, 3),
        (roster, 5),
        (person, 4),
        (search, 5),
        (statistics, 3),
        (dashboard, 3),
        (duties, 3),
        (figures, 1),
    ),
    Role.LEADER: ((dashboard, 4), (statistics, 3), (record_list, 2), (record, 2), (figures, 1)),
    MEMBER: ((me, 6), (own_data, 1), (guide, 1), (ask_leave, 1)),
}


def next_step(who: Walker, role: str) -> Step:
    steps, often = zip(*HABITS[role], strict=True)
    return who.chance.choices(steps, often)[0]


def _expect(answer: Answer, start: str) -> None:
    """A form that came back has something against what was sent."""
    if answer.path.startswith(start) and answer.status == 200 and "error-summary" not in answer.text:
        return
    found = re.search(r'class="error-summary.*?</(?:ul|section|div)>', answer.text, re.DOTALL)
    raise Failed(f"{answer.path}: {re.sub('<[^>]+>', ' ', found[0] if found else 'not saved').split()}")
