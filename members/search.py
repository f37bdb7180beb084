"""Finding a member by whatever one knows: name, pinyin, initials, a number, the last four digits of ID or phone."""

import re

from django.db.models import Q

from .models import MemberQuerySet, id_last4_index, id_number_index, phone_last4_index

ID_LENGTH = 18
_LAST_FOUR = re.compile(r"\d{3}[\dXx]")


def found_by(members: MemberQuerySet, text: str) -> MemberQuerySet:
    """``members`` that ``text`` may mean; each word narrows. Encrypted numbers are found by their keyed hashes."""
    for word in text.split():
        members = members.filter(_condition(word))
    return members


def _condition(word: str) -> Q:
    if not word.isascii():
        return Q(name__contains=word)
    condition = Q(number__iexact=word) | Q(school_number__istartswith=word)
    if _LAST_FOUR.fullmatch(word):
        return condition | Q(id_last4_hash=id_last4_index(word)) | Q(phone_last4_hash=phone_last4_index(word))
    if len(word) == ID_LENGTH:
        return condition | Q(id_number_hash=id_number_index(word))
    if word.isalpha():
        letters = word.lower()
        condition |= Q(name_initials__startswith=letters) | Q(name_pinyin__startswith=letters)
    return condition
