"""T06: what is not on a form changes nothing, and a form takes no stranger's row."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.admin.helpers import AdminForm
from django.db import models
from django.forms import BaseForm, ModelChoiceField, ModelMultipleChoiceField

from branches.models import PathField
from tests.access.asking import Answer, Asker
from tests.access.filling import Sheet, Task, filled
from tests.access.pages import Page, pages
from tests.access.rows import OURS, all_rows, changes
from tests.access.table import SIGNED_IN, declared, first_of, table
from tests.access.tasks import TASKS
from tests.access.world import BOUNDED, SHARED, World

SENDERS = sorted({task.role for task in TASKS.values()})
BY_THEMSELVES = {"login", "logout", "text_size"}
ACCEPTED = {200, 302, 422}


def tasks_of(role: str) -> list[tuple[Page, Task]]:
    return [(page, TASKS[page.key]) for page in pages() if page.key in TASKS and TASKS[page.key].role == role]


def test_every_page_that_takes_a_form_is_tried():
    taking = {
        page.key
        for page, row in declared()
        if any(row.expected(role, "POST") in ACCEPTED for role in SIGNED_IN)
    }
    assert sorted(taking - BY_THEMSELVES - set(TASKS)) == [], "pages without a form in tests/access/tasks.py"


@pytest.mark.slow
@pytest.mark.parametrize("role", SENDERS)
def test_what_is_not_on_the_form_changes_nothing(world: World, role: str):
    asker, before, wrong = Asker(world, role), all_rows(), []
    for page, task in tasks_of(role):
        sheet = filled(page, task, world, asker)
        smuggled = {name: value for name, value in _everything(world).items() if name not in sheet.names}
        plain = _changes_by(asker, sheet, {}, before)
        if task.writes and not plain:
            wrong.append(f"{page.key}: the right form wrote nothing")
        if (mixed := _changes_by(asker, sheet, smuggled, before)) != plain:
            wrong.append(f"{page.key}: {sorted(set(mixed) ^ set(plain))}")
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("role", first_of(sorted({*SENDERS} & {*BOUNDED})))
def test_a_strangers_row_is_an_error_of_the_form(world: World, role: str):
    asker, before, wrong = Asker(world, role), all_rows(), []
    for page, task in tasks_of(role):
        sheet = filled(page, task, world, asker)
        for name, field in _choices_of_rows(sheet):
            if table().rows[page.key].asks.get(name) == "-":
                continue
            stranger = world.foreign_to(role).of.get(field.queryset.model)
            if stranger is None or isinstance(stranger, SHARED):
                continue
            own = sheet.values.get(name, []) if isinstance(field, ModelMultipleChoiceField) else []
            sheet.values[name], kept = [*own, stranger.pk], sheet.values.get(name)
            answer = asker.ask("POST", sheet.url, sheet.values, look=all_rows)
            sheet.values[name] = kept
            if done := changes(before, answer.seen):
                wrong.append(f"{page.key} {name}: {done}")
            if answer.status != 404 and not _has_error(answer, name):
                wrong.append(f"{page.key} {name}: {answer.outcome} without an error")
    assert not wrong, "\n" + "\n".join(wrong)


def _changes_by(asker: Asker, sheet: Sheet, more: dict[str, Any], before: Any) -> list[str]:
    return changes(before, asker.ask("POST", sheet.url, {**sheet.values, **more}, look=all_rows).seen)


def _everything(world: World) -> dict[str, Any]:
    """A hostile value for every column of the project, by its name and by its attribute."""
    found: dict[str, Any] = {"is_staff": "on", "is_superuser": "on", "pk": "1"}
    for model in apps.get_models():
        if model._meta.app_label in OURS:
            for field in model._meta.concrete_fields:
                found[field.name] = found[field.attname] = _hostile(field, world)
    return found


def _hostile(field: Any, world: World) -> str:
    if field.is_relation:
        row = world.far.of.get(field.related_model)
        return str(row.pk) if row else "1"
    if isinstance(field, PathField):
        return world.school.root.path
    if field.choices:
        return str(list(field.choices)[-1][0])
    for kind, value in (
        (models.BooleanField, "on"),
        (models.DateField, "2001-01-01"),
        (models.IntegerField, "99"),
    ):
        if isinstance(field, kind):
            return value
    return str(world.far.of[apps.get_model("members.Member")].pk) if field.primary_key else "夹带"


def _choices_of_rows(sheet: Sheet) -> Iterator[tuple[str, ModelChoiceField]]:
    for form in _forms_in(sheet.shown):
        for name, field in form.fields.items():
            if isinstance(field, ModelChoiceField) and form.add_prefix(name) in sheet.names:
                yield form.add_prefix(name), field


def _has_error(answer: Answer, name: str) -> bool:
    return any(name.removeprefix(f"{form.prefix}-") in form.errors for form in _forms_in(answer))


def _forms_in(answer: Answer | None) -> Iterator[BaseForm]:
    """The forms that the page's templates were given."""
    layers = getattr(answer.response, "context", None) or [] if answer else []
    values = {id(value): value for layer in layers for part in layer for value in part.values()}
    for value in values.values():
        if isinstance(value, AdminForm):
            yield value.form
        elif isinstance(value, BaseForm):
            yield value


def test_no_form_takes_every_field_or_all_but_some():
    code = [path for app in OURS for path in (Path(settings.BASE_DIR) / app).rglob("*.py")]
    found = [
        f"{path}:{number}"
        for path in code
        if "migrations" not in path.parts
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(r"""fields\s*=\s*["']__all__|^\s*exclude\s*=""", line)
    ]
    assert found == []
