"""What was corrected of a period after a moment: records entered, changed or withdrawn, and the roster of its days.

These are what an adjustment can be laid to with certainty. What else was done (:func:`deeds`) has no day of its own, so
it is only told where nothing of this sort is found.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, User
from accounts.wording import action_label
from activities import kinds
from activities.models import Activity
from branches.models import Branch
from branches.roles import Right
from branches.scope import Range, covers, has_right, ranges_of, within
from lib.masking import mask_name
from lib.periods import Period
from members.models import RosterCorrection

RECORDS: Final = "records"
ROSTER: Final = "roster"
DEEDS: Final = "deeds"
About = Literal["records", "roster", "deeds"]
MOST_DEEDS: Final = 200

_OF_MEMBERS: Final = (
    "member",
    "membershipspell",
    "roster",
    "development",
    "destination",
    "movement",
    "branch",
)
#: Of a section of the statistics, the things of the trail that may move its figures and have no day of their own.
THINGS: Final[dict[str, tuple[str, ...]]] = {
    "党组织": ("branch", "term", "election", "station", "stationarea", "register", "post", "membershipspell"),
    "党员": _OF_MEMBERS,
    "党内统计年报": _OF_MEMBERS,
    "教育部年度报表": (*_OF_MEMBERS, "post", "circumstance", "suspension"),
    "组织生活": (
        "waiver",
        "exemption",
        "localduty",
        "rule",
        "branch",
        "training",
        "class",
        "birthday",
        "post",
    ),
}
#: Local rules are the university's, and have no place of their own: they may move figures anywhere.
EVERYWHERE: Final = ""
_OF_ALL: Final = Q(branch_path=EVERYWHERE) & (
    Q(action__startswith="rule.") | Q(action__startswith="localduty.")
)


@dataclass(frozen=True)
class Correction:
    """One thing that was done afterwards. ``places`` are where it counts in the tree; ``groups`` the kinds of a record
    and its month, as the rows of tables name them."""

    about: About
    at: datetime
    by: str
    what: str
    label: str
    places: tuple[str, ...]
    groups: frozenset[str] = frozenset()
    url: str = ""


def is_touched(period: Period, since: datetime) -> bool:
    """Whether anything of the period was corrected after ``since``. Two queries."""
    return bool(_versions(period, since).exists() or _roster([(period, since)]).exists())


def numbers_of(closed: Sequence[tuple[Period, datetime]], ranges: Sequence[Range]) -> list[int]:
    """How many corrections :func:`made` would tell of each period after its moment. Two queries, or three."""
    if not closed:
        return []
    rosters = _rosters_within(closed, ranges)
    return [
        len(versions) + len(corrected)
        for versions, corrected in zip(_versions_within(closed, ranges), rosters, strict=True)
    ]


def _versions_within(
    closed: Sequence[tuple[Period, datetime]], ranges: Sequence[Range]
) -> list[set[tuple[Any, int]]]:
    """Record and version of each. One query."""
    names = {f"of{n}": _of_period(period) for n, (period, _) in enumerate(closed)}
    wanted = Q()
    for name, (_, since) in zip(names, closed, strict=True):
        wanted |= Q(**{name: True}, history_date__gt=since)
    rows = Activity.history.annotate(**names).filter(wanted, within("org_path", ranges)).order_by()
    found: list[set[tuple[Any, int]]] = [set() for _ in closed]
    for pk, version, at, *is_of in rows.values_list("id", "version", "history_date", *names):
        for n, (_, since) in enumerate(closed):
            if is_of[n] and at > since:
                found[n].add((pk, version))
    return found


def made(period: Period, since: datetime, ranges: Sequence[Range], reader: User | None) -> list[Correction]:
    """The corrections within ``ranges``, the latest first, as ``reader`` may see them; None sees all. Three queries."""
    seen = _Seen(reader)
    found = [*_of_records(period, since, ranges, seen), *_of_roster(period, since, ranges, seen)]
    return sorted(found, key=lambda one: one.at, reverse=True)


class _Seen:
    """What the reader may open and whose names he may read."""

    def __init__(self, reader: User | None) -> None:
        self._reader = reader
        self._is_named = reader is None or has_right(reader, Right.SEE_NAMES)

    def name(self, name: str) -> str:
        return name if self._is_named else mask_name(name)

    def url(self, right: Right, path: str, address: str, key: object) -> str:
        may_open = self._reader is not None and covers(ranges_of(self._reader, right), path)
        return reverse(address, args=[key]) if may_open else ""


def _versions(period: Period, since: datetime) -> Any:
    """Versions of records that are of the period, or were in some version of theirs."""
    return Activity.history.filter(_of_period(period), history_date__gt=since)


def _of_period(period: Period) -> Exists:
    days = {"held_on__gte": period.start, "held_on__lte": period.end}
    return Exists(Activity.history.filter(id=OuterRef("id"), **days))


def _of_records(
    period: Period, since: datetime, ranges: Sequence[Range], seen: _Seen
) -> Iterable[Correction]:
    rows = _versions(period, since).filter(within("org_path", ranges))
    # Writing the campaigns of a record makes one more row of the same version.
    last = {(row.id, row.version): row for row in rows.select_related("history_user").order_by("history_id")}
    for row in last.values():
        yield Correction(
            about=RECORDS,
            at=row.history_date,
            by=seen.name(row.history_user.name) if row.history_user else "系统",
            what=_what(row),
            label=f"{row.held_on} {row.get_kind_display()}“{row.title}”",
            places=(row.org_path,),
            groups=frozenset((row.kind, *kinds.split(row.also_kinds), f"{row.held_on:%Y-%m}")),
            url=seen.url(Right.SEE_RECORDS, row.branch_path, "activity_detail", row.id),
        )


def _what(row: Any) -> str:
    if row.history_type == "-":
        return "删除记录"
    if row.withdrawn_at:
        return f"撤回记录（{row.withdrawn_reason}）" if row.withdrawn_reason else "撤回记录"
    return "补记" if row.version == 1 else "更正记录"


def _roster(closed: Sequence[tuple[Period, datetime]]) -> Any:
    """Corrections of days of the periods, or of the day before one, with which the changes of its roster begin."""
    wanted = Q(pk__in=[])
    for period, since in closed:
        wanted |= Q(
            entered_at__gt=since,
            effective_on__lte=period.end,
            effective_until__gte=period.start - timedelta(days=1),
        )
    return RosterCorrection.objects.filter(wanted)


def _is_of(row: RosterCorrection, period: Period, since: datetime) -> bool:
    """The condition of :func:`_roster`, of a row that is at hand."""
    first = period.start - timedelta(days=1)
    return row.entered_at > since and row.effective_on <= period.end and row.effective_until >= first


def _rosters_within(
    closed: Sequence[tuple[Period, datetime]], ranges: Sequence[Range]
) -> list[list[tuple[RosterCorrection, tuple[str, ...]]]]:
    """Of each period its corrections, with where the person was and is said to have been. One query, or two."""
    rows = list(_roster(closed).select_related("member", "by"))
    paths = dict(Branch.objects.values_list("code", "path")) if rows else {}
    found = []
    for row in rows:
        codes = [side["branch"] for side in (row.before, row.after) if side]
        places = tuple(dict.fromkeys(paths[code] for code in codes if code in paths)) or (row.branch_path,)
        if any(covers(ranges, place) for place in places):
            found.append((row, places))
    return [[one for one in found if _is_of(one[0], *each)] for each in closed]


def _of_roster(period: Period, since: datetime, ranges: Sequence[Range], seen: _Seen) -> Iterable[Correction]:
    [found] = _rosters_within([(period, since)], ranges)
    for row, places in found:
        yield Correction(
            about=ROSTER,
            at=row.entered_at,
            by=seen.name(row.by.name) if row.by else "系统",
            what=f"名册更正：{row.what}",
            label=f"{seen.name(row.member.name)}，{_days(row.effective_on, row.effective_until)}",
            places=places,
            url=seen.url(Right.SEE_MEMBERS, row.member.branch_path, "member_detail", row.member_id),
        )


def _days(first: date, last: date) -> str:
    return f"{first} 起" if last >= timezone.localdate() else f"{first} 至 {last}"


def deeds(
    sections: Collection[str], since: datetime, ranges: Sequence[Range], reader: User | None
) -> dict[str, list[Correction]]:
    """By section, what the trail tells of these places since, without whom it was done to. One query.

    At most the latest :data:`MOST_DEEDS`.
    """
    seen = _Seen(reader)
    things = {thing for section in sections for thing in THINGS.get(section, ())}
    wanted = Q(pk__in=[])
    for thing in sorted(things):
        # "." and "/" enclose every action of one thing in byte order, so that the index answers.
        wanted |= Q(action__gte=f"{thing}.", action__lt=f"{thing}/")
    here = within("branch_path", ranges) | _OF_ALL
    rows = AuditEntry.objects.filter(wanted, here, at__gt=since, outcome=AuditEntry.Outcome.DONE)
    found: dict[str, list[Correction]] = {section: [] for section in sections}
    for row in rows.select_related("actor").order_by("-at", "-id")[:MOST_DEEDS] if things else ():
        deed = Correction(
            about=DEEDS,
            at=row.at,
            by=seen.name(row.actor.name) if row.actor else "系统",
            what=action_label(row.action),
            label="",
            places=(row.branch_path,),
        )
        for section in sections:
            if row.action.partition(".")[0] in THINGS.get(section, ()):
                found[section].append(deed)
    return found
