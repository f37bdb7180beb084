"""Steps of 发展党员 that an import adopted: what there was before, and taking them back."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from . import snapshots
from .models import Development, DevelopmentStep

#: Of one person: the keys of developments and of steps, and a digest of what they say.
State = dict[str, Any]
NOTHING: State = {"developments": [], "steps": []}


def states_of(people: Sequence[UUID]) -> dict[UUID, State]:
    """What is recorded of each person's development. Two queries for each 500."""
    found: dict[UUID, State] = {pk: {"developments": [], "steps": [], "said": []} for pk in people}
    for keys in snapshots.in_batches(people):
        for row in Development.objects.filter(member__in=keys).order_by("pk"):
            found[row.member_id]["developments"].append(str(row.pk))
            found[row.member_id]["said"].append([str(row.applied_on), str(row.closed_on), row.outcome])
        steps = DevelopmentStep.objects.filter(development__member__in=keys).order_by("pk")
        columns = ("development__member", "pk", "step", "on", "withdrawn_at")
        for member_id, pk, step, day, withdrawn in steps.values_list(*columns):
            found[member_id]["steps"].append(pk)
            found[member_id]["said"].append([step, str(day), str(withdrawn)])
    for state in found.values():
        state["digest"] = hashlib.sha256(json.dumps(state.pop("said")).encode()).hexdigest()
    return found


def take_back(before: Mapping[UUID, State]) -> None:
    """Remove what was recorded beyond ``before``; the caller made sure that only the import recorded it."""
    now = states_of(list(before))
    for member_id, state in before.items():
        steps = set(now[member_id]["steps"]) - set(state["steps"])
        DevelopmentStep.objects.filter(pk__in=steps).delete()
        made = set(now[member_id]["developments"]) - set(state["developments"])
        Development.objects.filter(pk__in=made).delete()
