"""What was locked of a branch, as of one that stands right below the university; and who subscribed its figures."""

from datetime import date

from django.db import models

from accounts.models import User
from branches.models import Branch
from branches.scope import covering_ranges
from lib.periods import Period
from reports.asked import Asked
from reports.closing import files, tables
from reports.figures.catalogue import STATISTICS
from reports.models import ClosedFile, ClosedPeriod, ClosedTable, Sending, SentFile, Subscription


def of_closing(branch: Branch) -> list[models.Model]:
    """Its table of organisational life and a file, of the third quarter of 2026."""
    closing, _ = ClosedPeriod.objects.get_or_create(period="2026Q3", defaults={"sha256": "0" * 64})
    ranges = covering_ranges([branch.path])
    asked = Asked(Period.quarter(2026, 3), date(2026, 10, 20), ranges, ranges, org=branch)
    body = tables.canonical(tables.kept(STATISTICS["life"].tabulate(asked)))
    of_branch = {"closing": closing, "branch": branch, "branch_path": branch.path}
    table = ClosedTable.objects.create(
        **of_branch, statistic="life", body=body, sha256=tables.sha256_of(body)
    )
    file = ClosedFile.objects.create(
        **of_branch, name="统计报表.xlsx", stored=f"access-{branch.code}", size=4, sha256="0" * 64
    )
    files.write(file.stored, b"PK\x03\x04")
    return [table, file]


def of_subscription(branch: Branch, account: User) -> list[models.Model]:
    """Its secretary's, of which the last sending failed."""
    own = Subscription.objects.create(
        user=account, branch=branch, branch_path=branch.path, statistics=["life"], since=date(2026, 9, 1)
    )
    failed = Sending.objects.create(
        subscription=own, period="2026Q2", branch_path=branch.path, state="failed", last_error="连接中断。"
    )
    sent = SentFile.objects.create(
        sending=failed, name="统计报表.xlsx", stored=f"sent-{branch.code}", sha256="0" * 64
    )
    return [own, failed, sent]
