"""A record on paper, as Word and PDF on the page of official papers (GB/T 9704): minutes, sign-in sheet, record sheet.

Nothing is made up: what was not written down is not there, and a signature is a line to sign on.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from django.utils import timezone

from branches.models import Branch
from lib import typesetting
from lib.dates import in_words, written
from lib.periods import Period
from lib.word import OfficialDocument

from . import facts, guests, minutes, partners, parts
from .kinds import Kind
from .minutes import Item
from .models import Activity, Attendance

State = Attendance.State
#: 三会一课, and what a branch's book of the year holds beside it.
BOOK_KINDS = (
    Kind.GENERAL_MEETING,
    Kind.COMMITTEE_MEETING,
    Kind.GROUP_MEETING,
    Kind.PARTY_LECTURE,
    Kind.THEME_DAY,
    Kind.ORGANIZATION_LIFE_MEETING,
    Kind.DEMOCRATIC_REVIEW,
)


@dataclass(frozen=True)
class Record:
    """What a record says, ready for any paper; ``agenda`` and ``people`` in their order."""

    activity: Activity
    agenda: Sequence[Item]
    people: Sequence[tuple[str, str, str]]
    jointly: str
    made_up: Sequence[str]
    details: Mapping[str, str]

    def title(self, word: str) -> str:
        """党课签到表; of what was taken back it says so."""
        mark = "（已撤回，不计数）" if self.activity.is_withdrawn else ""
        return f"{self.activity.get_kind_display()}{word}{mark}"

    def names(self, state: str) -> str:
        shown = (
            f"{name}（{reason}）" if reason else name for name, held, reason in self.people if held == state
        )
        return "、".join(shown)


def record_of(activity: Activity) -> Record:
    """Seven queries, four for a record without an agenda; one more for each of its kinds with details."""
    rows = activity.attendances.order_by("member__name_order", "member__number")
    people = list(rows.values_list("member__name", "state", "reason"))
    rows_of = activity.make_ups.select_related("member").order_by("member__name_order", "member__number")
    made_up = [f"{row.member.name} {row.line}" for row in rows_of]
    jointly = partners.in_words(activity, partners.of(activity))
    details = parts.words_of(activity, printed=True)
    return Record(activity, minutes.agenda_of(activity), people, jointly, made_up, details)


def when(activity: Activity) -> str:
    hours = facts.hours(activity.starts_at, activity.minutes)
    return f"{written(activity.held_on)} {hours}".strip()


def _heads(record: Record) -> Iterator[tuple[str, str]]:
    """Label and words of who, when and where; what is not known is left out."""
    activity = record.activity
    yield "时间", when(activity)
    yield "地点", activity.place
    yield "主题", activity.title if activity.title != activity.get_kind_display() else ""
    yield facts.JOINT, record.jointly
    yield "党小组", activity.group.name if activity.group else ""
    yield "主持人", activity.host
    yield "主讲人", activity.lecturer
    yield "记录人", activity.recorder
    yield from record.details.items()
    came = f"应到 {activity.expected} 人，实到 {activity.present} 人"
    yield "到会情况", f"{came}，请假 {activity.on_leave} 人，缺席 {activity.absent} 人"
    yield "到会人员", record.names(State.PRESENT)
    yield "请假人员", record.names(State.LEAVE)
    yield "缺席人员", record.names(State.ABSENT)
    yield from _asides(record)


def heads(record: Record) -> list[tuple[str, str]]:
    return [(label, words) for label, words in _heads(record) if words]


def numbered(number: int) -> str:
    """一、 … 九十九、 as official papers number."""
    return f"{in_words(number)}、"


def paragraphs(item: Item) -> list[str]:
    """What was said, decided, how the votes fell, and what is to be done."""
    found = [line for line in item.row.proceedings.splitlines() if line.strip()]
    decided = [line for line in item.row.decision.splitlines() if line.strip()]
    if decided:
        found += [f"决议：{decided[0]}", *decided[1:]]
    if item.party_first:
        found.append(f"{item.party_first}。")
    if item.rule and item.ballots:
        apart = (
            f"（不计入应到会 {item.row.uncounted} 人：{item.row.uncounted_reason}）"
            if item.row.uncounted
            else ""
        )
        turnout = item.turnout
        found.append(f"表决：应到会{item.rule.who} {turnout.expected} 人，实到 {turnout.present} 人{apart}。")
        found += [_votes(each, is_judged=not item.fault) for each in item.ballots]
        if item.fault:
            found.append(f"【票数待核对】{item.fault}")
    found += [_task(task) for task in item.tasks]
    return found


def _votes(each: minutes.Judged, *, is_judged: bool) -> str:
    """The numbers, and what follows from them where they can stand."""
    ballot = each.ballot
    named = f"{ballot.subject}：" if ballot.subject else ""
    void = f"，废票 {ballot.void} 票" if ballot.void else ""
    written_too = (
        f"；书面意见：同意 {ballot.written_for}，不同意 {ballot.written_against}，弃权 {ballot.written_abstained}"
        if ballot.written
        else ""
    )
    cast = f"赞成 {ballot.in_favour} 票，不赞成 {ballot.against} 票，弃权 {ballot.abstained} 票{void}{written_too}"
    return f"{named}{cast}。" + (f"{each.verdict.sentence}。" if is_judged else "")


def _task(task: Any) -> str:
    owner = f"，责任人{task.owner.name}" if task.owner else ""
    due = f"，{written(task.due_on)}前完成" if task.due_on else ""
    done = f"，{written(task.done_on)}完成" if task.done_on and task.problem else ""
    if task.problem:
        return f"问题：{task.problem}。整改措施：{task.what}{owner}{due}{done}。"
    return f"事项：{task.what}{owner}{due}。"


def sections(record: Record) -> list[dict[str, Any]]:
    """The items with their headings; the notes of the quick record stand first."""
    notes = [line for line in record.activity.notes.splitlines() if line.strip()]
    found = [{"heading": f"{numbered(1)}要点", "paragraphs": notes}] if notes else []
    start = len(found) + 1
    return found + [
        {"heading": f"{numbered(number)}{item.row.title}", "paragraphs": paragraphs(item)}
        for number, item in enumerate(record.agenda, start=start)
    ]


def minutes_data(record: Record) -> dict[str, Any]:
    return {
        "title": record.title("记录"),
        "branch": record.activity.branch.name,
        "facts": heads(record),
        "items": sections(record),
        "signatures": ["主持人（签名）", "记录人（签名）"],
    }


def signin_data(record: Record) -> dict[str, Any]:
    activity = record.activity
    place = f"　地点：{activity.place}" if activity.place else ""
    return {
        "title": record.title("签到表"),
        "branch": activity.branch.name,
        "line": f"时间：{when(activity)}{place}",
        "people": [name for name, state, _ in record.people if state != State.EXEMPT],
        "notes": notes(record),
    }


def notes(record: Record) -> list[str]:
    """What stands under the list of the sign-in sheet."""
    return [f"{label}：{words}" for label, words in _asides(record) if words]


def sheet_data(record: Record) -> dict[str, Any]:
    """纪实表: the columns 会议时间、会议地点、会议主题、参会人员、会议内容 of public forms."""
    activity = record.activity
    content = ["\n".join([section["heading"], *section["paragraphs"]]) for section in sections(record)]
    rows = [
        ("时间", when(activity)),
        ("地点", activity.place),
        ("主题", "，".join(filter(None, (activity.title, record.jointly)))),
        ("主持人", activity.host),
        ("记录人", activity.recorder),
        ("参加人员", record.names(State.PRESENT)),
        ("请假人员", record.names(State.LEAVE)),
        ("缺席人员", record.names(State.ABSENT)),
        *((label, words) for label, words in _asides(record) if words),
        *record.details.items(),
        ("内容", "\n".join(content)),
    ]
    return {
        "title": record.title("纪实表"),
        "branch": activity.branch.name,
        "rows": rows,
    }


def _asides(record: Record) -> Iterator[tuple[str, str]]:
    """What the sheet has beside those who came and those who did not; a row only where there is something."""
    yield "免于要求", record.names(State.EXEMPT)
    yield "补学", "；".join(record.made_up)
    yield "列席人员", guests.in_words(record.activity.guests, record.activity.guest_heads)


def _minutes_word(document: OfficialDocument, data: dict[str, Any]) -> None:
    for label, words in data["facts"]:
        document.labelled(label, words)
    for section in data["items"]:
        document.heading(section["heading"])
        for words in section["paragraphs"]:
            document.paragraph(words)
    document.signatures(data["signatures"])


def _signin_word(document: OfficialDocument, data: dict[str, Any]) -> None:
    document.paragraph(data["line"], indent=False)
    rows = [[str(number), name, ""] for number, name in enumerate(data["people"], start=1)]
    document.table([["序号", "姓名", "签名"], *rows], widths=(16, 50, 90))
    for words in data["notes"]:
        document.paragraph(words, indent=False)


def _sheet_word(document: OfficialDocument, data: dict[str, Any]) -> None:
    document.table([list(row) for row in data["rows"]], widths=(30, 126))


@dataclass(frozen=True)
class Paper:
    """A paper of one record: its name, its typst document, what fills it, and how Word is filled with the same."""

    code: str
    label: str
    document: str
    data: Callable[[Record], dict[str, Any]]
    fill: Callable[[OfficialDocument, dict[str, Any]], None]

    def as_pdf(self, record: Record) -> bytes:
        """CannotTypeset on a machine without a Chinese font."""
        return typesetting.pdf(self.document, self.data(record))

    def as_word(self, record: Record) -> bytes:
        data = self.data(record)
        document = OfficialDocument(data["title"], under=data["branch"])
        self.fill(document, data)
        content = BytesIO()
        document.save(content)
        return content.getvalue()


PAPERS = {
    paper.code: paper
    for paper in (
        Paper("minutes", "会议记录", "minutes.typ", minutes_data, _minutes_word),
        Paper("signin", "签到表", "signin.typ", signin_data, _signin_word),
        Paper("sheet", "纪实表", "record_sheet.typ", sheet_data, _sheet_word),
    )
}


def records_of_year(branch: Branch, year: int) -> list[Activity]:
    """What the branch's book of a year holds, by day."""
    rows = Activity.objects.valid().of_kinds(BOOK_KINDS).filter(branch=branch).held_in(Period.year(year))
    return list(rows.select_related("branch", "group").order_by("held_on", "starts_at", "pk"))


def _entry(activity: Activity) -> str:
    """A line of the contents; the title only where it says more than the kind."""
    kind = activity.get_kind_display()
    said = [f"{activity.held_on.month}月{activity.held_on.day}日", kind]
    return "　".join([*said, activity.title] if activity.title not in ("", kind) else said)


def book(branch: Branch, year: int) -> bytes:
    """The branch's 三会一课 of a year as one PDF with contents; CannotTypeset without a Chinese font."""
    records = [record_of(activity) for activity in records_of_year(branch, year)]
    return typesetting.pdf(
        "branch_book.typ",
        {
            "title": f"{year}年“三会一课”记录",
            "branch": branch.name,
            "made": f"共 {len(records)} 次，{written(timezone.localdate())}印制",
            "records": [
                {
                    **minutes_data(record),
                    "entry": _entry(record.activity),
                }
                for record in records
            ],
        },
    )
