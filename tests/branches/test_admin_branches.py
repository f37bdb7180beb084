"""Branches in the browser admin: founding, changing, moving, dissolving, ordering, terms, each through its verb."""

import re
from datetime import date, timedelta

import pytest

from accounts.models import AuditEntry
from branches.models import Branch, RoleGrant, Term
from branches.roles import Role
from branches.terms import elect
from members.models import Member
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.today("2026-11-22 12:00 +0800")]

BRANCHES = "/admin/branches/branch/"
TODAY = date(2026, 11, 22)


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def department(school):
    return cast.a_browser(cast.a_user(Role.ORGANIZATION_STAFF, school.root))


@pytest.fixture
def college(school):
    return cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.physics))


def page(branch, name="change"):
    return f"{BRANCHES}{branch.pk}/{name}/"


def fresh(branch):
    return Branch.objects.get(pk=branch.pk)


def facts(**more):
    plain = {"level": "branch", "name": "物理学院第三党支部", "short_name": "第三党支部", "code": "001001003"}
    return {**plain, "form": "standing", "category": "staff", **more}


class TestFounding:
    def test_below_a_parent_of_ones_own(self, college, school):
        response = college.post(f"{BRANCHES}add/", facts(parent=school.physics.pk, founded_on="2026-09-01"))
        assert response.status_code == 302
        branch = Branch.objects.get(code="001001003")
        assert branch.path.startswith(school.physics.path)
        assert (branch.position, branch.placements.get().since) == (3, date(2026, 9, 1))
        assert AuditEntry.objects.get(action="branch.found", object_id=branch.pk).actor is not None

    @pytest.mark.parametrize("parent", ["", "teachers"])
    def test_neither_without_parent_nor_below_a_branch(self, college, school, parent):
        key = getattr(school, parent).pk if parent else ""
        response = college.post(f"{BRANCHES}add/", facts(parent=key))
        assert "parent" in response.context["adminform"].form.errors

    def test_a_code_in_use_elsewhere_says_only_that_it_cannot_be_used(self, college, school):
        response = college.post(
            f"{BRANCHES}add/", facts(parent=school.physics.pk, code=school.musicians.code)
        )
        errors = response.context["adminform"].form.errors
        assert errors["code"] == ["这个代码不能使用，请核对上级党组织编发的代码。"]

    def test_fields_that_are_not_on_the_form_are_ignored(self, college, school):
        more = {
            "path": "0",
            "order_key": "0",
            "dissolved_on": "2026-01-01",
            "category_is_guess": "1",
            "position": 77,
        }
        college.post(f"{BRANCHES}add/", facts(parent=school.physics.pk, **more))
        branch = Branch.objects.get(code="001001003")
        assert (branch.dissolved_on, branch.category_is_guess, branch.position) == (None, False, 3)


class TestChanging:
    def test_facts_change_and_the_place_does_not(self, college, school):
        sent = facts(name="新名", short_name="新", code="001001001", parent=school.music.pk, path="0")
        assert college.post(page(school.teachers), sent).status_code == 302
        branch = fresh(school.teachers)
        assert (branch.name, branch.parent, branch.path) == ("新名", school.physics, school.teachers.path)
        entry = AuditEntry.objects.get(action="branch.change")
        assert (entry.before["short_name"], entry.after["short_name"]) == ("物理教师党支部", "新")
        assert branch.history.first().history_user == entry.actor

    def test_a_category_chosen_is_no_guess_any_more(self, college, school):
        Branch.objects.filter(pk=school.teachers.pk).update(category_is_guess=True)
        sent = facts(
            name=school.teachers.name, short_name="物理教师党支部", code="001001001", category="mixed"
        )
        college.post(page(school.teachers), sent)
        assert (fresh(school.teachers).category, fresh(school.teachers).category_is_guess) == ("mixed", False)

    def test_the_history_page_names_field_old_and_new(self, college, school):
        college.post(page(school.teachers), facts(code="001001001"))
        text = college.get(page(school.teachers, "history")).content.decode()
        assert "物理教师党支部" in text
        assert "第三党支部" in text
        assert "党组织：修改" in text

    def test_the_history_page_does_not_name_a_parent_out_of_sight(self, college, school, department):
        department.post(page(school.musicians, "move"), {"to": school.physics.pk, "on": TODAY})
        text = college.get(page(school.musicians, "history")).content.decode()
        assert "（不在您的范围内） → " not in text
        assert "（不在您的范围内）" in text
        assert "音乐学院" not in text


