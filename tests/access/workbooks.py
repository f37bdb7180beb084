"""Every workbook that the product hands out, asked for by whoever gets most, in a world whose texts are hostile."""

from django.contrib import admin
from django.test import RequestFactory
from django.urls import reverse

from accounts.models import AuditEntry
from activities.models import Activity, Assignment
from branches.models import Branch
from jobs import running
from jobs.models import Job
from lib.media_types import PDF, XLSX
from members.models import Member, TrainingClass
from reports.closing import files, tables
from reports.figures.catalogue import STATISTICS
from reports.management.asking import asked_of
from reports.models import ClosedPeriod
from tests.access.asking import Asker
from tests.access.table import declared
from tests.access.world import World

STAFF, AUDITOR = "organization_staff", "auditor"
#: What begins a formula, in the columns that most lists show.
HOSTILE = '=HYPERLINK("http://x",1)'
MEDIA_TYPES = {"xlsx": XLSX, "pdf": PDF}
#: Pages that answer a POST with a workbook, and nothing needs to be filled in.
PAGES = {
    "roster_export",
    "movement_export",
    "contact_export",
    "coverage_export",
    "class_export",
    "form_export",
    "assignment_export",
    "plan_export",
    "double_life_export",
    "lecture_export",
    "figure_export",
    "figure_rows_export",
    "book_export",
    "certificate_export",
    "training_export",
    "class_list_export",
    "register_export",
    "station_export",
    "exemption_export",
    "development_export",
    "birthday_export",
    "milestone_export",
    "undated_export",
    "hours_export",
    "talk_export",
    "resolution_export",
    "problem_export",
    "review_export",
    "review_sheet",
    "review_workbook",
    "round_workbook",
}
#: The bytes of a closed file are the world's own; what a closing makes is looked at instead.
#: Pages whose workbook a job makes.
JOBS = {"quarter_export", "list_export"}
#: Statistics, whose PDF has an address or a page of its own.
STATISTICAL = {"figure_export", "book_export", "quarter_export"}


def poison() -> None:
    """Names and titles that a spreadsheet would reckon with."""
    Activity.objects.update(title=HOSTILE, place="@SUM(1)", host="-1+1")
    Branch.objects.filter(level=Branch.Level.BRANCH).update(short_name="+支部")
    Member.objects.update(name="=张", job="@职务", major="\t-专业")
    Assignment.objects.update(title=HOSTILE)
    TrainingClass.objects.update(title="=培训班")


def collected(world: World) -> dict[str, bytes]:
    """Name of the page or list → the workbook."""
    return {**lists(world, "xlsx"), **_of_closing(world)}


def lists(world: World, ending: str) -> dict[str, bytes]:
    """Name of the page or list → the file of that ending."""
    poison()
    asker = Asker(world, STAFF)
    return {
        **_of_pages(world, asker, ending),
        **_of_jobs(world, asker, ending),
        **_of_lists(world, asker, ending),
    }


def _of_pages(world: World, asker: Asker, ending: str) -> dict[str, bytes]:
    found = {}
    for page, row in declared():
        if row.expected(STAFF, "POST") == 200 and not page.key.startswith("admin:"):
            answer = asker.ask("POST", world.own_url(page, row, STAFF), {"as": ending})
            if answer.headers.get("Content-Type") == MEDIA_TYPES[ending] and page.key != "closed_file":
                found[page.key] = answer.body
    return found


def _of_jobs(world: World, asker: Asker, ending: str) -> dict[str, bytes]:
    """Done and read before the request is rolled back; the lists of records and of duties are two."""
    urls = {page.key: world.own_url(page, row, STAFF) for page, row in declared() if page.key in JOBS}
    urls["list_export records"] = reverse("list_export", args=["records"])
    sent = {"period": "2026Q3", "as": ending}
    return {name: asker.ask("POST", url, sent, look=_result).seen for name, url in urls.items()}


def _result() -> bytes:
    job = Job.objects.latest("created_at")
    running.run(str(job.pk))
    job.refresh_from_db()
    assert job.state == Job.State.DONE, job.message
    return running.result_path_of(job).read_bytes()


def _of_lists(world: World, asker: Asker, ending: str) -> dict[str, bytes]:
    """Each list of the browser admin that its reader may take along."""
    auditor, found = Asker(world, AUDITOR), {}
    request = RequestFactory().get("/")
    request.user = world.users[STAFF]
    for model, model_admin in admin.site._registry.items():
        who = auditor if model is AuditEntry else asker
        if who is auditor or model_admin.has_view_permission(request):
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
            answer = who.ask("POST", reverse(name), {"export": "1", "as": ending})
            assert answer.status == 200, f"{name}: {answer.outcome}"
            found[name] = answer.body
    return found


def _of_closing(world: World) -> dict[str, bytes]:
    asked = tables.asked_of(asked_of("2026Q3", None), world.school.root)
    kept = [one.tabulate(asked) for one in STATISTICS.values()]
    made = files.made_of(world.school.root, kept, ClosedPeriod(period="2026Q3"))
    return {"closing": made[0].content}
