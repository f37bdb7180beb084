"""T55: a thousand changes of the trail, drawn at random, each found by `verify_audit`."""

import random
from datetime import timedelta

import pytest
from django.db import transaction

from accounts import audit
from accounts.models import AuditEntry, AuditSeal

pytestmark = [pytest.mark.django_db, pytest.mark.as_owner]

ENTRIES = 12


@pytest.fixture
def trail(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    made = [audit.record("branch.change", by=None, after={"number": number}) for number in range(ENTRIES)]
    assert audit.seal() == ENTRIES
    audit.anchor()
    assert list(audit.verify()) == []
    return made


def edit(made, chance):
    column, value = chance.choice(
        [
            ("action", "branch.move"),
            ("actor_label", "别人"),
            ("address", "10.9.9.9"),
            ("after", {"number": -1}),
            ("before", {"x": 1}),
            ("outcome", "denied"),
            ("object_id", "7"),
            ("object_label", "x"),
            ("branch_path", "00001"),
            ("mac", "0" * 64),
        ]
    )
    AuditEntry.objects.filter(pk=chance.choice(made).pk).update(**{column: value})


def shift(made, chance):
    entry = chance.choice(made)
    moved = entry.at + timedelta(seconds=chance.randint(1, 10**6))
    AuditEntry.objects.filter(pk=entry.pk).update(at=moved)


def take_out(made, chance):
    """From the middle or the end, with its seal."""
    first = chance.randrange(ENTRIES)
    last = min(ENTRIES, first + chance.randint(1, 3))
    for entry in made[first:last]:
        AuditSeal.objects.filter(entry=entry).delete()
        AuditEntry.objects.filter(pk=entry.pk).delete()


def cut_the_tail(made, chance):
    for entry in made[-chance.randint(1, ENTRIES) :]:
        AuditSeal.objects.filter(entry=entry).delete()
        AuditEntry.objects.filter(pk=entry.pk).delete()


def exchange(made, chance):
    one, other = chance.sample(made, 2)
    seals = [AuditSeal.objects.get(entry=entry) for entry in (one, other)]
    AuditSeal.objects.filter(entry__in=(one, other)).delete()
    for seal, entry in zip(seals, (other, one), strict=True):
        seal.entry = entry
    AuditSeal.objects.bulk_create(seals)


def build_anew(made, chance):
    """Forget the whole chain, change one entry, and seal everything again."""
    AuditSeal.objects.all().delete()
    chosen = chance.choice(made)
    AuditEntry.objects.filter(pk=chosen.pk).delete()
    audit.seal()


WAYS = (edit, shift, take_out, cut_the_tail, exchange, build_anew)


@pytest.mark.parametrize("tries", [60, pytest.param(1000, marks=pytest.mark.nightly)])
def test_each_is_found(trail, tries, record_property):
    missed = []
    for number in range(tries):
        chance, way = random.Random(number), WAYS[number % len(WAYS)]
        with transaction.atomic():
            way(trail, chance)
            if not list(audit.verify()):
                missed.append(f"{way.__name__} {number}")
            transaction.set_rollback(True)
    record_property("figure", f"{tries - len(missed)} of {tries} changes found")
    assert missed == []
