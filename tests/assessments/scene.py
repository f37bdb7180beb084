"""What the tests of a round share."""

import json
from dataclasses import replace

from assessments import published
from assessments.models import Round
from assessments.stages import Stage, Step, usual

#: The usual stages, and two of a university's own: one before the meeting, one after it.
WITH_OWN = (
    *usual(has_ballot=True),
    Stage("visit", "实地核查", Step.BEFORE, "校组字〔2026〕9号"),
    Stage("talk", "考察谈话", Step.AFTER),
)


def kept(name="two", **changes):
    """A published scheme as it is kept, with changes."""
    return json.loads(json.dumps(replace(published.ALL[name], **changes).as_kept()))


def fresh(round_):
    return Round.objects.select_related("branch").get(pk=round_.pk)