class TestMoving:
    def test_the_preview_says_what_follows_and_changes_nothing(self, department, school):
        people = [cast.a_member(school.students) for _ in range(3)]
        Member.objects.filter(pk=people[0].pk).update(status="left")
        cast.a_user(Role.SECRETARY, school.students)
        response = department.get(page(school.students, "move"), {"to": school.music.pk, "on": TODAY})
        assert response.context["before"] == ["党委", "物理学院党委", "物理学生党支部"]
        assert response.context["after"] == ["党委", "音乐学院党总支", "物理学生党支部"]
        assert response.context["affected"] == [("党组织", 1), ("现有党员", 2), ("角色授权", 1)]
        assert fresh(school.students).parent == school.physics

    def test_access_follows_at_once(self, department, college, school):
        member = cast.a_member(school.students)
        response = department.post(page(school.students, "move"), {"to": school.music.pk, "on": TODAY})
        assert response.status_code == 302
        assert fresh(school.students).parent == school.music
        assert Member.objects.get(pk=member.pk).branch_path == fresh(school.students).path
        assert college.get(page(school.students)).status_code == 404

    @pytest.mark.parametrize(
        "sent",
        [
            {"to": "teachers"},
            {"to": "students"},
            {"to": ""},
            {"to": "music", "on": TODAY + timedelta(days=1)},
        ],
    )
    def test_impossible_moves_come_back_with_the_reason(self, department, school, sent):
        key = getattr(school, sent["to"]).pk if sent["to"] else ""
        response = department.post(page(school.students, "move"), {"on": TODAY, **sent, "to": key})
        assert response.context["form"].errors
        assert fresh(school.students).parent == school.physics

    def test_not_before_the_placement_that_runs(self, department, school):
        response = department.post(page(school.students, "move"), {"to": school.music.pk, "on": "1999-12-31"})
        assert "2000-01-01" in str(response.context["form"].errors["on"])

    def test_both_ends_must_be_ones_own(self, college, school):
        """Source only, target only, neither; both is shown above."""
        assert (
            college.post(page(school.musicians, "move"), {"to": school.physics.pk, "on": TODAY}).status_code
            == 404
        )
        response = college.post(page(school.students, "move"), {"to": school.music.pk, "on": TODAY})
        assert "to" in response.context["form"].errors
        assert college.post(page(school.physics, "move"), {"to": school.physics.pk}).status_code == 403

    def test_a_refusal_leaves_a_trace(self, college, school):
        assert college.get(page(school.physics, "move")).status_code == 403
        entry = AuditEntry.objects.get(action="access.refuse")
        assert (entry.outcome, entry.after["path"]) == ("denied", page(school.physics, "move"))


class TestDissolving:
    def test_open_branches_below_come_first(self, department, school):
        response = department.post(page(school.physics, "dissolve"), {"on": TODAY})
        assert "下级" in str(response.context["form"].non_field_errors())
        assert fresh(school.physics).dissolved_on is None

    def test_it_leaves_the_list_and_keeps_its_page(self, department, school):
        department.post(page(school.musicians, "dissolve"), {"on": TODAY})
        assert fresh(school.musicians).dissolved_on == TODAY
        listed = department.get(BRANCHES).context["cl"].result_list
        assert school.musicians not in listed
        assert school.musicians in department.get(BRANCHES, {"state": "ended"}).context["cl"].result_list

    def test_not_by_its_own_staff(self, college, school):
        assert college.post(page(school.physics, "dissolve"), {"on": TODAY}).status_code == 403


class TestOrdering:
    def test_children_take_the_order_of_their_numbers(self, college, school):
        sent = {f"place-{school.teachers.pk}": 2, f"place-{school.students.pk}": 1}
        assert college.post(page(school.physics, "order"), sent).status_code == 302
        assert list(Branch.objects.filter(parent=school.physics)) == [school.students, school.teachers]

    def test_a_foreign_child_refuses_all(self, college, school):
        """T04."""
        sent = {f"place-{school.teachers.pk}": 2, f"place-{school.students.pk}": 1}
        response = college.post(page(school.physics, "order"), {**sent, f"place-{school.musicians.pk}": 1})
        assert response.status_code == 404
        assert list(Branch.objects.filter(parent=school.physics)) == [school.teachers, school.students]


