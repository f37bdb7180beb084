"""Once signed on, an account belongs to that person of the service: names are given again, ``sub`` is not. Audited."""

from django.db import IntegrityError, transaction

from accounts import audit
from accounts.models import SignOn, SignOnBinding, User
from lib import reasons

from .fetching import SignOnError


def hold(service: SignOn, user: User, subject: str) -> None:
    """Bind at the first sign-on; afterwards SignOnError for anybody else of that name. CAS has no such number.

    Another server has other numbers: whoever sets one up has every account bound anew.
    """
    if not subject:
        return
    known = SignOnBinding.objects.filter(user=user, server=service.server).first()
    if known is not None and known.subject == subject:
        return
    if known is not None:
        raise SignOnError("这个账号已绑定统一身份认证中的另一个人，请联系安全管理员核对后解除绑定。")
    try:
        with transaction.atomic():
            SignOnBinding.objects.update_or_create(
                user=user, defaults={"server": service.server, "subject": subject}
            )
            audit.record("sign_on.bind", by=user, on=user, after={"subject": audit.hashed(subject)})
    except IntegrityError:
        raise SignOnError(
            "统一身份认证中的这个人已绑定支部簿的另一个账号，请联系安全管理员核对后解除绑定。"
        ) from None


def is_bound(user: User) -> bool:
    return SignOnBinding.objects.filter(user=user).exists()


def release(user: User, *, by: User, why: str) -> None:
    """The next sign-on binds anew: the person has another number there, or the account was given to another."""
    if by.pk == user.pk:
        raise SignOnError("自己的绑定由另一位安全管理员解除。")
    if fault := reasons.fault(why):
        raise SignOnError(fault)
    with transaction.atomic():
        SignOnBinding.objects.filter(user=user).delete()
        audit.record("sign_on.unbind", by=by, on=user, after={"reason": why.strip()})
