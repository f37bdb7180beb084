"""Two records beside each other, masked, so that a person can tell whether they are one person's."""

from dataclasses import dataclass

from lib.masking import mask_address, mask_birth, mask_id, mask_phone

from . import records_of
from .codes import EDUCATIONS, nation_label
from .models import Member, StatusPeriod


@dataclass(frozen=True, slots=True)
class Line:
    """One fact of both; ``state`` marks those that differ where both say something."""

    label: str
    one: str
    other: str

    @property
    def differs(self) -> bool:
        return bool(self.one and self.other and self.one != self.other)


def lines(one: Member, other: Member) -> list[Line]:
    """The facts that either record has. One query for each kind of record, whatever the two have."""
    records = records_of.found_for([one.pk, other.pk])
    first, second = _facts(one, records.get(one.pk, [])), _facts(other, records.get(other.pk, []))
    return [
        Line(label, value, other_value)
        for (label, value), (_, other_value) in zip(first, second, strict=True)
        if value or other_value
    ]


def _facts(member: Member, records: list[str]) -> list[tuple[str, str]]:
    return [
        ("姓名", member.name),
        ("所在党支部", member.branch.short_name),
        ("人员类别", StatusPeriod.Status(member.status).label),
        ("学工号", member.school_number),
        ("公民身份证号", mask_id(member.id_number)),
        ("性别", member.get_sex_display()),
        ("民族", nation_label(member.nation)),
        ("出生年月", mask_birth(member.birth_date)),
        ("学历", EDUCATIONS.get(member.education, "")),
        ("专业", member.major),
        ("工作岗位", member.job),
        ("手机号", mask_phone(member.phone)),
        ("家庭住址", mask_address(member.address)),
        ("加入党组织日期", member.joined_on.isoformat() if member.joined_on else ""),
        ("转为正式党员日期", member.full_on.isoformat() if member.full_on else ""),
        ("账号", member.account.username if member.account else ""),
        ("已有的记录", "、".join(word for word in records if word != "账号")),
    ]
