"""T45: settings as a process would find them; each starts a fresh interpreter, as gunicorn does."""

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings

from config.checks import MAKE_ONE, check_deployment

SECRET = "k" * 25 + "0123456789" * 3
HOST = "branchbook.example.edu.cn"


def start(folder, code="from django.conf import settings; settings.SECRET_KEY", **environment):
    return run(folder, "-c", code, **environment)


def run(folder, *program, **environment):
    return subprocess.run(
        [sys.executable, *program],
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATA_DIR": str(folder),
            "ENV_FILE": os.devnull,
            **environment,
        },
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"SECRET_KEY": ""}, f"SECRET_KEY 不足 50 个字符，请换一个。{MAKE_ONE}"),
        ({"SECRET_KEY": "short"}, f"SECRET_KEY 不足 50 个字符，请换一个。{MAKE_ONE}"),
        (
            {"SECRET_KEY": "ab" * 40, "ALLOWED_HOSTS": HOST},
            f"SECRET_KEY 太容易猜到，请换一个随机的。{MAKE_ONE}",
        ),
        (
            {"SECRET_KEY": "django-insecure-" + SECRET, "ALLOWED_HOSTS": HOST},
            f"SECRET_KEY 太容易猜到，请换一个随机的。{MAKE_ONE}",
        ),
        (
            {"ALLOWED_HOSTS": HOST},
            "没有 SECRET_KEY 就是本机试用，ALLOWED_HOSTS 不能有其他主机。请先设置 SECRET_KEY。",
        ),
        (
            {"DATABASE_URL": "postgres://a:b@localhost/c"},
            "没有 SECRET_KEY 就是本机试用，只用 SQLite。要用 DATABASE_URL，请先设置 SECRET_KEY。",
        ),
        (
            {"REDIS_URL": "redis://queue.example.edu.cn:6379/0"},
            "没有 SECRET_KEY 就是本机试用，REDIS_URL 不能是其他主机。请先设置 SECRET_KEY。",
        ),
        ({"SECRET_KEY": SECRET}, "ALLOWED_HOSTS 是空的，请写上访问支部簿所用的域名。"),
        ({"SECRET_KEY": SECRET, "ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS 含有“*”，请逐个写出域名。"),
        (
            {"SECRET_KEY": SECRET, "ALLOWED_HOSTS": HOST, "DEBUG": "1"},
            "正式环境不能打开 DEBUG：出错页面会显示个人信息。请去掉 DEBUG。",
        ),
    ],
)
def test_half_configured_production_does_not_start(tmp_path, environment, sentence):
    result = start(tmp_path, "import config.wsgi", **environment)

    assert (result.returncode, result.stderr) == (1, f"{sentence}\n")


@pytest.mark.parametrize(
    "program",
    [
        ["manage.py", "check"],
        ["manage.py", "due"],
        ["-m", "config.trial"],
        ["-m", "gunicorn", "--config", "python:config.gunicorn", "--check-config"],
        ["-m", "celery", "--app", "config", "worker"],
    ],
)
def test_every_program_refuses_with_the_sentence_alone(tmp_path, program):
    result = run(tmp_path, *program, ALLOWED_HOSTS=HOST)
    assert result.returncode == 1
    assert (
        result.stderr == "没有 SECRET_KEY 就是本机试用，ALLOWED_HOSTS 不能有其他主机。请先设置 SECRET_KEY。\n"
    )


def test_a_trial_may_queue_in_a_redis_of_this_machine(tmp_path):
    for place in ("redis://localhost:6379/0", "redis://:secret@127.0.0.1/1", "unix:///run/redis.sock"):
        assert start(tmp_path, REDIS_URL=place).returncode == 0


