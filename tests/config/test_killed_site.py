"""P3 with everything at once: web, worker, scheduler and PostgreSQL killed while records are saved and a job runs.

What a browser was told is saved is there afterwards; the job is done by the worker that comes next.
"""

import random
import threading
import time

import psycopg
import pytest

from tests.config.test_database_kills import killable
from tests.load import site
from tests.load.browser import Browser, Failed
from tests.load.scene import PASSWORD, made
from tests.services import redis

pytestmark = pytest.mark.nightly

KILLS, WRITERS = 5, 2
#: After how long a silent job is taken for lost (jobs.running.SILENT_FOR); here it is aged instead of waited for.
SILENT = "UPDATE jobs_job SET beat_at = beat_at - interval '6 minutes' WHERE state = 'running'"
SECONDS_TO_START, SECONDS_TO_RESUME = 60, 180


@pytest.fixture
def server():
    with killable() as made:
        yield made


@pytest.fixture
def stage(server, tmp_path):
    with redis() as queue:
        address = f"postgres://branchbook:{server.password}@127.0.0.1:{server.port}/postgres"
        settings = site.environment(tmp_path, address, queue)
        people = made(settings)
        running = site.Site(settings, tmp_path / "logs")
        running.start()
        yield running, people
        running.kill()


def signed_in(running, username):
    browser = Browser(running.port, "10.1.0.1", lambda asked: None)
    browser.sign_in(username, PASSWORD)
    return browser


def save_until_it_breaks(browser, told):
    """Record after record; the address of each that was acknowledged is told."""
    try:
        while True:
            form = browser.form(browser.get("/log/theme_day/", "form"), "/log/theme_day/")
            present = {name: "present" for name in form.names if name.startswith("m-")}
            answer = browser.post("/log/theme_day/", {**form.sent, **present, "topic": "学习"}, "save")
            if answer.path.startswith("/activities/"):
                told.add(answer.path.split("/")[2])
    except Failed:
        pass


def start_a_job(browser):
    form = browser.form(browser.get("/statistics/", "statistics"), "/export/")
    try:
        browser.post(form.action, form.sent, "ask for a workbook")
    except Failed:
        pass  # killed while it was waited for


def rows(server, question):
    with server.connect() as direct:
        return direct.execute(question).fetchall()


def test_nothing_acknowledged_is_lost_and_jobs_go_on(server, stage, record_property):
    running, people = stage
    told, chance = set(), random.Random(3)
    for _ in range(KILLS):
        writers = [
            threading.Thread(
                target=save_until_it_breaks, args=(signed_in(running, people["secretary"]), told)
            )
            for _ in range(WRITERS)
        ]
        asking = threading.Thread(target=start_a_job, args=(signed_in(running, people["leader"]),))
        for thread in (*writers, asking):
            thread.start()
        time.sleep(chance.uniform(2, 5))
        running.kill()
        server.kill()
        for thread in (*writers, asking):
            thread.join()
        server.start(within=SECONDS_TO_START)
        running.start()
    kept = {str(key) for [key] in rows(server, "SELECT id FROM activities_activity")}
    assert (told - kept, len(told) > KILLS) == (set(), True)
    jobs = _finished(server)
    record_property(
        "figure", f"{KILLS} kills of everything, {len(told)} records acknowledged, 0 lost, {jobs} jobs done"
    )


def _finished(server):
    """How many jobs there were; each is done, by whichever worker came last."""
    until = time.monotonic() + SECONDS_TO_RESUME
    while time.monotonic() < until:
        with server.connect() as direct:
            direct.execute(SILENT)
        states = [state for [state] in rows(server, "SELECT state FROM jobs_job")]
        if set(states) == {"done"}:
            return len(states)
        time.sleep(5)
    raise AssertionError(states)


def test_the_server_is_the_one_that_is_killed(server):
    """Otherwise the kills above prove nothing."""
    server.kill()
    with pytest.raises(psycopg.OperationalError):
        server.connect()
