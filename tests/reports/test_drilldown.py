"""Every number links to a list of exactly as many rows."""

import re
from datetime import date
from html.parser import HTMLParser

import pytest
import time_machine
from django.urls import reverse

from activities.kinds import Kind, joined
from branches.models import Branch
from branches.roles import Role
from tests import cast

pytestmark = pytest.mark.django_db

#: What of the list of records a column of the statistics counts.
COUNTS = {
    "举行": "counted",
    "按时登记": "counted",
    "应到": "expected",
    "实到": "present",
    "请假": "on_leave",
    "缺席": "absent",
}


class Links(HTMLParser):
    """The links of a page, each with its text."""

    def __init__(self, text):
        super().__init__()
        self.found, self._open = [], None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        if tag == "a":
            self._open = [dict(attributes).get("href", ""), ""]

    def handle_data(self, data):
        if self._open:
            self._open[1] += data

    def handle_endtag(self, tag):
        if tag == "a" and self._open:
            self.found.append(tuple(self._open))
            self._open = None


def numbers(page):
    """(number, address) of every link that is a number or a cell of the matrix."""
    for address, text in Links(page.content.decode()).found:
        if not address.startswith(("/duties/", "/activities/", "/members/")):
            continue
        if plain := re.fullmatch(r"[\d,]+", text.strip()):
            yield int(plain[0].replace(",", "")), address
        elif cell := re.search(r"(\d+) 项未开：", text):
            yield int(cell[1]), address


def length(client, address):
    page = client.get(address)
    assert page.status_code == 200, address
    totals = page.context.get("totals")
    return totals.counted if totals else page.context["page"].paginator.count


#: Who sees a part, or two, sees what the leader of the whole does, of less: tried with the services.
PARTS = [pytest.param(name, marks=pytest.mark.slow) for name in ("physicist", "musician", "two branches")]


@pytest.fixture(params=["leader", "secretary", *PARTS])
def seer(request, client, school):
    """Somebody with a scope, signed in; the branch that moved belongs to the second music college now."""
    moved = Branch.objects.get(pk=school.students.pk)
    user = {
        "leader": lambda: cast.a_user(Role.LEADER, school.root),
        "physicist": lambda: cast.a_user(Role.LEADER, school.physics),
        "musician": lambda: cast.a_user(Role.LEADER, school.music),
        "secretary": lambda: cast.a_user(Role.SECRETARY, moved),
        "two branches": lambda: cast.a_user(Role.SECRETARY, moved),
    }[request.param]()
    if request.param == "two branches":
        cast.give(user, Role.RECORDER, school.teachers)
    client.force_login(user)
    return user


@pytest.mark.parametrize(
    ("day", "code"),
    [pytest.param("2026-08-28", "2026Q3", marks=pytest.mark.slow), ("2026-10-08", "2026")],
)
def test_the_numbers_of_the_dashboard(client, seer, day, code):
    with time_machine.travel(f"{day} 12:00 +0800", tick=False):
        page = client.get(reverse("dashboard"), {"period": code})
        found = list(numbers(page))
        assert len(found) > 3
        for number, address in set(found):
            assert number in lengths(client, address), address


def lengths(client, address):
    """A list's length; of records also the persons who came, which the figure of attendance shows."""
    totals = client.get(address).context.get("totals")
    return {totals.counted, totals.present} if totals else {length(client, address)}


@pytest.mark.parametrize(
    "filters",
    [
        {},
        *(
            pytest.param(one, marks=pytest.mark.slow)
            for one in ({"category": "student"}, {"campaign": "主题教育"})
        ),
    ],
)
def test_the_numbers_of_the_statistics(client, seer, october, filters):
    page = client.get(reverse("quarter_period", args=["2026Q3"]), filters)
    pages = [page]
    pages += [client.get(row.url) for row in page.context["by_unit"].rows if "statistics" in row.url]
    behind = {}
    for each in pages:
        tables = [each.context["by_unit"], each.context["by_kind"]]
        for table in tables:
            for row in (*table.rows, table.total):
                for measure, cell in zip(table.measures, row.cells, strict=True):
                    if cell.url:
                        if cell.url not in behind:
                            behind[cell.url] = client.get(cell.url).context
                        listed = behind[cell.url]
                        assert (cell.url, counted(listed, measure)) == (cell.url, int(cell.text))
    assert behind or "campaign" in filters


