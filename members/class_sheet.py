"""The list of a class as a workbook: who was enrolled, what became of each, and the certificates."""

from pathlib import Path
from typing import BinaryIO

from accounts import audit
from accounts.models import User
from lib.sheets.outgoing import write_list
from lib.sheets.writing import OutColumn, OutSheet

from .classes import ORDER
from .models import TrainingClass

COLUMNS = (
    OutColumn("序号", "integer", 6),
    OutColumn("党员编号", "text", 12),
    OutColumn("学工号", "text", 14),
    OutColumn("姓名", "text", 12),
    OutColumn("所在党支部", "text", 34),
    OutColumn("人员类别", "text", 12),
    OutColumn("实际学时", "decimal", 10),
    OutColumn("成绩", "decimal", 8),
    OutColumn("结果", "text", 10),
    OutColumn("结业证书编号", "text", 20),
)


def write(target: Path | BinaryIO, user: User, one: TrainingClass) -> int:
    """Write the list of ``one``; returns the number of people. Audited."""
    trainees = list(one.trainees.select_related("member__branch").order_by(*ORDER))
    entry = audit.record("class.export", by=user, on=one, after={"rows": len(trainees)})
    banner = [
        one.title,
        f"{one.number}，{one.get_kind_display()}，{one.starts_on:%Y-%m-%d} 至 {one.ends_on:%Y-%m-%d}。",
        f"{one.organizer or one.branch.short_name}，{one.hours.normalize():f} 学时，共 {len(trainees)} 人。",
        audit.export_line(entry, user),
    ]
    rows = (
        [
            number,
            each.member.number,
            each.member.school_number,
            each.member.name,
            each.member.branch.short_name,
            each.member.status_label,
            each.hours,
            each.score,
            each.get_result_display() if each.result else "",
            each.certificate or "",
        ]
        for number, each in enumerate(trainees, start=1)
    )
    write_list(target, [OutSheet("学员名单", COLUMNS, rows, banner)])
    return len(trainees)
