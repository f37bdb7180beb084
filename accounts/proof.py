"""What a session has proved, and when: the second factor, and the password again before data leaves (ASVS 7.5.3)."""

import time
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.debug import sensitive_post_parameters

from . import audit, counting, pace, passwords, sessions
from .forms import ConfirmForm
from .http import on_this_site
from .models import User
from .sign_on import keeping

FACTOR: Final = "second_factor"
VOUCHED: Final = "vouched"
SIGNED_ON: Final = "signed_on"
PROVED_AT: Final = "proved_at"
FIELD: Final = "confirm_password"
CAME_FROM: Final = "came_from"
WRONG: Final = "密码不对，请重新输入。"

View = Callable[..., HttpResponseBase]


@receiver(user_logged_in)
def _proved_by_signing_in(request: HttpRequest, **more: Any) -> None:
    request.session[PROVED_AT] = int(time.time())


def has_passed(request: HttpRequest, user: User) -> bool:
    """Whether this session typed a code of the factor that the user has now."""
    kept: str = request.session.get(FACTOR, "")
    return user.second_factor_at is not None and kept == _stamp(user)


def passed(request: HttpRequest, user: User) -> None:
    """Remember it, under a new key of the session."""
    sessions.renew_key(request)
    request.session[FACTOR] = _stamp(user)
    request.session[PROVED_AT] = int(time.time())


def vouched(request: HttpRequest) -> None:
    """The university's service asked for two proofs already: this session needs no code of ours."""
    request.session[FACTOR] = VOUCHED


def is_vouched(request: HttpRequest) -> bool:
    return bool(request.session.get(FACTOR) == VOUCHED)


def signed_on(request: HttpRequest, *, anew: bool) -> None:
    """The session came from the university's service, and needs no password of ours.

    Who sits there is proved when the service asked for his credentials ``anew``: a browser that it knows already is
    sent back without a word.
    """
    request.session[SIGNED_ON] = True
    if not anew:
        request.session.pop(PROVED_AT, None)


def is_signed_on(request: HttpRequest) -> bool:
    return bool(request.session.get(SIGNED_ON))


def owes_password(request: HttpRequest, user: User) -> bool:
    """Whether a new password is due before anything else; whoever came from the service keeps his there."""
    return passwords.is_due(user) and not is_signed_on(request)


def is_fresh(request: HttpRequest) -> bool:
    """Whether whoever sits there proved who he is in the last settings.CONFIRM_SECONDS."""
    proved: int = request.session.get(PROVED_AT, 0)
    return bool(time.time() - proved < settings.CONFIRM_SECONDS)


def is_proved(request: HttpRequest, password: str) -> bool:
    """The password of whoever is signed in; wrong ones count towards the lock of the sign-in."""
    user = request.user
    assert isinstance(user, User)
    found = authenticate(request, username=user.username, password=password)
    if found is None or found.pk != user.pk or passwords.has_run_out(user):
        audit.record("session.prove", by=user, on=user, denied=True)
        return False
    sessions.renew_key(request)
    request.session[PROVED_AT] = int(time.time())
    audit.record("session.prove", by=user, on=user)
    return True


def confirmed(view: View) -> View:
    """For what takes data out: asks for the password again when the last proof is old, and then goes on.

    What was sent waits in the page that asks, so nothing is typed twice; a plain link is opened again afterwards.
    """
    return _asking(view, _within_pace)


def proved(view: View) -> View:
    """For what decides who may sign in: asks as :func:`confirmed` does, and is not counted with what is taken out."""
    return _asking(view, lambda _: None)


def _asking(view: View, hurried: Callable[[HttpRequest], HttpResponseBase | None]) -> View:
    @wraps(view)
    @sensitive_post_parameters(FIELD)
    def asking(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if is_fresh(request):
            return hurried(request) or view(request, *args, **kwargs)
        if request.method != "POST":
            target = urlencode({"next": request.get_full_path()})
            return redirect(f"{reverse('confirm')}?{target}")
        form = ConfirmForm(request.POST if FIELD in request.POST else None)
        if form.is_valid():
            if is_proved(request, form.cleaned_data[FIELD]):
                request.POST = _without(request.POST)  # type: ignore[assignment]
                return hurried(request) or view(request, *args, **kwargs)
            form.add_error(FIELD, WRONG)
        kept = [(name, value) for name, values in _without(request.POST).lists() for value in values]
        return ask(request, form, kept)

    asking.asks_again = True  # type: ignore[attr-defined]
    return asking


def ask(request: HttpRequest, form: ConfirmForm, kept: Sequence[tuple[str, object]]) -> HttpResponseBase:
    """The page that asks. A file leaves it standing, so it leads back to where one came from, after a wrong try too."""
    back = on_this_site(request, request.POST.get(CAME_FROM) or request.headers.get("Referer", ""))
    context = {
        "form": form,
        "kept": [*kept, (CAME_FROM, back)],
        "back": back,
        "service": keeping.in_use() if is_signed_on(request) else None,
    }
    return render(request, "accounts/confirm.html", context, status=422 if form.errors else 200)


def _within_pace(request: HttpRequest) -> HttpResponseBase | None:
    """What takes data out is also counted; opening its page is not."""
    if request.method != "POST":
        return None
    return pace.hurried(request, counting.EXPORTS) or pace.hurried(request, counting.EXPORTS_OF_A_DAY)


def _without(sent: QueryDict) -> QueryDict:
    """What the view is meant to see."""
    rest = sent.copy()
    for name in (FIELD, CAME_FROM, "csrfmiddlewaretoken"):
        rest.pop(name, None)
    return rest


def _stamp(user: User) -> str:
    return user.second_factor_at.isoformat() if user.second_factor_at else ""
