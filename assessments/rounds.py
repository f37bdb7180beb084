"""The verbs of a round: begun or copied, its secretaries, its reports, graded, published, archived. Each audited.

Stages follow one another and none is skipped; what a stage needs is refused by name when it is missing.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from branches.models import Branch
from branches.roles import Right
from branches.scope import STEP, covering_ranges, may, within
from lib.dates import FIRST_YEAR, LAST_YEAR
from lib.periods import Period, anniversary
from lib.reasons import LEAST
from members.models import Member, Post

from . import duty, gathering, measures, quotas, schemes, sealing
from .models import Objection, RaterGroup, Report, Round, StageDone, Subject
from .refusals import NOT_A_KEEPER, AssessmentError, Conflict
from .schemes import SchemeError
from .stages import OWN, Step

State = Round.State
NAMED: Final = 5


def begin(
    branch: Branch, *, year: int, name: str, scheme: Mapping[str, Any], report_due_on: date, by: User
) -> Round:
    """A round of ``branch`` over the secretaries right below it; those in office are on its list. Audited."""
    if branch.is_leaf:
        raise AssessmentError("述职评议由党支部以上的党组织组织。")
    _check_may(branch.path, by)
    if not FIRST_YEAR <= year <= min(LAST_YEAR, timezone.localdate().year + 1):
        raise AssessmentError(f"年度应在 {FIRST_YEAR} 和 {timezone.localdate().year + 1} 之间。")
    kept = _read(scheme)
    with transaction.atomic():
        # The same form sent twice at once makes one round.
        Branch.objects.select_for_update().get(pk=branch.pk)
        if Round.objects.filter(branch=branch, year=year, name=name).exists():
            raise AssessmentError(f"{year} 年度已有“{name}”，请换一个名称。")
        made = Round.objects.create(
            branch=branch,
            branch_path=branch.path,
            year=year,
            name=name,
            scheme=kept,
            report_due_on=report_due_on,
        )
        _make_groups(made)
        _enlist(made, _in_office(branch, year))
        audit.record("round.begin", by=by, on=made, after={"year": year, "people": made.subjects.count()})
    return made


def copy(earlier: Round, *, by: User) -> Round:
    """The same for the next year: scheme and dates a year later, and whoever is in office now."""
    year = earlier.year + 1
    return begin(
        earlier.branch,
        year=year,
        name=earlier.name.replace(str(earlier.year), str(year)),
        scheme=earlier.scheme,
        report_due_on=anniversary(earlier.report_due_on, earlier.report_due_on.year + 1),
        by=by,
    )


def change(
    round_: Round, *, version: int, scheme: Mapping[str, Any], name: str, report_due_on: date, by: User
) -> None:
    """While it is prepared: another scheme, name, day."""
    kept = _read(scheme)
    with changing(round_, by, State.DRAFT, version=version) as row:
        row.scheme, row.name, row.report_due_on = kept, name, report_due_on
        row.__dict__.pop("rules", None)
        row.groups.all().delete()
        _make_groups(row)
        audit.record("round.change", by=by, on=row, after={"name": name, "value": row.rules.title})


def add(round_: Round, member: Member, branch: Branch, *, by: User) -> Subject:
    """Somebody else who led an organisation right below in the year, for whatever part of it."""
    with changing(round_, by, State.DRAFT, State.REPORTING, is_duty=True) as row:
        if row.subjects.filter(member=member).exists():
            raise AssessmentError(f"{member.name}已在名单中。")
        posts = _spells_of(row.branch, row.year).get(member.pk)
        if posts is None or all(post["branch"] != branch.pk for post in posts):
            raise AssessmentError(f"{member.name} {row.year} 年没有担任过“{branch.short_name}”的书记。")
        made = _enlist(row, {member.pk: posts})[0]
        if row.state == State.REPORTING:
            Report.objects.create(subject=made)
        audit.record("round.add", by=by, on=row, after={"member": member.number})
    return made


def leave_out(subject: Subject, *, by: User) -> None:
    """Not in this round: he is abroad, or has only just come. What he wrote so far goes with it."""
    with changing(subject.round, by, State.DRAFT, State.REPORTING, is_duty=True) as row:
        if subject.member.account_id == by.pk:
            raise AssessmentError("自己移出名单由另一人办理。")
        audit.record("round.leave_out", by=by, on=row, before={"member": subject.member.number})
        subject.delete()


def order(round_: Round, subjects: Sequence[int], *, by: User) -> None:
    """The speaking order: ``subjects`` are the keys of all, first to last."""
    with changing(round_, by, State.DRAFT, State.REPORTING, State.BALLOTING) as row:
        rows = {subject.pk: subject for subject in row.subjects.all()}
        if sorted(rows) != sorted(subjects):
            raise AssessmentError("名单刚改过，请重新排列述职顺序。")
        for position, pk in enumerate(subjects, start=1):
            rows[pk].position = position
        Subject.objects.bulk_update(rows.values(), ["position"])
        audit.record("round.order", by=by, on=row, after={"people": len(rows)})


def open_reports(round_: Round, *, by: User) -> None:
    """From now on the scheme stands, and the secretaries write."""
    with changing(round_, by, State.DRAFT, is_duty=True) as row:
        people = row.subjects.count()
        if not people:
            raise AssessmentError("名单里还没有书记。")
        if why := quotas.why_impossible(row.rules, people, {}):
            raise AssessmentError(why)
        row.state = State.REPORTING
        Report.objects.bulk_create(Report(subject=subject) for subject in row.subjects.filter(report=None))
        audit.record("round.open", by=by, on=row, after={"people": people})


def begin_ballot(round_: Round, *, on: date, place: str, by: User) -> None:
    """The review meeting: every report must be there, and read where the scheme asks for it."""
    with changing(round_, by, State.REPORTING, is_duty=True) as row:
        is_read = row.rules.has(Step.READING)
        states = (Report.State.ACCEPTED,) if is_read else Report.HANDED_IN
        if names := _names(row.subjects.exclude(report__state__in=states)):
            unread, reading = ("或者没有审阅", "审阅，") if is_read else ("", "")
            raise AssessmentError(
                f"还有述职报告没有交齐{unread}：{names}。请催交、{reading}或者移出名单后再开始。"
            )
        _check_own_stages(row, Step.BEFORE)
        row.meeting_on, row.meeting_place = on, place
        row.state = State.BALLOTING if row.rules.has_ballot else State.GRADING
        if row.state == State.GRADING:
            freeze(row)
        audit.record("round.hold", by=by, on=row, after={"on": on.isoformat()})


def freeze(row: Round) -> None:
    """What the records say now is what counts: later corrections are seen beside it, not in it."""
    row.closed_at = timezone.now()
    subjects = list(row.subjects.all())
    measured = gathering.computed_of(row, subjects, timezone.localdate())
    developed = measures.developed_of(subjects, row.year)
    for subject in subjects:
        subject.evidence = gathering.frozen(measured[subject.pk], developed[subject.pk])
    Subject.objects.bulk_update(subjects, ["evidence"], batch_size=200)


def decide(subject: Subject, *, grade: str, why: str, version: int, by: User) -> None:
    """The committee's grade; where it departs from the computed one, with its reason."""
    why = why.strip()
    with holding(subject.round, by, State.GRADING) as row:
        current = Subject.objects.select_for_update(of=("self",)).select_related("member").get(pk=subject.pk)
        if current.member.account_id == by.pk:
            raise AssessmentError("自己的等次由另一人登记。")
        if current.version != version:
            raise Conflict(
                f"{current.member.name}的等次刚被改为“{current.decided or '未定'}”，请核对后再保存。"
            )
        if grade and grade not in row.rules.titles:
            raise AssessmentError(f"方案里没有“{grade}”这个等次。")
        [judged] = gathering.judged(row, [current], timezone.localdate())
        shut = [gate for gate in row.rules.gates if gate.title in judged.score.gates]
        if bar := next((gate for gate in shut if gate.grade == grade), None):
            raise AssessmentError(
                f"{current.member.name}不符合“{bar.title}”，不能评“{grade}”（{bar.citation}）。"
            )
        if grade and grade != judged.score.proposed and len(why) < LEAST:
            computed = f"计分结果为“{judged.score.proposed}”" if judged.score.proposed else "还没有计分结果"
            raise AssessmentError(
                f"{current.member.name}{computed}，评“{grade}”请写明理由，至少 {LEAST} 个字。"
            )
        grades = [other.decided for other in row.subjects.exclude(pk=current.pk)]
        if faults := quotas.faults_of_grades(row.rules, [*grades, grade]):
            raise AssessmentError(faults[0])
        before = {"grade": current.decided}
        current.decided, current.decided_why = grade, why if grade else ""
        current.version += 1
        current.save()
        audit.record("round.decide", by=by, on=current, before=before, after={"grade": grade, "reason": why})


