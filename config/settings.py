"""Deployment settings, read from the environment. What a regulation says stands in the apps, not here.

Without SECRET_KEY Branchbook runs as a trial on this machine alone: a key made on first use, SQLite, plain HTTP on
localhost. With SECRET_KEY it is a production, and refuses to start half configured. Importing this module writes
and prints nothing.
"""

import os
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.functional import SimpleLazyObject

from config.checks import LOOPBACK, find_faults
from config.databases import database_of, role_of
from config.keys import read_or_make
from config.passwords import password_rules

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
ENV_FILE = Path(os.environ.get("ENV_FILE", BASE_DIR / ".env"))
if ENV_FILE.is_file():
    env.read_env(ENV_FILE)

# Folders: `python -m config.folders` makes them.

DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "data"))).absolute()
KEYS_DIR = DATA_DIR / "keys"
UPLOADS_DIR = DATA_DIR / "uploads"
RESULTS_DIR = DATA_DIR / "results"
BROKER_DIR = DATA_DIR / "broker"
LOGS_DIR = DATA_DIR / "logs"
BROKER_FOLDERS = {name: BROKER_DIR / name for name in ("messages", "control", "received")}
FOLDERS = [KEYS_DIR, UPLOADS_DIR, RESULTS_DIR, LOGS_DIR, BROKER_DIR, *BROKER_FOLDERS.values()]

# Trial or production

# Not through django-environ, which takes a value beginning with "$" for another variable's name.
TRIAL = "SECRET_KEY" not in os.environ
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=sorted(LOOPBACK) if TRIAL else [])
DATABASE_URL = env.str("DATABASE_URL", default="")
# Only for commands of whoever runs the machine: the role that owns the tables. DATABASE_URL is the application's, whose
# role may not change what is written once (jobs.database_rights).
OWNER_DATABASE_URL = env.str("OWNER_DATABASE_URL", default="")
REDIS_URL = env.str("REDIS_URL", default="")
for _, sentence in find_faults(
    trial=TRIAL,
    secret=os.environ.get("SECRET_KEY", ""),
    debug=DEBUG,
    hosts=ALLOWED_HOSTS,
    database=OWNER_DATABASE_URL or DATABASE_URL or "sqlite",
    redis=REDIS_URL,
    choices={
        "PASSWORD_PROFILE": env.str("PASSWORD_PROFILE", default="asvs"),
        "SECOND_FACTOR": env.str("SECOND_FACTOR", default="roles"),
    },
):
    sys.exit(sentence)  # one sentence, for web, worker, beat and commands alike; no traceback above it
# A lazy string: the trial's key file is made when something is first signed.
SECRET_KEY: Any = (
    SimpleLazyObject(partial(read_or_make, KEYS_DIR / "secret_key")) if TRIAL else os.environ["SECRET_KEY"]
)

# How many reverse proxies of our own stand before gunicorn; 0 ignores every forwarded header.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)

# Applications

INSTALLED_APPS = [
    "config",
    "accounts",
    "jobs",
    "branches",
    "members",
    "activities",
    "assessments",
    "reminders",
    "reports",
    "config.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "csp",
    "simple_history",
    "axes",
]

MIDDLEWARE = [
    "config.proxies.RealAddress",
    "config.proxies.NothingPlainForPrograms",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "accounts.middleware.Unnamed",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.SignInRequired",
    "accounts.middleware.NeverStored",
    "accounts.middleware.RemoteAddress",
    "accounts.middleware.NotAllowed",
    "accounts.middleware.RefusalTrail",
    "accounts.middleware.SessionLimits",
    "accounts.middleware.Pace",
    "accounts.middleware.PasswordChangeRequired",
    "accounts.middleware.EntryRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    # Last, as its documentation asks: it turns a lock-out raised anywhere above into an answer.
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["lib.templatetags.ui"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "reports.frame.frame",
            ],
        },
    },
]
# Field and form templates are looked up in templates/ first; "django.forms" above supplies the rest.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Language and time: one university, one language

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
FORMAT_MODULE_PATH = "config.formats"
USE_TZ = True

# Database