class TestTerms:
    def test_an_election_ends_the_running_term(self, college, school):
        elect(school.teachers, date(2022, 10, 15))
        college.post("/admin/branches/term/add/", {"branch": school.teachers.pk, "elected_on": "2025-10-20"})
        terms = Term.objects.filter(branch=school.teachers).values_list("elected_on", "due_on", "ended_on")
        assert list(terms) == [
            (date(2025, 10, 20), date(2028, 10, 20), None),
            (date(2022, 10, 15), date(2025, 10, 15), date(2025, 10, 20)),
        ]

    def test_one_recorded_late_ends_with_the_next(self, school):
        elect(school.teachers, date(2025, 10, 20))
        assert elect(school.teachers, date(2022, 10, 15)).ended_on == date(2025, 10, 20)

    def test_taking_back_a_mistake_lets_the_old_one_run_on(self, college, school):
        elect(school.teachers, date(2022, 10, 15))
        wrong = elect(school.teachers, date(2025, 10, 20))
        preview = college.get(f"/admin/branches/term/{wrong.pk}/delete/")
        assert dict(preview.context["model_count"]) == {"任期": 1}
        college.post(f"/admin/branches/term/{wrong.pk}/delete/", {"post": "yes"})
        assert Term.objects.get().ended_on is None
        assert AuditEntry.objects.filter(action="term.undo").count() == 1

    def test_a_term_is_not_edited(self, college, school):
        term = elect(school.teachers, date(2022, 10, 15))
        assert college.post(f"/admin/branches/term/{term.pk}/change/", {"years": 9}).status_code == 403

    def test_neither_in_future_nor_elsewhere(self, college, school):
        sent = {"branch": school.musicians.pk, "elected_on": TODAY + timedelta(days=1)}
        errors = college.post("/admin/branches/term/add/", sent).context["adminform"].form.errors
        assert set(errors) == {"branch", "elected_on"}


class TestGrants:
    ADD = "/admin/branches/rolegrant/add/"

    def grant(self, browser, user, role, branch=None, **more):
        sent = {"user": user.pk, "role": role, "branch": branch.pk if branch else "", "since": TODAY, **more}
        return browser.post(self.ADD, sent)

    def test_the_department_grants_below_itself(self, department, school):
        member = cast.a_member(school.teachers, account=cast.a_user())
        assert self.grant(department, member.account, Role.RECORDER, school.teachers).status_code == 302
        assert RoleGrant.objects.get(user=member.account).branch_path == school.teachers.path

    def test_not_to_himself(self, school):
        staff = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
        response = self.grant(cast.a_browser(staff), staff, Role.LEADER, school.root)
        assert "不能给自己授权" in str(response.context["adminform"].form.errors["user"])

    def test_none_of_the_three(self, department, school):
        response = self.grant(department, cast.a_user(), Role.SYSTEM_ADMIN)
        assert "role" in response.context["adminform"].form.errors

    def test_committee_staff_have_no_such_list(self, college):
        assert college.get(self.ADD).status_code == 403
        assert college.get("/admin/branches/rolegrant/").status_code == 403

    def test_the_security_administrator_appoints_the_department(self, school):
        security, user = cast.a_browser(cast.a_user(Role.SECURITY_ADMIN)), cast.a_user()
        assert self.grant(security, user, Role.ORGANIZATION_STAFF, school.root).status_code == 302
        assert user.grants.get().role == Role.ORGANIZATION_STAFF

    def test_nothing_of_a_grant_leads_the_security_administrator_where_he_may_not_go(self, school):
        security = cast.a_browser(cast.a_user(Role.SECURITY_ADMIN))
        grant = cast.a_user(Role.LEADER, school.root).grants.get()
        page = security.get(f"/admin/branches/rolegrant/{grant.pk}/change/")
        links = set(re.findall(r'href="(/admin/[^"#]+)"', page.text))
        assert f"/admin/accounts/user/{grant.user_id}/change/" in links
        assert {link for link in links if security.get(link).status_code != 200} == set()
        assert str(school.root) in page.text

    def test_a_station_head_of_a_branch_is_refused_in_words(self, department, school):
        response = self.grant(department, cast.a_user(), Role.STATION_HEAD, school.teachers)
        assert "工作站负责人须指定工作站" in str(response.context["adminform"].form.errors)

    def test_revoking_what_one_may_only_see_is_refused_whole(self, school):
        staff = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
        other = cast.a_user(Role.SECRETARY, school.teachers)
        keys = [staff.grants.get().pk, other.grants.get().pk]
        sent = {"action": "revoke", "_selected_action": keys, "index": 0}
        assert cast.a_browser(staff).post("/admin/branches/rolegrant/", sent).status_code == 403
        assert RoleGrant.objects.open().count() == 2

    def test_revoking_takes_effect_with_the_next_request(self, department, school):
        user = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
        browser = cast.a_browser(user)
        assert browser.get(BRANCHES).status_code == 200
        sent = {"action": "revoke", "_selected_action": [user.grants.get().pk], "index": 0}
        department.post("/admin/branches/rolegrant/", sent)
        assert browser.get(BRANCHES).status_code == 403
