"""Who needs a second factor: whoever holds a role, as he sees other people's data (ASVS 6.3.3, 等保三级 8.1.4.1 d).

A university may exempt a role, with the document that says so: the security administrator writes it down, and it is
shown where an assessor looks. Those who administer the system can never be exempted.
"""

from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User

from .models import FactorExemption
from .roles import STAFF, THREE_ADMINS, Role
from .scope import roles_of

#: They see and change most: no document lets them off.
ALWAYS = THREE_ADMINS | STAFF


class ExemptionError(ValueError):
    """The role cannot be exempted; the message is for the user."""


def is_asked_of(user: User) -> bool:
    """Whether one of the roles he holds today is not exempted. One query where he holds only such as could be."""
    held = roles_of(user)
    if not held or held & ALWAYS:
        return bool(held)
    exempt = FactorExemption.objects.on(timezone.localdate()).filter(role__in=held)
    return bool(held - {Role(role) for role in exempt.values_list("role", flat=True)})


def exempt(role: str, *, citation: str, since: date, until: date | None, by: User) -> FactorExemption:
    """No second factor is asked of ``role``, by that document. Audited."""
    if role not in Role.values or Role(role) in ALWAYS:
        raise ExemptionError("三员和各级党组织工作人员都须使用动态验证码，不能免除。")
    if len(citation.strip()) < 6:
        raise ExemptionError("请写明依据，如文件名称、文号和日期。")
    with transaction.atomic():
        made = FactorExemption(role=role, citation=citation.strip(), since=since, until=until, by=by)
        made.full_clean()
        made.save()
        audit.record(
            "second_factor.exempt_role", by=by, on=made, after={"role": role, "citation": made.citation}
        )
    return made


def end(exemption: FactorExemption, *, on: date, by: User) -> None:
    """It ends with ``on`` as its last day. Audited."""
    if on < exemption.since:
        raise ExemptionError("结束日期不能早于开始日期。")
    with transaction.atomic():
        exemption.until = on
        exemption.full_clean()
        exemption.save()
        audit.record("second_factor.end_exemption", by=by, on=exemption, after={"until": on.isoformat()})
