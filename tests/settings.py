"""The trial's settings in a folder of the test run's own, without what only makes tests slow.

Tests touch no developer's data and read no developer's .env. DATABASE_URL and REDIS_URL are obeyed, so that the
same suite runs on SQLite and on PostgreSQL.
"""

import os
import tempfile

# The run's first process makes the folder; pytest-xdist's workers and Celery's inherit the variable.
if "BRANCHBOOK_TEST_FOLDER" not in os.environ:
    os.environ["BRANCHBOOK_TEST_FOLDER"] = tempfile.mkdtemp(prefix="branchbook-tests-")
os.environ["DATA_DIR"] = os.environ["BRANCHBOOK_TEST_FOLDER"]
os.environ["ENV_FILE"] = os.devnull
for name in ("SECRET_KEY", "ALLOWED_HOSTS", "DEBUG", "TRUSTED_PROXIES", "OWNER_DATABASE_URL"):
    os.environ.pop(name, None)

# The trial's settings refuse a server's database without a SECRET_KEY; the tests' settings do not. They have a
# variable DATABASE_URL too, which the import below would put in this one's place.
ASKED_DATABASE = os.environ.pop("DATABASE_URL", "")

from config.databases import database_of  # noqa: E402 - the environment above decides what is read
from config.settings import *  # noqa: E402, F403 - the same
from config.settings import CACHES, DATA_DIR, DATABASES, FOLDERS, LOGGING, STATEMENT_TIMEOUT_MS, STORAGES  # noqa: E402 - the same

SECRET_KEY = "only-for-tests-" + "0123456789" * 5
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
# Live servers find the static files themselves; WhiteNoise, asked about every request, looks into an empty folder.
STATIC_ROOT = DATA_DIR / "staticfiles"
for folder in (*FOLDERS, STATIC_ROOT):
    folder.mkdir(parents=True, exist_ok=True)

DATABASE = database_of(ASKED_DATABASE, DATA_DIR, statement_timeout=STATEMENT_TIMEOUT_MS)
DATABASES["default"] = DATABASE
if ASKED_DATABASE:
    os.environ["DATABASE_URL"] = ASKED_DATABASE  # for pytest-xdist's workers and Celery's

# A file for each of pytest-xdist's workers: WAL and its locks do not exist in memory. Nobody pulls the plug on a test.
if DATABASE["ENGINE"].endswith("sqlite3"):
    DATABASE["TEST"] = {"NAME": DATA_DIR / "test.sqlite3"}
    DATABASE["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"

# The counters outlive a test; those of the limits set their own.
PAGES_A_MINUTE = STRANGERS_A_MINUTE = EXPORTS_IN_TEN_MINUTES = EXPORTS_A_DAY = REFUSALS_IN_TEN_MINUTES = 0

# Nobody listens there: for what asks where a message goes, and sends none.
MESSAGE_SERVERS = ["http://127.0.0.1:9"]
SIGN_ON_SERVERS = ["https://cas.example.edu.cn"]

# What answers 403 or 404 on purpose, a thousand times, needs no traceback.
LOGGING["loggers"]["django.request"] = {"level": "ERROR"}

# Tasks run where they are called. Tests of a real worker switch that off and start one (see conftest), which works on
# the test's own database and listens to a queue that no other of pytest-xdist's workers fills.
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
RUNNER = os.environ.get("PYTEST_XDIST_WORKER", "alone")
CELERY_TASK_DEFAULT_QUEUE = f"tests-{RUNNER}"
CACHES["default"]["KEY_PREFIX"] = f"tests-{RUNNER}"
if "LOCATION" in CACHES["default"]:
    # A database of the server's own for each runner: clearing the cache empties all of one, whatever the prefix.
    number = 1 + int(RUNNER.removeprefix("gw")) % 15 if RUNNER != "alone" else 15
    CACHES["default"]["LOCATION"] = f"{CACHES['default']['LOCATION'].removesuffix('/0')}/{number}"
if "BRANCHBOOK_TEST_DATABASE" in os.environ:
    DATABASE["NAME"] = os.environ["BRANCHBOOK_TEST_DATABASE"]
    CELERY_TASK_ALWAYS_EAGER = False