def publish(round_: Round, *, decided_on: date, decided_by: str, audience: str, by: User) -> None:
    """Tell the grades to whom ``audience`` names; not before everybody has one."""
    with changing(round_, by, State.GRADING) as row:
        if names := _names(row.subjects.filter(decided="")):
            raise AssessmentError(f"还有书记没有评定等次：{names}。")
        if faults := quotas.faults_of_grades(row.rules, row.subjects.values_list("decided", flat=True)):
            raise AssessmentError("".join(faults))
        if audience not in Round.Audience.values:
            raise AssessmentError("请选择公布范围。")
        if decided_on > timezone.localdate():
            raise AssessmentError("评定会议的日期不能晚于今天。")
        if row.meeting_on and decided_on < row.meeting_on:
            raise AssessmentError(f"评定会议的日期不能早于述职会议（{row.meeting_on:%Y-%m-%d}）。")
        _check_own_stages(row, *OWN)
        row.decided_on, row.decided_by, row.audience = decided_on, decided_by, audience
        row.published_at, row.state = timezone.now(), State.PUBLISHED
        audit.record("round.publish", by=by, on=row, after={"audience": audience})


def archive(round_: Round, *, by: User) -> None:
    """Close it for good: what it says is sealed by a digest, and only corrections are added."""
    with changing(round_, by, State.PUBLISHED) as row:
        waiting = row.subjects.filter(objections__in=Objection.objects.filter(answered_at=None))
        if names := _names(waiting.distinct()):
            raise AssessmentError(f"还有异议没有答复：{names}。")
        untold = row.subjects.filter(feedback_on=None)
        if row.rules.has(Step.FEEDBACK) and (names := _names(untold)):
            raise AssessmentError(f"还没有反馈：{names}。")
        row.archived_at, row.state = timezone.now(), State.ARCHIVED
        row.digest = sealing.digest_of(row)
        audit.record("round.archive", by=by, on=row, after={"sha256": row.digest})


