"""T20: a roster that was exported and imported again says the same in every cell."""

from datetime import date, timedelta
from io import BytesIO

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from branches.roles import Role
from lib.sheets.reading import read_workbook
from members.codes import EDUCATIONS, NATIONS
from members.enrolment import NewMember, enrol_all
from members.exports import COLUMNS, write_roster
from members.imports import Decisions, cells, open_roster, write
from members.listing import Filter
from members.models import Member
from tests import cast
from tests.members.rosters import an_id

pytestmark = pytest.mark.django_db

#: Chinese, a rare one, CJK Ext-B, the dot of names, quotes, what begins formulas, blanks, full-width, emoji, a break.
LETTERS = st.sampled_from([*"张明㐂𠮷𡋾·‧ 　,;\t\n\"'=+-@0123４５ＡaZz．（）①Ⅱ☆ñ\u200b😀"])


def said(name, longest):
    """Texts as the record may hold them: what an import makes of whatever is typed."""

    def cleaned(text):
        try:
            value = cells.clean(name, text)
        except cells.Fault as fault:
            value = fault.value if fault.is_warning else None
        return value if isinstance(value, str) else ""

    return st.text(LETTERS, max_size=longest).map(cleaned).filter(lambda text: len(text) <= longest)


NAMES = said("name", 12).filter(bool)
NUMBERS = st.text("0123456789", max_size=10).map(lambda digits: f"00{digits}" if digits else "")
DATES = st.dates(date(1950, 1, 1), date(2020, 12, 28))
FACTS = st.fixed_dictionaries(
    {
        "name": NAMES,
        "school_number": NUMBERS,
        "nation": st.sampled_from(["", *NATIONS]),
        "education": st.sampled_from(["", *EDUCATIONS]),
        "job": said("job", 40),
        "native_place": said("native_place", 40),
        "major": said("major", 60),
        "schooling_years": st.none() | st.integers(1, 10),
        "graduates_on": st.none() | DATES,
        "is_league_member": st.none() | st.booleans(),
        "joined_on": DATES,
    }
)
BLANK = {
    "school_number": "",
    "nation": "",
    "education": "",
    "job": "",
    "native_place": "",
    "major": "",
    "schooling_years": None,
    "graduates_on": None,
    "is_league_member": None,
    "joined_on": None,
    "full_on": None,
}


@pytest.fixture
def staff():
    return cast.a_user(Role.ORGANIZATION_STAFF, cast.a_university().root)


def exported(staff):
    book = BytesIO()
    write_roster(book, staff, Filter())
    return book


def table(book):
    """The cells below the banner."""
    [sheet] = read_workbook(book)
    head = next(n for n, row in enumerate(sheet.rows) if "党员编号" in row)
    return sheet.rows[head:]


def round_trip(staff, people):
    """Export, blank what the workbook says in clear, import it, export again."""
    branch = staff.grants.get().branch.__class__.objects.get(short_name="物理教师党支部")
    made = [
        NewMember(
            sex="male",
            branch=branch,
            status="full",
            full_on=facts["joined_on"] + timedelta(days=366),
            id_number=an_id(2 * n + 1),
            birth_date=date(1980, 1, 1),
            phone=f"139{n:08d}",
            address="XX省XX市海湖路1号",
            **facts,
        )
        for n, facts in enumerate(people)
    ]
    enrol_all(made, by=None)
    first = exported(staff)
    Member.objects.update(**BLANK)
    analysis = write(open_roster(first), staff, Decisions(overwritten=None), source="导出.xlsx")
    assert analysis.errors == []
    assert table(exported(staff)) == table(first)
    kept = Member.objects.order_by("number").first()
    assert (kept.id_number, kept.phone, kept.birth_date) == (an_id(1), "13900000000", date(1980, 1, 1))
    assert kept.address == "XX省XX市海湖路1号"


def check(examples, staff):
    @given(st.lists(FACTS, min_size=1, max_size=4))
    @hypothesis_settings(
        max_examples=examples, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
    )
    def cell_for_cell(people):
        with transaction.atomic(), time_machine.travel("2026-11-22 12:00 +0800", tick=False):
            round_trip(staff, people)
            transaction.set_rollback(True)

    cell_for_cell()


def test_cell_for_cell(staff):
    check(25, staff)


@pytest.mark.nightly
def test_cell_for_cell_in_500_examples(staff, record_property):
    check(500, staff)
    record_property("figure", "500 rosters, 0 differences")


def test_every_fact_of_the_workbook_is_in_the_examples():
    """A new column of the export has to come into the round trip."""
    masked = {"公民身份证号", "出生日期", "手机号", "家庭住址"}
    fixed = {"序号", "党员编号", "所在党支部", "性别", "人员类别", "转为正式党员日期"}
    assert len(COLUMNS) == len(masked) + len(fixed) + 11
