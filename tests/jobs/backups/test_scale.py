"""T39 at its full measure: 50,000 members, on a machine as it is, within half an hour."""

import time

import pytest

from accounts import audit
from jobs.backups import making, rehearsing
from members.models import Member
from tests import cast
from tests.jobs.test_rotation import people

MEMBERS = 50_000
HALF_AN_HOUR = 30 * 60


@pytest.mark.nightly
def test_a_province_comes_back_within_half_an_hour(transactional_db, data, tmp_path):
    school = cast.a_university()
    for first in range(0, MEMBERS, 5000):
        people(school.students, 5000, first)
    audit.seal()
    path = tmp_path / "one.backup"
    begun = time.monotonic()
    made = making.back_up(path)
    report, _ = rehearsing.rehearse(path)
    restored = time.monotonic()
    assert (Member.objects.count(), report.contents) == (MEMBERS, made)
    assert restored - begun < HALF_AN_HOUR
