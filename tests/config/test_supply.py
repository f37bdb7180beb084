"""T60: what the program is made of is named, pinned and kept here; `make audit` asks whether any of it has a hole."""

import re
from pathlib import Path

import pytest
from django.conf import settings

HERE = Path(settings.BASE_DIR)
OURS = (
    "accounts",
    "activities",
    "assessments",
    "branches",
    "config",
    "jobs",
    "lib",
    "members",
    "reminders",
    "reports",
)
SECRETS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|glpat-[\w-]{20}|xox[bp]-\d{8}"
    r"|://[\w.]+:(?!password@)[^\s@/{}]{8,}@"
)
ELSEWHERE = re.compile(r"""(?:src|href|action|url\()\s*=?\s*["'(]?(?:https?:)?//[\w.]+""")
DANGEROUS = re.compile(
    r"\bpickle\b|\byaml\.load\(|\bmarshal\.|\beval\(|(?<![.\w])exec\(|shell=True|os\.system|csrf_exempt"
    r"|\.raw\(|\.extra\(|RawSQL|hashlib\.(?:md5|sha1)|verify=False|_create_unverified_context"
)
PROTOTYPES = re.compile(r"__proto__|setPrototypeOf|\.prototype(?:\.\w+)?\s*=[^=]|\.prototype\[")
MARKED_SAFE = re.compile(r"mark_safe\(|\|\s*safe\b|autoescape off|SafeString\(f|format_html\(f")
#: Texts that are handed on as HTML, with the reason.
SAFE = {
    "lib/qr.py": "the SVG of a QR code, which is paths and no text",
    "lib/guide_text.py": "our own guides, escaped before they are marked",
}


def ours(*endings):
    for room in (*OURS, "templates", "static"):
        yield from (file for file in sorted((HERE / room).rglob("*")) if file.suffix in endings)


def found(pattern, *endings, but=()):
    texts = ((file.relative_to(HERE).as_posix(), file.read_text()) for file in ours(*endings))
    return [(name, hit[0]) for name, text in texts if name not in but for hit in pattern.finditer(text)]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_each_package_is_pinned_with_its_hash(name, record_property):
    text = (HERE / name).read_text()
    packages = [line for line in re.split(r"\n(?=\S)", text) if re.match(r"[a-z0-9]", line)]
    wrong = [
        one.split()[0]
        for one in packages
        if not re.match(r"[\w.\[\]-]+==\S+.*--hash=sha256:", one, re.DOTALL)
    ]
    assert (wrong, len(packages) > 20) == ([], True)
    record_property("figure", f"{len(packages)} of {name} pinned by hash")


def test_packages_come_from_the_registry_of_whoever_installs():
    for name in ("requirements.txt", "requirements-dev.txt"):
        assert not re.search(r"index-url|find-links|://", (HERE / name).read_text()), name


def test_no_page_loads_anything_from_elsewhere():
    assert found(ELSEWHERE, ".html", ".css", ".js") == []


def test_no_secret_stands_in_the_code():
    assert found(SECRETS, ".py", ".html", ".js", ".css", ".txt", ".json") == []


def test_nothing_dangerous_is_called():
    assert found(DANGEROUS, ".py") == []


def test_no_script_reaches_for_a_prototype():
    assert found(PROTOTYPES, ".js") == []


def test_no_text_is_handed_on_as_html_but_where_it_is_said():
    """T49: everything else is escaped by the templates."""
    assert found(MARKED_SAFE, ".py", ".html", but=SAFE) == []


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (SECRETS, "-----BEGIN RSA PRIVATE KEY"),
        (SECRETS, "redis://user:hunter2hunter2@queue"),
        (ELSEWHERE, '<script src="//cdn.example/x.js">'),
        (ELSEWHERE, "background: url(https://cdn.example/x.png)"),
        (DANGEROUS, "subprocess.run(line, shell=True)"),
        (PROTOTYPES, "Array.prototype.x = 1"),
        (MARKED_SAFE, "{{ name|safe }}"),
    ],
)
def test_what_is_looked_for_is_noticed(pattern, text):
    assert pattern.search(text)
