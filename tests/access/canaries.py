"""Canaries: a mark in every text of every row that is foreign, and more foreign rows to be counted by mistake."""

from collections.abc import Iterator
from datetime import date

from django.apps import apps
from django.db import IntegrityError, models, transaction

from activities.models import Invitation, Supplement
from assessments.models import ReviewEntry
from branches.models import Branch, PathField
from branches.roles import Role
from branches.terms import elect
from jobs.models import Job, Upload
from members.models import Member, Post
from reminders.models import Reminder
from tests import cast
from tests.access.making import (
    a_class,
    a_development,
    a_draw,
    a_piece_of_evidence,
    a_plan,
    an_appeal,
    an_assignment,
)
from tests.access.making_assessments import a_published_report, a_review
from tests.access.rows import LEFT_OUT, OURS
from tests.access.world import PERSONAL, SHARED, Half, World

NEAR, FAR = "QnearQ", "QfarQ"
#: Texts that the program reads, and does not show.
TECHNICAL = {
    *("action", "code", "kind", "password", "result_file", "result_sha256", "sha256", "url", "username"),
    *("body", "statistic", "stored"),
}
STAFF = ("organization_staff", "committee_staff")
NEW = "Q新来Q"


def mark_of(model: type[models.Model], owner_id: int) -> str:
    return f"Q{model.__name__}{owner_id}Q"


def mark_all(world: World) -> None:
    """Put its half's mark into every row of the foreign halves, and its owner's into what belongs to one account.

    Whoever is invited is shown, by intent, who invites to what: `tests/activities/test_jointly.py` holds how much.
    """
    Invitation.objects.all().delete()
    for half, mark in ((world.near, NEAR), (world.far, FAR)):
        mark_rows(half, mark)
    for model, owner in PERSONAL.items():
        for row in model._default_manager.all():
            _mark(row, mark_of(model, getattr(row, f"{owner}_id")))


def mark_rows(half: Half, mark: str) -> None:
    """Put ``mark`` at the end of every text of the half's rows."""
    for row in _rows_of(half):
        _mark(row, mark)


def marks_foreign_to(world: World, role: str) -> set[str]:
    """The marks that ``role`` must never meet. Staff may see what others of their part are reminded of."""
    halves = {
        "organization_staff": set(),
        "committee_staff": {FAR},
        "leader": {FAR},
    }.get(role, {NEAR, FAR})
    models_of_others = {Job, Upload} if role in STAFF else set(PERSONAL)
    me = world.users[role].pk
    return halves | {
        mark_of(model, owner)
        for model in models_of_others
        for owner in model._default_manager.values_list(PERSONAL[model], flat=True)
        if owner != me
    }


def _rows_of(half: Half) -> Iterator[models.Model]:
    """The rows that the half names, and all others that stand in its branch."""
    scoped = [
        model
        for model in apps.get_models()
        if model._meta.app_label in OURS
        and model not in LEFT_OUT
        and any(field.name == "branch_path" for field in model._meta.concrete_fields)
    ]
    for model in scoped:
        yield from model._default_manager.filter(branch_path=half.branch.path)
    yield from (
        row
        for row in half.of.values()
        if type(row) not in (*SHARED, *LEFT_OUT)
        # What the organisation above sent to the half's branch stands in that organisation.
        and (type(row) not in scoped or row.branch_path != half.branch.path)
    )


def _mark(row: models.Model, mark: str) -> None:
    fields = [field for field in row._meta.concrete_fields if _is_text(field)]
    names = [field.name for field in fields if len(mark) <= (field.max_length or len(mark))]
    if not names:
        return
    rows = type(row)._base_manager.filter(pk=row.pk)
    texts = rows.values(*names).get()
    rooms = {name: max((row._meta.get_field(name).max_length or 1000) - len(mark), 0) for name in texts}
    marked = {name: f"{(text or '')[: rooms[name]]}{mark}" for name, text in texts.items()}
    try:
        with transaction.atomic():
            rows.update(**marked)
    except IntegrityError:  # some texts must be empty while a row is in a certain state
        rows.update(**{name: text for name, text in marked.items() if texts[name]})


def _is_text(field: models.Field) -> bool:
    """A text that somebody wrote: no code of a table, no key, nothing chosen from a list."""
    return (
        isinstance(field, models.CharField | models.TextField)
        and not isinstance(field, PathField)
        and not field.choices
        and field.editable
        and field.name not in TECHNICAL
        and (field.max_length is None or field.max_length >= 20)
    )


def add_foreign_rows(world: World, role: str) -> None:
    """More of everything where ``role`` sees nothing of it."""
    for other in world.users.values():
        if other != world.users[role]:
            _add_personal(other, world.own.branch.path if role not in STAFF else "")
    if role == "organization_staff":
        return
    _add_to(world.far)
    if world.foreign_to(role) is world.near:
        _add_to(world.near)


def _add_personal(user, path: str) -> None:
    """A failed job, a file and, where nobody else may see it, a reminder; in a place of the tree or in none."""
    Job.objects.create(kind="roster_check", label=NEW, owner=user, state=Job.State.FAILED, message=NEW)
    Upload.objects.create(kind="roster", owner=user, name=NEW, size=1, sha256="0" * 64)
    Upload.objects.create(kind="register", owner=user, name=NEW, size=1, sha256="0" * 64)
    Reminder.objects.create(
        kind="duty", subject=NEW, due_on=date(2026, 9, 30), recipient=user, title=NEW, branch_path=path
    )


def _add_to(half: Half) -> None:
    branch = half.branch
    account = cast.a_user(name=NEW)
    cast.give(account, Role.RECORDER, branch)
    # His political birthday is in two days.
    person = cast.a_member(branch, NEW, joined=date(2015, 10, 22), full=None, account=account)
    cast.a_group(branch, person, name=NEW)
    cast.a_station(branch, person, name=f"{NEW}{branch.code}")
    cast.a_post(person, Post.Title.COMMITTEE)
    cast.a_record(branch, "theme_day", date(2026, 10, 5), title=NEW)
    record = cast.a_record(branch, "party_lecture", date(2026, 10, 6), title=NEW)
    a_piece_of_evidence(record, cast.a_user(Role.ORGANIZATION_STAFF, Branch.objects.get(parent=None)))
    Supplement.objects.create(activity=record, branch_path=branch.path, reason=NEW)
    an_appeal(record, person)
    an_assignment(branch, NEW)
    a_plan(branch, NEW)
    a_class(branch, f"{NEW}班")
    a_development(branch)
    a_draw(
        branch, f"C{branch.pk:04d}01", cast.a_user(Role.ORGANIZATION_STAFF, Branch.objects.get(parent=None))
    )
    leader = cast.a_member(branch, NEW)
    other = cast.found(
        branch.parent, f"{NEW}述职", Branch.Level.BRANCH, f"{branch.code}8", category="student"
    )
    a_published_report(other, leader)
    reviewed = {"member": leader, "standing": "full", "grade": "excellent"}
    ReviewEntry.objects.create(review=a_review(other, 2026, "grading"), **reviewed)
    elect(branch, date(2026, 10, 1))
    cast.found(branch.parent, NEW, Branch.Level.BRANCH, f"{branch.code}9", category="student")
    Member.objects.filter(branch=branch).update(job=NEW)
    _add_personal(account, branch.path)
