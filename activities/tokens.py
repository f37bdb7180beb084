"""The id of a record to be, made by the server and signed for one user, branch and kind.

It stands hidden in the form: twenty sends of one form carry one id and make one record, and nobody can send an id of
his own choosing.
"""

from datetime import timedelta
from uuid import UUID, uuid4

from django.core import signing

from accounts.models import User
from branches.models import Branch

SALT = "activities.record"
#: A day longer than a browser keeps a draft.
LIFE = timedelta(days=31)


def issue(user: User, branch: Branch, kind: str) -> str:
    return signing.dumps([uuid4().hex, user.pk, branch.pk, kind], salt=SALT)


def read(token: str, user: User, branch: Branch, kind: str) -> UUID | None:
    """The id in ``token``; None when it is forged, too old, or was made for another user, branch or kind."""
    try:
        number, *made_for = signing.loads(token, salt=SALT, max_age=LIFE)
    except signing.BadSignature:
        return None
    return UUID(number) if made_for == [user.pk, branch.pk, kind] else None