@contextmanager
def holding(round_: Round, by: User, *states: str, version: int | None = None) -> Iterator[Round]:
    """The round, locked, when it is at one of ``states`` and ``by`` keeps it: for what is done beside its own row."""
    with transaction.atomic():
        row = Round.objects.select_for_update(of=("self",)).select_related("branch").get(pk=round_.pk)
        _check_may(row.branch_path, by)
        check_stage(row, *states)
        if version is not None and row.version != version:
            raise Conflict("这次述职评议刚被别人改过，请核对后再保存。")
        yield row


@contextmanager
def changing(
    round_: Round, by: User, *states: str, version: int | None = None, is_duty: bool = False
) -> Iterator[Round]:
    """The same for what changes the round itself: saved as its next version afterwards.

    ``is_duty``: who is asked for his report changes, or that it was given.
    """
    with holding(round_, by, *states, version=version) as row:
        yield row
        row.version += 1
        row.save()
        if is_duty:
            duty.write_down(row)


def check_stage(row: Round, *states: str) -> None:
    if row.state not in states:
        allowed = "、".join(State(state).label for state in states)
        raise AssessmentError(f"“{row.name}”现在是“{row.get_state_display()}”，在“{allowed}”时才能这样做。")


def _check_own_stages(row: Round, *steps: Step) -> None:
    """What the scheme adds at these steps must be noted for everybody."""
    for stage in row.rules.own_stages:
        done = StageDone.objects.filter(stage=stage.code)
        if stage.step in steps and (names := _names(row.subjects.exclude(stages_done__in=done))):
            raise AssessmentError(f"“{stage.title}”还没有登记：{names}。")


