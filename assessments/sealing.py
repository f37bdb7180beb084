"""What an archived round is sealed by."""

import hashlib
import json
from collections import defaultdict

from django.utils import timezone

from . import gathering
from .models import Round, StageDone


def digest_of(round_: Round) -> str:
    """Of all it comes to: scheme, scores, grades, feedback, stages of its own. The same while nothing is changed."""
    done = defaultdict(list)
    for row in StageDone.objects.filter(subject__round=round_):
        done[row.subject_id].append([row.stage, str(row.on), row.note])
    told = {
        "scheme": round_.scheme,
        "year": round_.year,
        "decided_on": str(round_.decided_on),
        "people": [
            {
                "member": judged.subject.member.number,
                "total": str(judged.score.total),
                "lines": [[line.code, str(line.raw), str(line.share)] for line in judged.score.lines],
                "decided": judged.subject.decided,
                "why": judged.subject.decided_why,
                "feedback": judged.subject.feedback,
            }
            | ({"stages": done[judged.subject.pk]} if round_.rules.own_stages else {})
            for judged in sorted(
                gathering.of_round(round_, timezone.localdate()), key=lambda one: one.subject.pk
            )
        ],
    }
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def is_intact(round_: Round) -> bool:
    """Whether an archived round still says what was archived."""
    return digest_of(round_) == round_.digest
