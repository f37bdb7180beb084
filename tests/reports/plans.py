"""How the database would answer a statement, and which of the large tables it would read from end to end."""

import json
import re
from contextlib import contextmanager

from django.db import connection

LARGE = {
    "members_member",
    "members_membershipspell",
    "members_statusperiod",
    "activities_activity",
    "activities_attendance",
    "activities_tally",
}
_SCAN = re.compile(r"^SCAN (\w+)")
#: PostgreSQL reads a table of a few rows whole, and rightly. Left with bitmaps, it takes each index there is.
_BY_INDEX = "; ".join(
    f"SET LOCAL enable_{way} = off"
    for way in ("seqscan", "indexscan", "indexonlyscan", "hashjoin", "mergejoin", "memoize")
)


@contextmanager
def asked():
    """The statements that are asked meanwhile, with their parameters."""
    found = []

    def collect(execute, sql, params, many, context):
        found.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(collect):
        yield found


def read_whole(statements):
    """The large tables that the answers to ``statements`` would read from end to end."""
    explain = _of_postgresql if connection.vendor == "postgresql" else _of_sqlite
    selects = [(sql, params) for sql, params in statements if sql.startswith(("SELECT", "(SELECT"))]
    assert selects
    return {table for sql, params in selects for table in explain(sql, params)} & LARGE


def _of_sqlite(sql, params):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
        steps = [row[3] for row in cursor.fetchall()]
    scanned = {found[1] for step in steps if (found := _SCAN.match(step))}
    # An alias may stand for a table in each part of a statement; whichever it is, none may be read whole.
    named = re.findall(r'"(\w+)" (U\d+|T\d+)\b', sql)
    return scanned | {table for table, alias in named if alias in scanned}


def _of_postgresql(sql, params):
    with connection.cursor() as cursor:
        cursor.execute(_BY_INDEX)
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        found = cursor.fetchone()[0]
    plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    return {
        node["Relation Name"]
        for node in _nodes(plan)
        if node["Node Type"] == "Seq Scan"
        or (node["Node Type"] in ("Index Scan", "Index Only Scan") and "Index Cond" not in node)
    }


def _nodes(node):
    yield node
    for below in node.get("Plans", ()):
        yield from _nodes(below)
