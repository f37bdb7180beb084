"""The browser admin: who enters, and that no way out of the scope is open."""

from datetime import date

import pytest
import time_machine
from django.contrib import admin
from django.utils import timezone

from branches.models import Branch
from branches.roles import RIGHTS, Right, Role
from members.models import Exemption
from tests import cast

pytestmark = pytest.mark.django_db

BRANCHES = "/admin/branches/branch/"
ADMINS = [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR]


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def staff(school):
    """Committee staff of the physics college."""
    return cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.physics))


@pytest.fixture
def same_second():
    """Two answers of one second have the same Expires."""
    with time_machine.travel(timezone.now(), tick=False):
        yield


def change(branch):
    return f"{BRANCHES}{branch.pk}/change/"


def names(response):
    return [branch.short_name for branch in response.context["cl"].result_list]


class TestEntering:
    @pytest.mark.parametrize("role", [Role.ORGANIZATION_STAFF, Role.COMMITTEE_STAFF])
    def test_staff_enter(self, school, role):
        browser = cast.a_browser(cast.a_user(role, school.physics))
        assert browser.get("/admin/").status_code == 200

    @pytest.mark.parametrize("role", ADMINS)
    def test_the_three_administrators_enter(self, role):
        assert cast.a_browser(cast.a_user(role)).get("/admin/").status_code == 200

    @pytest.mark.parametrize("role", [Role.SECRETARY, Role.RECORDER, Role.ATTENDANCE_TAKER, Role.LEADER])
    @pytest.mark.parametrize("address", ["/admin/", BRANCHES, "/admin/nowhere/"])
    def test_others_are_refused(self, school, role, address):
        browser = cast.a_browser(cast.a_user(role, school.physics))
        assert browser.get(address).status_code == 403

    def test_strangers_sign_in_first(self):
        response = cast.a_browser().get("/admin/")
        assert (response.status_code, response["Location"]) == (302, "/login/?next=/admin/")

    @pytest.mark.parametrize("method", ["put", "patch", "delete", "head", "options"])
    def test_only_get_and_post(self, staff, school, method):
        for address in ("/admin/", BRANCHES, change(school.teachers), "/admin/autocomplete/"):
            assert getattr(staff, method)(address).status_code == 405

    def test_menu_has_at_most_seven_groups(self, staff):
        groups = staff.get("/admin/").context["app_list"]
        assert [group["name"] for group in groups] == list(dict.fromkeys(group["name"] for group in groups))
        assert len(groups) <= 7

    def test_no_second_sign_in_and_no_shortcut_to_any_object(self, staff, school):
        for address in ("login/", "password_change/", f"r/1/{school.musicians.pk}/", "branches/"):
            assert staff.get(f"/admin/{address}").status_code == 404