STATEMENT_TIMEOUT_MS = env.int("STATEMENT_TIMEOUT_MS", default=30_000)
DATABASE = database_of(OWNER_DATABASE_URL or DATABASE_URL, DATA_DIR, statement_timeout=STATEMENT_TIMEOUT_MS)
DATABASE["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
DATABASES = {"default": DATABASE}
# Whom the owner gives rights to; empty for everybody else.
APPLICATION_ROLE, APPLICATION_PASSWORD = role_of(DATABASE_URL) if OWNER_DATABASE_URL else ("", "")

# Cache and queue

CACHES = {
    "default": (
        {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": "branchbook",
            # It only counts: no page waits long for it.
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
        }
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}

CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
# What a job did stands in its row, not in a result backend.
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# KB. A process that needed more for a job, an import or a large export, does not keep it: another takes its place.
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 262_144
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A request must not hang on a dead broker: the job's row is saved and the sweeper queues it again.
CELERY_TASK_PUBLISH_RETRY_POLICY = {
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.2,
    "interval_max": 0.2,
}
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_TASK_ACKS_LATE = True
    CELERY_TASK_REJECT_ON_WORKER_LOST = True
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "visibility_timeout": 3600,
        "socket_connect_timeout": 3,
        # A queue that says nothing any more is left and sought anew.
        "socket_timeout": 4,
        "socket_keepalive": True,
    }
else:
    CELERY_BROKER_URL = "filesystem://localhost"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_FOLDERS["messages"]),
        "data_folder_out": str(BROKER_FOLDERS["messages"]),
        "control_folder": str(BROKER_FOLDERS["control"]),
    }
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
# What runs each minute expires before the next one, so that a worker that was away does not work through a heap.
EACH_MINUTE = {"schedule": timedelta(minutes=1), "options": {"expires": 55}}
CELERY_BEAT_SCHEDULE = {
    "reminders.tasks.collect": {"task": "reminders.tasks.collect", "schedule": crontab(hour="7", minute="0")},
    "reminders.tasks.deliver": {"task": "reminders.tasks.deliver", **EACH_MINUTE},
    "accounts.tasks.seal_audit": {"task": "accounts.tasks.seal_audit", **EACH_MINUTE},
    "accounts.tasks.anchor_audit": {
        "task": "accounts.tasks.anchor_audit",
        "schedule": crontab(hour="3", minute="30"),
    },
    "jobs.tasks.sweep": {"task": "jobs.tasks.sweep", **EACH_MINUTE},
    "reports.tasks.send_subscriptions": {"task": "reports.tasks.send_subscriptions", **EACH_MINUTE},
    "jobs.tasks.back_up": {"task": "jobs.tasks.back_up", "schedule": crontab(hour="2", minute="30")},
    "activities.tasks.sweep_evidence": {
        "task": "activities.tasks.sweep_evidence",
        "schedule": crontab(hour="4", minute="20"),
    },
    # Before the reminders are collected.
    "activities.tasks.enlist": {
        "task": "activities.tasks.enlist",
        "schedule": crontab(hour="6", minute="40"),
    },
    "reports.tasks.retention": {
        "task": "reports.tasks.retention",
        "schedule": crontab(hour="4", minute="40"),
    },
    "members.tasks.expire": {"task": "members.tasks.expire", "schedule": crontab(hour="4", minute="0")},
}

# Messages outside: mail, WeCom, the robots of groups