def counted(listed, measure):
    if measure.behind == "duties":
        return listed["page"].paginator.count
    return getattr(listed["totals"], COUNTS[measure.heading])


@pytest.mark.parametrize(
    ("code", "asked"), [("2026Q3", {}), ("2026Q2", {}), ("2026Q2", {"category": "student"})]
)
def test_members_open_the_roster_of_the_day(client, school, october, code, asked):
    """Of a branch that moved since, where it stood that day."""
    client.force_login(cast.a_user(Role.LEADER, school.root))
    table = client.get(reverse("quarter_period", args=[code]), asked).context["by_unit"]
    for row in (*table.rows, table.total):
        members = row.heads[-1]
        assert (row.label, length(client, members.url)) == (row.label, int(members.text))


def test_members_beside_those_of_an_earlier_period_open_theirs(client, school, october):
    client.force_login(cast.a_user(Role.LEADER, school.root))
    asked = {"against": "2026Q2", "org": school.physics.pk}
    lines = client.get(reverse("compare", args=["2026Q3"]), asked).context["comparison"].lines
    [members] = [line for line in lines if line.code == "members"]
    assert [(cell.text, length(client, cell.url)) for cell in members.pair] == [("7", 7), ("4", 4)]


def test_the_branches_of_a_row_are_the_rows_below(client, school, october):
    client.force_login(cast.a_user(Role.LEADER, school.root))
    page = client.get(reverse("quarter_period", args=["2026Q3"]))
    for row in page.context["by_unit"].rows:
        below = client.get(row.url)
        assert below.context["branch_count"] == int(row.heads[0].text)


def test_what_a_branch_held_before_it_moved_is_counted_but_not_listed(client, school, october):
    client.force_login(cast.a_user(Role.LEADER, school.physics))
    page = client.get(reverse("activity_list"), {"period": "2026Q3"})
    totals = page.context["totals"]
    assert (totals.counted, totals.listed, totals.elsewhere) == (6, 4, 2)
    assert "其中 2 条所在的党支部已转到其他党组织" in page.content.decode()
    assert page.context["page"].paginator.count == 4


def test_the_list_says_how_often_records_of_several_kinds_count(client, school):
    cast.a_record(school.students, day=date(2026, 9, 15), also_kinds=joined([Kind.PARTY_LECTURE]))
    client.force_login(cast.a_user(Role.ORGANIZATION_STAFF, school.root))
    figure = client.get(reverse("dashboard"), {"period": "2026Q3"}).context["figures"].life.total
    page = client.get(reverse("activity_list"), {"period": "2026Q3"})
    totals = page.context["totals"]
    held, on_time = (sum(getattr(each, name) for each in figure.values()) for name in ("held", "on_time"))
    assert (totals.held, totals.held_on_time, totals.held - totals.counted) == (held, on_time, 1)
    assert f"合计举行 {held} 次" in page.text
    page = client.get(reverse("activity_list"), {"period": "2026Q3", "kind": "party_lecture"})
    assert "合计举行" not in page.text


def test_staff_home_counts_what_its_lists_hold(client, school, october):
    client.force_login(cast.a_user(Role.ORGANIZATION_STAFF, school.root))
    page = client.get(reverse("home"))
    found = list(numbers(page))
    assert len(found) > 3
    for number, address in found:
        assert (address, length(client, address)) == (address, number)


def test_three_clicks_from_the_total_to_one_missing_meeting(client, school, october):
    client.force_login(cast.a_user(Role.LEADER, school.root))
    dashboard = client.get(reverse("dashboard"), {"period": "2026Q3"})
    missed = next(address for _, address in numbers(dashboard) if "state=missed" in address)
    listed = client.get(missed)
    line = listed.context["lines"][0]
    assert line.duty.is_missed
    branch_page = reverse("branch_page", args=[line.duty.branch_id])
    assert branch_page in [address for address, _ in Links(listed.content.decode()).found]
    assert client.get(branch_page).status_code == 200
