"""The verbs of 意见建议: somebody says it, the organisation department answers. The trail keeps no word of either."""

from typing import Final

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User

from .models import Suggestion
from .roles import Right
from .scope import has_right

TEXT_LENGTH: Final = 1000
ANSWER_LENGTH: Final = 500
#: As many of one account may wait for an answer at once.
MOST_WAITING: Final = 20
REFUSAL: Final = "意见建议由学校党委组织部答复。"


class SuggestionError(ValueError):
    """It cannot be sent or answered; the message is for the user."""


def page_of(path: str) -> str:
    """The path of a page of ours: no query, as that may name somebody; blank for anything else."""
    path = path.partition("?")[0].partition("#")[0].strip()
    return path[:200] if path.startswith("/") and not path.startswith("//") else ""


def make(text: str, page: str, *, by: User) -> Suggestion:
    """Audited with the page alone."""
    text = text.strip()
    if not text or len(text) > TEXT_LENGTH:
        raise SuggestionError(f"请写明意见或建议，不超过 {TEXT_LENGTH} 个字。")
    with transaction.atomic():
        if Suggestion.objects.waiting().filter(user=by).count() >= MOST_WAITING:
            raise SuggestionError(f"您已有 {MOST_WAITING} 条意见建议在等待答复，请等答复后再提。")
        made = Suggestion(user=by, page=page_of(page))
        made.text = text
        made.save(force_insert=True)
        audit.record("suggestion.make", by=by, on=made, after={"path": made.page})
    return made


def answer(row: Suggestion, text: str, *, by: User) -> None:
    """Once, in words that the sender reads. Audited."""
    if not has_right(by, Right.ANSWER_SUGGESTIONS):
        raise SuggestionError(REFUSAL)
    text = text.strip()
    if not text or len(text) > ANSWER_LENGTH:
        raise SuggestionError(f"请写明答复，不超过 {ANSWER_LENGTH} 个字。")
    with transaction.atomic():
        current = Suggestion.objects.select_for_update(of=("self",)).get(pk=row.pk)
        if not current.is_open:
            raise SuggestionError("这条意见建议已经答复过。")
        current.answer, current.answered_by, current.answered_at = text, by, timezone.now()
        current.save(update_fields=["answer_cipher", "answered_by", "answered_at"])
        audit.record("suggestion.answer", by=by, on=current)
