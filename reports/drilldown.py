"""The lists behind the figures of duties: one line a duty."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from accounts.models import User
from activities import duties, local_duties
from activities.duties import ALL, OPEN, STATE_LABELS, Duty, State
from activities.regulations import KNOWN, AppliesTo, Rule
from activities.views.matrix import CELL_STATES
from branches.models import Branch
from branches.roles import Right
from branches.scope import may
from lib.masking import mask_name
from lib.periods import Period
from members.models import Post

from .asked import SECOND_LEVEL, Asked, organisation_at


@dataclass(frozen=True)
class StateGroup:
    """A state a list is asked for; several of a duty's own states may belong to it."""

    label: str
    holds: Callable[[Duty], bool]


STATE_GROUPS = {
    "required": StateGroup("应开", lambda duty: duty.is_required),
    "met": StateGroup("已开", lambda duty: duty.is_met),
    "late": StateGroup("已开（补记）", lambda duty: duty.state == State.DONE_LATE),
    "open": StateGroup("未开", lambda duty: duty.state in OPEN),
    "missed": StateGroup("逾期未开", lambda duty: duty.is_missed),
    "due": StateGroup("即将到期", lambda duty: duty.state == State.DUE),
    "todo": StateGroup("未到期", lambda duty: duty.state == State.TODO),
    "exempt": StateGroup("不适用", lambda duty: not duty.is_required),
}


@dataclass(frozen=True)
class Line:
    """One duty as the list shows it; ``branch`` is None when it is out of the user's reach today."""

    duty: Duty
    branch: Branch | None
    unit: str
    secretary: str
    look: str
    word: str
    chased: str = ""


def asked_duties(
    asked: Asked, *, only: frozenset[State] = ALL, whole: Callable[[Rule, Period], bool] = duties.none_whole
) -> list[Duty]:
    """The duties a list is about, in whatever state, or in one of ``only`` where not ``whole``. Nine queries."""
    kinds = [asked.kind] if asked.kind else None
    found = duties.evaluate(asked.ranges, asked.period, asked.today, kinds=kinds, only=only, whole=whole)
    return [
        duty
        for duty in found
        if (not asked.category or duty.category == asked.category)
        and (not asked.branch_id or duty.branch_id == asked.branch_id)
    ]


def in_state(found: Iterable[Duty], state: str) -> list[Duty]:
    return [duty for duty in found if not state or STATE_GROUPS[state].holds(duty)]


def lines(found: list[Duty], user: User) -> list[Line]:
    """One page of duties with their branches and secretaries; names in clear only for whoever may see them.

    Two queries.
    """
    ids = {duty.branch_id for duty in found}
    above = {duty.subject: organisation_at(duty.org_path[:SECOND_LEVEL]) for duty in found}
    branches = Branch.objects.in_bulk(ids | set(above.values()))
    held = Post.objects.open().filter(branch__in=ids, title=Post.Title.SECRETARY)
    secretaries = dict(held.values_list("branch", "member__name"))
    shown = []
    for duty in found:
        branch = branches[duty.branch_id]
        secretary = secretaries.get(duty.branch_id, "")
        shown.append(
            Line(
                duty=duty,
                branch=branch if may(user, Right.SEE_BRANCHES, branch.path) else None,
                unit=branches[above[duty.subject]].short_name,
                secretary=secretary if may(user, Right.SEE_NAMES, branch.path) else mask_name(secretary),
                look=CELL_STATES[duty.state],
                word=STATE_LABELS[duty.state],
            )
        )
    return shown


def count_states(found: Iterable[Duty]) -> list[tuple[str, int]]:
    """How many there are of each of the groups that split a list."""
    everything = list(found)
    return [
        (group.label, sum(map(group.holds, everything)))
        for name, group in STATE_GROUPS.items()
        if name in ("required", "met", "missed", "exempt")
    ]


def nothing(asked: Asked) -> str:
    """Why the list is empty: under a rule that asks something of party groups alone, or of other branches."""
    rules = [rule for rule in local_duties.during(asked.period).rules if rule.name == asked.kind]
    spans = [rule for rule in rules if rule.spans(asked.period)]
    if not asked.kind or asked.state not in ("", "exempt", "required"):
        return "没有符合条件的义务。"
    if not spans:
        return "这个期间没有这项义务。"
    article = "；".join(dict.fromkeys(rule.article for rule in spans))
    if any(rule.applies_to is AppliesTo.GROUP for rule in spans):
        return f"没有设党小组，{spans[0].title}不作要求（{article}）。"
    if spans[0].category:
        return f"{spans[0].title}只要求{Branch.Category(spans[0].category).label}党支部开展（{article}）。"
    return f"没有要开展{spans[0].title}的党支部（{article}）。"


def heading(asked: Asked) -> str:
    """The list in a few words: 9月主题党日未开."""
    what = next((rule.title for rule in KNOWN if rule.name == asked.kind), "义务")
    state = STATE_GROUPS[asked.state].label if asked.state else ""
    where = asked.org.short_name if asked.org else ""
    return f"{where}{asked.period.label}{what}{state}"
