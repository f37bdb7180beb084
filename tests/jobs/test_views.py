"""The job centre: one's own jobs, progress with and without script, results and their end."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from jobs import running
from jobs.models import Job
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def allowed(monkeypatch):
    """A repeatable kind "test" that writes "内容"; emptying the list takes the scope away."""
    monkeypatch.setattr(running, "_kinds", dict(running._kinds))
    allowed = [True]
    running.register("test", lambda user, job: bool(allowed), repeatable=True)(
        lambda progress: progress.result_path("结果.xlsx").write_text("内容")
    )
    return allowed


@pytest.fixture
def owner(client):
    owner = cast.a_user()
    client.force_login(owner)
    return owner


def a_job(owner, label="三季度统计", **fields):
    return Job.objects.create(kind="test", owner=owner, label=label, **fields)


def a_done_job(owner):
    job = a_job(owner)
    running.run(str(job.pk))
    job.refresh_from_db()
    return job


def content_of(response):
    return b"".join(response.streaming_content).decode()


def address(name, job):
    return reverse(name, args=[job.pk])


def test_a_running_job_refreshes_itself_and_can_be_cancelled(client, owner, allowed):
    job = a_job(owner, state="running", stage="写入", done=6204, total=10000)
    page = client.get(address("job_detail", job))
    assert page.status_code == 200
    text = page.content.decode()
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in text
    assert 'hx-trigger="every 2s"' in text
    assert 'value="62"' in text
    assert "写入，6,204 / 10,000。" in text
    assert "取消</button>" in text


def test_what_is_over_no_longer_refreshes(client, owner, allowed):
    text = client.get(address("job_detail", a_done_job(owner))).content.decode()
    assert "http-equiv" not in text
    assert "hx-trigger" not in text
    assert "下载</a>" in text


def test_the_result_comes_as_a_file_and_is_audited(client, owner, allowed):
    job = a_done_job(owner)
    response = client.get(address("job_result", job))
    assert content_of(response) == "内容"
    assert response["Content-Disposition"].startswith("attachment; filename")
    assert response["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert response["Cache-Control"] == "no-store"
    assert AuditEntry.objects.filter(action="job.fetch", actor=owner, object_id=str(job.pk)).count() == 1


def test_after_a_while_the_password_is_asked_for_before(client, owner, allowed, monkeypatch):
    """The file lies there for a week (ASVS 7.5.3); a result in which nobody stands is fetched without."""
    result = address("job_result", a_done_job(owner))
    kind = running._kinds["test"]
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        monkeypatch.setitem(running._kinds, "test", replace(kind, is_of_nobody=True))
        assert content_of(client.get(result)) == "内容"
        monkeypatch.setitem(running._kinds, "test", kind)
        assert client.get(result).url == f"/confirm/?next={quote(result, safe='')}"
        assert AuditEntry.objects.filter(action="job.fetch").count() == 1
        client.post("/confirm/", {"next": result, "confirm_password": cast.PASSWORD})
        assert content_of(client.get(result)) == "内容"


@pytest.mark.parametrize("name", ["job_detail", "job_result"])
def test_a_strangers_job_and_none_at_all_look_the_same(client, owner, allowed, name):
    job = a_done_job(cast.a_user())
    foreign, missing = client.get(address(name, job)), client.get(reverse(name, args=[uuid4()]))
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content


@pytest.mark.parametrize("name", ["job_cancel", "job_repeat"])
def test_a_stranger_changes_nothing(client, owner, allowed, name):
    job = a_job(cast.a_user())
    assert client.post(address(name, job)).status_code == 404
    job.refresh_from_db()
    assert (job.state, Job.objects.count()) == ("queued", 1)


@pytest.mark.parametrize("name", ["job_cancel", "job_repeat"])
def test_changes_are_posted(client, owner, allowed, name):
    assert client.get(address(name, a_job(owner))).status_code == 405


def test_who_lost_the_scope_fetches_nothing(client, owner, allowed):
    job = a_done_job(owner)
    allowed.clear()
    assert client.get(address("job_result", job)).status_code == 404
    assert "您现在的权限已不包括这些数据" in client.get(address("job_detail", job)).content.decode()


def test_a_result_that_has_gone_can_be_made_again(client, owner, allowed, django_capture_on_commit_callbacks):
    job = a_done_job(owner)
    running.result_path_of(job).unlink()
    gone = client.get(address("job_result", job))
    assert gone.status_code == 410
    assert "结果文件“结果.xlsx”已过期，只保留 7 天。" in gone.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(address("job_repeat", job))
    again = Job.objects.exclude(pk=job.pk).get()
    assert response["Location"] == address("job_detail", again)
    assert running.has_result(again)


def test_cancelling(client, owner, allowed):
    job = a_job(owner)
    page = client.post(address("job_cancel", job), follow=True)
    assert "已请求取消“三季度统计”。" in page.content.decode()
    again = client.post(address("job_cancel", job), follow=True)
    assert "“三季度统计”已在写入或已结束，不能取消。" in again.content.decode()


def test_the_list_holds_ones_own_jobs_only(client, owner, allowed):
    a_job(owner, label="我的任务")
    a_job(cast.a_user(), label="别人的任务")
    text = client.get(reverse("job_list")).content.decode()
    assert "我的任务" in text
    assert "别人的任务" not in text


def test_an_empty_list_says_what_will_be_here(client, owner):
    assert "还没有任务。" in client.get(reverse("job_list")).content.decode()


@pytest.mark.parametrize("number", [1, 50])
def test_the_number_of_queries_is_the_same(client, owner, django_assert_num_queries, number):
    for _ in range(number):
        a_job(owner, state="done", finished_at=timezone.now())
    client.get(reverse("job_list"))
    with django_assert_num_queries(5):
        client.get(reverse("job_list"))
