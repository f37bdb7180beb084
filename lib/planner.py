"""Telling the database's planner how much stands in tables that were just filled.

PostgreSQL plans by statistics that it gathers in the background, a minute or more later. Until then a table filled in
one go counts as almost empty, and a query over thousands of rows may look each of them up in all the others. SQLite
plans without them.
"""

from typing import Final

from django.db import connection, models

#: Only a table's owner may gather them; for the application's role (jobs.database_rights) this function does.
FOR_OTHERS: Final = "branchbook_take_stock"


def take_stock(*tables: type[models.Model]) -> None:
    """Gather the statistics of ``tables`` now; inside a transaction its own rows are counted too."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regprocedure(%s) IS NOT NULL", [f"{FOR_OTHERS}(regclass)"])
        statement = f"SELECT {FOR_OTHERS}(%s)" if cursor.fetchone()[0] else "ANALYZE {}"
        for table in tables:
            name = connection.ops.quote_name(table._meta.db_table)
            if statement.startswith("SELECT"):
                cursor.execute(statement, [name])
            else:
                cursor.execute(statement.format(name))
