"""Statistics of the yearly duty reports of secretaries (述职评议考核): what was done, and how many got which grade.

Nobody is ranked, and no ballot is counted. A grade counts once it was published further than to himself; whoever may
read such grades has the figures.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db.models import F, Q
from django.urls import reverse

from assessments.models import Report, Round
from assessments.published import GRADES
from assessments.statistics import MET, problems_in, published_by, rounds_in, subjects_in, told_by
from branches.roles import Right
from reports.asked import Asked

from .base import Figure, LeftOut, Line
from .people import person
from .tables import ByOrganisation
from .things import Rows

OF_YEAR = "评议年度为所选年份的述职评议，记在组织它的党组织（按交报告截止当天所属）"
SECRETARIES = "所选年度述职评议名单上的书记"
CODES = ("good", "fairly_good", "fair", "poor")
TITLES = tuple(grade.title for grade in GRADES)


def _rounds(asked: Asked) -> Any:
    return rounds_in(asked.ranges, asked.period.start.year)


def _subjects(asked: Asked) -> Any:
    return subjects_in(asked.ranges, asked.period.start.year)


def _drafted(asked: Asked) -> Any:
    return subjects_in(asked.ranges, asked.period.start.year, (Round.State.DRAFT,))


def _problems(asked: Asked) -> Any:
    return problems_in(asked.ranges, asked.period.start.year)


def _round(row: Any, named: bool) -> Line:
    facts = (row.branch.short_name, row.get_state_display(), str(row.meeting_on or "—"))
    return Line(row.name, reverse("round", args=[row.pk]), facts)


def _subject(row: Any, named: bool) -> Line:
    label, url = person(row.member.name, row.member_id, named)
    report = getattr(row, "report", None)
    facts = (row.branch.short_name, row.round.name, str(report.get_state_display() if report else "—"))
    return Line(label, url, facts)


def _graded(row: Any, named: bool) -> Line:
    label, url = person(row.member.name, row.member_id, named)
    return Line(label, url, (row.branch.short_name, row.round.name))


def _problem(row: Any, named: bool) -> Line:
    facts = (row.subject.branch.short_name, row.owner, str(row.due_on), str(row.done_on or "—"))
    return Line(row.problem, reverse("problem", args=[row.pk]), facts)


ROUNDS = Rows(
    noun="次",
    find=_rounds,
    heads=("述职评议", "组织的党组织", "进度", "述职会议"),
    show=_round,
    right=Right.ASSESS,
    order=("branch__order_key", "pk"),
    select=("branch",),
)
SUBJECTS = Rows(
    noun="人",
    find=_subjects,
    heads=("姓名", "党组织", "述职评议", "述职报告"),
    show=_subject,
    right=Right.ASSESS,
    order=("round__branch__order_key", "round_id", "position", "pk"),
    select=("member", "branch", "round", "report"),
    branch="round__branch",
)
GRADED = replace(
    SUBJECTS,
    heads=("姓名", "党组织", "述职评议"),
    show=_graded,
    right=Right.SEE_GRADES,
    select=("member", "branch", "round"),
)
PROBLEMS = Rows(
    noun="项",
    find=_problems,
    heads=("整改事项", "党组织", "责任人", "期限", "完成日期"),
    show=_problem,
    right=Right.ASSESS,
    order=("subject__round__branch__order_key", "due_on", "pk"),
    select=("subject__branch",),
    path="subject__branch_path",
    branch="subject__round__branch",
)
Which = Q | Callable[[Asked], Q]
DRAFTED = LeftOut("还在准备、没有开始的述职评议名单上的", replace(SUBJECTS, find=_drafted), Q())


def _of_rounds(code: str, heading: str, definition: str, which: Which) -> Figure:
    return Figure(
        code=code, heading=heading, band="述职评议（次）", definition=definition, things=ROUNDS, which=which
    )


def _of_secretaries(code: str, heading: str, definition: str, which: Which, *left_out: LeftOut) -> Figure:
    return Figure(
        code=code,
        heading=heading,
        band="书记（人）",
        definition=definition,
        things=SUBJECTS,
        which=which,
        left_out=left_out,
    )


def _of_grades(code: str, heading: str, definition: str, which: Which) -> Figure:
    return Figure(
        code=code, heading=heading, band="评定等次（人）", definition=definition, things=GRADED, which=which
    )


def _of_problems(code: str, heading: str, definition: str, which: Which) -> Figure:
    return Figure(
        code=code, heading=heading, band="整改（项）", definition=definition, things=PROBLEMS, which=which
    )


def _handed_in(asked: Asked) -> Q:
    return Q(report__state__in=Report.HANDED_IN, report__submitted_at__date__lte=asked.day)


def _with(title: str) -> Callable[[Asked], Q]:
    return lambda asked: told_by(asked.day) & Q(decided=title)


def _done(asked: Asked) -> Q:
    return Q(done_on__lte=asked.day)


DUTY_TABLE = ByOrganisation(
    name="duty_reports",
    title="书记述职评议考核",
    section="评议考核",
    note="书记述职评议的进度、等次的人数和整改，按组织述职的党组织。不排名次；没有公布的等次不计。",
    span="result",
    right=Right.SEE_GRADES,
    columns=(
        _of_rounds("rounds", "已开始", f"{OF_YEAR}，已经开始的。选了支部类别时不计次数。", Q()),
        _of_rounds(
            "met",
            "已开述职会",
            "统计日以前开了述职会议的述职评议。",
            lambda asked: Q(state__in=MET, meeting_on__lte=asked.day),
        ),
        _of_secretaries("subjects", "应述职", f"{SECRETARIES}，记在组织述职的党组织。", Q(), DRAFTED),
        _of_secretaries(
            "handed_in",
            "已交报告",
            f"{SECRETARIES}，统计日以前交了述职报告、没有被退回的。",
            _handed_in,
        ),
        _of_secretaries(
            "in_time",
            "按时交",
            f"{SECRETARIES}，最后一次交报告不晚于截止日期的。",
            lambda asked: _handed_in(asked) & Q(report__submitted_at__date__lte=F("round__report_due_on")),
        ),
        _of_secretaries(
            "feedback",
            "已反馈",
            f"{SECRETARIES}，统计日以前向本人反馈了意见的。",
            lambda asked: Q(feedback_on__lte=asked.day),
        ),
        *(
            _of_grades(
                code,
                title,
                f"{SECRETARIES}，统计日以前公布等次、评定为“{title}”的；只公布给本人的不计入。",
                _with(title),
            )
            for code, title in zip(CODES, TITLES, strict=True)
        ),
        _of_grades(
            "graded_otherwise",
            "其他等次",
            f"{SECRETARIES}，已公布、方案用了别的等次名称的。",
            lambda asked: told_by(asked.day) & ~Q(decided__in=TITLES),
        ),
        _of_grades(
            "told_himself",
            "只告知本人",
            f"{SECRETARIES}，等次只公布给本人的，这里不分等次。",
            lambda asked: published_by(asked.day) & ~told_by(asked.day),
        ),
        _of_grades(
            "unpublished",
            "没有公布",
            f"{SECRETARIES}，统计日还没有公布等次的，不论是否已经评定。",
            lambda asked: ~published_by(asked.day),
        ),
        _of_problems("problems", "清单", "这些书记的整改清单上的事项，按现在的登记。", Q()),
        _of_problems("done", "已完成", "这些书记的整改事项，统计日以前完成的，不论是否已核查。", _done),
        _of_problems(
            "overdue",
            "逾期未完成",
            "这些书记的整改事项，完成期限在统计日以前、统计日还没有完成的。",
            lambda asked: Q(due_on__lt=asked.day) & ~_done(asked),
        ),
    ),
)
