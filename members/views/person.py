"""One person: the record, masked; and what is masked, for a reason."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import AuthenticatedRequest
from accounts.models import User
from accounts.proof import confirmed
from branches.roles import Right
from branches.scope import get_visible_or_404, has_right, may
from lib.masking import mask_address, mask_birth, mask_id, mask_name, mask_phone
from members import exemptions
from members.codes import EDUCATIONS, nation_label
from members.forms import UnmaskForm
from members.listing import sees_contacts
from members.models import ON_ROSTER, Circumstance, Member, StatusPeriod, Transfer
from members.unmasking import may_unmask, unmask


def _facts(member: Member) -> list[tuple[str, str]]:
    """The items of the national form that everybody who sees the name may see."""
    return [
        ("党员编号", member.number),
        ("学工号", member.school_number),
        ("性别", member.get_sex_display()),
        ("民族", nation_label(member.nation)),
        ("出生年月", mask_birth(member.birth_date)),
        ("学历", EDUCATIONS.get(member.education, "")),
        ("工作岗位", member.job),
        ("籍贯", member.native_place),
        ("专业", member.major),
        ("学制", f"{member.schooling_years} 年" if member.schooling_years else ""),
        ("预计毕业日期", member.graduates_on.isoformat() if member.graduates_on else ""),
        ("共青团员", "" if member.is_league_member is None else "是" if member.is_league_member else "否"),
        ("加入党组织日期", member.joined_on.isoformat() if member.joined_on else ""),
        ("转为正式党员日期", member.full_on.isoformat() if member.full_on else ""),
    ]


def _contacts(member: Member) -> list[tuple[str, str]]:
    return [
        ("公民身份证号", mask_id(member.id_number)),
        ("手机号", mask_phone(member.phone)),
        ("固定电话", mask_phone(member.landline)),
        ("家庭住址", mask_address(member.address)),
        ("证件不符说明", member.identity_note),
        ("备注", member.note),
    ]


_ON_ROSTER_VERBS = (("away", "登记外出或失联"), ("suspend", "停止党籍"), ("depart", "登记离开"))
_VERBS_OF: dict[str, tuple[tuple[str, str], ...]] = {
    **dict.fromkeys(ON_ROSTER, _ON_ROSTER_VERBS),
    StatusPeriod.Status.SUSPENDED: (("restore", "恢复党籍"), ("depart", "登记离开")),
}


def _errands(user: User, member: Member) -> list[tuple[str, str]]:
    """What ``user`` may enter about the person's belonging, as label and address."""
    found: list[tuple[str, str]] = []
    if member.status in ON_ROSTER and may(user, Right.ASK_TRANSFER, member.branch_path):
        if under_way := member.transfers.filter(state__in=Transfer.OPEN).first():
            label = f"转接{under_way.get_state_display()}"
            found.append((label, reverse("transfer_detail", args=[under_way.pk])))
        else:
            found.append(("转出组织关系", reverse("member_transfer", args=[member.pk])))
    if may(user, Right.KEEP_MEMBERS, member.branch_path):
        verbs = _VERBS_OF.get(member.status, ())
        found += [(label, reverse("member_movement", args=[member.pk, verb])) for verb, label in verbs]
    return found


def _away(user: User, member: Member) -> list[Circumstance]:
    """What is noted about being away, for whoever keeps in touch."""
    if not may(user, Right.ASK_TRANSFER, member.branch_path):
        return []
    return list(member.circumstances.filter(until=None))


def _exemptions(user: User, member: Member) -> dict[str, Any]:
    """For oneself and whoever keeps the branch's records, and a way to write one down for the latter."""
    keeps = exemptions.may_keep(user, member)
    rows = list(member.exemptions.all()) if keeps or member.account_id == user.pk else []
    return {"exemptions": rows, "may_exempt": keeps and member.status in ON_ROSTER}


@require_safe
def member_detail(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    user = request.user
    member = get_visible_or_404(Member.objects.select_related("branch"), user, pk=pk)
    is_own, path = member.account_id == user.pk, member.branch_path
    named = is_own or has_right(user, Right.SEE_NAMES)
    context = {
        "member": member,
        "name": member.name if named else mask_name(member.name),
        "day_format": "Y-m-d" if named else "Y年",
        "facts": [fact for fact in _facts(member) if fact[1]] if named else [],
        "contacts": [fact for fact in _contacts(member) if fact[1]] if is_own or sees_contacts(user) else [],
        "spells": member.spells.select_related("branch"),
        "statuses": member.statuses.all(),
        "posts": member.posts.select_related("branch", "group"),
        "development": member.developments.visible_to(user).latest_first().first(),
        "may_unmask": may_unmask(user, member),
        "birthday_year": timezone.localdate().year if is_own or may(user, Right.RECORD, path) else None,
        "may_certify": may(user, Right.KEEP_MEMBERS, member.branch_path) and member.status in ON_ROSTER,
        "errands": _errands(user, member),
        "away": _away(user, member),
        **_exemptions(user, member),
        "reviews": member.review_results.visible_to(user).select_related("branch"),
        "may_list": has_right(user, Right.SEE_MEMBERS),
    }
    return render(request, "members/detail.html", context)


@confirmed
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def member_unmask(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    member = get_visible_or_404(Member.objects.select_related("branch"), request.user, pk=pk)
    if not may_unmask(request.user, member):
        raise PermissionDenied
    form = UnmaskForm(request.POST or None)
    shown: dict[str, str] = {}
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        shown = unmask(member, values["fields_wanted"], values["reason"], by=request.user)
    return render(request, "members/unmask.html", {"member": member, "form": form, "shown": shown})
