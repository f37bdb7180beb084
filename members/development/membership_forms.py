"""《入党志愿书》: drawing numbered forms, and saying what became of those that nobody used.

Who used a form is told by the standing step 填写入党志愿书 with its number, and by nothing else. A form that is used
cannot be marked, and the number of a marked one cannot be used: whichever was entered by mistake is taken back first. A
number in no draw may be used, because a university need not keep this register.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Case, CharField, F, QuerySet, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils import timezone

from accounts import audit
from accounts.models import User
from branches.models import Branch
from branches.roles import Right
from branches.scope import may
from lib.dates import written
from members.models import Development, DevelopmentStep, FormDraw, MembershipForm
from members.models.membership_forms import NUMBER_LENGTH

from . import form_numbers
from .vocabulary import Step

Mark = MembershipForm.Mark
USED, UNUSED = "used", "unused"
NUMBER = "form_number"


class FormError(Exception):
    """What is asked for does not fit the register; the message says what is wrong and what to do."""


def tidied(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts of a step, with a form's number as the register writes it."""
    number = facts.get(NUMBER)
    return {**facts, NUMBER: form_numbers.tidy(number)} if number else dict(facts)


def uses() -> QuerySet[Any]:
    """The standing steps that used a form, with its ``number``."""
    steps: Any = DevelopmentStep.objects.standing().filter(step=Step.MEMBERSHIP_FORM)
    number = Cast(KT(f"facts__{NUMBER}"), CharField(max_length=100))
    found: QuerySet[Any] = steps.annotate(number=number).filter(number__gt="")
    return found


def with_state(forms: QuerySet[MembershipForm]) -> QuerySet[Any]:
    """Forms with ``state``: used, what they are marked as, or unused. The steps are looked up once for all of them."""
    state = Case(
        When(number__in=uses().values("number"), then=Value(USED)),
        When(mark__gt="", then=F("mark")),
        default=Value(UNUSED),
        output_field=CharField(),
    )
    found: QuerySet[Any] = forms.annotate(state=state)
    return found


def draw(
    branch: Branch, on: date, first: str, quantity: int, *, receiver: str, issuer: str, by: User
) -> FormDraw:
    """An organisation draws ``quantity`` forms numbered from ``first``. Audited.

    FormError when a number is registered already, or none can be counted from ``first``.
    """
    if not may(by, Right.APPROVE, branch.path):
        raise PermissionDenied
    if on > timezone.localdate():
        raise FormError("领取日期不能晚于今天。")
    if not 0 < quantity <= form_numbers.MOST_AT_ONCE:
        raise FormError(f"一次登记1至{form_numbers.MOST_AT_ONCE}份，更多的请分次登记。")
    try:
        numbers = form_numbers.following(form_numbers.tidy(first), quantity)
    except ValueError as fault:
        raise FormError(str(fault)) from None
    if len(numbers[0]) > NUMBER_LENGTH:
        raise FormError(f"编号不能超过{NUMBER_LENGTH}个字符，请核对。")
    try:
        with transaction.atomic():
            return _draw(branch, on, numbers, receiver, issuer, by)
    except IntegrityError:
        # Somebody drew the same numbers between the look and the write.
        raise FormError(_taken(numbers)) from None


def _draw(branch: Branch, on: date, numbers: Sequence[str], receiver: str, issuer: str, by: User) -> FormDraw:
    taken = MembershipForm.objects.filter(number__in=numbers).order_by("number")
    if found := list(taken.values_list("number", flat=True)):
        raise FormError(_taken(found))
    row = FormDraw(
        branch=branch,
        branch_path=branch.path,
        on=on,
        first=numbers[0],
        last=numbers[-1],
        quantity=len(numbers),
        receiver=receiver,
        issuer=issuer,
        entered_by=by,
    )
    row.full_clean(exclude=["branch"])
    row.save()
    MembershipForm.objects.bulk_create(MembershipForm(draw=row, number=number) for number in numbers)
    audit.record("form.draw", by=by, on=row, after=_facts(row))
    return row


def _taken(numbers: Sequence[str]) -> str:
    named = "、".join(numbers[:3]) + ("等" if len(numbers) > 3 else "")
    return f"编号{named}已经登记过领取，同一编号只能登记一次；请核对起始编号和数量。"


def _facts(row: FormDraw) -> dict[str, Any]:
    return {
        "on": row.on.isoformat(),
        "first": row.first,
        "quantity": row.quantity,
        "receiver": row.receiver,
        "issuer": row.issuer,
    }


