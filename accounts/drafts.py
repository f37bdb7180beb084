"""The key under which a browser seals what somebody typed and did not send yet.

It is the account's own, always the same, and stands in his pages alone: after signing out the device holds what nobody
opens there, and after signing in again the draft is back.
"""

from base64 import b64encode

from django.utils.crypto import salted_hmac

from .models import User

SALT = "accounts.drafts"


def key_of(user: User) -> str:
    """32 bytes for AES-256-GCM, as base64; another SECRET_KEY makes others, and older drafts are dropped."""
    return b64encode(salted_hmac(SALT, str(user.pk), algorithm="sha256").digest()).decode()
