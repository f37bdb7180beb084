"""The transfer of 组织关系 as a table: which step leads from where to where, who decides, and by which article.

``side`` says whose branch is asked for the right: that of the organisation left (source) or entered (target). Outside
the university there is no such side; the one inside writes down what the other decided.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from branches.models import Branch
from branches.roles import Right

from .controls import Cited
from .membership_rules import RECEIPT, REISSUED, TRANSFERRING
from .models import Transfer

Kind = Transfer.Kind
State = Transfer.State
SOURCE, TARGET = "source", "target"


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the kinds it names, from any of ``sources`` (none: it begins the transfer) to ``to``."""

    code: str
    label: str
    kinds: frozenset[str]
    sources: frozenset[str]
    to: str
    side: str
    right: Right
    rule: Cited
    needs_reason: bool = False

    @property
    def article(self) -> str:
        return self.rule.article


_OUT, _INSIDE, _IN = frozenset({Kind.OUT.value}), frozenset({Kind.INSIDE.value}), frozenset({Kind.IN.value})
_ALL = _OUT | _INSIDE | _IN
_BEGIN: Final[frozenset[str]] = frozenset()


def _from(*states: str) -> frozenset[str]:
    return frozenset(str(state) for state in states)


STEPS: Final[tuple[Step, ...]] = (
    Step(
        "request",
        "申请转出",
        _OUT,
        _BEGIN,
        State.REQUESTED,
        SOURCE,
        Right.ASK_TRANSFER,
        TRANSFERRING,
    ),
    Step("offer", "提出转接", _INSIDE, _BEGIN, State.SENT, SOURCE, Right.ASK_TRANSFER, TRANSFERRING),
    Step("register", "登记来信", _IN, _BEGIN, State.SENT, TARGET, Right.TRANSFER, TRANSFERRING),
    Step(
        "issue",
        "开出介绍信",
        _OUT,
        _from(State.REQUESTED),
        State.SENT,
        SOURCE,
        Right.TRANSFER,
        TRANSFERRING,
    ),
    Step(
        "acknowledge",
        "登记回执",
        _OUT,
        _from(State.SENT),
        State.ACCEPTED,
        SOURCE,
        Right.TRANSFER,
        RECEIPT,
    ),
    Step(
        "accept",
        "接收",
        _INSIDE | _IN,
        _from(State.SENT),
        State.ACCEPTED,
        TARGET,
        Right.TRANSFER,
        TRANSFERRING,
    ),
    Step(
        "return",
        "登记退回",
        _OUT,
        _from(State.SENT),
        State.REFUSED,
        SOURCE,
        Right.TRANSFER,
        TRANSFERRING,
        needs_reason=True,
    ),
    Step(
        "refuse",
        "退回",
        _INSIDE | _IN,
        _from(State.SENT),
        State.REFUSED,
        TARGET,
        Right.TRANSFER,
        TRANSFERRING,
        needs_reason=True,
    ),
    Step(
        "reissue",
        "重新开出",
        _OUT,
        _from(State.SENT, State.REFUSED),
        State.SENT,
        SOURCE,
        Right.TRANSFER,
        REISSUED,
    ),
    Step(
        "again",
        "再次提出",
        _INSIDE,
        _from(State.REFUSED),
        State.SENT,
        SOURCE,
        Right.ASK_TRANSFER,
        TRANSFERRING,
    ),
    Step(
        "withdraw",
        "撤回",
        _OUT | _INSIDE,
        _from(State.REQUESTED, State.SENT, State.REFUSED),
        State.WITHDRAWN,
        SOURCE,
        Right.ASK_TRANSFER,
        TRANSFERRING,
        needs_reason=True,
    ),
    Step(
        "drop",
        "撤销登记",
        _IN,
        _from(State.SENT, State.REFUSED),
        State.WITHDRAWN,
        TARGET,
        Right.TRANSFER,
        TRANSFERRING,
        needs_reason=True,
    ),
    Step(
        "arrive",
        "登记报到",
        _INSIDE | _IN,
        _from(State.ACCEPTED),
        State.ARRIVED,
        TARGET,
        Right.ASK_TRANSFER,
        RECEIPT,
    ),
)
BY_CODE: Final[Mapping[str, Step]] = {step.code: step for step in STEPS}


def steps_from(transfer: Transfer) -> list[Step]:
    """The steps that the transfer's kind and state allow, whoever takes them."""
    return [step for step in STEPS if transfer.kind in step.kinds and transfer.state in step.sources]


def side_of(transfer: Transfer, step: Step) -> Branch:
    """The branch whose path is asked for the step's right."""
    if step.side == TARGET and transfer.kind == Kind.INSIDE:
        assert transfer.target
        return transfer.target
    return transfer.branch


def way(transfer: Transfer) -> tuple[str, str]:
    """From where to where."""
    inside = transfer.branch.short_name
    if transfer.kind == Kind.IN:
        return transfer.elsewhere, inside
    return inside, transfer.target.short_name if transfer.target else transfer.elsewhere


def responsible(transfer: Transfer) -> str:
    """Who answers for the person now: the old organisation until the new one has taken him in (JY-15)."""
    taken = transfer.state in (State.ACCEPTED, State.ARRIVED)
    inside = transfer.branch.short_name
    if transfer.kind == Kind.INSIDE:
        assert transfer.target
        return transfer.target.short_name if taken else inside
    return inside if taken == (transfer.kind == Kind.IN) else transfer.elsewhere
