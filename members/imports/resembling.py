"""New people of a file who may be on the roster already under another number or a name written in another way."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from accounts.models import User
from branches.roles import Right
from branches.scope import ranges_of, within
from lib import id_number, pinyin
from lib.among import among
from members.duplicates import SAME_NUMBER, likeness
from members.models import Member

from .matching import chunks
from .rows import Row, RowReader

_READ: Final = (
    "number",
    "name",
    "name_pinyin",
    "birth_date",
    "school_number",
    "id_number_hash",
    "branch__short_name",
)


@dataclass(frozen=True, slots=True)
class _Named:
    name: str
    name_pinyin: str


def warn_of(rows: list[Row], reader: RowReader, by: User | None) -> None:
    """Point out rows about nobody enrolled that resemble somebody within the reach of ``by``.

    At most two queries for each 5,000 of them. An equal identity number is a match, not a likeness.
    """
    fresh = [row for row in rows if row.member is None and row.values]
    people = Member.objects.select_related("branch").only(*_READ)
    if by is not None:
        people = people.filter(within("branch_path", ranges_of(by, Right.IMPORT)))
    born: dict[date, list[Member]] = defaultdict(list)
    for days in chunks({birth for row in fresh if (birth := _birth(row))}):
        for member in people.filter(among("birth_date", days)):
            if member.birth_date:
                born[member.birth_date].append(member)
    numbered: dict[str, list[Member]] = defaultdict(list)
    for numbers in chunks({str(row.values.get("school_number", "")) for row in fresh}):
        for member in people.filter(among("school_number", numbers)):
            numbered[member.school_number].append(member)
    for row in fresh:
        found = {member.number: (member, words) for member, words in _alike(row, born, numbered)}
        if found:
            member, words = found[min(found)]
            more = f"，另有 {len(found) - 1} 人" if len(found) > 1 else ""
            sentence = (
                f"可能已在系统中：与{member.branch.short_name}的{member.name}（{member.number}）{words}{more}。"
                "是同一人的，请填写党员编号；写入以后也可以在“疑似重复”中合并。"
            )
            reader.warn(row, "name", "likely_duplicate", sentence)


def _alike(
    row: Row, born: dict[date, list[Member]], numbered: dict[str, list[Member]]
) -> Iterator[tuple[Member, str]]:
    for member in numbered.get(str(row.values.get("school_number", "")), ()):
        yield member, SAME_NUMBER
    if same := born.get(birth) if (birth := _birth(row)) else None:
        named = _Named(row.name, pinyin.pinyin(row.name))
        for member in same:
            has_two_identities = bool(row.id_number and member.id_number_hash)
            if not has_two_identities and (words := likeness(named, member)):
                yield member, words


def _birth(row: Row) -> date | None:
    said: date | None = row.values.get("birth_date")
    return said or (id_number.birth_of(row.id_number) if row.id_number else None)
