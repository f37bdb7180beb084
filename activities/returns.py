"""What a branch does about a notice or a task: read it, link a record, write a text, or say that it does not apply."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from branches.roles import Right
from branches.scope import may

from .assignments import AssignmentError
from .models import Activity, ActivityQuerySet, Assignment, AssignmentReturn, Nature
from .models.assignments import RETURNED, WAITING, AssignmentReturnQuerySet, State

#: How a notice's states are called; a task's are those of `State`.
READ = {
    State.OVERDUE: "逾期未阅",
    State.OPEN: "未阅",
    State.LATE: "逾期后已阅",
    State.DONE: "已阅",
}
#: State → the look of `ui.status`.
LOOKS = {
    State.OVERDUE: "late",
    State.OPEN: "todo",
    State.ASKED: "doing",
    State.LATE: "due",
    State.DONE: "done",
    State.EXEMPT: "exempt",
    State.GONE: "exempt",
}


def word_of(assignment: Assignment, state: str) -> str:
    if assignment.is_notice and state in READ:
        return READ[State(state)]
    return str(State(state).label)


def state_of(row: AssignmentReturn, today: date) -> State:
    return AssignmentReturn.objects.with_state(today).get(pk=row.pk).stands


def open_of(path: str, today: date) -> AssignmentReturnQuerySet:
    """What the branch at ``path`` has still to read or return, the earliest first. One query."""
    rows = AssignmentReturn.objects.waiting(today).filter(branch_path=path, branch__path=path)
    return rows.select_related("assignment__issuer", "assignment__campaign").order_by(
        "assignment__due_on", "pk"
    )


def candidates(row: AssignmentReturn) -> ActivityQuerySet:
    """Records that would return the task: of the branch (or one merged into it), since the window opened, of the
    kind asked for; the newest first.
    """
    asked = row.assignment
    rows = Activity.objects.valid().filter(branch_path=row.branch_path, held_on__gte=asked.opens_on)
    return rows.of_kind(asked.kind) if asked.kind else rows


def read(row: AssignmentReturn, *, by: User) -> None:
    """The branch has read a notice; a second time only notes the version it saw."""
    with transaction.atomic():
        current = _open_to(row, by, Nature.NOTICE)
        current.seen_version = current.assignment.version
        current.returned_on = current.returned_on or timezone.localdate()
        current.returned_by = current.returned_by or by
        current.save()
        audit.record("assignment.read", by=by, on=current)


def link(row: AssignmentReturn, record: Activity, *, by: User) -> None:
    """Return the task with ``record``; another one linked later takes its place. Audited."""
    with transaction.atomic():
        current = _open_to(row, by, Nature.TASK)
        if fault := fault_of(current, record):
            raise AssignmentError(fault)
        if current.record_id != record.pk or not _is_returned(current):
            _return(current, by, record=record, said="")


def say(row: AssignmentReturn, text: str, *, by: User) -> None:
    """Return a task that asks for no record, in words. Audited."""
    with transaction.atomic():
        current = _open_to(row, by, Nature.TASK)
        if current.assignment.kind:
            label = current.assignment.get_kind_display()
            raise AssignmentError(f"这项任务要报一次{label}的记录，请选择记录，没有的先登记。")
        if not text.strip():
            raise AssignmentError("请写明落实情况。", "text")
        _return(current, by, record=None, said=text.strip())


def claim(row: AssignmentReturn, reason: str, *, by: User) -> None:
    """Say that it does not apply here; whoever is over the branch answers. Audited."""
    with transaction.atomic():
        current = _open_to(row, by, Nature.TASK)
        if not reason.strip():
            raise AssignmentError("请写明为什么不适用。", "reason")
        state = state_of(current, timezone.localdate())
        if state not in WAITING:
            raise AssignmentError(f"现在是“{word_of(current.assignment, state)}”，不用再申请。")
        current.claim, current.claimed_at, current.claimed_by = reason.strip(), timezone.now(), by
        current.answer, current.answered_at, current.answered_by = "", None, None
        current.save()
        audit.record("assignment.claim", by=by, on=current, after={"reason": current.claim})


def answer(row: AssignmentReturn, *, agrees: bool, words: str, by: User) -> None:
    """Agree that it does not apply, or say why it does. By whoever is over the branch and did not ask. Audited."""
    if not may(by, Right.ASSIGN, row.branch_path):
        raise AssignmentError("由上级党组织的工作人员答复。")
    if not agrees and not words.strip():
        raise AssignmentError("不同意的，请写明理由。", "words")
    with transaction.atomic():
        current = _locked(row)
        if state_of(current, timezone.localdate()) != State.ASKED:
            raise AssignmentError("这份申请已经答复过，或者支部已经报送。")
        if current.claimed_by_id == by.pk:
            raise AssignmentError("自己提出的申请由另一人答复。")
        current.is_exempt, current.answer = agrees, words.strip()
        current.answered_at, current.answered_by = timezone.now(), by
        current.save()
        deed = "assignment.exempt" if agrees else "assignment.insist"
        audit.record(deed, by=by, on=current, after={"reason": current.answer})


def fault_of(row: AssignmentReturn, record: Activity) -> str:
    """Why ``record`` cannot return the task; empty when it can."""
    asked = row.assignment
    if record.branch_path != row.branch_path:
        return "只能报本支部的记录。"
    if record.is_withdrawn:
        return "这条记录已撤回，请选择另一条。"
    if record.held_on < asked.opens_on:
        return (
            f"这次活动在 {record.held_on:%Y-%m-%d}，早于任务开始的 {asked.opens_on:%Y-%m-%d}，不能用来报送。"
        )
    if asked.kind and asked.kind not in record.kinds:
        return f"这项任务要报{asked.get_kind_display()}，这条记录是{record.kinds_in_words}。"
    return ""


def _return(current: AssignmentReturn, by: User, *, record: Activity | None, said: str) -> None:
    if not _is_returned(current):
        # What was returned in time stays so when another record takes the place of the first.
        current.returned_on = timezone.localdate()
    current.record, current.said, current.returned_by = record, said, by
    current.seen_version = current.assignment.version
    current.save()
    after = {"record": str(record) if record else "", "said": said}
    audit.record("assignment.report", by=by, on=current, after=after)


def _is_returned(row: AssignmentReturn) -> bool:
    return state_of(row, timezone.localdate()) in RETURNED


def _open_to(row: AssignmentReturn, by: User, nature: Nature) -> AssignmentReturn:
    if not may(by, Right.RECORD, row.branch_path):
        raise AssignmentError("由本支部书记、记录员或上级工作人员办理。")
    current = _locked(row)
    if current.assignment.is_withdrawn:
        raise AssignmentError("已由上级撤回，不用再办。")
    if current.assignment.nature != nature:
        raise AssignmentError(
            "通知只需阅读。" if current.assignment.is_notice else "这是任务，请按要求报送。"
        )
    return current


def _locked(row: AssignmentReturn) -> AssignmentReturn:
    rows = AssignmentReturn.objects.select_for_update(of=("self",))
    return rows.select_related("assignment", "branch").get(pk=row.pk)
