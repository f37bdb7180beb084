"""What runs here: the versions of the program and of what it stands on, and the state of its database."""

import platform
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import django
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from redis import Redis, RedisError

from . import database_rights
from .backups.making import version

#: A page waits no longer for Redis to say what it is.
_SECONDS: Final = 1
_SIZE: Final = {
    "postgresql": "SELECT pg_database_size(current_database()), current_user",
    "sqlite": "SELECT page_count * page_size, '' FROM pragma_page_count(), pragma_page_size()",
}


@dataclass(frozen=True)
class Database:
    """``user`` is the role it is connected as, empty on SQLite; ``rights`` says what that may do; ``migration`` is the
    last one that was applied.
    """

    product: str
    bytes: int
    user: str
    rights: str
    migration: str
    migrated_at: datetime | None


def database() -> Database:
    """Three queries; on SQLite two."""
    with connection.cursor() as cursor:
        cursor.execute(_SIZE[connection.vendor])
        size, user = cursor.fetchone()
    last = MigrationRecorder.Migration.objects.order_by("-id").values_list("app", "name", "applied").first()
    app, name, applied = last or ("", "", None)
    return Database(_product(), size, user, database_rights.in_words(), f"{app}.{name}".strip("."), applied)


def versions() -> list[tuple[str, str]]:
    """What, and which version of it. No query; Redis is asked."""
    return [
        ("支部簿", version()),
        ("Python", platform.python_version()),
        ("Django", django.get_version()),
        ("数据库", _product()),
        ("Redis", _redis()),
    ]


def _product() -> str:
    numbers = ".".join(map(str, connection.get_database_version()))
    return f"{connection.display_name} {numbers}"


def _redis() -> str:
    if not settings.REDIS_URL:
        return "没有使用（REDIS_URL），后台任务排在 DATA_DIR 的文件里"
    try:
        with Redis.from_url(
            settings.REDIS_URL, socket_timeout=_SECONDS, socket_connect_timeout=_SECONDS
        ) as redis:
            return str(redis.info("server")["redis_version"])
    except RedisError:
        return "没有应答，请检查 Redis 是否在运行"
