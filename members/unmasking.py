"""Showing what is masked: only with the right, for a stated reason, and never without a trace."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts import audit
from accounts.models import User
from branches.roles import Right
from branches.scope import may

from . import data_requests
from .models import Member

#: What can be shown in clear, with its label.
FIELDS = {
    "id_number": "公民身份证号",
    "phone": "手机号",
    "landline": "固定电话",
    "address": "家庭住址",
    "birth_date": "出生日期",
}


def may_unmask(user: User, member: Member) -> bool:
    return may(user, Right.UNMASK, member.branch_path)


def unmask(member: Member, fields: list[str], reason: str, *, by: User) -> dict[str, str]:
    """Label → value in clear of ``fields``. The audit entry names the fields and the reason, never a value."""
    if not may_unmask(by, member):
        raise PermissionDenied
    if data_requests.is_restricted(member):
        raise PermissionDenied(data_requests.RESTRICTED)
    with transaction.atomic():
        audit.record("member.unmask", by=by, on=member, after={"fields": fields, "reason": reason})
        return {
            label: str(getattr(member, name) or "未填写") for name, label in FIELDS.items() if name in fields
        }
