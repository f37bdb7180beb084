"""From the cells of a row to the facts of a person, and those facts as pages show them."""

from datetime import date
from typing import Any

from branches.models import Branch
from lib import id_number
from lib.masking import mask_address, mask_birth, mask_id, mask_phone
from members.codes import EDUCATIONS, Sex, nation_label
from members.enrolment import ENCRYPTED, PLAIN
from members.models import Member, StatusPeriod

from . import steps
from .rows import Row

Status = StatusPeriod.Status
DIRECT = frozenset({*PLAIN, *ENCRYPTED})
STAGE_FIELDS = {"applied_on": Status.APPLICANT, "activist_on": Status.ACTIVIST, "target_on": Status.TARGET}


def facts_of(row: Row) -> dict[str, Any]:
    """What the row says, by the names of the record; a blank or masked cell says nothing."""
    facts = {name: value for name, value in row.values.items() if name in DIRECT}
    if row.branch:
        facts["branch"] = row.branch
    if status := _status(row):
        facts["status"] = status
    if stages := {
        stage.value: row.values[name] for name, stage in STAGE_FIELDS.items() if name in row.values
    }:
        facts["stages"] = stages
    if row.values.get("applied_on") or (row.member and steps.says_any(row.values)):
        facts["development"] = steps.dates_to_keep(row.values)
    if row.values.get("is_lost") is False:
        facts.setdefault("lost_on", None)
    _derive(facts, row)
    return facts


def _status(row: Row) -> str:
    """人员类别, else 政治面貌 or whatever 党籍状态 says; a suspended membership is a status of its own."""
    values = row.values
    standing = values.get("standing")
    spoken = (
        values.get("status") or values.get("political") or (standing if isinstance(standing, str) else "")
    )
    if standing is True and spoken in ("", Status.FULL):
        return Status.SUSPENDED
    if row.member and row.member.status == Status.SUSPENDED and spoken == Status.FULL and standing is None:
        # A sheet without 党籍状态 does not end a suspension.
        return ""
    if standing is False and not spoken and row.member and row.member.status == Status.SUSPENDED:
        return Status.FULL
    return str(spoken)


def _derive(facts: dict[str, Any], row: Row) -> None:
    """Sex and birth by the ID number, and the status by the dates, where neither file nor record has them."""
    number = facts.get("id_number")
    if number and "sex" not in facts and not row.member:
        facts["sex"] = id_number.sex_of(number)
    if number and "birth_date" not in facts and not (row.member and row.member.birth_date):
        facts["birth_date"] = id_number.birth_of(number)
    if "status" not in facts and not row.member:
        stages = facts.get("stages", {})
        reached = [stage.value for stage in STAGE_FIELDS.values() if stage in stages]
        if facts.get("full_on"):
            facts["status"] = Status.FULL
        elif facts.get("joined_on"):
            facts["status"] = Status.PROBATIONARY
        elif reached:
            facts["status"] = reached[-1]


def current(member: Member, name: str, stages: dict[str, object]) -> Any:
    """What the record has for a fact; of stages and development those that are given."""
    return stages if name in ("stages", "development") else getattr(member, name)


def label_of(name: str) -> str:
    if name in ENCRYPTED:
        return {
            "id_number": "公民身份证号",
            "phone": "手机号",
            "landline": "固定电话",
            "address": "家庭住址",
        }[name]
    return str(next(column.verbose_name for column in Member._meta.concrete_fields if column.name == name))


def shown(name: str, value: Any) -> str:
    """A value as a page or a workbook may show it: masked when it is sensitive."""
    if value is None or value == "":
        return ""
    if name in _SHOWN:
        return str(_SHOWN[name](value))
    if isinstance(value, bool):
        return "是" if value else "否"
    return value.isoformat() if isinstance(value, date) else str(value)


def _branch(value: Branch) -> str:
    return value.short_name


_SHOWN: dict[str, Any] = {
    "id_number": mask_id,
    "phone": mask_phone,
    "landline": mask_phone,
    "address": mask_address,
    "birth_date": mask_birth,
    "branch": _branch,
    "sex": lambda value: Sex(value).label,
    "nation": nation_label,
    "education": lambda value: EDUCATIONS.get(value, value),
    "status": lambda value: Status(value).label,
}
