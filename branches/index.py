"""Finding branches by what people write: full name, short name or code, within one's reach."""

from difflib import get_close_matches

from accounts.models import User

from . import names
from .models import Branch
from .roles import Right
from .scope import ranges_of, within


class NoBranch(Exception):
    """What a text names is no branch within reach; ``code`` and message are for the report."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class BranchIndex:
    """The organisations ``by`` may import into (all of them for None). Two queries, then any number of look-ups."""

    def __init__(self, by: User | None) -> None:
        root = Branch.objects.filter(parent__isnull=True).order_by("order_key").first()
        self.university = names.university_of(root.name) if root else ""
        reachable = Branch.objects.order_by("order_key")
        if by is not None:
            reachable = reachable.filter(within("path", ranges_of(by, Right.IMPORT)))
        self.branches = {branch.pk: branch for branch in reachable}
        self._codes = {branch.code: branch for branch in self.branches.values()}
        colleges = {branch.parent_id for branch in self.branches.values() if branch.is_leaf}
        self._is_one_college = len(colleges) == 1
        self._keys: dict[str, set[int]] = {}
        for branch in self.branches.values():
            for key in self._writings(branch):
                self._keys.setdefault(key, set()).add(branch.pk)
        self._found: dict[str, tuple[Branch, ...]] = {}

    def is_current(self) -> bool:
        """Whether every branch still stands where it stood when the index was made. One query."""
        paths = dict(Branch.objects.values_list("pk", "path"))
        return all(paths.get(pk) == branch.path for pk, branch in self.branches.items())

    def find(self, text: str) -> tuple[Branch, ...]:
        """The organisations a text may mean: one when it is clear, none when it is unknown."""
        if text not in self._found:
            by_code = self._codes.get(text.strip())
            keys = () if by_code else self._keys.get(self._key(text), ())
            self._found[text] = (by_code,) if by_code else tuple(self.branches[pk] for pk in sorted(keys))
        return self._found[text]

    def branch_of(self, text: str) -> Branch:
        """The one branch a text means; NoBranch says what is wrong and what to do."""
        found = self.find(text)
        if len(found) == 1 and found[0].is_leaf:
            return found[0]
        if len(found) == 1:
            raise NoBranch("not_a_branch", f"“{text}”不是党支部，请填写所在的党支部。")
        if found:
            raise NoBranch("ambiguous_branch", f"有多个党支部叫“{text}”，请写全称。")
        nearest = self.closest(text)
        hint = f"最接近的是“{nearest}”。" if nearest else "请核对名称，或先导入党组织名册。"
        raise NoBranch("unknown_branch", f"没有党支部“{text}”。{hint}")

    def closest(self, text: str) -> str:
        """The name nearest to an unknown one; "" when none is near."""
        near = get_close_matches(self._key(text), self._keys, n=1, cutoff=0.75)
        return self.branches[min(self._keys[near[0]])].short_name if near else ""

    def _key(self, text: str) -> str:
        return names.key_of(text, self.university)

    def _writings(self, branch: Branch) -> set[str]:
        """Its keys; without the college's own name too, for people who work for one college only."""
        keys = {self._key(branch.name), self._key(branch.short_name)}
        parent = self.branches.get(branch.parent_id) if branch.parent_id else None
        if branch.is_leaf and self._is_one_college and parent:
            stem = self._key(parent.name)
            for ending in ("党委", "党总支", "党工委"):
                stem = stem.removesuffix(ending)
            keys |= {rest for key in keys if (rest := key.removeprefix(stem)) and rest != "党支部"}
        return keys
