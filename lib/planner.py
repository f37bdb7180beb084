"""Telling the database's planner how much stands in tables that were just filled.

PostgreSQL plans by statistics that it gathers in the background, a minute or more later. Until then a table filled in
one go counts as almost empty, and a query over thousands of rows may look each of them up in all the others. SQLite
plans without them.
"""

from django.db import connection, models


def take_stock(*tables: type[models.Model]) -> None:
    """Gather the statistics of ``tables`` now; inside a transaction its own rows are counted too."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"ANALYZE {connection.ops.quote_name(table._meta.db_table)}")
