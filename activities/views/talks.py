"""谈心谈话: what was said, for those who said it; and who had none of a kind in a year."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedRequest
from accounts.models import User
from accounts.refusals import OutOfReach
from activities import talks
from activities.filters import YearFilter
from activities.kinds import CONFIDENTIAL
from activities.models import Activity, Attendance, Evidence, Talk
from activities.talks import Coverage
from branches.list_exports import Found, ListExport, columns, offered
from branches.local_rules import why_unjudged
from branches.models import Branch
from branches.roles import Right
from branches.scope import get_visible_or_404, may
from members.models import Member

State = Attendance.State
COVERAGE_REFUSAL = "谈心谈话情况由本支部书记、记录员和上级工作人员查看；本人的在“我的”中。"


@require_safe
@never_cache
def talk_content(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """What was said. Whoever sees the record without having talked is told that it is not for him."""
    talks_there = Activity.objects.select_related("branch", "talk").filter(kind__in=CONFIDENTIAL)
    activity = talks_there.filter(pk=pk).first()
    if activity is None:
        raise OutOfReach(is_there=False)
    if not talks.may_read(request.user, activity):
        get_visible_or_404(Activity.objects, request.user, pk=pk)
        raise PermissionDenied(talks.REFUSAL)
    files = list(Evidence.objects.visible_to(request.user).shown().filter(activity=activity))
    came = activity.attendances.filter(state=State.PRESENT).order_by("member__name_order")
    context = {
        "activity": activity,
        "talk": getattr(activity, "talk", None),
        "came": list(came.values_list("member__name", flat=True)),
        "opens_record": may(request.user, Right.SEE_RECORDS, activity.branch_path),
        "pictures": [each for each in files if each.is_picture],
        "documents": [each for each in files if not each.is_picture],
    }
    return render(request, "activities/talk.html", context)


@dataclass(frozen=True)
class Cell:
    """How many talks of a kind somebody had; ``state`` is that of the status tag."""

    label: str
    number: int
    state: str


@dataclass(frozen=True)
class Line:
    """``opens`` tells whether his talks may be opened: those of a guest are for the branch he belongs to."""

    member: Member
    cells: list[Cell]
    opens: bool


def _cells(each: Coverage) -> list[Cell]:
    found = []
    for pair, label in Talk.Pair.choices:
        number = len(each.talks.get(pair, []))
        owed = pair in each.owed
        found.append(Cell(str(label), number, "done" if number and owed else "todo" if owed else ""))
    return found


def _asked(user: User, data: QueryDict, pk: int, today: date) -> tuple[Branch, YearFilter, list[Coverage]]:
    branch: Branch = get_visible_or_404(Branch.objects.leaves(), user, pk=pk)
    if not may(user, Right.RECORD, branch.path):
        raise PermissionDenied(COVERAGE_REFUSAL)
    form = YearFilter(data, today=today)
    return branch, form, talks.coverage(branch, form.asked_year, today)


@require_safe
def talk_coverage(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """In the order of the roster. Each number opens its talks."""
    today = timezone.localdate()
    branch, form, found = _asked(request.user, request.GET, pk, today)
    context = {
        "branch": branch,
        "form": form,
        "year": form.asked_year,
        "is_filtered": form.asked_year != today.year,
        "pairs": Talk.Pair.labels,
        "lines": [Line(each.member, _cells(each), _opens(request.user, each.member)) for each in found],
        "has_own": any(not each.is_guest for each in found),
        "missing": talks.count_missing(found),
        "article": talks.ARTICLE,
        "unjudged": why_unjudged(form.asked_year),
        "export": offered(request, request.user, "talk_export", form, pk),
    }
    return render(request, "activities/talk_coverage.html", context)


def _found(user: User, data: QueryDict, pk: int) -> Found:
    branch, form, found = _asked(user, data, pk, timezone.localdate())
    rows = (_row(each) for each in found)
    year = form.asked_year
    return Found(rows, len(found), form, branch, about=f"{year} 年", note=why_unjudged(year))


def _row(each: Coverage) -> list[object]:
    lacking = "、".join(str(Talk.Pair(pair).label) for pair in each.missing)
    numbers = [cell.number for cell in _cells(each)]
    return [each.member.number, each.member.name, *numbers, lacking]


EXPORT = ListExport(
    "talk",
    "谈心谈话情况",
    Right.RECORD,
    columns(
        "编号",
        "姓名",
        *((str(label), "integer", 16) for label in Talk.Pair.labels),
        ("还没有谈的", "text", 36),
    ),
    _found,
)


@require_safe
def talk_person(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """One person's talks of a year by kind of pair: for himself, and for who keeps the branch's records."""
    member: Member = get_visible_or_404(Member.objects.select_related("branch"), request.user, pk=pk)
    if not _opens(request.user, member):
        raise PermissionDenied(COVERAGE_REFUSAL)
    form = YearFilter(request.GET, today=timezone.localdate())
    year = talks.Year.of_people([member.pk], form.asked_year)
    is_own = member.account_id == request.user.pk
    of_pairs = year.talks_of(member.pk)
    seen = {record.pk for record in year.records} if is_own else year.seen_by(request.user)
    context = {
        "member": member,
        "form": form,
        "year": form.asked_year,
        "groups": [
            (
                label,
                [
                    _told(year, each, member, request.user)
                    for each in of_pairs.get(pair, [])
                    if each.pk in seen
                ],
            )
            for pair, label in Talk.Pair.choices
        ],
        #: Counted as the coverage counts them, and kept by branches whose records the user does not see.
        "elsewhere": len({each.pk for found in of_pairs.values() for each in found} - seen),
        "is_own": is_own,
    }
    return render(request, "activities/talk_person.html", context)


def _opens(user: User, member: Member) -> bool:
    return member.account_id == user.pk or may(user, Right.RECORD, member.branch_path)


def _told(year: talks.Year, record: Activity, member: Member, user: User) -> dict[str, Any]:
    """Day, topic, with whom, and whether the user may open the record, or what was said."""
    others = [name for pk, name in year.names[record.pk].items() if pk != member.pk]
    has_content = bool(getattr(record, "talk", None) and record.talk.content_cipher)
    return {
        "record": record,
        "others": "、".join(others),
        "opens_record": may(user, Right.SEE_RECORDS, record.branch_path),
        "opens_content": has_content and talks.may_read(user, record),
    }
