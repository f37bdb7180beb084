"""The verbs of a report: saved as it is written, handed in, sent back with a reason, read. Audited but for saving."""

from datetime import timedelta
from fractions import Fraction
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from branches.roles import Right
from branches.scope import may
from lib import reasons
from lib.dates import in_words

from .models import Report, Round
from .refusals import AssessmentError, Conflict
from .schemes import Scheme

State = Report.State
PARTS: Final = {"work": "履行职责情况", "problems": "存在的问题和原因", "plans": "下一步打算"}
MOST: Final = 20_000
#: What is written is saved every few seconds; so often at most it stays in the history, too.
KEPT_EVERY: Final = timedelta(minutes=10)


def save(report: Report, texts: dict[str, str], *, version: int, by: User) -> int:
    """Keep what is written so far; returns its version. The loser of two windows is told, and loses nothing he sees."""
    with transaction.atomic():
        row = _to_write(report, by)
        if row.version != version:
            raise Conflict("这份报告刚在别处保存过。您写的内容还在下面，请核对后再保存。")
        if any(len(texts[name]) > MOST for name in PARTS):
            raise AssessmentError(f"每部分最多 {MOST} 字。")
        for name in PARTS:
            setattr(row, name, texts[name])
        row.version += 1
        if row.history.filter(history_date__gt=timezone.now() - KEPT_EVERY).exists():
            row.save_without_historical_record()  # type: ignore[attr-defined]  # of simple_history
        else:
            row.save()
    return row.version


def submit(report: Report, *, by: User) -> None:
    """Hand it in; what the scheme asks of it is checked."""
    with transaction.atomic():
        row = _to_write(report, by)
        if fault := fault_of(row, row.subject.round.rules):
            raise AssessmentError(fault)
        row.state, row.submitted_at, row.returned_why = State.SUBMITTED, timezone.now(), ""
        row.version += 1
        row.save()
        on_behalf = {"how": "代为录入"} if row.entered_by_id else {}
        audit.record("report.submit", by=by, on=row.subject, after={"version": row.version} | on_behalf)


def send_back(report: Report, why: str, *, by: User) -> None:
    """It is to be written better, and says why; one that was read already, too, while the ballot has not begun."""
    why = why.strip()
    if fault := reasons.fault(why, "退回原因"):
        raise AssessmentError(fault)
    with transaction.atomic():
        row = _to_read(report, by, *Report.HANDED_IN)
        row.state, row.returned_why = State.RETURNED, why
        row.version += 1
        row.save()
        audit.record("report.turn_down", by=by, on=row.subject, after={"reason": why})


def accept(report: Report, *, by: User) -> None:
    """It was read, and stands."""
    with transaction.atomic():
        row = _to_read(report, by, State.SUBMITTED)
        if row.entered_by_id == by.pk:
            raise AssessmentError("代为录入的报告由另一人审阅。")
        row.state = State.ACCEPTED
        row.version += 1
        row.save()
        audit.record("report.review", by=by, on=row.subject)


def share_of_problems(report: Report) -> Fraction:
    """Of all characters that are written, those about problems and their causes; 0 of nothing."""
    return Fraction(_length(report.problems), report.characters) if report.characters else Fraction(0)


def is_writable(report: Report) -> bool:
    """Whether its author may write now."""
    return report.is_open and report.subject.round.state == Round.State.REPORTING


def handed_in(report: Report) -> Report | None:
    """What whoever reads it is shown: the version last handed in, never what is being written."""
    if not report.is_open:
        return report
    kept = versions(report).first()
    return kept.instance if kept else None


def versions(report: Report) -> Any:
    """The versions that were handed in, the last first."""
    return report.history.filter(state=State.SUBMITTED).order_by("-history_id")


def asked_in_words(scheme: Scheme) -> str:
    """What the scheme asks of the report; empty for nothing."""
    asked, said = scheme.report, []
    if asked.most_characters:
        said.append(f"全文不超过 {asked.most_characters} 字")
    if asked.problems:
        share = f"{in_words(asked.problems.denominator)}分之{in_words(asked.problems.numerator)}"
        said.append(f"“{PARTS['problems']}”不少于全文的{share}")
    if asked.minutes:
        said.append(f"会上述职不超过 {asked.minutes} 分钟")
    cited = f"（{asked.citation}）" if said and asked.citation else ""
    return "，".join(said) + cited


def lengths(report: Report) -> dict[str, int]:
    """Part → characters, without blanks."""
    return {name: _length(getattr(report, name)) for name in PARTS}


def fault_of(report: Report, scheme: Scheme) -> str:
    """Why it cannot be handed in; empty when it can."""
    for name, title in PARTS.items():
        if not getattr(report, name).strip():
            return f"“{title}”还没有写。"
    asked = scheme.report
    if asked.most_characters and report.characters > asked.most_characters:
        return f"全文 {report.characters} 字，不超过 {asked.most_characters} 字（{asked.citation}）。"
    if share_of_problems(report) < asked.problems:
        least = -(-asked.problems * report.characters // 1)
        return (
            f"“存在的问题和原因”{_length(report.problems)} 字，全文 {report.characters} 字，"
            f"至少要 {least} 字（{asked.citation}）。"
        )
    return ""


def _length(text: str) -> int:
    return len("".join(text.split()))


def is_without_account(report: Report) -> bool:
    """Whether staff write it down, because its author cannot sign in."""
    return report.subject.member.account_id is None


def _to_write(report: Report, by: User) -> Report:
    """For its author; for staff of the round when he has no account."""
    row = _locked(report)
    if is_without_account(row):
        if not may(by, Right.ASSESS, row.subject.branch_path):
            raise AssessmentError("书记没有账号，述职报告由组织述职的党组织的工作人员代为录入。")
        row.entered_by = by
    elif row.subject.member.account_id == by.pk:
        row.entered_by = None
    else:
        raise AssessmentError("述职报告由书记本人写。")
    if row.subject.round.state != Round.State.REPORTING:
        raise AssessmentError(
            f"“{row.subject.round.name}”已经到“{row.subject.round.get_state_display()}”，报告不能再改。"
        )
    if not row.is_open:
        raise AssessmentError("报告已经提交，不能再改；要改的请上级退回。")
    return row


def _to_read(report: Report, by: User, *states: str) -> Report:
    row = _locked(report)
    if not may(by, Right.ASSESS, row.subject.branch_path):
        raise AssessmentError("述职报告由组织述职的党组织的工作人员审阅。")
    if row.subject.member.account_id == by.pk:
        raise AssessmentError("自己的报告由另一人审阅。")
    if row.subject.round.state != Round.State.REPORTING or row.state not in states:
        raise AssessmentError(f"这份报告现在是“{row.get_state_display()}”，不能这样处理。")
    return row


def _locked(report: Report) -> Report:
    rows = Report.objects.select_for_update(of=("self",))
    return rows.select_related("subject__round", "subject__member").get(pk=report.pk)
