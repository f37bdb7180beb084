"""What goes out of a quarter: the locked files and tables where it is locked, else the figures as they stand now.

Figures of organisations and groups only. No table of the catalogue has a row about one person.
"""

import json
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from accounts import audit
from branches.models import Branch
from branches.reach import organisation_within, reach_during
from lib import typesetting
from lib.periods import Period
from reports.asked import Asked
from reports.closing import files, tables
from reports.closing.files import Made
from reports.figures.base import Table
from reports.figures.catalogue import QUARTERLY
from reports.models import ClosedPeriod, Sending, Subscription

from .rights import RIGHT


@dataclass(frozen=True)
class Contents:
    """The tables with the sentence that says what state they show; ``locked`` are the files that were kept of them."""

    tables: list[Table]
    standing: str
    title: str
    locked: tuple[Made, ...] = ()


def contents_of(subscription: Subscription, period: Period, today: date) -> Contents:
    """What is sent of ``period``. Http404 when the organisation was out of the subscriber's reach then."""
    asked = _asked(subscription, period, today)
    closing = ClosedPeriod.objects.standing().with_names().filter(period=period.code).first()
    kept = list(closing.tables.filter(branch=subscription.branch).order_by("pk")) if closing else []
    chosen = [one for one in kept if one.statistic in subscription.statistics]
    if closing and chosen:
        title = f"{asked.title}统计报表（锁定第{closing.version}版）"
        found = [tables.table_of(json.loads(one.body), asked) for one in chosen]
        locked = _locked_files(closing, subscription.branch) if len(chosen) == len(kept) else ()
        return Contents(found, files.line(closing), title, locked)
    found = [QUARTERLY[name].tabulate(asked) for name in subscription.statistics if name in QUARTERLY]
    return Contents(found, _unlocked(closing, period), f"{asked.title}统计报表")


def _asked(subscription: Subscription, period: Period, today: date) -> Asked:
    branch = subscription.branch
    reach = reach_during(subscription.user, RIGHT, period.start, period.end)
    ranges = organisation_within(reach, branch.pk, period.start, period.end)[1]
    return Asked(period, today, ranges, ranges, org=branch if branch.parent_id else None)


def _unlocked(closing: ClosedPeriod | None, period: Period) -> str:
    at = f"{timezone.localtime():%Y-%m-%d %H:%M}"
    if closing:
        return f"截至 {at} 的数。{period.label}锁定的统计表只到二级党组织，本文件按现在的记录统计。"
    return f"截至 {at} 的数，{period.label}尚未锁定，锁定前可能更正。"


def _locked_files(closing: ClosedPeriod, branch: Branch) -> tuple[Made, ...]:
    """Those that still are on the server."""
    rows = closing.files.filter(branch=branch).order_by("pk")
    paths = [(row.name, files.path_of(row)) for row in rows]
    return tuple(Made(branch, name, path.read_bytes()) for name, path in paths if path.is_file())


def files_of(sending: Sending, today: date) -> list[Made]:
    """The workbook and the PDF. Audited as an export, whose number stands in what is made now.

    Without a Chinese font there is no PDF, and the workbook goes alone.
    """
    subscription = sending.subscription
    ready = contents_of(subscription, sending.span, today)
    rows = sum(len(table.rows) for table in ready.tables)
    names = [table.statistic.name for table in ready.tables]
    facts = {"period": sending.period, "statistics": names, "rows": rows, "to": subscription.user.username}
    entry = audit.record("subscription.export", by=None, on=subscription, after=facts)
    lines = [ready.standing, f"按订阅发给{subscription.user.name}，编号 {str(entry.pk)[:8]}。"]
    made = {one.name.rpartition(".")[2]: one for one in ready.locked}
    branch = subscription.branch
    if "xlsx" not in made:
        made["xlsx"] = Made(branch, f"{ready.title}.xlsx", files.workbook(ready.tables, lines))
    if "pdf" not in made and typesetting.can_typeset():
        made["pdf"] = Made(branch, f"{ready.title}.pdf", files.pdf(ready.title, ready.tables, lines))
    return list(made.values())
