"""全年要求 on the pages of a branch and of a committee: the command's numbers, and who may open the names."""

import json
from collections import Counter
from datetime import date
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse

from activities import yearly
from branches import local
from branches.models import Branch
from branches.roles import Role
from members.models import Post, Training
from tests import cast

CODES = ["ZB-27", "ZB-37", "ZB-38", "JY-01"]


def page(user, branch, **asked):
    return cast.a_browser(user).get(reverse("branch_page", args=[branch.pk]), asked)


def lines(user, branch, **asked):
    return page(user, branch, **asked).context["yearly"].lines


def as_the_command_has_it(branch, period):
    """Rule → required, met and missed of all the branch and what is below it."""
    out = StringIO()
    call_command("duties", "--branch", branch.code, "--period", period, "--json", stdout=out)
    found = Counter()
    for row in json.loads(out.getvalue()):
        if row["rule"] in yearly.RULES:
            found.update({(row["rule"], name): row[name] for name in ("required", "met", "missed")})
    return +found


def as_the_page_has_it(found):
    return +Counter(
        {
            (line.rule.code, name): getattr(line.standing, name)
            for line in found
            for name in ("required", "met", "missed")
        }
    )


@pytest.fixture
def staff(branch):
    return cast.a_user(Role.COMMITTEE_STAFF, branch.parent)


@pytest.fixture
def trained(branch):
    """The secretary, new this year, had his rotation; two members talked."""
    Post.objects.filter(title="secretary").update(since=date(2026, 2, 1))
    post = Post.objects.get(title="secretary")
    Training.objects.create(
        member=post.member, kind="rotation", title="轮训", held_on=date(2026, 5, 1), hours=40
    )
    chosen = {member.pk: cast.Mark("present") for member in branch.members.order_by("number")[3:5]}
    cast.a_record(branch, "heart_talk", date(2026, 3, 1), marks=chosen)


@pytest.mark.parametrize(("day", "year"), [("2026-10-20", 2026), ("2027-02-01", 2026)])
def test_the_numbers_are_those_of_the_command(branch, school, staff, trained, day, year):
    cast.a_member(school.students)
    cast.a_post(cast.a_member(school.teachers, "李书记"), "secretary", branch=school.physics)
    with time_machine.travel(f"{day} 10:00 +0800", tick=False):
        found = lines(staff, branch, year=year)
        assert [line.rule.code for line in found] == CODES
        assert as_the_page_has_it(found) == as_the_command_has_it(branch, str(year))


def test_a_committee_s_are_the_sums_of_all_below(branch, school, staff, trained):
    cast.a_member(school.students)
    cast.a_post(cast.a_member(school.teachers, "李书记"), "secretary", branch=school.physics)
    found = lines(staff, school.physics)
    assert [line.rule.code for line in found] == ["ZB-20", *CODES]
    assert as_the_page_has_it(found) == as_the_command_has_it(school.physics, "2026")
    hours = found[-1]
    assert (hours.standing.required, hours.standing.met) == (12, 1)
    assert [(part.label, part.standing.left) for part in hours.parts] == [
        ("物理教师党支部", 10),
        ("物理学生党支部", 1),
    ]


def test_who_owes_a_rotation_by_the_text_is_who_the_line_opens(branch, school, staff, trained):
    """The university asks it of all members; 支部条例 asks it of the secretary, and the line counts that."""
    organisation = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
    local.decide(local.rule_of("training-rotation-for"), "member", "校党字〔2026〕1号", by=organisation)
    [line] = [one for one in lines(staff, branch) if one.rule.code == "ZB-38"]
    opened = cast.a_browser(staff).get(line.url).context["page"].paginator.count
    assert opened == line.standing.required == 1
    everybody = cast.a_browser(staff).get(reverse("coverage_people"), {"branch": branch.pk})
    assert everybody.context["page"].paginator.count == 10


def test_each_line_has_its_article_and_its_figures(branch, secretary, trained):
    text = page(secretary, branch).text
    for line in lines(secretary, branch):
        assert line.rule.article in text
    assert "应 1 人，已有 1 人<br>支部条例第二十五条：党支部书记每年应当至少参加1次集中轮训" in text
    assert "应 10 人，已有 1 人，还差 9 人<br>党员教育管理工作条例第二十条" in text


@pytest.mark.parametrize(
    ("day", "words"),
    [("2026-10-20", "未到期"), ("2026-12-01", "即将到期"), ("2027-01-01", "逾期")],
)
def test_nothing_presses_before_the_last_days_of_the_year(branch, secretary, day, words):
    with time_machine.travel(f"{day} 10:00 +0800", tick=False):
        assert {line.word for line in lines(secretary, branch, year=2026)} == {words}


def test_names_are_for_who_may_read_them(branch, school, secretary, staff, trained):
    reader = cast.a_user(Role.LEADER, school.physics)
    opened = {
        user: [line.rule.code for line in lines(user, branch) if line.url]
        for user in (secretary, staff, reader)
    }
    assert opened == {secretary: ["ZB-27", "JY-01"], staff: CODES, reader: []}
    for line in lines(staff, branch):
        assert cast.a_browser(staff).get(line.url).status_code == 200
    for line in lines(secretary, branch):
        assert not line.url or cast.a_browser(secretary).get(line.url).status_code == 200
    parts = [part for line in lines(staff, school.physics) for part in line.parts]
    assert {cast.a_browser(staff).get(part.url).status_code for part in parts} == {200}


def test_an_attendance_taker_and_the_whole_university_have_none(branch, school):
    assert page(cast.a_user(Role.ATTENDANCE_TAKER, branch), branch).context["yearly"] is None
    leader = cast.a_user(Role.LEADER, school.root)
    answer = page(leader, school.root)
    assert answer.context["yearly"] is None
    assert "打开各二级党组织查看" in answer.text


def test_the_dashboard_of_one_committee_leads_there(branch, school):
    address = reverse("dashboard")
    below = f"{reverse('branch_page', args=[school.physics.pk])}#yearly"
    leader = cast.a_browser(cast.a_user(Role.LEADER, school.root))
    assert leader.get(address).context["yearly_url"] == ""
    assert leader.get(address, {"org": school.physics.pk}).context["yearly_url"] == below
    own = cast.a_browser(cast.a_user(Role.LEADER, school.physics))
    assert own.get(address).context["yearly_url"] == below


def test_queries_do_not_grow(branch, school, staff, trained, django_assert_num_queries):
    browser, address = cast.a_browser(staff), reverse("branch_page", args=[school.physics.pk])
    browser.get(address)
    with django_assert_num_queries(34):
        browser.get(address)
    for number in range(8):
        more = cast.found(school.physics, f"第{number}党支部", Branch.Level.BRANCH, f"b{number}")
        cast.a_post(cast.a_member(more), "secretary")
    with django_assert_num_queries(34):
        assert len(browser.get(address).context["yearly"].lines[-1].parts) == 9
