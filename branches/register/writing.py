"""Writing a reviewed register into the tree: one transaction, parents before children, the file's order at the end."""

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from branches import names, temporary, terms, tree
from branches.models import Branch
from lib.sheets.intake import Table

from .comparing import Comparison, Renamed, Review
from .reading import Entry


def write(table: Table, by: User | None, renamed: Renamed = frozenset()) -> Review:
    """Found what is new, change what is different, put everything in the file's order; wrong rows are left out.

    The comparison is made within the transaction, so that what is written is what the tree needs now.
    """
    with transaction.atomic():
        comparison = Comparison(table, by, renamed)
        review = comparison.review()
        _Writer(comparison, by).write(review)
        if review.new or review.to_change:
            counts = {"new": len(review.new), "changed": len(review.to_change), "wrong": len(review.wrong)}
            audit.record("register.import", by=by, after={"sheet": table.sheet.name, **counts})
    return review


class _Writer:
    def __init__(self, comparison: Comparison, by: User | None) -> None:
        self.comparison = comparison
        self.by = by
        self.written: dict[int, Branch] = {}

    def write(self, review: Review) -> None:
        changed = {entry.row for entry in review.to_change}
        for entry in self.comparison.entries:
            if not entry.errors:
                self._write(entry, entry.row in changed)
        self._arrange()

    def _write(self, entry: Entry, is_changed: bool) -> Branch:
        """The entry's organisation, its parent written before it."""
        if entry.row in self.written:
            return self.written[entry.row]
        parent = self._parent(entry)
        if entry.existing is None:
            branch = self._found(entry, parent)
        else:
            branch = entry.existing
            if is_changed:
                self._change(entry, branch, parent)
        self.written[entry.row] = branch
        return branch

    def _parent(self, entry: Entry) -> Branch | None:
        parent = entry.parent
        if isinstance(parent, Entry):
            if parent.errors or (parent.existing and parent.row not in self.written):
                return parent.existing
            return self._write(parent, False)
        return parent

    def _found(self, entry: Entry, parent: Branch | None) -> Branch:
        university = self.comparison.university
        category, is_guess = self.comparison.category_of(entry)
        branch = tree.found(
            by=self.by,
            parent=Branch.objects.get(pk=parent.pk) if parent else None,
            name=entry.name,
            code=entry.code,
            level=entry.level,
            short_name=entry.values.get("short_name") or names.short_name(entry.name, university),
            category=category,
            category_is_guess=is_guess,
            form=entry.values.get("form") or names.guess_form(entry.name),
            is_college=self.comparison.is_college(entry),
            founded_on=entry.values.get("founded_on"),
        )
        self._elect(entry, branch)
        return branch

    def _change(self, entry: Entry, branch: Branch, parent: Branch | None) -> None:
        facts = {
            name: value
            for name, value in self.comparison.facts(entry).items()
            if getattr(branch, name) != value and not self.comparison.is_held(entry, name)
        }
        if facts:
            tree.change(branch, by=self.by, **facts)
        if parent and parent.pk != branch.parent_id:
            tree.move(branch, parent, by=self.by)
            branch.refresh_from_db()
        self._elect(entry, branch)

    def _elect(self, entry: Entry, branch: Branch) -> None:
        elected_on, years = entry.values.get("elected_on"), self.comparison.years_of(entry)
        running = self.comparison.terms.get(branch.pk)
        if elected_on is None or years is None or (running and elected_on < running.elected_on):
            return
        if temporary.refusal(branch, "elect"):  # its leaders are appointed: the day is no election
            return
        if running is None or (running.elected_on, running.years) != (elected_on, years):
            terms.elect(branch, elected_on, years)

    def _arrange(self) -> None:
        """Put children into the file's order, below every parent whose children of today all stand in the file."""
        by_parent: dict[int, list[Branch]] = {}
        for entry in self.comparison.entries:
            branch = self.written.get(entry.row)
            if branch and branch.parent_id:
                by_parent.setdefault(branch.parent_id, []).append(branch)
        for parent_id, children in by_parent.items():
            current = list(Branch.objects.filter(parent=parent_id).order_by("order_key"))
            fresh = {child.pk: child for child in current}
            wanted = [fresh[child.pk] for child in children]
            is_whole = all(child in wanted for child in current if child.exists_on(timezone.localdate()))
            if is_whole and wanted != [child for child in current if child in wanted]:
                tree.reorder(Branch.objects.get(pk=parent_id), wanted, by=self.by)