def is_untouched(row: FormDraw) -> bool:
    """Whether none of the draw's forms is used or marked. One query."""
    return not with_state(MembershipForm.objects.filter(draw=row)).exclude(state=UNUSED).exists()


def cancel(row: FormDraw, reason: str, *, by: User) -> None:
    """Take back a draw that was entered by mistake, while none of its forms is used or marked. Audited."""
    if not may(by, Right.APPROVE, row.branch_path):
        raise PermissionDenied
    with transaction.atomic():
        forms = with_state(MembershipForm.objects.select_for_update().filter(draw=row)).order_by("number")
        touched = [form.number for form in forms if form.state != UNUSED]
        if touched:
            named = "、".join(touched[:3]) + ("等" if len(touched) > 3 else "")
            raise FormError(f"编号{named}已经使用或标记，不能撤销这次领取；请先撤回有关步骤或取消标记。")
        audit.record("form.cancel", by=by, on=row, before=_facts(row), after={"reason": reason})
        row.delete()


def mark(form: MembershipForm, as_: str, on: date, reason: str, *, by: User) -> None:
    """Say that a form is void, lost or returned since ``on``; a mark there already is corrected. Audited.

    FormError for a form that is used, and for a day before it was drawn or in the future.
    """
    with transaction.atomic():
        form = _locked(form, by)
        word = Mark(as_).label
        if use := uses().filter(number=form.number).select_related("development__member").first():
            raise FormError(f"编号{form.number}{_used_by(use, by)}，不能标记为{word}。{_REMEDY}")
        if on < form.draw.on:
            raise FormError(f"日期不能早于领取日期（{written(form.draw.on)}）。")
        if on > timezone.localdate():
            raise FormError("日期不能晚于今天。")
        _set(form, "form.mark", by, reason, mark=as_, marked_on=on, mark_reason=reason)


def unmark(form: MembershipForm, reason: str, *, by: User) -> None:
    """The form is there and unused after all. Nothing happens to one that is not marked. Audited."""
    with transaction.atomic():
        form = _locked(form, by)
        if form.mark:
            _set(form, "form.unmark", by, reason, mark="", marked_on=None, mark_reason="")


_REMEDY = "使用登记有误的，请在本人的发展页面撤回“填写入党志愿书”一步，再来标记。"


def _locked(form: MembershipForm, by: User) -> MembershipForm:
    """The row, locked against a step that uses it meanwhile, for whoever takes the branch's steps there."""
    if not may(by, Right.DEVELOP, form.draw.branch_path):
        raise PermissionDenied
    return MembershipForm.objects.select_for_update(of=("self",)).select_related("draw").get(pk=form.pk)


def _used_by(use: DevelopmentStep, by: User) -> str:
    """Names the person to whoever sees him."""
    is_seen = Development.objects.visible_to(by).filter(pk=use.development_id).exists()
    return f"已由{use.development.member.name}使用" if is_seen else "已有人使用"


def _set(form: MembershipForm, action: str, by: User, reason: str, **values: Any) -> None:
    before = _marked(form)
    for name, value in values.items():
        setattr(form, name, value)
    form.full_clean(exclude=["draw"])
    form.save(update_fields=list(values))
    after = {**_marked(form), "reason": reason}
    audit.record(action, by=by, on=form, before=before, after=after, branch_path=form.draw.branch_path)


def _marked(form: MembershipForm) -> dict[str, Any]:
    on = form.marked_on.isoformat() if form.marked_on else ""
    return {"mark": form.mark, "on": on, "reason": form.mark_reason}


def obstacle(number: str) -> str:
    """Why a form cannot be used, in words; empty when nothing is known against it. Two queries.

    Locks the form, so that of a use and a mark, or of two uses, at the same time only one is written.
    """
    form = MembershipForm.objects.select_for_update().filter(number=number).first()
    if form and form.mark:
        assert form.marked_on
        said = f"编号{number}的入党志愿书已在{written(form.marked_on)}登记为{form.get_mark_display()}，不能使用；"
        return f"{said}请核对编号，标记有误的请先在“入党志愿书”中取消标记。"
    if uses().filter(number=number).exists():
        said = f"编号{number}的入党志愿书已有人使用，一份只能用一次；"
        return f"{said}请核对编号，那一次登记有误的请先撤回那一步。"
    return ""
