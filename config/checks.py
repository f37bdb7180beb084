"""What Branchbook refuses to start with. Settings end with the first fault; `manage.py check` lists all of them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core import checks

from config.passwords import PROFILES

SECRET_KEY_LENGTH = 50
SECRET_KEY_CHARACTERS = 10
LOOPBACK = {"localhost", "127.0.0.1", "[::1]"}
#: What Django's own `startproject` writes before a key that is not to leave a developer's machine.
INSECURE = "django-insecure-"
MAKE_ONE = "可用 python3 -c 'import secrets; print(secrets.token_urlsafe(64))' 生成。"


#: Settings that take one word of a few.
CHOICES = {"PASSWORD_PROFILE": tuple(PROFILES), "SECOND_FACTOR": ("roles", "all", "off")}


def find_faults(
    *,
    trial: bool,
    secret: str,
    debug: bool,
    hosts: Sequence[str],
    database: str,
    redis: str,
    choices: Mapping[str, str],
) -> Iterator[tuple[str, str]]:
    """Yield (identifier, sentence) for each setting that must not meet real data.

    A trial has no SECRET_KEY of its own and keeps everything on this machine: one that answers to other machines, or
    uses a server's database or queue, is a production without a key. ``database`` is an address or an engine's name.
    """
    for name, chosen in choices.items():
        if chosen not in CHOICES[name]:
            yield "E009", f"{name} 写的是“{chosen}”，应为 {' 或 '.join(CHOICES[name])}。"
    if trial:
        yield from _trial_faults(hosts, database, redis)
        return
    if len(secret) < SECRET_KEY_LENGTH:
        yield "E002", f"SECRET_KEY 不足 {SECRET_KEY_LENGTH} 个字符，请换一个。{MAKE_ONE}"
    elif secret.startswith(INSECURE) or len(set(secret)) < SECRET_KEY_CHARACTERS:
        yield "E006", f"SECRET_KEY 太容易猜到，请换一个随机的。{MAKE_ONE}"
    if debug:
        yield "E003", "正式环境不能打开 DEBUG：出错页面会显示个人信息。请去掉 DEBUG。"
    if not hosts:
        yield "E004", "ALLOWED_HOSTS 是空的，请写上访问支部簿所用的域名。"
    if any("*" in host for host in hosts):
        yield "E005", "ALLOWED_HOSTS 含有“*”，请逐个写出域名。"


def _trial_faults(hosts: Sequence[str], database: str, redis: str) -> Iterator[tuple[str, str]]:
    if not LOOPBACK.issuperset(hosts):
        yield "E001", "没有 SECRET_KEY 就是本机试用，ALLOWED_HOSTS 不能有其他主机。请先设置 SECRET_KEY。"
    if "sqlite" not in database:
        yield "E007", "没有 SECRET_KEY 就是本机试用，只用 SQLite。要用 DATABASE_URL，请先设置 SECRET_KEY。"
    place = urlsplit(redis)
    if redis and place.scheme != "unix" and place.hostname not in (*LOOPBACK, "::1"):
        yield "E008", "没有 SECRET_KEY 就是本机试用，REDIS_URL 不能是其他主机。请先设置 SECRET_KEY。"


@checks.register(checks.Tags.security)
def check_deployment(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Repeat the refusals for settings that another module has changed, and warn of trial parts in production."""
    faults = find_faults(
        trial=settings.TRIAL,
        secret="" if settings.TRIAL else settings.SECRET_KEY,  # looking at the trial's key would make it
        debug=settings.DEBUG,
        hosts=settings.ALLOWED_HOSTS,
        database=settings.DATABASES["default"]["ENGINE"],
        redis=settings.REDIS_URL,
        choices={name: getattr(settings, name) for name in CHOICES},
    )
    found: list[checks.CheckMessage] = [
        checks.Error(sentence, id=f"branchbook.{code}") for code, sentence in faults
    ]
    if settings.TRIAL:
        return found
    if settings.DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
        found.append(checks.Warning("正式环境应使用 PostgreSQL，请设置 DATABASE_URL。", id="branchbook.W001"))
    if settings.SECOND_FACTOR == "off":
        found.append(
            checks.Warning("正式环境应要求动态验证码，请去掉 SECOND_FACTOR=off。", id="branchbook.W003")
        )
    if not settings.REDIS_URL:
        found.append(checks.Warning("正式环境应使用 Redis，请设置 REDIS_URL。", id="branchbook.W002"))
    return found


@checks.register(checks.Tags.security, deploy=True)
def check_database_role(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """The application needs no right to change the audit trail; whoever runs commands as the owner says so himself."""
    from jobs.database_rights import serves_as_owner  # noqa: PLC0415 - needs the apps

    if settings.TRIAL or settings.OWNER_DATABASE_URL or not serves_as_owner():
        return []
    sentence = (
        "应用用的是数据库所有者的账号，能改审计记录。请另建一个账号写进 DATABASE_URL，所有者的写进"
        " OWNER_DATABASE_URL，再运行 manage.py grant_rights（见 docs/operations.md）。"
    )
    return [checks.Warning(sentence, id="branchbook.W004")]
