"""The rows of a roster against the database: new, changed (old → new), unchanged, wrong; and who is not in the file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from django.utils import timezone

from branches import temporary
from branches.local import Decided
from branches.models import Branch
from members.development import loading
from members.enrolment import NewMember
from members.models import ON_ROSTER, Member, Post, StatusPeriod

from . import checks, gaps, steps
from .columns import PROTECTED
from .facts import STAGE_FIELDS, current, facts_of, label_of, shown
from .rows import SAME_PERSON, Row, RowReader

STAGE_NAMES = {stage.value: name for name, stage in STAGE_FIELDS.items()}


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact that is another one in the file, ready to be shown; ``is_held`` means it is not written unless asked."""

    name: str
    label: str
    old: str
    new: str
    is_held: bool = False


@dataclass(slots=True)
class Outcome:
    """What the import would do with one row."""

    row: Row
    facts: dict[str, Any]
    differences: list[Difference] = field(default_factory=list)

    @property
    def has_protected(self) -> bool:
        return any(difference.name in PROTECTED and difference.old for difference in self.differences)

    def new_member(self) -> NewMember:
        facts = {name: value for name, value in self.facts.items() if name != "development"}
        assert self.row.branch is not None
        return NewMember(**facts, transferred_in_on=self.row.values.get("transferred_in_on"))

    def values(self) -> dict[str, Any]:
        """The facts to write on the enrolled person."""
        names = {STAGE_GROUP.get(each.name, each.name) for each in self.differences if not each.is_held}
        return {name: self.facts[name] for name in names - steps.OWN}

    @property
    def adopts_steps(self) -> bool:
        """Whether the row says steps of 发展党员 that are not recorded yet."""
        if self.row.member is None:
            return "development" in self.facts
        return any(each.name in steps.OWN and not each.is_held for each in self.differences)


NO_APPLICATION = "没有递交入党申请书时间，系统中也没有发展记录，其余发展步骤没有导入。"
STAGE_GROUP = dict.fromkeys(STAGE_FIELDS, "stages")


