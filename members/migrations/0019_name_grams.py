from django.db import migrations

from lib.finding import FUNCTION

INDEXES = {
    "member_name_grams": "members_member USING gin (name_grams(name))",
    "branch_short_name_grams": "branches_branch USING gin (name_grams(short_name))",
}


def create(apps, schema_editor):
    """Only PostgreSQL has such an index; SQLite's names are few. People are found by the names of branches, too."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(FUNCTION)
        for name, what in INDEXES.items():
            schema_editor.execute(f"CREATE INDEX {name} ON {what}")


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name in INDEXES:
            schema_editor.execute(f"DROP INDEX {name}")
        schema_editor.execute("DROP FUNCTION name_grams(text)")


class Migration(migrations.Migration):
    dependencies = [("branches", "0004_granted_by"), ("members", "0018_review_results")]

    operations = [migrations.RunPython(create, drop)]
