"""Who is whose parent in a register: by code or by name, in the file first, then in the tree."""

from collections.abc import Callable, Sequence

from branches.models import Branch

from .reading import Entry, Reader, level_of

Level = Branch.Level


class Parents:
    """Sets each entry's parent and names, by row, parents that are unknown, wrong, or their own descendants."""

    def __init__(
        self,
        reader: Reader,
        entries: Sequence[Entry],
        branches: Sequence[Branch],
        key_of: Callable[[str], str],
        reaches: Callable[[Branch], bool],
    ) -> None:
        self.reader = reader
        self.entries = entries
        self.key_of, self.reaches = key_of, reaches
        self.codes = {entry.code: entry for entry in reversed(entries) if entry.code}
        self.keys = {key_of(entry.name): entry for entry in reversed(entries) if entry.name}
        self.by_pk = {branch.pk: branch for branch in branches}
        self.by_code = {branch.code: branch for branch in branches}
        self.by_key = {key_of(branch.short_name): branch for branch in branches}
        self.by_key |= {key_of(branch.name): branch for branch in branches}

    def resolve(self) -> None:
        for entry in self.entries:
            self._resolve(entry)
        self._find_circles()

    def _resolve(self, entry: Entry) -> None:
        text = str(entry.values.get("parent_code") or entry.values.get("parent") or "")
        if not text:
            self._without(entry)
            return
        key = self.key_of(text)
        parent = self.codes.get(text) or self.keys.get(key) or self._in_tree(entry, text, key)
        if parent is None:
            sentence = f"没有上级党组织“{text}”：文件中没有这一行，系统中也没有。"
            self._error(entry, "unknown_parent", sentence)
        elif (
            level_of(parent, has_parent=True) == Level.BRANCH if isinstance(parent, Entry) else parent.is_leaf
        ):
            self._error(entry, "parent_is_branch", f"上级“{parent.name}”是党支部，不能再设下级党组织。")
        else:
            entry.parent = parent

    def _error(self, entry: Entry, code: str, sentence: str) -> None:
        column = "parent_code" if "parent_code" in entry.values else "parent"
        self.reader.error(entry, column, code, sentence)

    def _in_tree(self, entry: Entry, text: str, key: str) -> Branch | None:
        """An organisation within reach, or the parent the entry has already."""
        found = self.by_code.get(text) or self.by_key.get(key)
        if found is None:
            return None
        is_kept = entry.existing is not None and entry.existing.parent_id == found.pk
        return found if is_kept or self.reaches(found) else None

    def _without(self, entry: Entry) -> None:
        """No parent is right for the university's committee, and for what keeps the parent it has."""
        if entry.existing:
            entry.parent = self.by_pk.get(entry.existing.parent_id) if entry.existing.parent_id else None
            return
        first = next(other for other in self.entries if not other.names_parent)
        is_top = entry is first and not self.by_pk
        if not is_top or level_of(entry, has_parent=False) != Level.PARTY_COMMITTEE:
            self._error(entry, "missing_parent", "没有填写上级党组织。")

    def _find_circles(self) -> None:
        by_branch = {entry.existing.pk: entry for entry in self.entries if entry.existing}
        circles = {entry.row: self._circle(entry, by_branch) for entry in self.entries}
        for entry in self.entries:
            if rows := circles[entry.row]:
                listed = "、".join(str(row) for row in rows)
                self._error(entry, "cycle", f"上级关系成环（第 {listed} 行），请更正上级党组织。")
                entry.parent = None

    def _circle(self, entry: Entry, by_branch: dict[int, Entry]) -> list[int]:
        """The rows from the entry up to itself; empty when it is in no circle. The tree's own links count too."""
        rows: list[int] = []
        at: Entry | Branch | None = entry
        while at is not None:
            if isinstance(at, Entry):
                if at.row in rows:
                    return rows if at is entry else []
                rows.append(at.row)
                at = at.parent
            elif at.pk in by_branch:
                at = by_branch[at.pk]
            else:
                at = self.by_pk.get(at.parent_id) if at.parent_id else None
        return []

    def spread_errors(self) -> None:
        """A new organisation cannot be founded below one whose row is wrong and which is not there yet."""
        changed = True
        while changed:
            changed = False
            for entry in self.entries:
                parent = entry.parent
                if (
                    isinstance(parent, Entry)
                    and parent.errors
                    and parent.existing is None
                    and not entry.errors
                ):
                    self._error(
                        entry, "parent_is_wrong", f"上级党组织在第 {parent.row} 行，那一行有错，须先更正。"
                    )
                    changed = True
