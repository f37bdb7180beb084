"""Whom the rows are about: by member number, else by ID number, else by school number and name; set-based."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TypeVar
from uuid import UUID

from accounts.models import User
from branches.roles import Right
from branches.scope import covers, ranges_of
from lib.among import among
from lib.encryption import indexer
from members.models import DevelopmentStep, Member, StatusPeriod

from .rows import SAME_PERSON, Row, RowReader

CHUNK = 5000
Key = TypeVar("Key", str, date)
FOREIGN = "该人员无法在此新增，请走组织关系转接。"


class Matcher:
    """Finds the enrolled among the people of a file, in at most three queries for each 5,000 rows.

    Whoever is enrolled outside the reach of ``by`` is not found and not shown: the row is wrong, without saying where
    that person is.
    """

    def __init__(self, reader: RowReader, by: User | None) -> None:
        self.reader = reader
        self.ranges = None if by is None else ranges_of(by, Right.IMPORT)
        self.hash_of = indexer("id_number")
        self.by_number: dict[str, Member] = {}
        self.by_hash: dict[str, Member] = {}
        self.by_school: dict[tuple[str, str], list[Member]] = {}

    def match(self, rows: list[Row]) -> None:
        """Set each row's member; a row that cannot be about one enrolled or one new person gets an error."""
        self._load(rows)
        for row in rows:
            if row.values:
                self._match(row)
        taken: dict[UUID, int] = {}
        for row in rows:
            if row.member is None or any(problem.code == "duplicate_in_file" for problem in row.errors):
                continue
            if (first := taken.setdefault(row.member.pk, row.number)) != row.number:
                sentence = f"与第 {first} 行{SAME_PERSON}，请只保留一行。"
                self.reader.error(row, None, "duplicate_in_file", sentence)

    def _load(self, rows: list[Row]) -> None:
        members = Member.objects.select_related("branch")
        for keys in chunks({row.values.get("number") for row in rows}):
            self.by_number |= {member.number: member for member in members.filter(among("number", keys))}
        for keys in chunks({self.hash_of(row.id_number) for row in rows if row.id_number}):
            found = members.filter(among("id_number_hash", keys))
            self.by_hash |= {member.id_number_hash: member for member in found if member.id_number_hash}
        for keys in chunks({row.school_key[0] for row in rows if row.school_key}):
            for member in members.filter(among("school_number", keys)):
                self.by_school.setdefault((member.school_number, member.name), []).append(member)

    def _match(self, row: Row) -> None:
        if "number" in row.values:
            self._by_number(row)
        elif row.id_number and (found := self.by_hash.get(self.hash_of(row.id_number))):
            self._take(row, found)
        elif same := self.by_school.get(row.school_key or ("", "")):
            self._by_school(row, same)
        elif "id_number" in row.masked:
            sentence = "证件号码是脱敏内容，按学工号也找不到这个人；请填写完整的证件号码。"
            self.reader.error(row, "id_number", "masked_value", sentence)

    def _by_number(self, row: Row) -> None:
        member = self.by_number.get(row.values["number"])
        if member is None or not self._reaches(member):
            self.reader.error(
                row, "number", "unknown_number", f"没有党员编号“{row.values['number'][:12]}”，请核对。"
            )
            return
        other = self.by_hash.get(self.hash_of(row.id_number)) if row.id_number else None
        if other and other.pk != member.pk:
            if self._reaches(other):
                self.reader.error(row, "id_number", "id_taken", "这个证件号码已属于另一名党员，请核对。")
            else:
                self.reader.error(row, "id_number", "foreign_person", FOREIGN)
            return
        self._take(row, member)

    def _by_school(self, row: Row, same: list[Member]) -> None:
        if len(same) > 1:
            self.reader.error(
                row, "school_number", "ambiguous_person", "有多名党员的学工号和姓名相同，请填写党员编号。"
            )
        elif self._reaches(same[0]) and row.id_number and same[0].id_number_hash:
            sentence = "系统中这个学工号和姓名的党员是另一个证件号码，请核对；确需更正请填写党员编号。"
            self.reader.error(row, "id_number", "id_conflict", sentence)
        else:
            self._take(row, same[0])

    def _take(self, row: Row, member: Member) -> None:
        if not self._reaches(member):
            self.reader.error(
                row, "id_number" if row.id_number else "school_number", "foreign_person", FOREIGN
            )
        elif member.status == StatusPeriod.Status.LEFT:
            self.reader.error(row, "name", "left_person", "该人员的组织关系已转出或已离开，请先办理转入。")
        else:
            row.member = member

    def _reaches(self, member: Member) -> bool:
        return self.ranges is None or covers(self.ranges, member.branch_path)


def chunks(keys: Iterable[Key | None]) -> Iterator[list[Key]]:
    listed = sorted(key for key in keys if key)
    return (listed[start : start + CHUNK] for start in range(0, len(listed), CHUNK))


def stages_of(members: Iterable[Member]) -> dict[UUID, dict[str, object]]:
    """The recorded stages before joining, by person."""
    stages: dict[UUID, dict[str, object]] = {}
    listed = [member.pk for member in members]
    for start in range(0, len(listed), CHUNK):
        periods = StatusPeriod.objects.filter(
            member__in=listed[start : start + CHUNK],
            status__in=("applicant", "activist", "target"),
            is_assumed=False,
        )
        for member_id, status, since in periods.values_list("member", "status", "since"):
            stages.setdefault(member_id, {})[status] = since
    return stages


def taken_steps_of(members: Iterable[Member]) -> dict[UUID, dict[str, date]]:
    """The recorded steps of 发展党员, by person: step → date."""
    taken: dict[UUID, dict[str, date]] = {}
    listed = [member.pk for member in members]
    for start in range(0, len(listed), CHUNK):
        rows = DevelopmentStep.objects.standing().filter(
            development__member__in=listed[start : start + CHUNK]
        )
        for member_id, step, day in rows.values_list("development__member", "step", "on"):
            taken.setdefault(member_id, {})[step] = day
    return taken
