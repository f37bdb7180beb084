"""The auditor looks whether the trail is whole, and what he found stays."""

import pytest
from django.urls import reverse

from accounts import audit
from accounts.models import AuditEntry
from branches import trail_check
from branches.roles import Role
from jobs import running
from jobs.models import Job
from tests import cast

pytestmark = pytest.mark.django_db
PAGE, START = reverse("trail_check"), reverse("trail_check_start")


@pytest.fixture(autouse=True)
def sealed(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    for number in range(3):
        audit.record("branch.change", by=None, after={"number": number})
    audit.seal()


@pytest.fixture
def auditor():
    return cast.a_browser(cast.a_user(Role.AUDITOR))


def checked(auditor):
    """The job of the check, done; its own page is where one waits."""
    answer = auditor.post(START)
    job = Job.objects.get()
    assert answer["Location"] == reverse("job_detail", args=[job.pk])
    running.run(str(job.pk))
    job.refresh_from_db()
    return job


def test_a_whole_trail_is_called_so_and_the_look_is_kept(auditor):
    seal = trail_check.last_seal().number
    job = checked(auditor)
    assert (job.state, job.message) == ("done", f"审计记录完整，封存到第 {seal} 号。")
    look = trail_check.looks(1)[0]
    assert (look.by, look.seal, look.words, look.told) == (str(job.owner), seal, "完整", [])
    assert "完整" in auditor.get(PAGE).content.decode()


def test_an_edited_entry_is_found_and_named(auditor):
    number = trail_check.last_seal().number
    AuditEntry.objects.filter(seal__number=number).update(actor_label="别人")
    sentence = f"第 {number} 号记录的内容与签名不符，可能被改动。"
    job = checked(auditor)
    assert job.message == f"有 1 处问题：{sentence}"
    look = trail_check.looks(1)[0]
    assert (look.faults, look.told) == (1, [sentence])
    page = auditor.get(PAGE).content.decode()
    assert ("1 处问题" in page, sentence in page) == (True, True)


def test_of_many_faults_the_first_are_told_and_all_are_counted(auditor, monkeypatch):
    monkeypatch.setattr(trail_check, "MOST_TOLD", 2)
    AuditEntry.objects.filter(action="branch.change").update(actor_label="别人")
    checked(auditor)
    look = trail_check.looks(1)[0]
    assert (look.faults, len(look.told)) == (3, 2)


def test_the_checker_says_how_far_it_is(monkeypatch):
    monkeypatch.setattr(audit, "TOLD_EVERY", 2)
    heard = []
    last = trail_check.last_seal().number
    assert list(audit.verify(heard.append)) == []
    assert heard == list(range(2, last + 1, 2))


@pytest.mark.parametrize("number", [1, 12])
def test_the_page_asks_the_same_for_one_look_and_many(auditor, django_assert_num_queries, number):
    for _ in range(number):
        audit.record(trail_check.CHECKED, by=None, after={"seal": 1, "faults": 0, "found": ""})
    auditor.get(PAGE)
    with django_assert_num_queries(5):
        auditor.get(PAGE)
