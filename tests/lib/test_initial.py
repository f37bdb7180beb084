"""The tables of a room are made together: nothing is rendered between two of them."""

from types import SimpleNamespace

from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from lib.initial import InitialMigration

KEY = ("id", models.BigAutoField(primary_key=True))
TABLES = [
    migrations.CreateModel("Shelf", [KEY]),
    migrations.CreateModel("Book", [KEY, ("shelf", models.ForeignKey("library.Shelf", models.CASCADE))]),
]


def test_tables_are_made_of_one_state():
    migration, made = InitialMigration("0001_initial", "library"), []
    migration.operations = TABLES
    before = ProjectState()
    state = migration.apply(before, SimpleNamespace(connection=connection, create_model=made.append))
    assert (state, sorted(state.models)) == (before, [("library", "book"), ("library", "shelf")])
    shelf, book = made
    assert book._meta.get_field("shelf").related_model is shelf
