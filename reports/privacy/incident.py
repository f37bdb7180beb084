"""What did this account read, take out and change: the report after a theft, from the audit trail (PIPL 57, T61).

Opening a page leaves no entry, as everything sensitive on it is masked; showing it in clear, exporting, printing and
downloading do. People are named by the beginning of their key, since those who read the report see no member data.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from accounts import audit, sessions
from accounts.models import AuditEntry, SignedIn, User
from accounts.wording import action_label
from branches.trail import object_shown
from members.unmasking import FIELDS

from .items import ITEMS
from .register import BY_CODE

#: Deeds by which data leaves the program, or is shown in clear.
TAKING: Final = frozenset(
    {"export", "fetch", "print", "print_book", "provide", "take", "unmask", "wrong_rows"}
)
#: What was taken, by the thing of the action: items of the register.
CATEGORIES: Final = {
    "account": ("account", "membership"),
    "exemption": ("identity", "exemption"),
    "birthday": ("identity", "birthdays", "membership"),
    "hours": ("identity", "attendance"),
    "talk": ("identity", "records"),
    "resolution": ("identity", "records"),
    "rectification": ("identity", "judgement"),
    "roster": ("identity", "education", "membership"),
    "contacts": ("identity", "contact", "membership"),
    "member": ("identity",),
    "development": ("identity", "development"),
    "form": ("development",),
    "movement": ("identity", "membership"),
    "transfer": ("identity", "membership"),
    "certificate": ("identity", "id_number", "membership"),
    "activity": ("identity", "attendance", "records"),
    "training": ("identity", "attendance"),
    "class": ("identity", "attendance"),
    "lecture": ("identity", "attendance"),
    "doublelife": ("identity", "attendance"),
    "round": ("identity", "judgement"),
    "report": ("identity", "judgement"),
    "feedback": ("identity", "judgement"),
    "review": ("identity", "judgement"),
    "upload": ("imports",),
    "job": ("exports",),
    "privacy": ("identity", "id_number", "contact", "membership", "attendance"),
}
#: Things that leave with nobody in them; of statistics and of lists of the browser admin the entry says what they hold.
OF_NOBODY: Final = frozenset(
    {"assignment", "case", "closing", "incident", "plan", "register", "station", "subscription"}
)
#: Masked in every list, so that it is not taken with the rest.
_MASKED: Final = {"id_number", "contact"}
#: A field shown in clear is of this item.
OF_FIELD: Final = {"id_number": "id_number", "phone": "contact", "landline": "contact", "address": "contact"}

NO_ADDRESS: Final = "未记录"


class Somewhere:
    """Its address is empty where none was noted: a command, a task."""

    address: str

    @property
    def shown_address(self) -> str:
        return self.address or NO_ADDRESS


@dataclass(frozen=True)
class Line(Somewhere):
    """One entry: ``number`` is how many rows or people it says it was about, 0 where it says none."""

    at: datetime
    address: str
    action: str
    what: str
    on: str
    detail: str
    number: int


@dataclass(frozen=True)
class Place(Somewhere):
    """An address the account was used from."""

    address: str
    first: datetime
    last: datetime
    entries: int


@dataclass(frozen=True)
class Incident:
    """``people``: different ones known by name or key; ``rows``: of all files taken, which may name somebody twice."""

    user: User
    since: datetime
    until: datetime
    places: list[Place]
    failures: int
    taken: list[Line]
    changed: list[Line]
    refused: list[Line]
    people: int
    rows: int
    categories: list[str]
    sessions: list[SignedIn]


def of(user: User, since: datetime, until: datetime) -> Incident:
    """Everything the trail says of the account from ``since`` to ``until``, both included. Four queries."""
    within = AuditEntry.objects.filter(at__gte=since, at__lte=until)
    entries = list(within.filter(actor=user).order_by("at", "id"))
    done = [one for one in entries if one.outcome == AuditEntry.Outcome.DONE]
    taking = [one for one in done if _deed(one) in TAKING]
    failed = within.filter(action="session.sign_in", outcome=AuditEntry.Outcome.DENIED)
    return Incident(
        user=user,
        since=since,
        until=until,
        places=_places(entries),
        failures=failed.filter(after__account=audit.hashed(user.username)).count(),
        taken=[_line(one) for one in taking],
        changed=[_line(one) for one in done if one not in taking and not one.action.startswith("session.")],
        refused=[_line(one) for one in entries if one.outcome == AuditEntry.Outcome.DENIED],
        people=len(_people(taking)),
        rows=sum(_number(one) for one in taking if _deed(one) != "unmask"),
        categories=_categories(taking),
        sessions=sessions.of(user),
    )


def _deed(entry: AuditEntry) -> str:
    return entry.action.partition(".")[2]


def _places(entries: Iterable[AuditEntry]) -> list[Place]:
    times: dict[str, list[datetime]] = {}
    for one in entries:
        times.setdefault(one.address, []).append(one.at)
    return [Place(address, found[0], found[-1], len(found)) for address, found in times.items()]


def _people(taking: Iterable[AuditEntry]) -> set[str]:
    """Keys or numbers of those whose data an entry names one by one."""
    found: set[str] = set()
    for one in taking:
        if one.object_type == "members.member":
            found.add(one.object_id)
        found.update(map(str, _listed(one)))
    return found


def _listed(entry: AuditEntry) -> list[Any]:
    people = entry.after.get("people")
    return people if isinstance(people, list) else []


def _number(entry: AuditEntry) -> int:
    rows = entry.after.get("rows", 0)
    return int(rows) if isinstance(rows, int) else len(_listed(entry))


def _line(entry: AuditEntry) -> Line:
    fields = entry.after.get("fields", [])
    shown = "、".join(FIELDS.get(str(name), str(name)) for name in fields) if isinstance(fields, list) else ""
    reason = str(entry.after.get("reason", "")) if _deed(entry) == "unmask" else ""
    path = str(entry.after.get("path", "")) if entry.action.startswith("access.") else ""
    detail = "；".join(filter(None, (shown, reason and f"原因：{reason}", path)))
    return Line(
        entry.at,
        entry.address,
        entry.action,
        action_label(entry.action),
        object_shown(entry),
        detail,
        _number(entry),
    )


def _categories(taking: Iterable[AuditEntry]) -> list[str]:
    """Titles of the items of the register, those met most often first."""
    met: Counter[str] = Counter()
    for one in taking:
        met.update(_items_of(one))
        if one.action == "member.unmask":
            met.update(OF_FIELD.get(str(name), "identity") for name in one.after.get("fields", []))
        if one.after.get("in_clear"):
            met.update(("id_number", "contact"))
    return [BY_CODE[code].title for code, _ in met.most_common()]


def _items_of(entry: AuditEntry) -> Iterable[str]:
    thing = entry.action.partition(".")[0]
    if thing == "list":
        return _items_about(str(entry.after.get("list", "")))
    if thing == "statistics":
        return ("identity", "membership") if "figure" in entry.after else ()
    # The register of personal data itself holds nobody's.
    return () if entry.action == "privacy.export" else CATEGORIES.get(thing, ())


def _items_about(table: str) -> list[str]:
    """Of a list of the browser admin: what the register says of its table."""
    return [
        item.code
        for item in ITEMS
        if item.code not in _MASKED and any(label.partition(".")[2].lower() == table for label in item.fields)
    ]


def body(incident: Incident) -> dict[str, Any]:
    """For JSON."""
    return {
        "account": incident.user.username,
        "since": incident.since.isoformat(),
        "until": incident.until.isoformat(),
        "places": [
            {"address": one.address, "first": _iso(one.first), "last": _iso(one.last), "entries": one.entries}
            for one in incident.places
        ],
        "failed_sign_ins": incident.failures,
        "taken": [_row(one) for one in incident.taken],
        "changed": [_row(one) for one in incident.changed],
        "refused": [_row(one) for one in incident.refused],
        "people": incident.people,
        "rows": incident.rows,
        "categories": incident.categories,
        "open_sessions": len(incident.sessions),
    }


def _row(line: Line) -> dict[str, Any]:
    return {
        "at": _iso(line.at),
        "address": line.address,
        "action": line.action,
        "what": line.what,
        "on": line.on,
        "detail": line.detail,
        "number": line.number,
    }


def _iso(at: datetime) -> str:
    return timezone.localtime(at).isoformat(timespec="seconds")
