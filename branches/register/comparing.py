"""The entries of a register against each other and against the tree: who is whose parent, what is new or different."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import models
from django.utils import timezone

from accounts.models import User
from branches import names, terms
from branches.models import Branch, Term
from branches.roles import Right
from branches.scope import Range, covering_ranges, covers, ranges_of
from lib.sheets.intake import Problem, Report, Table

from .parents import Parents
from .reading import Entry, Reader, due_years, level_of

Level = Branch.Level


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that is another one in the file, ready to be shown; ``is_held`` means it stays unless asked."""

    label: str
    old: str
    new: str
    is_held: bool = False


@dataclass(slots=True)
class Review:
    """What an import of the register would do."""

    table: Table
    university: str
    new: list[Entry] = field(default_factory=list)
    changed: list[tuple[Entry, list[Difference]]] = field(default_factory=list)
    unchanged: list[Entry] = field(default_factory=list)
    wrong: list[Entry] = field(default_factory=list)
    absent: list[Branch] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    @property
    def to_change(self) -> list[Entry]:
        """The entries of which something is written: not only a name that is held."""
        return [entry for entry, found in self.changed if not all(each.is_held for each in found)]

    @property
    def errors(self) -> list[Problem]:
        return [problem for entry in self.wrong for problem in entry.errors]

    def report(self) -> Report:
        fields = {column.index: column.field for column in self.table.header.columns}
        right = [*self.new, *(entry for entry, _ in self.changed), *self.unchanged]
        return Report(
            sheet=self.table.sheet.name,
            header_row=self.table.header.row_number,
            columns=self.table.columns_as_json(fields),
            rows=len(right) + len(self.wrong),
            new=len(self.new),
            changed=len(self.changed),
            unchanged=len(self.unchanged),
            absent=len(self.absent),
            errors=self.errors,
            warnings=self.warnings,
            extra={"branches": len(right), "leaf": sum(entry.level == Level.BRANCH for entry in right)},
        )


#: The rows whose organisation the file may rename; None is all of them.
Renamed = frozenset[int] | None


def review(table: Table, by: User | None, renamed: Renamed = frozenset()) -> Review:
    """Compare the register with the tree, within the reach of ``by``'s right to import (all of it for None)."""
    comparison = Comparison(table, by, renamed)
    return comparison.review()