# What links in messages begin with.
SITE_URL = env.str(
    "SITE_URL", default="http://localhost:8000" if TRIAL else f"https://{ALLOWED_HOSTS[0].lstrip('.')}"
).rstrip("/")
# smtp+tls://account:password@host:587; without it no mail is sent, and nobody can choose mail.
MAIL_IS_ON = bool(env.str("EMAIL_URL", default=""))
MAIL = env.email_url("EMAIL_URL", default="dummymail://")
EMAIL_BACKEND = MAIL["EMAIL_BACKEND"]
EMAIL_HOST = MAIL["EMAIL_HOST"]
EMAIL_PORT = MAIL["EMAIL_PORT"]
EMAIL_HOST_USER = MAIL["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = MAIL["EMAIL_HOST_PASSWORD"]
EMAIL_FILE_PATH = MAIL["EMAIL_FILE_PATH"]
EMAIL_USE_TLS = MAIL.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = MAIL.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("MAIL_FROM", default=EMAIL_HOST_USER or "branchbook@localhost")
# Servers of WeCom, DingTalk and Feishu that stand on the premises, as "https://im.example.edu.cn". Whoever runs the
# machine vouches for them: they may use plain HTTP and stand in a private network.
MESSAGE_SERVERS: list[str] = env.list("MESSAGE_SERVERS", default=[])
# For how long a sender has a message to itself; a killed one's is sent again after that.
DELIVERY_LEASE_SECONDS = env.int("DELIVERY_LEASE_SECONDS", default=120)

# Signing in

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
# "asvs" follows OWASP ASVS 5.0 (long, no rules of composition, no expiry), "djbh" the classified protection of
# information systems (等保): three kinds of characters, 180 days, none of the last five.
PASSWORD_PROFILE = env.str("PASSWORD_PROFILE", default="asvs")
# Hashes of passwords that became known elsewhere, a file of the operator's; the network is not asked.
BREACHED_PASSWORDS = env.str("BREACHED_PASSWORDS", default="")
AUTH_PASSWORD_VALIDATORS, PASSWORD_DAYS = password_rules(PASSWORD_PROFILE, breached=BREACHED_PASSWORDS)
# Who needs a second factor: "roles" (whoever holds a role, but for exemptions written down), "all", or "off".
SECOND_FACTOR = env.str("SECOND_FACTOR", default="off" if TRIAL else "roles")
# Servers that may say who signs in (CAS, OpenID Connect), as "https://cas.example.edu.cn"; what else it takes is set up
# in the browser. Named here, because whoever could name them there could become anybody.
SIGN_ON_SERVERS: list[str] = env.list("SIGN_ON_SERVERS", default=[])
# Whether they ask for two proofs, so that no code of ours is needed. Here for the same reason.
SIGN_ON_FACTOR = env.bool("SIGN_ON_FACTOR", default=False)
# Whether everybody reads the privacy notice before his first page, and whom it names to turn to.
PRIVACY_NOTICE = env.bool("PRIVACY_NOTICE", default=not TRIAL)
PRIVACY_CONTACT = env.str("PRIVACY_CONTACT", default="学校党委组织部")
# How long a proof of who one is suffices for taking data out.
CONFIRM_SECONDS = env.int("CONFIRM_SECONDS", default=15 * 60)

# How much somebody may ask for before he is told to wait (429): pages of an account, of an address that nobody
# is signed in from, and what takes data out. A campus is one address. 0: no limit.
# And how many refusals leave an entry in the trail; all are in the log.
PAGES_A_MINUTE = env.int("PAGES_A_MINUTE", default=600)
STRANGERS_A_MINUTE = env.int("STRANGERS_A_MINUTE", default=3000)
EXPORTS_IN_TEN_MINUTES = env.int("EXPORTS_IN_TEN_MINUTES", default=20)
EXPORTS_A_DAY = env.int("EXPORTS_A_DAY", default=200)
REFUSALS_IN_TEN_MINUTES = env.int("REFUSALS_IN_TEN_MINUTES", default=100)

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_SECONDS", default=30 * 60)
SESSION_ABSOLUTE_SECONDS = env.int("SESSION_ABSOLUTE_SECONDS", default=12 * 60 * 60)
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_SECONDS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# Whoever opens these is nobody, also while signed in: the ballot.
UNNAMED_PAGES = ["/ballots/", "/review-ballots/"]
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "accounts.views.csrf_failure"
# Whether letters are large on this device; nothing else.
TEXT_SIZE_COOKIE_NAME = "text_size"

# Account and address together: a campus is one address, and an account alone could be locked by anybody.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_CALLABLE = "accounts.views.locked_out"
# The audit trail records sign-ins; its own admin pages would stand outside our scope rules.
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_ALLOWED_CORS_ORIGINS = ""

# Browser security

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
if not TRIAL:
    SECURE_SSL_REDIRECT = True
    # What programs ask for is refused over plain HTTP: a redirect would hide that their key went in clear.
    PROGRAMS_PAGES = ["/calendar.ics", "/healthz"]
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SESSION_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_SECURE = True
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    TEXT_SIZE_COOKIE_NAME = "__Host-text_size"
# Browsers' preload lists take whole domains: that is the decision of whoever owns the university's domain.
SILENCED_SYSTEM_CHECKS = ["security.W021"]

# Files

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
# No MEDIA_URL: an upload is only ever answered by a view that checks who asks.
MEDIA_ROOT = UPLOADS_DIR
# The largest workbook an import takes stays in memory: a temporary file would hold identity numbers in plain text.
FILE_UPLOAD_MAX_MEMORY_SIZE = 21 << 20
# Ten thousand rows of a roster, pasted.
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 << 20
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage",
        # Collected by root, read by the service's user; nothing in it is secret.
        "OPTIONS": {"file_permissions_mode": 0o644, "directory_permissions_mode": 0o755},
    },
}

# Logs go to stderr, without personal data (see config.logs)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "quiet": {
            "()": "logging.Formatter" if DEBUG else "config.logs.QuietFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
            "datefmt": "%Y-%m-%dT%H:%M:%S%z",
        }
    },
    "filters": {"without_values": {"()": "config.logs.WithoutValues"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "quiet"},
        "tasks": {"class": "logging.StreamHandler", "formatter": "quiet", "filters": ["without_values"]},
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # Django's own default would also print to the console and mail whole requests to ADMINS.
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        # The development server's request lines contain query strings.
        "django.server": {"handlers": [], "propagate": False},
        # django-axes tells at INFO of each attempt it looks at.
        "axes": {"level": "WARNING"},
        # What pypdf finds odd in a file is told to whoever handed it in.
        "pypdf": {"level": "ERROR"},
        "celery.app.trace": {"handlers": ["tasks"], "propagate": False},
    },
}

# Branchbook

# Within how many days after an activity its record counts as entered on time.
ON_TIME_DAYS = env.int("ON_TIME_DAYS", default=7)

# Where the nightly backup goes, best a disk of its own, and how many are kept; without it none is made.
BACKUP_DIR = env.str("BACKUP_DIR", default="")
BACKUP_KEEP = env.int("BACKUP_KEEP", default=14)

# Files attached to a record: the largest one, how many a record may have, and all of a branch's in a year.
EVIDENCE_FILE_MB = env.int("EVIDENCE_FILE_MB", default=20)
EVIDENCE_RECORD_FILES = env.int("EVIDENCE_RECORD_FILES", default=30)
EVIDENCE_BRANCH_MB = env.int("EVIDENCE_BRANCH_MB", default=500)
# Where clamd listens, as "unix:///run/clamav/clamd.ctl" or "tcp://127.0.0.1:3310": files are scanned before they are
# kept, and none is taken while it does not answer.
CLAMD_ADDRESS = env.str("CLAMD_ADDRESS", default="")