class TestScope:
    def test_list_ends_at_the_college(self, staff):
        assert names(staff.get(BRANCHES)) == ["物理学院党委", "物理教师党支部", "物理学生党支部"]

    @pytest.mark.parametrize("method", ["get", "post"])
    @pytest.mark.parametrize("page", ["change", "delete", "history", "move", "dissolve", "order"])
    def test_foreign_and_missing_are_the_same_404(self, staff, school, page, method, same_second):
        foreign = getattr(staff, method)(f"{BRANCHES}{school.musicians.pk}/{page}/")
        missing = getattr(staff, method)(f"{BRANCHES}987654/{page}/")
        junk = getattr(staff, method)(f"{BRANCHES}abc/{page}/")
        expected = 405 if (page, method) == ("history", "post") else 404
        assert [foreign.status_code, missing.status_code, junk.status_code] == [expected] * 3
        assert foreign.content == missing.content == junk.content
        assert dict(foreign.headers) == dict(missing.headers)

    def test_old_addresses_of_objects_do_not_redirect(self, staff, school):
        assert staff.get(f"{BRANCHES}{school.teachers.pk}/").status_code == 404

    def test_search_and_ordering_stay_inside(self, staff):
        assert names(staff.get(BRANCHES, {"q": "教师"})) == ["物理教师党支部"]
        assert names(staff.get(BRANCHES, {"o": "-6"})) == ["物理学院党委", "物理教师党支部", "物理学生党支部"]

    def test_conditions_that_no_filter_offers_are_refused(self, staff):
        assert staff.get(BRANCHES, {"note__contains": "x"}).status_code == 400
        assert staff.get(BRANCHES, {"parent__name__startswith": "中"}).status_code == 400

    def test_foreign_choice_is_a_form_error(self, staff, school):
        facts = {"level": "branch", "name": "新", "short_name": "新", "code": "7", "form": "standing"}
        for parent in (school.music.pk, 987654):
            response = staff.post(f"{BRANCHES}add/", {**facts, "parent": parent})
            assert "parent" in response.context["adminform"].form.errors
        assert not Branch.objects.filter(code="7").exists()

    def test_choices_end_at_the_college(self, staff):
        field = staff.get(f"{BRANCHES}add/").context["adminform"].form.fields["parent"]
        assert [branch.short_name for branch in field.queryset] == ["物理学院党委"]

    def test_a_right_may_reach_less_far_than_the_admin(self, school, monkeypatch):
        """Who may only look at music offers no branch of it, should a role like that come."""
        user = cast.a_user(Role.ORGANIZATION_STAFF, school.physics)
        cast.give(user, Role.COMMITTEE_STAFF, school.music)
        monkeypatch.setitem(RIGHTS, Right.KEEP_BRANCHES, frozenset({Role.ORGANIZATION_STAFF}))
        field = (
            cast.a_browser(user).get("/admin/branches/term/add/").context["adminform"].form.fields["branch"]
        )
        assert list(field.queryset) == [school.physics, school.teachers, school.students]

    def test_autocomplete_ends_at_the_college(self, staff):
        query = {"app_label": "branches", "model_name": "term", "field_name": "branch", "term": "党支部"}
        found = staff.get("/admin/autocomplete/", query).json()["results"]
        assert [row["text"] for row in found] == ["物理教师党支部", "物理学生党支部"]

    def test_one_foreign_row_refuses_the_whole_action(self, staff, school):
        """T04."""
        Branch.objects.update(category_is_guess=True)
        for other in (school.musicians.pk, 987654, "abc"):
            response = act(staff, "confirm_categories", school.teachers.pk, other)
            assert response.status_code == 404
        assert Branch.objects.filter(category_is_guess=False).count() == 0

    def test_an_action_on_own_rows(self, staff, school):
        Branch.objects.update(category_is_guess=True)
        assert act(staff, "confirm_categories", school.teachers.pk, school.students.pk).status_code == 302
        assert list(Branch.objects.filter(category_is_guess=False)) == [school.teachers, school.students]

    def test_nothing_is_deleted_by_the_heap(self, staff, school):
        act(staff, "delete_selected", school.teachers.pk)
        assert Branch.objects.filter(pk=school.teachers.pk).exists()


def act(browser, action, *selected):
    return browser.post(BRANCHES, {"action": action, "_selected_action": selected, "index": 0})


def test_every_list_names_its_fields():
    for model, model_admin in admin.site._registry.items():
        named = {"get_fields", "get_fieldsets"} & vars(type(model_admin)).keys()
        assert model_admin.fields or model_admin.fieldsets or named, model
        assert model_admin.exclude is None, model


def test_every_list_belongs_to_a_group_and_to_our_base():
    from branches.admin_site import GROUPS, ScopedModelAdmin

    for model_admin in admin.site._registry.values():
        assert isinstance(model_admin, ScopedModelAdmin)
        assert model_admin.group in GROUPS


class TestLinks:
    """A form names what it refers to as a link where that opens, and as a text where it would not."""

    @pytest.mark.parametrize(("branch", "opens"), [("teachers", True), ("physics", False)])
    def test_of_the_parent(self, school, staff, branch, opens):
        shown = getattr(school, branch)
        page = staff.get(change(shown)).text
        assert shown.parent.short_name in page
        assert (change(shown.parent) in page) is opens
        assert (staff.get(change(shown.parent)).status_code == 200) is opens

    def test_of_a_person_and_of_an_account(self, school, staff):
        """Whoever holds a role above is none of the accounts below."""
        member, by = cast.a_member(school.teachers), cast.a_user(Role.ORGANIZATION_STAFF, school.root)
        exempt = Exemption.objects.create(member=member, since=date(2026, 1, 1), ground="ill", by=by)
        page = staff.get(f"/admin/members/exemption/{exempt.pk}/change/").text
        assert f"/admin/members/member/{member.pk}/change/" in page
        assert str(by) in page
        assert f"/admin/accounts/user/{by.pk}/change/" not in page