class Comparison:
    """Works on all rows at once; two queries, whatever the file holds.

    An organisation is known by its code. Where its name is another one, not only written in another way, a person says
    for each row that it was renamed (``renamed``); else it keeps its name. Where the founding date is another one too,
    the code is taken for a mistake.
    """

    def __init__(self, table: Table, by: User | None, renamed: Renamed) -> None:
        self.renamed = renamed
        self.reader = Reader(table)
        self.table = table
        self.ranges: tuple[Range, ...] | None = None if by is None else ranges_of(by, Right.IMPORT)
        self.branches = list(Branch.objects.select_related("parent").order_by("order_key"))
        self.by_code = {branch.code: branch for branch in self.branches}
        self.terms: dict[int, Term] = {}
        for term in Term.objects.order_by("elected_on"):
            self.terms[term.branch_id] = term
        self.entries = self.reader.read()
        self.university = self._university()
        self.by_key = {self._key(branch.name): branch for branch in self.branches}
        self.by_key |= {self._key(branch.short_name): branch for branch in self.branches}

    def review(self) -> Review:
        self._match()
        self._find_doubles()
        parents = Parents(self.reader, self.entries, self.branches, self._key, self.reaches)
        parents.resolve()
        for entry in self.entries:
            self._check(entry)
        parents.spread_errors()
        return self._classify()

    def _university(self) -> str:
        """As the root of the tree is called; else the row without a parent with whose name most others begin."""
        for branch in self.branches:
            if branch.parent_id is None:
                return names.university_of(branch.name)
        tops = [entry.name for entry in self.entries if entry.name and not entry.names_parent]
        stems = {names.university_of(name) for name in tops}
        shared = {stem: sum(stem in entry.name for entry in self.entries) for stem in stems if stem}
        return max(shared, key=shared.__getitem__, default="")

    def _key(self, name: str) -> str:
        return names.key_of(name, self.university)

    def reaches(self, branch: Branch) -> bool:
        return self.ranges is None or covers(self.ranges, branch.path)

    def _match(self) -> None:
        """Find each entry's organisation by code, else by name. What lies outside one's reach is as good as taken."""
        for entry in self.entries:
            found = self.by_code.get(entry.code) if entry.code else self.by_key.get(self._key(entry.name))
            if found and not self.reaches(found):
                what = f"党组织代码“{entry.code}”" if entry.code else f"“{entry.name}”"
                self.reader.error(
                    entry,
                    "code" if entry.code else "name",
                    "foreign_branch",
                    f"{what}不能在您的管理范围内使用，请核对，或请组织部办理。",
                )
                found = None
            entry.existing = found

    def is_renaming(self, entry: Entry) -> bool:
        old = entry.existing
        return old is not None and self._key(entry.name) != self._key(old.name)

    def is_held(self, entry: Entry, name: str) -> bool:
        """Whether a fact stays as it is because nobody has said yet that the organisation was renamed."""
        is_name = name in ("name", "short_name")
        return (
            is_name and self.renamed is not None and entry.row not in self.renamed and self.is_renaming(entry)
        )

    def _check_name(self, entry: Entry) -> None:
        old, founded_on = entry.existing, entry.values.get("founded_on")
        if old and entry.name and self.is_renaming(entry) and founded_on and founded_on != old.founded_on:
            sentence = (
                f"党组织代码“{old.code}”在系统中是“{old.name}”，建立日期也不同，"
                "多半不是同一个党组织，请核对代码。"
            )
            self.reader.error(entry, "name", "name_mismatch", sentence)

    def _find_doubles(self) -> None:
        codes: dict[str, int] = {}
        keys: dict[str, int] = {}
        for entry in self.entries:
            key = self._key(entry.name) if entry.name else ""
            if entry.code and (row := codes.setdefault(entry.code, entry.row)) != entry.row:
                message = f"党组织代码“{entry.code}”与第 {row} 行重复。"
                self.reader.error(entry, "code", "duplicate_code", message)
            elif key and (row := keys.setdefault(key, entry.row)) != entry.row:
                self.reader.error(
                    entry, "name", "duplicate_name", f"“{entry.name}”与第 {row} 行是同一个名称。"
                )
            elif key and (other := self.by_key.get(key)) and other != entry.existing and self.reaches(other):
                self.reader.error(
                    entry,
                    "name",
                    "duplicate_name",
                    f"系统中已有“{other.name}”，代码是“{other.code}”，请核对代码。",
                )

    def _check(self, entry: Entry) -> None:
        entry.level = level_of(entry, has_parent=entry.parent is not None)
        if not entry.level and entry.name:
            self.reader.error(
                entry, "type", "unknown_level", f"从名称“{entry.name}”看不出级别，请填写组织类别。"
            )
        if entry.existing is None and not entry.code:
            self.reader.error(entry, "code", "missing_code", "没有填写党组织代码。")
        self._check_name(entry)
        self._check_level(entry)
        self._check_term(entry)
        if entry.existing is None and entry.level == Level.BRANCH and not self.category_of(entry)[0]:
            self.reader.warn(
                entry, "category", "unknown_category", f"从名称“{entry.name}”看不出党支部类别，请导入后补填。"
            )

    def _check_level(self, entry: Entry) -> None:
        old, spoken = entry.existing, names.level_of(entry.name)
        partial = (Level.BRANCH, Level.GENERAL_BRANCH)
        if spoken and spoken != entry.level and (spoken in partial or entry.level in partial) and entry.level:
            sentence = f"组织类别“{entry.values['type']}”与名称不一致，按类别处理。"
            self.reader.warn(entry, "type", "level_mismatch", sentence)
        if old and entry.level and old.is_leaf != (entry.level == Level.BRANCH):
            sentence = (
                f"系统中“{old.short_name}”是{old.get_level_display()}；党支部与上级党组织不能互改，请新设。"
            )
            self.reader.error(entry, "type", "level_conflict", sentence)

    def _check_term(self, entry: Entry) -> None:
        elected_on, years = entry.values.get("elected_on"), self.years_of(entry)
        if elected_on is None or years is None:
            return
        due_on: date | None = entry.values.get("due_on")
        if due_on and "years" in entry.values and abs((terms.due_date(elected_on, years) - due_on).days) > 31:
            self.reader.warn(
                entry, "due_on", "due_mismatch", f"届满日期与当选日期加任期 {years} 年不一致，按任期计算。"
            )
        running = self.terms.get(entry.existing.pk) if entry.existing else None
        if running and elected_on < running.elected_on:
            self.reader.warn(
                entry,
                "elected_on",
                "older_term",
                f"系统中已有 {running.elected_on} 当选的一届，这个日期不写入。",
            )
        lawful, article = terms.lawful_years(self.draft(entry))
        if entry.level and years != lawful:
            sentence = f"任期填的是 {years} 年，按{article}一般为 {lawful} 年，请核对。"
            self.reader.warn(entry, "years", "term_years", sentence)

    def years_of(self, entry: Entry) -> int | None:
        """The years of the term: as filled in, else from the due date, else the lawful ones; None without a level."""
        if "years" in entry.values:
            return int(entry.values["years"])
        if "due_on" in entry.values and "elected_on" in entry.values:
            return due_years(entry.values["elected_on"], entry.values["due_on"]) or None
        return terms.lawful_years(self.draft(entry))[0] if entry.level else None

    def draft(self, entry: Entry) -> Branch:
        return entry.existing or Branch(level=entry.level, is_college=self.is_college(entry))

    def is_college(self, entry: Entry) -> bool:
        parent = entry.parent
        below_root = (
            parent.is_root if isinstance(parent, Entry) else parent is not None and parent.parent_id is None
        )
        return below_root and names.is_college(entry.name, self.university)

    def category_of(self, entry: Entry) -> tuple[str, bool]:
        """The category of a branch and whether it is a guess; nothing for other levels or when the name is silent."""
        if entry.level != Level.BRANCH:
            return "", False
        if "category" in entry.values:
            return str(entry.values["category"]), False
        guess = names.guess_category(entry.name)
        return guess, bool(guess)

    def _classify(self) -> Review:
        result = Review(self.table, self.university)
        shifted = self._out_of_order()
        for entry in self.entries:
            result.warnings += entry.warnings
            if entry.errors:
                result.wrong.append(entry)
            elif entry.existing is None:
                result.new.append(entry)
            elif differences := self._differences(entry, shifted):
                result.changed.append((entry, differences))
                self._say_held(result, entry, differences)
            else:
                result.unchanged.append(entry)
        result.warnings += self.table.remarks()
        result.absent = self._absent()
        return result

    def _say_held(self, result: Review, entry: Entry, differences: list[Difference]) -> None:
        held = next((each for each in differences if each.is_held), None)
        if held:
            sentence = f"{held.label}：系统中是“{held.old}”，文件中是“{held.new}”；未确认改名，保持原名。"
            index = self.reader.fields.get("name")
            result.warnings.append(self.table.problem(entry.row, index, "held_name", sentence))

    def _differences(self, entry: Entry, shifted: frozenset[int]) -> list[Difference]:
        branch = entry.existing
        assert branch is not None
        found: list[Difference] = []
        for name, value in self.facts(entry).items():
            old = getattr(branch, name)
            if old != value:
                label = str(_column(name).verbose_name)
                told = (_shown(branch, name, old), _shown(branch, name, value))
                found.append(Difference(label, *told, self.is_held(entry, name)))
        if entry.parent is not None and _same(entry.parent, branch.parent) is False:
            old_name = branch.parent.name if branch.parent else ""
            found.append(Difference("上级党组织", old_name, entry.parent.name))
        found += self._term_difference(entry, branch)
        if entry.row in shifted:
            found.append(Difference("建制顺序", str(branch.position), "按文件中的顺序"))
        return found

    def _term_difference(self, entry: Entry, branch: Branch) -> Iterable[Difference]:
        elected_on, years = entry.values.get("elected_on"), self.years_of(entry)
        running = self.terms.get(branch.pk)
        if elected_on is None or (running and elected_on < running.elected_on):
            return
        if running is None or (running.elected_on, running.years) != (elected_on, years):
            old = f"{running.elected_on}，{running.years} 年" if running else ""
            yield Difference("任期", old, f"{elected_on}，{years} 年")

    def facts(self, entry: Entry) -> dict[str, Any]:
        """What the file says of an organisation that is there already, by column of the model."""
        branch = entry.existing
        assert branch is not None
        facts: dict[str, Any] = {"name": entry.name, "level": entry.level}
        facts |= {
            name: entry.values[name] for name in ("founded_on", "form", "short_name") if name in entry.values
        }
        if "category" in entry.values and entry.level == Level.BRANCH:
            facts |= {"category": entry.values["category"], "category_is_guess": False}
        derived = names.short_name(branch.name, self.university)
        if "short_name" not in facts and branch.name != entry.name and branch.short_name == derived:
            facts["short_name"] = names.short_name(entry.name, self.university)
        return facts

    def _out_of_order(self) -> frozenset[int]:
        """Rows of organisations whose siblings stand in another order in the tree; only where all of them are here."""
        rows: set[int] = set()
        for entries in self.siblings().values():
            known = [entry for entry in entries if entry.existing]
            order = sorted(known, key=lambda entry: entry.existing.order_key if entry.existing else "")
            rows |= {now.row for now, then in zip(known, order, strict=True) if now is not then}
        return frozenset(rows)

    def siblings(self) -> dict[int, list[Entry]]:
        """By parent in the tree, its children in the file's order, where the file names all that are there today."""
        children: dict[int, list[Entry]] = {}
        for entry in self.entries:
            branch = entry.existing
            if (
                branch
                and branch.parent_id
                and not entry.errors
                and _same(entry.parent, branch.parent) is not False
            ):
                children.setdefault(branch.parent_id, []).append(entry)
        named = {entry.existing.pk for entry in self.entries if entry.existing}
        partial = {branch.parent_id for branch in self._existing() if branch.pk not in named}
        return {parent: entries for parent, entries in children.items() if parent not in partial}

    def _existing(self) -> list[Branch]:
        today = timezone.localdate()
        return [branch for branch in self.branches if branch.exists_on(today)]

    def _absent(self) -> list[Branch]:
        """Organisations that exist within the file's part of the tree and are not in the file."""
        named = {entry.existing.pk for entry in self.entries if entry.existing}
        ranges = covering_ranges(entry.existing.path for entry in self.entries if entry.existing)
        return [
            branch for branch in self._existing() if branch.pk not in named and covers(ranges, branch.path)
        ]


def _same(parent: Entry | Branch | None, old: Branch | None) -> bool | None:
    """Whether the file's parent is the tree's; None when the file does not say."""
    if parent is None:
        return None
    there = parent.existing if isinstance(parent, Entry) else parent
    return there is not None and there == old


def _column(name: str) -> "models.Field[Any, Any]":
    return next(column for column in Branch._meta.concrete_fields if column.name == name)


def _shown(branch: Branch, name: str, value: object) -> str:
    choices: dict[object, object] = dict(_column(name).flatchoices)
    return str(choices.get(value, "" if value is None else value))
