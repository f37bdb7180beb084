"""What Branchbook refuses to start with. Settings raise the first fault; `manage.py check` lists all of them."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks

SECRET_KEY_LENGTH = 50
LOOPBACK = {"localhost", "127.0.0.1", "[::1]"}


def find_faults(*, trial: bool, secret: str, debug: bool, hosts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield (identifier, sentence) for each setting that must not meet real data.

    A trial has no SECRET_KEY of its own; a trial that answers to other machines is a production without one.
    """
    if trial:
        if not LOOPBACK.issuperset(hosts):
            yield "E001", "SECRET_KEY is missing: set it before ALLOWED_HOSTS names more than this machine."
        return
    if len(secret) < SECRET_KEY_LENGTH:
        yield "E002", f"SECRET_KEY is shorter than {SECRET_KEY_LENGTH} characters."
    if debug:
        yield "E003", "DEBUG is on: it shows personal data on error pages, so production refuses it."
    if not hosts:
        yield "E004", "ALLOWED_HOSTS is empty: name the host under which Branchbook is reached."
    if any("*" in host for host in hosts):
        yield "E005", 'ALLOWED_HOSTS contains "*": name the hosts one by one.'


@checks.register(checks.Tags.security)
def check_deployment(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Repeat the refusals for settings that another module has changed, and warn of trial parts in production."""
    faults = find_faults(
        trial=settings.TRIAL,
        secret="" if settings.TRIAL else settings.SECRET_KEY,  # looking at the trial's key would make it
        debug=settings.DEBUG,
        hosts=settings.ALLOWED_HOSTS,
    )
    found: list[checks.CheckMessage] = [
        checks.Error(sentence, id=f"branchbook.{code}") for code, sentence in faults
    ]
    if settings.TRIAL:
        return found
    if settings.DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
        found.append(
            checks.Warning("Production should run on PostgreSQL: set DATABASE_URL.", id="branchbook.W001")
        )
    if not settings.REDIS_URL:
        found.append(checks.Warning("Production should queue in Redis: set REDIS_URL.", id="branchbook.W002"))
    return found
