"""A record that is withdrawn lowers every figure that counts it by exactly one, and no other: on the page, in the
workbook and in the JSON."""

import json
from datetime import date
from html.parser import HTMLParser
from io import BytesIO, StringIO

import openpyxl
import pytest
from django.core.management import call_command
from django.urls import reverse

from activities import records
from branches.roles import Role
from reports.figures.base import ORGANISATION
from reports.figures.catalogue import STATISTICS
from tests import cast

from .conftest import entered_on
from .spans import period_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("october")]
HELD = ("held", "on_time", "expected", "present")


class Cells(HTMLParser):
    """The rows of the page's table: the heading and the texts of the cells."""

    def __init__(self, text):
        super().__init__()
        self.rows, self._is_open = [], False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        is_heading = dict(attributes).get("scope") == "row"
        if is_heading:
            self.rows.append([])
        if is_heading or tag == "td":
            self.rows[-1].append("")
            self._is_open = True

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self._is_open = False

    def handle_data(self, data):
        if self._is_open:
            self.rows[-1][-1] += data


def on_page(client, name):
    page = client.get(reverse("figure_table", args=[name]), {"period": period_of(name)})
    for label, *texts in Cells(page.content.decode()).rows:
        plain = [text.replace(",", "") for text in texts]
        yield label, [int(text) if text.isdigit() else 0 for text in plain]


def in_workbook(client, name):
    answer = client.post(reverse("figure_export", args=[name, "xlsx"]), {"period": period_of(name)})
    sheet = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content))).worksheets[0]
    width = len(STATISTICS[name].columns)
    for row in sheet.iter_rows(min_row=5, values_only=True):
        of_organisations = STATISTICS[name].head == ORGANISATION
        yield row[-width - 1 - of_organisations], row[-width:]


def in_json(client, name):
    out = StringIO()
    call_command("statistics", name, "--period", period_of(name), "--json", stdout=out)
    body = json.loads(out.getvalue())
    for row in (*body["rows"], body["total"]):
        yield row["label"], list(row["values"].values())


def counted(client, way):
    """Every number that is no share, by statistic, row and column; the total is the last row."""
    found = {}
    for name, statistic in STATISTICS.items():
        rows = list(way(client, name))
        for place, (label, values) in enumerate(rows):
            row = "" if place == len(rows) - 1 else label if statistic.head != "分组" else f"{place} {label}"
            for column, value in zip(statistic.columns, values, strict=True):
                if column.kind == "integer":
                    found[name, row, column.code] = value or 0
    return found


@pytest.mark.parametrize(
    "way", [*(pytest.param(way, marks=pytest.mark.slow) for way in (on_page, in_workbook)), in_json]
)
def test_a_lecture_that_one_member_attended(client, school, way):
    leaf = cast.found(school.music, "管弦党支部", "branch", "001002009", category="student")
    cast.a_member(leaf)
    told = {"details": {"party_lecture": {"category": "leader"}}}
    record = entered_on("2026-09-29", leaf, "party_lecture", date(2026, 9, 29), **told)
    client.force_login(cast.a_user(Role.ORGANIZATION_STAFF, school.root))
    before = counted(client, way)
    records.withdraw(record, by=None, version=1, reason="重复登记")
    after = counted(client, way)
    changed = {
        key: after.get(key, 0) - number for key, number in before.items() if after.get(key, 0) != number
    }
    rows = {
        "life": (school.music.short_name, HELD),
        "life_by_kind": ("党课", HELD),
        "life_by_month": ("2026年9月", HELD),
        "lectures": (school.music.short_name, ("lectures", "by_leader")),
    }
    assert changed == {
        (name, row, code): -1
        for name, (label, codes) in rows.items()
        for code in codes
        for row in (label, "")
    }
    assert after.keys() <= before.keys()
