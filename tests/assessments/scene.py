"""What the tests of a round share."""

import json
from dataclasses import replace

from assessments import published
from assessments.models import Round


def kept(name="two", **changes):
    """A published scheme as it is kept, with changes."""
    return json.loads(json.dumps(replace(published.ALL[name], **changes).as_kept()))


def fresh(round_):
    return Round.objects.select_related("branch").get(pk=round_.pk)
