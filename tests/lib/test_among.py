"""Asking for the rows of many keys, as ``__in`` does."""

import pytest

from lib.among import among
from members.models import Member
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("field", ["pk", "number", "branch", "birth_date"])
def test_of_many_keys_those_that_there_are(field):
    school = cast.a_university()
    people = [cast.a_member(branch) for branch in (school.teachers, school.students, school.musicians)]
    keys = list(Member.objects.filter(pk__in=[each.pk for each in people[:2]]).values_list(field, flat=True))
    expected = set(Member.objects.filter(**{f"{field}__in": keys}))
    assert set(Member.objects.filter(among(field, keys))) == expected


def test_of_no_key_nobody_without_a_question(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert list(Member.objects.filter(among("pk", []))) == []
