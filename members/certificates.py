"""Certificates of membership (党员证明): issued with a number and a check code, as Word and PDF, and verified.

The Word template ships as ``templates/word/membership_certificate.docx``; a university puts its own at
``DATA_DIR/templates/membership_certificate.docx``. Its placeholders are checked before it is used.
"""

import hmac
import secrets
from collections.abc import Mapping
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Final
from zipfile import BadZipFile

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from docx.opc.exceptions import PackageNotFoundError
from docxtpl import DocxTemplate
from jinja2 import TemplateError
from jinja2.sandbox import SandboxedEnvironment

from accounts import audit
from accounts.models import User
from branches.roles import Right
from branches.scope import may
from lib import typesetting

from .models import ON_ROSTER, Certificate, Counter, Member, StatusPeriod

TEMPLATE: Final = "membership_certificate.docx"
SHIPPED: Final = "templates/word"
OWN: Final = "templates"
PAPER: Final = "certificate.typ"
#: Without those that are mistaken for another when they are read out or typed.
ALPHABET: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CODE_LENGTH: Final = 8

#: Placeholders of the template, and what each stands for.
PLACEHOLDERS: Final = {
    "number": "编号",
    "code": "校验码",
    "name": "姓名",
    "sex": "性别",
    "birth": "出生年月",
    "branch": "所在党支部全称",
    "status": "人员类别",
    "joined_on": "加入党组织日期",
    "full_on": "转为正式党员日期",
    "purpose": "用途",
    "issuer": "出具单位",
    "issued_on": "开具日期",
}
REQUIRED: Final = ("number", "code", "name", "status")


class CertificateError(ValueError):
    """The certificate cannot be issued, or the template not be used; the message is for the user."""


def issue(member: Member, purpose: str, *, by: User) -> Certificate:
    """Give ``member`` a certificate of what he is today. Numbered by year, audited."""
    if not may(by, Right.KEEP_MEMBERS, member.branch_path):
        raise CertificateError("党员证明由党员所在的二级党组织或组织部开具。")
    if member.status not in ON_ROSTER:
        raise CertificateError(f"{member.name}现在不是在册的正式党员或预备党员，不能开具党员证明。")
    today = timezone.localdate()
    with transaction.atomic():
        certificate = Certificate.objects.create(
            number=_next_number(today.year),
            code="".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)),
            member=member,
            branch_path=member.branch_path,
            purpose=purpose,
            issued_on=today,
            issued_by=by,
            wording=_wording(member, purpose, today),
        )
        after = {"number": certificate.number, "member": member.number, "purpose": purpose}
        audit.record("certificate.issue", by=by, on=certificate, after=after)
    return certificate


def verify(number: str, code: str) -> Certificate | None:
    """The certificate of that number when the code is its own; None for a wrong one and for none alike."""
    found = Certificate.objects.filter(number=number.strip()).first()
    given = code.strip().upper()
    if found is None or not hmac.compare_digest(found.code.encode(), given.encode()):
        return None
    return found


def word(certificate: Certificate) -> bytes:
    """The certificate as a Word document, from the university's template or the one that ships."""
    path = template_path()
    document = _checked(path)
    try:
        document.render(_filled(certificate), jinja_env=_environment(), autoescape=True)
    except TemplateError as error:
        raise _malformed(path, error) from error
    content = BytesIO()
    document.save(content)
    return content.getvalue()


def pdf(certificate: Certificate) -> bytes:
    """The certificate as PDF; CannotTypeset without a Chinese font."""
    return typesetting.pdf(PAPER, _filled(certificate))


def template_path() -> Path:
    own = Path(settings.DATA_DIR) / OWN / TEMPLATE
    return own if own.is_file() else settings.BASE_DIR / SHIPPED / TEMPLATE


def check_template(path: Path) -> None:
    """CertificateError that says what is wrong with the template at ``path``; nothing when it can be used."""
    _checked(path)


def _checked(path: Path) -> DocxTemplate:
    document = DocxTemplate(path)
    try:
        used = document.get_undeclared_template_variables(jinja_env=_environment())
    except (PackageNotFoundError, BadZipFile, KeyError) as error:
        raise CertificateError(f"模板“{path}”不是 Word 文档（.docx），请重新另存。") from error
    except TemplateError as error:
        raise _malformed(path, error) from error
    known = "、".join(f"{{{{ {name} }}}}（{label}）" for name, label in PLACEHOLDERS.items())
    if strange := sorted(used - PLACEHOLDERS.keys()):
        raise CertificateError(f"模板“{path}”里有不认识的占位符：{'、'.join(strange)}。可以用的是：{known}。")
    if missing := [name for name in REQUIRED if name not in used]:
        raise CertificateError(f"模板“{path}”里缺少占位符：{'、'.join(missing)}。可以用的是：{known}。")
    # Reading the placeholders has prepared the document; a fresh one is filled.
    return DocxTemplate(path)


def _malformed(path: Path, error: TemplateError) -> CertificateError:
    return CertificateError(f"模板“{path}”里的占位符写法不对：{error}。请写成 {{{{ name }}}} 的样子。")


def _environment() -> SandboxedEnvironment:
    """A template is a file that somebody put there: it fills in words and runs nothing."""
    return SandboxedEnvironment(autoescape=True)


def _filled(certificate: Certificate) -> dict[str, str]:
    own = {"number": certificate.number, "code": certificate.code}
    wording: Mapping[str, str] = certificate.wording
    return {**dict.fromkeys(PLACEHOLDERS, ""), **wording, **own}


def _wording(member: Member, purpose: str, today: date) -> dict[str, str]:
    branch = member.branch
    return {
        "name": member.name,
        "sex": member.get_sex_display(),
        "birth": f"{born.year}年{born.month}月" if (born := member.birth_date) else "",
        "branch": branch.name,
        "status": StatusPeriod.Status(member.status).label,
        "joined_on": _chinese(member.joined_on),
        "full_on": _chinese(member.full_on),
        "purpose": purpose,
        "issuer": branch.parent.name if branch.parent else branch.name,
        "issued_on": _chinese(today),
    }


def _chinese(day: date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def _next_number(year: int) -> str:
    """“2026-0001”; whoever asks at the same time waits and gets the next."""
    counter, _ = Counter.objects.select_for_update().get_or_create(name=f"certificate:{year}")
    Counter.objects.filter(pk=counter.pk).update(last=F("last") + 1)
    counter.refresh_from_db()
    return f"{year}-{counter.last:04d}"