def test_production_has_secure_cookies_and_takes_its_key_as_it_is(tmp_path):
    code = """
from django.conf import settings as s
print(s.SECRET_KEY, s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.TEXT_SIZE_COOKIE_NAME,
      s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,
      s.SESSION_COOKIE_HTTPONLY, s.CSRF_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE, s.CSRF_COOKIE_SAMESITE,
      s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS, s.TRIAL)
"""
    result = start(tmp_path, code, SECRET_KEY="$" + SECRET, ALLOWED_HOSTS=HOST)

    names = "__Host-sessionid __Host-csrftoken __Host-text_size"
    expected = f"${SECRET} {names} True True True True Lax Lax True 31536000 False"
    assert (result.stdout.strip(), result.stderr) == (expected, "")


def test_trial_importing_settings_writes_and_prints_nothing(tmp_path):
    result = start(tmp_path / "data", "import config.settings")

    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def test_trial_makes_its_key_once_and_for_its_owner_only(tmp_path):
    code = "from django.conf import settings; print(settings.SECRET_KEY)"
    first, second = start(tmp_path, code), start(tmp_path, code)

    key = tmp_path / "keys" / "secret_key"
    assert first.stdout == second.stdout == key.read_text() + "\n"
    assert len(key.read_text()) >= 50
    assert key.stat().st_mode & 0o777 == 0o600


def test_postgresql_statements_end(tmp_path):
    code = (
        "from django.conf import settings; found = settings.DATABASES['default']['OPTIONS'];"
        "print(found['options'], found['sslmode'], found['connect_timeout'])"
    )
    result = start(
        tmp_path,
        code,
        SECRET_KEY=SECRET,
        ALLOWED_HOSTS=HOST,
        DATABASE_URL="postgres://a:b@localhost/c?sslmode=require",
        STATEMENT_TIMEOUT_MS="5000",
    )

    assert result.stdout.strip() == "-c statement_timeout=5000 -c random_page_cost=1.1 require 15"


def test_checks_repeat_what_settings_refuse(settings):
    settings.TRIAL = False
    settings.SECRET_KEY = "short"
    settings.DEBUG = True
    settings.ALLOWED_HOSTS = ["*"]

    found = [message.id for message in check_deployment(None) if message.is_serious()]

    assert found == ["branchbook.E002", "branchbook.E003", "branchbook.E005"]


@pytest.mark.slow
def test_a_whole_production_has_nothing_to_be_warned_of(tmp_path):
    environment = {
        "SECRET_KEY": SECRET,
        "ALLOWED_HOSTS": HOST,
        "DATABASE_URL": "postgres://branchbook:none@localhost/branchbook",
        "REDIS_URL": "redis://localhost/0",
    }
    result = run(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING", **environment)
    assert (result.returncode, result.stderr) == (0, "")
    # The preload list of browsers takes whole domains: the decision of whoever owns the university's.
    assert result.stdout == "System check identified no issues (1 silenced).\n"


def test_policy_allows_nothing_inline_and_nothing_from_elsewhere():
    for directive, sources in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"].items():
        allowed = {"'self'", "'none'"} | ({"data:"} if directive == "img-src" else set())
        assert set(sources) <= allowed, directive


def test_every_setting_is_explained():
    """Where the installed file leads to, and in the table of the README. DEBUG is for nobody's production."""
    read = re.findall(r'env\.\w+\(\s*"(\w+)"', (settings.BASE_DIR / "config/settings.py").read_text())
    names = {*read, "SECRET_KEY", "WEB_CONCURRENCY"} - {"DEBUG"}
    for place, form in ((".env.example", r"^#(\w+)="), ("README.md", r"`([A-Z_]+)`")):
        text = (settings.BASE_DIR / place).read_text()
        assert names - set(re.findall(form, text, re.MULTILINE)) == set(), place


def test_a_machine_of_many_cores_leaves_lines_to_the_database(tmp_path):
    """PostgreSQL takes a hundred."""
    code = "import os; os.cpu_count = lambda: 64; from config import gunicorn; print(gunicorn.workers)"
    assert start(tmp_path, code).stdout == "33\n"
    assert start(tmp_path, code, WEB_CONCURRENCY="70").stdout == "70\n"
