"""The auditor looks whether the trail is whole, by a job; each look is itself an entry of the trail.

The command ``verify_audit`` asks the same on the server. It stands in this room because a lower one knows no roles.
"""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from accounts import audit
from accounts.models import AuditEntry, AuditSeal, User
from jobs import running
from jobs.models import Job

from .roles import Right
from .scope import has_right

KIND: Final = "trail_check"
CHECKED: Final = "trail.verify"
REFUSAL: Final = "审计记录由审计管理员核验。"
LABEL: Final = "核验审计记录"
#: How many faults are told one by one; there are as many as broken links.
MOST_TOLD: Final = 20


@dataclass(frozen=True)
class Look:
    """One check that was made: ``faults`` how many, ``told`` the first of them in words."""

    at: datetime
    by: str
    seal: int
    faults: int
    told: list[str]

    @property
    def words(self) -> str:
        return f"{self.faults} 处问题" if self.faults else "完整"


def start(by: User) -> Job:
    return running.start(KIND, by, LABEL)


def _may_fetch(user: User, job: Job) -> bool:
    return has_right(user, Right.READ_AUDIT)


@running.register(KIND, _may_fetch)
def _check(progress: running.Progress) -> None:
    last = last_seal()
    total = last.number if last else 0
    progress.at("核验", 0, total)
    found = audit.verify(lambda number: progress.at("核验", min(number, total), total))
    told = [one.message for one in islice(found, MOST_TOLD)]
    faults = len(told) + sum(1 for _ in found)
    audit.record(CHECKED, by=progress.owner, after={"seal": total, "faults": faults, "found": "".join(told)})
    progress.job.message = (
        f"有 {faults} 处问题：{told[0]}" if told else f"审计记录完整，封存到第 {total} 号。"
    )


def last_seal() -> AuditSeal | None:
    return AuditSeal.objects.order_by("-number").first()


def looks(most: int) -> list[Look]:
    """The last checks, the newest first."""
    entries = AuditEntry.objects.filter(action=CHECKED).order_by("-at", "-id")[:most]
    return [
        Look(one.at, one.actor_label, one.after["seal"], one.after["faults"], _sentences(one.after["found"]))
        for one in entries
    ]


def _sentences(text: str) -> list[str]:
    return [f"{part}。" for part in text.split("。") if part]
