"""The roster as a workbook in the national layout: masked, typed, and fit to be imported again."""

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from accounts import audit
from accounts.models import User
from branches.models import Branch
from branches.roles import Right
from branches.scope import covering_ranges, covers, has_right, ranges_of
from jobs import running
from jobs.models import Job
from lib.masking import mask_address
from lib.sheets.outgoing import write_list
from lib.sheets.writing import OutColumn, OutSheet

from .listing import Filter, line, listed
from .models import StatusPeriod

COLUMNS = (
    OutColumn("序号", "integer", 6),
    OutColumn("党员编号", "text", 12),
    OutColumn("学工号", "text", 14),
    OutColumn("姓名", "text", 12),
    OutColumn("所在党支部", "text", 34),
    OutColumn("公民身份证号", "text", 21),
    OutColumn("性别", "text", 6),
    OutColumn("民族", "text", 10),
    OutColumn("出生日期", "text", 11),
    OutColumn("学历", "text", 16),
    OutColumn("人员类别", "text", 10),
    OutColumn("加入党组织日期", "date", 14),
    OutColumn("转为正式党员日期", "date", 16),
    OutColumn("工作岗位", "text", 10),
    OutColumn("籍贯", "text", 12),
    OutColumn("专业", "text", 16),
    OutColumn("学制（年）", "integer", 9),
    OutColumn("预计毕业日期", "date", 13),
    OutColumn("共青团员", "text", 9),
    OutColumn("手机号", "text", 14),
    OutColumn("家庭住址", "text", 22),
)
#: What stands beside a masked name.
SAID_OF_ALL = {"序号", "姓名", "所在党支部", "性别", "人员类别"}
MASKED = "证件号、手机号、住址已遮盖，导回时视为不变。"
UNNAMED = "姓名已遮盖，编号、日期和其他个人信息不列出。"
#: More rows than this are written by a job.
AT_ONCE = 5000
KIND = "roster_export"


def write_roster(target: Path | BinaryIO, user: User, wanted: Filter) -> int:
    """Write what ``user`` may see of the roster; returns the number of people. Audited with the filter."""
    members = listed(user, wanted)
    total = members.count()
    entry = audit.record("roster.export", by=user, after={**as_parameters(wanted), "rows": total})
    banner = [
        "党员花名册",
        f"截至 {wanted.day:%Y-%m-%d}，共 {total} 人。{_described(wanted)}",
        audit.export_line(entry, user),
        MASKED if has_right(user, Right.SEE_NAMES) else UNNAMED,
    ]
    rows = _rows(members.iterator(chunk_size=1000), user)
    write_list(target, [OutSheet("党员花名册", COLUMNS, rows, banner)])
    return total


def _described(wanted: Filter) -> str:
    parts = [
        f"党组织：{wanted.branch.short_name}" if wanted.branch else "",
        f"人员类别：{StatusPeriod.Status(wanted.status).label}" if wanted.status else "",
        f"搜索：{wanted.q}" if wanted.q else "",
    ]
    return "，".join(part for part in parts if part)


def _rows(members: Iterable[Any], user: User) -> Iterator[list[object]]:
    for number, member in enumerate(members, start=1):
        shown = line(member, user)
        cells = [
            number,
            member.number,
            shown.school_number,
            shown.name,
            shown.branch,
            shown.id_number,
            member.get_sex_display(),
            shown.nation,
            shown.birth,
            shown.education,
            shown.status_label,
            member.joined_on,
            member.full_on,
            member.job,
            member.native_place,
            member.major,
            member.schooling_years,
            member.graduates_on,
            _yes_or_no(member.is_league_member),
            shown.phone,
            mask_address(member.address) if shown.id_number else "",
        ]
        if not shown.named:
            cells = [
                cell if one.heading in SAID_OF_ALL else "" for one, cell in zip(COLUMNS, cells, strict=True)
            ]
        yield cells


def _yes_or_no(value: bool | None) -> str:
    return "" if value is None else "是" if value else "否"


def as_parameters(wanted: Filter) -> dict[str, Any]:
    return {
        "q": wanted.q,
        "branch": wanted.branch.pk if wanted.branch else None,
        "status": wanted.status,
        "on": wanted.day.isoformat(),
    }


def _from_parameters(user: User, parameters: dict[str, Any]) -> Filter:
    branch = Branch.objects.visible_to(user).filter(pk=parameters["branch"]).first()
    if parameters["branch"] and branch is None:
        raise running.JobRefused("所选党组织已不在您的管理范围内。")
    return Filter(parameters["q"], branch, parameters["status"], date.fromisoformat(parameters["on"]))


def _may_fetch(user: User, job: Job) -> bool:
    """Every place the workbook is about must still be within the user's reach."""
    reach = ranges_of(user, Right.EXPORT)
    return bool(reach) and all(covers(reach, start) for start, _ in job.outcome.get("ranges", []))


@running.register(KIND, _may_fetch)
def export_roster(progress: running.Progress) -> None:
    wanted = _from_parameters(progress.owner, progress.parameters)
    seen = ranges_of(progress.owner, Right.SEE_MEMBERS)
    progress.job.outcome = {"ranges": covering_ranges([wanted.branch.path]) if wanted.branch else seen}
    progress.at("写入")
    path = progress.result_path(f"党员花名册-{wanted.day:%Y%m%d}.xlsx")
    progress.at("写入", write_roster(path, progress.owner, wanted))
