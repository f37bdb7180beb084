"""Trainings and competence: what each secretary lacks, with its article; the local rule of hours with its citation."""

from datetime import date

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.models import AuditEntry
from branches import local
from branches.roles import Role
from members import competence
from members.competence import ITEMS, TrainingError
from members.local_rules import TRAINING_HOURS
from members.models import Competence, Training
from tests import cast

pytestmark = pytest.mark.django_db

TODAY = date(2026, 10, 20)


@pytest.fixture(autouse=True)
def that_day():
    with time_machine.travel("2026-10-20 12:00 +0800"):
        yield


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def staff(school):
    return cast.a_user(Role.COMMITTEE_STAFF, school.physics)


@pytest.fixture
def post(school):
    return cast.a_post(cast.a_member(school.teachers, "张三", is_double_leader=True), "secretary")


def trained(post, kind="rotation", held_on=date(2026, 5, 1), hours=8, title="培训班"):
    return Training.objects.create(member=post.member, kind=kind, title=title, held_on=held_on, hours=hours)


def lacks(post):
    return [(lack.code, lack.article) for lack in competence.lines([post], TODAY)[0].lacks]


class TestWhatIsLacking:
    """ZB-37 and ZB-38: 支部条例第二十五条."""

    def test_everything_at_first(self, post):
        article = "支部条例第二十五条"
        assert lacks(post) == [("induction", article), ("rotation", article), ("items", "履职清单")]

    def test_a_rotation_of_this_year_and_an_induction_of_any(self, post, staff):
        trained(post, "induction", date(2019, 3, 1))
        trained(post, held_on=date(2025, 12, 31), title="去年")
        assert [code for code, _ in lacks(post)] == ["rotation", "items"]
        trained(post, held_on=date(2026, 1, 1))
        assert [code for code, _ in lacks(post)] == ["items"]
        for item in ITEMS:
            competence.tick(post.member, item, by=staff)
        assert lacks(post) == []

    def test_of_the_committee_only_hours(self, school):
        member = cast.a_post(cast.a_member(school.teachers))
        assert lacks(member) == []

    @pytest.mark.parametrize(("hours", "lacking"), [(55.5, True), (56, False)])
    def test_hours_are_a_local_rule_with_its_citation(self, school, post, hours, lacking):
        """JY-02 stands in a plan, not in a regulation: off until the university decides."""
        member = cast.a_post(cast.a_member(school.teachers))
        trained(member, "other", hours=hours)
        assert lacks(member) == []
        local.decide(local.rule_of(TRAINING_HOURS), 56, "校组字〔2025〕3号", by=None)
        assert lacks(member) == ([("hours", "校组字〔2025〕3号")] if lacking else [])


class TestVerbs:
    def test_a_training_once_and_not_in_the_future(self, post, staff):
        facts = {"kind": "rotation", "title": "轮训班", "hours": 8, "organizer": ""}
        competence.record_training(post.member, by=staff, on=TODAY, held_on=TODAY, **facts)
        with pytest.raises(ValidationError, match="已经登记过"):
            competence.record_training(post.member, by=staff, on=TODAY, held_on=TODAY, **facts)
        with pytest.raises(TrainingError, match="不能晚于今天"):
            competence.record_training(post.member, by=staff, on=TODAY, held_on=date(2026, 10, 21), **facts)
        assert AuditEntry.objects.get(action="training.add").actor == staff

    def test_a_tick_keeps_who_and_when(self, post, staff, school):
        competence.tick(post.member, ITEMS[0], by=staff)
        competence.tick(post.member, ITEMS[0], by=cast.a_user(Role.ORGANIZATION_STAFF, school.root))
        row = Competence.objects.get()
        assert (row.ticked_by, row.ticked_on) == (staff, TODAY)
        competence.untick(post.member, ITEMS[0], by=staff)
        assert not Competence.objects.exists()
        actions = list(AuditEntry.objects.order_by("at").values_list("action", flat=True))
        assert actions[-2:] == ["competence.tick", "competence.untick"]


class TestPages:
    def listed(self, browser, **asked):
        return [line.post for line in browser.get(reverse("training_list"), asked).context["page"]]

    def test_secretaries_first_filtered_by_what_they_lack(self, school, staff, post):
        other = cast.a_post(cast.a_member(school.students), "secretary")
        committee = cast.a_post(cast.a_member(school.teachers))
        trained(other)
        browser = cast.a_browser(staff)
        assert self.listed(browser) == [post, other]
        assert self.listed(browser, lack="rotation") == [post]
        assert self.listed(browser, title="committee") == [committee]
        assert self.listed(browser, double_leader="on") == [post]
        assert self.listed(browser, branch=school.students.pk) == [other]

    def test_a_training_and_a_tick_from_the_page(self, staff, post):
        browser, url = cast.a_browser(staff), reverse("training_page", args=[post.pk])
        sent = {"kind": "induction", "title": "任职培训", "held_on": "2026-09-01", "hours": "16"}
        assert browser.post(url, sent).status_code == 302
        browser.post(reverse("training_tick", args=[post.pk]), {"item": "meetings"})
        page = browser.get(url)
        assert [training.hours for training in page.context["trainings"]] == [16]
        assert page.context["line"].ticked == 1
        browser.post(reverse("training_drop", args=[post.pk]), {"training": Training.objects.get().pk})
        browser.post(reverse("training_tick", args=[post.pk]), {"item": "meetings", "undo": "1"})
        assert (Training.objects.count(), Competence.objects.count()) == (0, 0)

    @pytest.mark.parametrize(("name", "value"), [("held_on", "2026-10-21"), ("hours", "0"), ("hours", "401")])
    def test_bad_input(self, staff, post, name, value):
        sent = {"kind": "induction", "title": "任职培训", "held_on": "2026-09-01", "hours": "16", name: value}
        page = cast.a_browser(staff).post(reverse("training_page", args=[post.pk]), sent)
        assert name in page.context["form"].errors

    def test_the_training_of_another_is_not_dropped_from_here(self, school, staff, post):
        other = cast.a_post(cast.a_member(school.students), "secretary")
        foreign = trained(other)
        url = reverse("training_drop", args=[post.pk])
        assert cast.a_browser(staff).post(url, {"training": foreign.pk}).status_code == 404

    @pytest.mark.parametrize("number", [1, 50])
    def test_queries_of_the_list(self, school, staff, number, django_assert_num_queries):
        for index in range(number):
            branch = cast.found(school.physics, f"第{index}支部", "branch", f"x{index}")
            trained(cast.a_post(cast.a_member(branch), "secretary"))
        browser = cast.a_browser(staff)
        browser.get(reverse("training_list"))
        with django_assert_num_queries(7):
            browser.get(reverse("training_list"))
