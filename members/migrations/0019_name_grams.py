from django.db import migrations

from lib.finding import FUNCTION

INDEX = "CREATE INDEX member_name_grams ON members_member USING gin (name_grams(name))"


def create(apps, schema_editor):
    """Only PostgreSQL has such an index; SQLite's names are few."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(FUNCTION)
        schema_editor.execute(INDEX)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX member_name_grams")
        schema_editor.execute("DROP FUNCTION name_grams(text)")


class Migration(migrations.Migration):
    dependencies = [("members", "0018_review_results")]

    operations = [migrations.RunPython(create, drop)]
