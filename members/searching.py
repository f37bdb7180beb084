"""Finding people: by name, pinyin initials, number, or the last four digits of an ID number or phone."""

import re
from typing import TypeVar

from django.db.models import Q, QuerySet

from branches.models import Branch

from .models import Member, id_last4_index, id_number_index, phone_last4_index

M = TypeVar("M", bound=Member)

_LETTER_OR_DIGIT = re.compile(r"[a-zA-Z0-9]")
_LETTERS = re.compile(r"[a-zA-Z]+")
_NUMBER = re.compile(r"[a-zA-Z]\d{6,}")
_LAST_FOUR = re.compile(r"\d{3}[\dXx]")
_ID_NUMBER = re.compile(r"\d{17}[\dXx]")


def find(members: QuerySet[M], text: str, *, by_whole_number: bool = True) -> QuerySet[M]:
    """``members`` that ``text`` names; every word must fit. Encrypted columns are asked by keyed hash.

    A whole ID number finds its holder only for who may see it in clear: others know its end and the month of birth, and
    would try the few that fit until one is found. No query, and one for each word that may be a name: whether a branch
    has it.
    """
    for word in text.split():
        first, *more = _ways(word, by_whole_number)
        if more:
            found = (Member.objects.filter(way).order_by().values("pk") for way in more)
            first = Q(pk__in=Member.objects.filter(first).order_by().values("pk").union(*found))
        members = members.filter(first)
    return members


def _ways(word: str, by_whole_number: bool) -> list[Q]:
    """Conditions of which one must hold. Each keeps to one table, so that each finds its rows by its indexes.

    What a word cannot be is not asked: a plan of one way costs the database half of a plan of two, and the second
    table could make it read everybody.
    """
    fits = Q(school_number__begins=word)
    if _ID_NUMBER.fullmatch(word):
        return [fits | Q(id_number_hash=id_number_index(word)) if by_whole_number else fits]
    if _LAST_FOUR.fullmatch(word):
        return [fits | Q(id_last4_hash=id_last4_index(word)) | Q(phone_last4_hash=phone_last4_index(word))]
    if _LETTERS.fullmatch(word):
        return [fits | Q(name_initials__begins=word.lower()) | Q(name_pinyin__begins=word.lower())]
    if _NUMBER.fullmatch(word):
        return [fits | Q(number=word.upper())]
    if word.isdigit():
        return [fits]
    named = Q(name__holds=word)
    if _LETTER_OR_DIGIT.search(word):  # as every number of a school has
        named |= fits
    branches = Branch.objects.filter(short_name__holds=word).order_by()
    return [named, Q(branch__in=branches)] if branches.exists() else [named]
