"""Two roles of PostgreSQL: the owner makes the tables, the application's role works with them and owns nothing.

The application's role has no right to change or delete what is written once: the audit trail, the figures of locked
periods, the list of migrations. So whoever takes over the web server cannot forge what it has written (T55, ASVS
13.2.2 and 16.4.2). A model says so itself by ``may_change``, the columns that may be changed all the same.
"""

from dataclasses import dataclass
from typing import Final

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Model
from psycopg import sql

from accounts import audit
from accounts.models import AuditEntry
from lib import planner

GRANTED: Final = "database.granted"
#: Written by migrating alone.
READ_ONLY: Final = ("django_migrations",)


#: Statistics for the planner are gathered by who owns a table: for the other role, of these tables and of nothing else.
TAKE_STOCK: Final = """
CREATE OR REPLACE FUNCTION {place}.{name}(which regclass) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM pg_class WHERE oid = which AND relkind = 'r' AND relnamespace = {schema}::regnamespace
             AND relowner = current_user::regrole) THEN
    EXECUTE format('ANALYZE %s', which);
  END IF;
END $$
"""


class RightsError(Exception):
    """The rights cannot be given; the sentence says why and what to do."""


@dataclass(frozen=True)
class Granted:
    """What the role has now. ``written_once``: tables in which it can change and delete nothing, or single columns."""

    role: str
    tables: int
    written_once: tuple[str, ...]
    is_new: bool


def written_once() -> dict[str, tuple[str, ...]]:
    """Table → the columns that may be changed all the same; all other columns and the rows stay as they are."""
    found: dict[str, tuple[str, ...]] = dict.fromkeys(READ_ONLY, ())
    for model in apps.get_models():
        columns = getattr(model, "may_change", None)
        if columns is not None:
            found[model._meta.db_table] = _columns(model, columns)
    return found


def _columns(model: type[Model], names: tuple[str, ...]) -> tuple[str, ...]:
    known = {field.attname: str(field.column) for field in model._meta.concrete_fields}
    return tuple(known[name] for name in names)


def grant(role: str, *, password: str = "") -> Granted:
    """Give ``role`` what the application needs, and take what it does not; the same again changes nothing.

    With ``password`` the role is made where there is none, and gets that password. RightsError refuses.
    """
    if connection.vendor != "postgresql":
        raise RightsError("只有 PostgreSQL 才分两个数据库账号，SQLite 不用。")
    try:
        with transaction.atomic():
            is_new = bool(password) and _make(role, password)
            _refuse_mighty(role)
            tables = _give(role)
            if is_new or not _is_recorded(role):
                audit.record(GRANTED, by=None, after={"role": role, "tables": tables})
    except DatabaseError as fault:
        raise RightsError(
            f"数据库没有同意授权（{type(fault).__name__}）。请用拥有这些表的账号运行（OWNER_DATABASE_URL）。"
        ) from fault
    return Granted(role, tables, tuple(sorted(written_once())), is_new)


def grant_again() -> None:
    """After migrating: new tables belong to the owner, who gives the application's role its rights in them."""
    if settings.APPLICATION_ROLE and connection.vendor == "postgresql":
        grant(settings.APPLICATION_ROLE)


def _is_recorded(role: str) -> bool:
    return AuditEntry.objects.filter(action=GRANTED, after__role=role).exists()


def _make(role: str, password: str) -> bool:
    """The server gets the password as it keeps it, so that its log never holds it in clear."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        is_new = cursor.fetchone() is None
        raw = connection.connection.pgconn
        kept = raw.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
        verb = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}" if is_new else "ALTER ROLE {} PASSWORD {}")
        cursor.execute(verb.format(sql.Identifier(role), sql.Literal(kept)))
    return is_new


def _refuse_mighty(role: str) -> None:
    """A role that owns the tables, or may become whoever does, cannot be kept from anything."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper OR pg_has_role(rolname, current_user, 'MEMBER') FROM pg_roles WHERE rolname = %s",
            [role],
        )
        row = cursor.fetchone()
    if row is None:
        raise RightsError(f"数据库里没有账号“{role}”，请先建立，或加上 --create。")
    if row[0]:
        raise RightsError(
            f"账号“{role}”就是数据库的所有者，或是超级用户，收不回它的权限。"
            "应用要用另一个账号：请核对 DATABASE_URL 和 OWNER_DATABASE_URL。"
        )


def _give(role: str) -> int:
    who = sql.Identifier(role)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        [own] = cursor.fetchone()
        place, schema, name = sql.Identifier(own), sql.Literal(own), sql.Identifier(planner.FOR_OTHERS)
        for statement in (
            "REVOKE ALL ON ALL TABLES IN SCHEMA {place} FROM {who}",
            "REVOKE ALL ON SCHEMA {place} FROM {who}",
            "GRANT USAGE ON SCHEMA {place} TO {who}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {place} TO {who}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {place} TO {who}",
            TAKE_STOCK,
            "REVOKE ALL ON FUNCTION {place}.{name}(regclass) FROM PUBLIC",
            "GRANT EXECUTE ON FUNCTION {place}.{name}(regclass) TO {who}",
        ):
            cursor.execute(sql.SQL(statement).format(place=place, who=who, name=name, schema=schema))
        for table, columns in written_once().items():
            _keep_as_written(cursor, sql.Identifier(table), columns, who)
        for table in READ_ONLY:
            cursor.execute(sql.SQL("REVOKE INSERT ON {} FROM {}").format(sql.Identifier(table), who))
        return len(connection.introspection.table_names(cursor))


def _keep_as_written(
    cursor: object, table: sql.Identifier, columns: tuple[str, ...], who: sql.Identifier
) -> None:
    cursor.execute(sql.SQL("REVOKE UPDATE, DELETE ON {} FROM {}").format(table, who))  # type: ignore[attr-defined]
    if columns:
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        cursor.execute(sql.SQL("GRANT UPDATE ({}) ON {} TO {}").format(names, table, who))  # type: ignore[attr-defined]


def refuse_application() -> None:
    """For what makes tables: RightsError where the role may not, which then is the application's."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_database_privilege(current_database(), 'CREATE')"
            " OR has_schema_privilege(current_schema(), 'CREATE')"
        )
        [is_owner] = cursor.fetchone()
    if not is_owner:
        raise RightsError(
            "现在用的是应用的数据库账号，不能建表。这一步要用所有者的账号：请设置 OWNER_DATABASE_URL，"
            "或用 branchbook 命令（它会读 owner.env）。"
        )


def may_change_trail() -> bool:
    """Whether who is connected to PostgreSQL could change the audit trail. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege(%s, 'UPDATE') OR has_table_privilege(%s, 'DELETE')",
            [AuditEntry._meta.db_table] * 2,
        )
        return bool(cursor.fetchone()[0])


def serves_as_owner() -> bool:
    """Whether the application runs with more rights than it needs; False where that cannot be asked."""
    try:
        return connection.vendor == "postgresql" and may_change_trail()
    except DatabaseError:
        return False


def in_words() -> str:
    """As what the application is connected, for the page of the system's state. One query."""
    if connection.vendor != "postgresql":
        return "SQLite 不分账号"
    if may_change_trail():
        return "所有者的账号，能改审计记录；请换用应用自己的账号（manage.py grant_rights）"
    return "应用自己的账号，不能改、不能删审计记录"