class Comparer:
    """Compares rows whose members were matched; ``reasons`` and ``overwritten`` are what a person decided, by row."""

    def __init__(
        self,
        reader: RowReader,
        stages: Mapping[UUID, dict[str, object]],
        taken: Mapping[UUID, dict[str, date]],
        *,
        reasons: Mapping[int, str],
        overwritten: frozenset[int] | None,
    ) -> None:
        self.reader = reader
        self.stages = stages
        self.taken = taken
        self.reasons = reasons
        self.overwritten = overwritten
        self.today: date = timezone.localdate()

    @cached_property
    def limits(self) -> dict[str, Decided]:
        """The local rules that dates of 发展党员 are held against. One query, when a row has such dates."""
        return loading.limits()

    def compare(self, row: Row) -> Outcome:
        """The outcome of a row; whatever is wrong is added to the row."""
        if not row.values:
            return Outcome(row, {})
        facts = facts_of(row)
        differences = self._differences(row, facts) if row.member else []
        if row.number in self.reasons:
            facts["identity_note"] = self.reasons[row.number]
        self._check(row, facts, {each.name for each in differences})
        if differences:
            self._check_person(row, facts)
        if row.member is None:
            self._check_new(row, facts)
        elif row.number in self.reasons:
            differences += self._differences(row, {"identity_note": facts["identity_note"]})
        return Outcome(row, facts, differences)

    def _differences(self, row: Row, facts: dict[str, Any]) -> list[Difference]:
        member = row.member
        assert member is not None
        found: list[Difference] = []
        stages = self.stages.get(member.pk, {})
        for name, value in facts.items():
            old = current(member, name, stages)
            if name == "development":
                found += self._steps(member, row)
            elif name == "stages":
                for stage, since in value.items():
                    if stages.get(stage) != since:
                        label = f"成为{StatusPeriod.Status(stage).label}日期"
                        found.append(
                            Difference(
                                STAGE_NAMES[stage], label, shown("", stages.get(stage)), shown("", since)
                            )
                        )
            elif old != value:
                found.append(self._difference(row, name, old, value))
        return found

    def _steps(self, member: Member, row: Row) -> Iterator[Difference]:
        """Steps of which nothing is recorded yet are added; one recorded on another day stays as it is."""
        taken = self.taken.get(member.pk, {})
        if not taken and not row.values.get("applied_on"):
            return
        for name in steps.OWN:
            day = row.values.get(name)
            if day and (old := taken.get(steps.STEPS[name])) != day:
                yield Difference(
                    name, steps.label_of(name), shown("", old), shown("", day), is_held=bool(old)
                )

    def _difference(self, row: Row, name: str, old: Any, new: Any) -> Difference:
        is_protected = name in PROTECTED and bool(old)
        is_held = is_protected and self.overwritten is not None and row.number not in self.overwritten
        return Difference(name, label_of(name), shown(name, old), shown(name, new), is_held)

    def _check(self, row: Row, facts: dict[str, Any], different: set[str]) -> None:
        """Check what the record would say afterwards."""
        member = row.member
        merged = {**_known(member), **facts} if member else facts
        touched = {"id_number", "sex", "birth_date"} & different
        findings = list(checks.dates(merged, self.today))
        findings += checks.lost(merged, row.values.get("is_lost"))
        if steps.says_any(row.values):
            said_when = row.values.get("applied_on") or "applied_on" in row.refused
            if not said_when and not (member and self.taken.get(member.pk)):
                self.reader.warn(row, "applied_on", "missing_application", NO_APPLICATION)
            said = {**row.values, "joined_on": merged.get("joined_on"), "full_on": merged.get("full_on")}
            findings += steps.check(said, merged.get("birth_date"), self.limits)
            findings += gaps.findings(row, said, self.taken.get(member.pk, {}) if member else {}, self.reader)
        if member is None:
            findings += checks.identity(
                facts.get("id_number", ""), facts.get("sex", ""), facts.get("birth_date")
            )
        elif touched:
            number = facts.get("id_number") or member.id_number
            findings += checks.identity(number, merged["sex"], merged["birth_date"])
        if (
            row.branch
            and (member is None or "branch" in different)
            and row.branch.form in Branch.WITHOUT_MEMBERS
        ):
            self.reader.error(
                row, "branch", "branch_without_members", temporary.no_place_for_members(row.branch)
            )
        for finding in findings:
            if finding.code in checks.OVERRIDABLE and row.number in self.reasons:
                continue
            if finding.code in checks.NOT_THERE and finding.name in row.refused:
                continue
            report = self.reader.warn if finding.is_warning else self.reader.error
            report(row, finding.name, finding.code, finding.message)

    def _check_person(self, row: Row, facts: dict[str, Any]) -> None:
        """Whether a row that would change somebody is about that person at all."""
        member = row.member
        assert member is not None
        if row.says(self.reader.table.header.index_of("fault"), SAME_PERSON):
            sentence = (
                f"上次核对时这一行与另一行{SAME_PERSON}，现在会改动已写入的内容。"
                "请删去这一行；确以它为准的，先清空“错误原因”。"
            )
            self.reader.error(row, None, "duplicate_in_file", sentence)
        elif facts.get("name", member.name) != member.name and row.number not in self.reasons:
            sentence = f"系统中这个人的姓名是“{member.name}”。请核对；确是本人改名或更正的，写明原因后接受。"
            self.reader.error(row, "name", "name_mismatch", sentence)

    def _check_new(self, row: Row, facts: dict[str, Any]) -> None:
        faulty = {problem.code for problem in row.errors}
        if row.masked & {"name", "branch"}:
            self.reader.error(
                row, "name", "masked_value", "脱敏的内容只能用来更新已有党员；系统中没有这个人。"
            )
        if row.branch is None and "branch" not in row.values and "branch" not in row.masked:
            self.reader.error(row, "branch", "missing_branch", "没有填写所在党支部。")
        if row.branch and row.branch.dissolved_on and row.branch.dissolved_on <= self.today:
            self.reader.error(
                row, "branch", "dissolved_branch", f"“{row.branch.short_name}”已撤销，不能编入党员。"
            )
        if "sex" not in facts and "unknown_sex" not in faulty and not _has_faulty_id(faulty):
            self.reader.error(row, "sex", "missing_sex", "没有填写性别，也没有证件号码可以推算。")
        if "status" not in facts and "unknown_status" not in faulty and "bad_date" not in faulty:
            self.reader.error(row, "status", "missing_status", "没有填写人员类别，也没有日期可以推算。")
        if not row.id_number and not _has_faulty_id(faulty) and "id_number" not in row.masked:
            self._without_identity(row)

    def _without_identity(self, row: Row) -> None:
        if row.school_key:
            self.reader.warn(row, "id_number", "missing_id", "没有填写证件号码，暂以学工号和姓名识别。")
        elif "unknown_number" not in {problem.code for problem in row.errors}:
            sentence = "没有填写证件号码，也没有学工号，下次导入会认不出这个人；请至少填写一项。"
            self.reader.error(row, "id_number", "missing_id", sentence)


def _has_faulty_id(codes: set[str]) -> bool:
    return not codes.isdisjoint(("numeric_id", "truncated_id", "bad_length", "bad_checksum", "bad_birth"))


def _known(member: Member) -> dict[str, Any]:
    names = ("joined_on", "full_on", "status", "birth_date", "sex", "lost_on")
    return {name: getattr(member, name) for name in names}


def absent_from(rows: list[Row]) -> list[tuple[UUID, str, str, str]]:
    """Party members of the file's branches who are in no row: id, number, name, branch. One query.

    Whoever stands in a wrong row by name is in the file.
    """
    branches = {row.branch.pk for row in rows if row.branch}
    present = {row.member.pk for row in rows if row.member}
    named = {row.name for row in rows if row.errors} | {
        cell for row in rows if not row.values for cell in row.cells if isinstance(cell, str)
    }
    roster = (*ON_ROSTER, StatusPeriod.Status.SUSPENDED)
    listed = Member.objects.filter(branch__in=branches, status__in=roster).order_by(
        "branch__order_key", "name_order"
    )
    found = listed.values_list("pk", "number", "name", "branch__short_name")
    return [each for each in found if each[0] not in present and each[2] not in named]


def holders_among(moved: Mapping[UUID, Branch]) -> dict[UUID, str]:
    """Posts that people would still hold in the branch they leave. One query."""
    posts = Post.objects.filter(member__in=list(moved), until__isnull=True).select_related("branch")
    return {
        post.member_id: f"{post.branch.short_name}{post.get_title_display()}"
        for post in posts
        if post.branch_id != moved[post.member_id].pk
    }
