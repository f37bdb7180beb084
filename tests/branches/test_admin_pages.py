"""Every page of the browser admin, as every role that enters it: nothing foreign on it, nothing inline in it."""

import re
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
from django.contrib import admin
from django.contrib.admin.utils import label_for_field
from django.urls import reverse

from branches.roles import Role
from tests import cast, scenes
from tests.access.world import a_world

pytestmark = pytest.mark.django_db

STAFF = [Role.ORGANIZATION_STAFF, Role.COMMITTEE_STAFF]
THREE = [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR]


class Inline(HTMLParser):
    """Collects what the Content-Security-Policy would refuse."""

    def __init__(self, text):
        super().__init__()
        self.found, self.inside = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        names = {name for name, _ in attrs}
        bad = {name for name in names if name == "style" or name.startswith(("on", "hx-on"))}
        if tag == "style" or bad or any((value or "").startswith("javascript:") for _, value in attrs):
            self.found.append((tag, sorted(bad)))
        self.inside = "script" if tag == "script" and "src" not in names else ""

    def handle_data(self, data):
        if self.inside and data.strip():
            self.found.append(("script", data))

    def handle_endtag(self, tag):
        self.inside = ""


def pages_of(model_admin, row):
    """The list, the forms, and everything about one row."""
    for entry in model_admin.get_urls():
        arguments = [row.pk] if "object_id" in entry.pattern.regex.groupindex else []
        yield reverse(f"admin:{entry.name}", args=arguments)


def pages_for(user, half):
    """Those of the lists in the user's menu."""
    request = SimpleNamespace(user=user)
    for model, model_admin in admin.site._registry.items():
        if model_admin.has_module_permission(request):
            yield from pages_of(model_admin, half.row(model))


@pytest.fixture
def world():
    return scenes.once("world", a_world)


#: A name or a word that must not stand on any page of the role.
HIDDEN = {
    Role.COMMITTEE_STAFF: "音乐",
    Role.SYSTEM_ADMIN: "党支部甲",
    Role.SECURITY_ADMIN: "党支部甲",
    Role.AUDITOR: "党支部甲",
}


@pytest.mark.parametrize(
    "role",
    [pytest.param(role, marks=pytest.mark.slow) if role in STAFF else role for role in STAFF + THREE],
)
def test_no_page_shows_what_is_foreign_or_runs_anything_inline(world, role):
    browser = cast.a_browser(world.users[role])
    for address in ["/admin/", *pages_for(world.users[role], world.own)]:
        answer = browser.get(address)
        assert answer.status_code in (200, 403, 404), address
        text = answer.content.decode()
        assert Inline(text).found == [], address
        assert role not in HIDDEN or HIDDEN[role] not in text, address
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy


@pytest.mark.parametrize("role", STAFF)
def test_own_rows_open(world, role):
    """What staff come for is not refused by mistake."""
    browser = cast.a_browser(world.users[role])
    names = "branch member post partygroup station term membershipspell statusperiod activity campaign reminder".split()
    for model in admin.site._registry:
        if model._meta.model_name in names:
            opts = model._meta
            route = f"admin:{opts.app_label}_{opts.model_name}"
            assert browser.get(reverse(f"{route}_changelist")).status_code == 200
            assert browser.get(reverse(f"{route}_change", args=[world.own.row(model).pk])).status_code == 200


@pytest.mark.parametrize("method", ["get", "post"])
def test_every_page_about_a_foreign_row_is_the_404_of_a_missing_one(world, method):
    """Committee staff of one college, row by row of the other."""
    browser = cast.a_browser(world.users[Role.COMMITTEE_STAFF])
    shared = {"campaign", "programmeitem", "auditentry", "rolegrant", "job"}
    for model, model_admin in admin.site._registry.items():
        if model._meta.model_name in shared:
            continue
        row = world.far.row(model)
        key = str(row.pk)
        missing = "00000000-0000-4000-8000-000000000000" if len(key) > 30 else "987654"
        for address in pages_of(model_admin, row):
            if key in address:
                foreign = getattr(browser, method)(address)
                other = getattr(browser, method)(address.replace(key, missing))
                assert foreign.status_code == other.status_code, address
                assert foreign.status_code in (404, 405), address
                assert foreign.content == other.content, address


@pytest.mark.slow
def test_a_leader_of_the_whole_sees_in_the_admin_the_college_he_works_for(world):
    """As a leader he sees names masked; the admin shows them in clear, so it ends where he is of the staff."""
    both = cast.a_user(Role.LEADER, world.school.root)
    cast.give(both, Role.COMMITTEE_STAFF, world.school.physics)
    browser = cast.a_browser(both)
    for address in pages_for(both, world.own):
        assert "音乐" not in browser.get(address).content.decode(), address


def test_committee_staff_see_no_reminder_or_job_of_others(world):
    staff = world.users[Role.COMMITTEE_STAFF]
    browser = cast.a_browser(staff)
    jobs = browser.get("/admin/jobs/job/").context["cl"].queryset
    assert {job.owner for job in jobs} == {staff}
    reminders = browser.get("/admin/reminders/reminder/").context["cl"].queryset
    assert all(reminder.branch_path.startswith(world.school.physics.path) for reminder in reminders)
    assert reminders.count() > 0


def test_an_empty_field_of_a_form_is_called_by_its_name():
    school = cast.a_university()
    staff = cast.a_browser(cast.a_user(Role.ORGANIZATION_STAFF, school.root))
    text = staff.post(reverse("admin:branches_branch_add"), {}).content.decode()
    assert "请填写党组织代码。" in text
    assert "<title>有误：新增党组织 · 支部簿 数据后台</title>" in text
    assert [
        label for label in re.findall(r"<label[^>]*>([^<]*)</label>", text) if label.endswith((":", "："))
    ] == []
    text += staff.post(reverse("admin:branches_partygroup_add"), {"name": ""}).content.decode()
    text += staff.post(reverse("admin:branches_branch_move", args=[school.students.pk]), {}).content.decode()
    assert "必填项" not in text


def test_every_heading_and_label_is_chinese():
    """A field without a name of its own would be called after its column."""
    wrong = [
        f"{model.__name__}.{name}: {label}"
        for model, model_admin in admin.site._registry.items()
        for name in {*model_admin.list_display, *(model_admin.fields or ())}
        if not re.search("[一-鿿]", label := str(label_for_field(name, model, model_admin)))
        and label != "SHA-256"
    ]
    assert wrong == []
