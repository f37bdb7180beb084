"""预备党员 whose way until then was gone elsewhere: their development goes on here (细则 36).

Who comes by transfer, by registration or with a roster is on probation without a step recorded here. What lies before
lies in his file, and no date is made up for it; probation is reckoned from the day he joined.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from lib.among import among
from members import snapshots
from members.models import Development, DevelopmentStep, Member, StatusPeriod

from .vocabulary import Step

Status = StatusPeriod.Status


def align(members: Sequence[Member]) -> None:
    """Open a development for whoever is on probation and has none; settle it for whoever is full by a correction.

    Without the day he joined there is nothing to reckon from, and nothing is opened. Up to four queries for each 500.
    """
    on_probation = [each.pk for each in members if each.status == Status.PROBATIONARY and each.joined_on]
    for keys in snapshots.in_batches(on_probation):
        running = Development.objects.open().filter(among("member", keys)).values_list("member", flat=True)
        without = set(keys) - set(running)
        Development.objects.bulk_create(
            Development(member_id=pk, began_at_probation=True) for pk in keys if pk in without
        )
    full = {each.pk: each.full_on for each in members if each.status == Status.FULL and each.full_on}
    for keys in snapshots.in_batches(list(full)):
        opened = Development.objects.open().filter(among("member", keys), began_at_probation=True)
        _settle({development: full[development.member_id] for development in opened})


def _settle(opened: Mapping[Development, date]) -> None:
    """One without a step of its own goes; one that has some ends with probation. 党委审批 ends it by itself."""
    steps = DevelopmentStep.objects.standing().filter(development__in=list(opened))
    taken: dict[UUID, set[str]] = defaultdict(set)
    for pk, step in steps.values_list("development", "step") if opened else ():
        taken[pk].add(step)
    for development, full_on in opened.items():
        if not taken[development.pk]:
            development.delete()
        elif Step.FULL_APPROVAL not in taken[development.pk]:
            development.closed_on, development.outcome = full_on, Development.Outcome.JOINED
            development.save(update_fields=["closed_on", "outcome"])
