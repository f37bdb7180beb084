"""Letters of introduction on paper: one for each person, with its stub, many in one PDF."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts import audit
from accounts.models import User
from branches import tree
from branches.roles import Right
from branches.scope import covers, ranges_of
from jobs import running
from jobs.models import Job
from lib import typesetting
from lib.masking import mask_id

from .codes import nation_label
from .models import DataRequest, StatusPeriod, Transfer
from .unmasking import FIELDS, may_unmask, unmask

DOCUMENT = "introduction.typ"
KIND = "introductions"
#: More letters than this are set by a job, and in full in portions: no file with whole numbers is left lying about.
AT_ONCE = 60


def of_batch(user: User, batch: UUID) -> list[Transfer]:
    """The letters of a batch as far as ``user`` may issue them, by number."""
    rows = Transfer.objects.reachable_by(user, Right.TRANSFER).exclude(letter="")
    return list(
        rows.filter(batch=batch, kind=Transfer.Kind.OUT).select_related("member", "branch").order_by("letter")
    )


def may_print_in_full(user: User, letters: Sequence[Transfer]) -> bool:
    return bool(letters) and all(one.member and may_unmask(user, one.member) for one in letters)


def restricted(letters: Sequence[Transfer]) -> list[str]:
    """Names of those who asked that their numbers be kept and not shown."""
    rows = DataRequest.objects.restricting().filter(member__in=[one.member_id for one in letters])
    return sorted(set(rows.values_list("member__name", flat=True)))


def pdf(letters: Sequence[Transfer], *, by: User, reason: str = "") -> bytes:
    """The letters as one PDF. Audited; CannotTypeset without a Chinese font.

    Identity numbers are masked; with a ``reason`` they stand in full, and each is an unmasking of its own.
    """
    with transaction.atomic():
        fields = [_fields(one, _id_number(one, by, reason)) for one in letters]
        numbers = {"first": letters[0].letter, "last": letters[-1].letter, "letters": len(letters)}
        audit.record("transfer.print", by=by, branch_path=letters[0].branch_path, after=numbers)
        return typesetting.pdf(DOCUMENT, {"school": tree.school_name(), "letters": fields})


def _id_number(one: Transfer, by: User, reason: str) -> str:
    assert one.member
    if not reason:
        return mask_id(one.member.id_number)
    return unmask(one.member, ["id_number"], reason, by=by)[FIELDS["id_number"]]


def _fields(one: Transfer, id_number: str) -> dict[str, Any]:
    member = one.member
    assert member
    assert one.issued_on
    return {
        "number": one.letter,
        "to": one.elsewhere,
        "name": member.name,
        "sex": str(member.get_sex_display()),
        "nation": nation_label(member.nation),
        "age": _age(member.birth_date, one.issued_on),
        "standing": str(StatusPeriod.Status(member.status).label),
        "id_number": id_number,
        "from": one.branch.name,
        "issued": f"{one.issued_on.year}年{one.issued_on.month}月{one.issued_on.day}日",
        "days": one.valid_days,
    }


def _age(born: date | None, on: date) -> str:
    if born is None:
        return ""
    return str(on.year - born.year - ((on.month, on.day) < (born.month, born.day)))


def start(user: User, batch: UUID, count: int) -> Job:
    return running.start(KIND, user, f"组织关系介绍信 {count} 份", {"batch": str(batch)})


def _may_fetch(user: User, job: Job) -> bool:
    """Every branch whose letters are in the file must still be within the user's reach."""
    reach = ranges_of(user, Right.TRANSFER)
    paths = job.outcome.get("paths", [])
    return bool(reach and paths) and all(covers(reach, path) for path in paths)


@running.register(KIND, _may_fetch, repeatable=True)
def set_introductions(progress: running.Progress) -> None:
    letters = of_batch(progress.owner, UUID(progress.parameters["batch"]))
    if not letters:
        raise running.JobRefused("这一批没有您可以打印的介绍信。")
    progress.job.outcome = {"paths": sorted({one.branch_path for one in letters})}
    progress.at("排版", 0, len(letters))
    try:
        made = pdf(letters, by=progress.owner)
    except typesetting.CannotTypeset as fault:
        raise running.JobRefused(str(fault)) from fault
    path = progress.result_path(f"组织关系介绍信-{len(letters)}份.pdf")
    path.write_bytes(made)
    progress.at("排版", len(letters), len(letters))