def _check_may(path: str, by: User) -> None:
    if not may(by, Right.ASSESS, path):
        raise AssessmentError(NOT_A_KEEPER)


def _read(scheme: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return schemes.read(scheme).as_kept()
    except SchemeError as error:
        raise AssessmentError(str(error)) from error


def _make_groups(row: Round) -> None:
    RaterGroup.objects.bulk_create(
        RaterGroup(round=row, code=group.code, title=group.title) for group in row.rules.groups
    )


def _names(subjects: Any) -> str:
    """The first names, and how many more."""
    names = list(subjects.order_by("position", "pk").values_list("member__name", flat=True))
    more = f"等 {len(names)} 人" if len(names) > NAMED else ""
    return "、".join(names[:NAMED]) + more


Spells = list[dict[str, Any]]


def _spells_of(branch: Branch, year: int) -> dict[UUID, Spells]:
    """Who led an organisation right below ``branch`` in the year, and when. One query."""
    period = Period.year(year)
    rows = Post.objects.during(period.start, period.end).filter(
        title=Post.Title.SECRETARY, branch__in=_right_below(branch)
    )
    found: dict[UUID, Spells] = defaultdict(list)
    for row in rows.order_by("since", "pk"):
        since, until = max(row.since, period.start), min(row.until or period.end, period.end)
        found[row.member_id].append(
            {"branch": row.branch_id, "since": since.isoformat(), "until": until.isoformat()}
        )
    return found


def _right_below(branch: Branch) -> Any:
    """Second-level organisations of the university; of any other, the branches below it."""
    if len(branch.path) == STEP:
        return branch.children.all()
    return Branch.objects.filter(within("path", covering_ranges([branch.path]))).leaves()


def _in_office(branch: Branch, year: int) -> dict[UUID, Spells]:
    """Those in office at the end of the year, or today: whoever left before is added by hand."""
    day = min(Period.year(year).end, max(timezone.localdate(), Period.year(year).start))
    return {
        member: spells
        for member, spells in _spells_of(branch, year).items()
        if any(one["since"] <= day.isoformat() <= one["until"] for one in spells)
    }


@dataclass(frozen=True)
class Other:
    """Who led ``branch`` for a part of the year and is not on the list."""

    member: Member
    branch: Branch
    posts: Spells


def others(round_: Round) -> list[Other]:
    """Whoever may be added by hand, in official order. Four queries."""
    listed = set(round_.subjects.values_list("member", flat=True))
    spells = {pk: own for pk, own in _spells_of(round_.branch, round_.year).items() if pk not in listed}
    people = Member.objects.in_bulk(list(spells))
    branches = Branch.objects.in_bulk({own[-1]["branch"] for own in spells.values()})
    found = [Other(people[pk], branches[own[-1]["branch"]], own) for pk, own in spells.items()]
    return sorted(found, key=lambda one: (one.branch.order_key, one.member.name_order))


def _enlist(row: Round, people: Mapping[UUID, Spells]) -> list[Subject]:
    """On the list in official order, after those who are there; the last post is the one reported on."""
    last = max(row.subjects.values_list("position", flat=True), default=0)
    branches = Branch.objects.in_bulk({spells[-1]["branch"] for spells in people.values()})
    ordered = sorted(people.items(), key=lambda one: branches[one[1][-1]["branch"]].order_key)
    return Subject.objects.bulk_create(
        Subject(
            round=row,
            branch_path=row.branch_path,
            member_id=member,
            branch=branches[spells[-1]["branch"]],
            posts=spells,
            position=position,
        )
        for position, (member, spells) in enumerate(ordered, start=last + 1)
    )
