"""What every test may rely on."""

import contextlib
import gc
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import time_machine
from django.conf import settings as django_settings
from django.db import connection
from hypothesis import settings as hypothesis_settings

from config.celery import app
from lib import memory
from tests import migrated, roles

# A machine that is busy with something else has not found a fault. The battery tries more examples.
hypothesis_settings.register_profile("house", deadline=None, max_examples=40)
hypothesis_settings.register_profile("battery", deadline=None, max_examples=400)

MUST_RUN_IN_CI = ("browser", "services")
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
SECONDS_FOR_WORKER = 30


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """In CI a browser or service test that skips itself has failed: the machine was not set up for it."""
    report = yield
    must_run = "BRANCHBOOK_CI" in os.environ and any(item.get_closest_marker(name) for name in MUST_RUN_IN_CI)
    if must_run and report.skipped and not hasattr(report, "wasxfail"):
        reason = call.excinfo.value if call.excinfo else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"skipped, which BRANCHBOOK_CI forbids: {reason}"
    return report


def pytest_configure(config):
    hypothesis_settings.load_profile(
        "battery" if config.pluginmanager.has_plugin("tests.battery") else "house"
    )


def pytest_collection_finish(session):
    """The collector of rubbish need not look through the program again and again: a tenth of a run."""
    memory.settle()
    gc.set_threshold(20_000, 20, 100)


def pytest_unconfigure(config):
    """Remove the run's own folder; pytest-xdist's workers leave that to the process that made it."""
    if not hasattr(config, "workerinput") and (folder := os.environ.get("BRANCHBOOK_TEST_FOLDER")):
        shutil.rmtree(Path(folder), ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_modify_db_settings):
    """Whether the database is there already, migrated by an earlier run."""
    return migrated.use()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        migrated.keep()
        if roles.IS_ASKED:
            roles.serve()


@pytest.fixture(autouse=True)
def _today(request):
    """The moment named by the mark `today`, which does not pass: a run that begins before midnight may end after it."""
    mark = request.node.get_closest_marker("today")
    with time_machine.travel(*mark.args, tick=False) if mark else contextlib.nullcontext():
        yield


@pytest.fixture(autouse=True)
def _as_owner(request):
    """Where the suite runs as the application's role (tests.roles), a test may say that it needs the owner's rights."""
    if roles.IS_ASKED and request.node.get_closest_marker("as_owner"):
        pytest.skip("does what the application's role may not")


@pytest.fixture(scope="session")
def chromium():
    """The machine's own Chromium under Playwright, shared by the run's browser tests."""
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        pytest.skip("no Chromium: apt-get install chromium fonts-noto-cjk")
    from playwright.sync_api import sync_playwright

    # Playwright runs an event loop in this thread, which makes Django refuse the database to fixtures.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium):
    """A fresh desk-sized page in Chinese; `page.set_viewport_size` makes it a phone."""
    context = chromium.new_context(
        locale="zh-CN", timezone_id="Asia/Shanghai", viewport={"width": 1440, "height": 900}
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def worker(transactional_db, settings):
    """A real Celery worker on this test's database and queue. Yields its name, for `app.control`."""
    name = f"{django_settings.CELERY_TASK_DEFAULT_QUEUE}@localhost"
    log = django_settings.LOGS_DIR / f"{name}.log"
    environment = {**os.environ, "BRANCHBOOK_TEST_DATABASE": str(connection.settings_dict["NAME"])}
    command = [
        "celery",
        "--app",
        "config",
        "worker",
        "--hostname",
        name,
        "--concurrency",
        "1",
        "--without-mingle",
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    eager, app.conf.task_always_eager = app.conf.task_always_eager, False
    try:
        deadline = time.monotonic() + SECONDS_FOR_WORKER
        while not app.control.ping(destination=[name], timeout=0.5):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
        yield name
    finally:
        app.conf.task_always_eager = eager
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
