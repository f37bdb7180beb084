"""Settings as a process would find them; each starts a fresh interpreter, as gunicorn does."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from config.checks import check_deployment

SECRET = "k" * 25 + "0123456789" * 3
HOST = "branchbook.example.edu.cn"


def start(folder, code="from django.conf import settings; settings.SECRET_KEY", **environment):
    return subprocess.run(
        [sys.executable, "-c", code],
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
        ({"SECRET_KEY": ""}, "SECRET_KEY is shorter than 50 characters."),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is shorter than 50 characters."),
        (
            {"ALLOWED_HOSTS": HOST},
            "SECRET_KEY is missing: set it before ALLOWED_HOSTS names more than this machine.",
        ),
        ({"SECRET_KEY": SECRET}, "ALLOWED_HOSTS is empty: name the host under which Branchbook is reached."),
        (
            {"SECRET_KEY": SECRET, "ALLOWED_HOSTS": "*"},
            'ALLOWED_HOSTS contains "*": name the hosts one by one.',
        ),
        (
            {"SECRET_KEY": SECRET, "ALLOWED_HOSTS": HOST, "DEBUG": "1"},
            "DEBUG is on: it shows personal data on error pages, so production refuses it.",
        ),
    ],
)
def test_half_configured_production_does_not_start(tmp_path, environment, sentence):
    result = start(tmp_path, "import config.wsgi", **environment)

    assert result.returncode != 0
    assert result.stderr.splitlines()[-1] == f"django.core.exceptions.ImproperlyConfigured: {sentence}"


def test_production_has_secure_cookies_and_takes_its_key_as_it_is(tmp_path):
    code = """
from django.conf import settings as s
print(s.SECRET_KEY, s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,
      s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS, s.TRIAL)
"""
    result = start(tmp_path, code, SECRET_KEY="$" + SECRET, ALLOWED_HOSTS=HOST)

    expected = f"${SECRET} __Host-sessionid __Host-csrftoken True True True 31536000 False"
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
    code = "from django.conf import settings; print(settings.DATABASES['default']['OPTIONS'])"
    result = start(
        tmp_path, code, DATABASE_URL="postgres://a:b@localhost/c?sslmode=require", STATEMENT_TIMEOUT_MS="5000"
    )

    assert result.stdout.strip() == "{'options': '-c statement_timeout=5000', 'sslmode': 'require'}"


def test_checks_repeat_what_settings_refuse(settings):
    settings.TRIAL = False
    settings.SECRET_KEY = "short"
    settings.DEBUG = True
    settings.ALLOWED_HOSTS = ["*"]

    found = [message.id for message in check_deployment(None) if message.is_serious()]

    assert found == ["branchbook.E002", "branchbook.E003", "branchbook.E005"]


def test_policy_allows_nothing_inline_and_nothing_from_elsewhere():
    for directive, sources in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"].items():
        allowed = {"'self'", "'none'"} | ({"data:"} if directive == "img-src" else set())
        assert set(sources) <= allowed, directive
