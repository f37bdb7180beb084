"""The transition table: who decides each step, what must be there before, what it writes down, what it changes.

The twenty-five numbers are a layer of practice above the articles; steps of one number (a report beside an observation)
are parts of it. ``needs`` makes skipping impossible, ``not_before`` and ``due`` are the waiting periods and the terms.
"""

from typing import Final

from members import local_rules
from members.controls import IN_ORDER, Cited
from members.models import StatusPeriod

from . import facts
from .rules import order_of
from .vocabulary import By, Fact, Spec, Stage, Step, Term

Status = StatusPeriod.Status

S = Step
_FIRST_HALF: Final = (
    Spec(
        S.APPLICATION,
        1,
        Stage.APPLICATION,
        "递交入党申请书",
        By.APPLICANT,
        documents="入党申请书",
        status=Status.APPLICANT,
    ),
    Spec(
        S.APPLICATION_TALK,
        2,
        Stage.APPLICATION,
        "派人谈话",
        By.BRANCH,
        (S.APPLICATION,),
        facts.TALK,
        "入党申请人谈话记录",
        due=Term(S.APPLICATION, 1, "FZ-02"),
        rule="FZ-02",
    ),
    Spec(
        S.ACTIVIST_DECISION,
        3,
        Stage.ACTIVIST,
        "推荐和确定入党积极分子",
        By.BRANCH,
        (S.APPLICATION, S.APPLICATION_TALK),
        (
            Fact("way", "推荐方式", "choice", choices=(("members", "党员推荐"), ("league", "群团组织推优"))),
            Fact("recommended_by", "推荐组织（或个人）和推荐意见", required=False),
            facts.MEETING,
            facts.NOTE,
            *facts.HANDED_OVER,
        ),
        "推荐入党积极分子登记表、会议记录",
        not_before=(Term(S.APPLICATION, local_rules.APPLICATION_MONTHS, local_rules.APPLICATION_MONTHS),),
        status=Status.ACTIVIST,
        rule="FZ-03",
    ),
    Spec(
        S.ACTIVIST_FILING,
        4,
        Stage.ACTIVIST,
        "积极分子报党委备案",
        By.COMMITTEE,
        (S.ACTIVIST_DECISION,),
        facts.FILED,
        "备案报告、备案表",
        rule="FZ-03",
    ),
    Spec(
        S.CONTACTS,
        5,
        Stage.ACTIVIST,
        "指定培养联系人",
        By.BRANCH,
        (S.ACTIVIST_DECISION,),
        (Fact("people", "培养联系人", "people", help="一至两名正式党员。"),),
        "培养教育考察登记表",
        rule="FZ-04",
    ),
    Spec(
        S.OBSERVATION,
        6,
        Stage.ACTIVIST,
        "培养教育考察",
        By.BRANCH,
        (S.CONTACTS,),
        (Fact("content", "考察意见", "long"),),
        "考察登记表",
        due=Term(S.ACTIVIST_DECISION, 6, "FZ-05"),
        is_repeated=True,
    ),
    Spec(
        S.REPORT,
        6,
        Stage.ACTIVIST,
        "思想汇报",
        By.APPLICANT,
        (S.ACTIVIST_DECISION,),
        (facts.NOTE,),
        "思想汇报",
        due=Term(S.ACTIVIST_DECISION, local_rules.REPORT_MONTHS, local_rules.REPORT_MONTHS),
        is_repeated=True,
    ),
    Spec(
        S.TARGET_DECISION,
        7,
        Stage.TARGET,
        "确定发展对象",
        By.BRANCH,
        (S.ACTIVIST_DECISION, S.ACTIVIST_FILING, S.CONTACTS),
        (
            Fact("opinions", "已听取党小组、培养联系人、党员和群众意见", "yes"),
            Fact(
                "opinions_heard",
                "征求意见的时间、地点、形式和结果",
                "long",
                required=False,
            ),
            facts.MEETING,
            facts.NOTE,
        ),
        "征求意见记录、会议记录",
        not_before=(Term(S.ACTIVIST_DECISION, 12, "FZ-08"),),
        status=Status.TARGET,
        rule="FZ-08",
    ),
    Spec(
        S.TARGET_FILING,
        8,
        Stage.TARGET,
        "发展对象报党委备案",
        By.COMMITTEE,
        (S.TARGET_DECISION,),
        (*facts.NOTICE, *facts.FILED),
        "备案报告、公示材料",
        rule="FZ-08",
    ),
    Spec(
        S.INTRODUCERS,
        9,
        Stage.TARGET,
        "确定入党介绍人",
        By.BRANCH,
        (S.TARGET_DECISION,),
        (
            Fact("people", "入党介绍人", "people", help="两名正式党员，一般由培养联系人担任。"),
            Fact("undisciplined", "两人均未受留党察看处分", "yes"),
        ),
        "介绍人登记",
        rule="FZ-09",
    ),
    Spec(
        S.POLITICAL_REVIEW,
        10,
        Stage.TARGET,
        "政治审查",
        By.BRANCH,
        (S.TARGET_DECISION,),
        (
            Fact("result", "结论", "choice", choices=(("passed", "合格"), ("failed", "不合格"))),
            Fact("reviewer", "审查人", required=False),
            Fact("content", "结论性材料", "long", required=False),
        ),
        "政治审查结论性材料",
        outcomes=facts.PASS,
        rule="FZ-10",
    ),
    Spec(
        S.TRAINING,
        11,
        Stage.TARGET,
        "集中培训",
        By.COMMITTEE,
        (S.TARGET_FILING,),
        (
            Fact("days", "培训天数", "number", required=False),
            Fact(
                "hours",
                "培训学时",
                "number",
                required=False,
                help="天数、学时填一项即可：不少于3天或24学时。",
            ),
            Fact("result", "结业情况", "choice", choices=(("passed", "结业"), ("failed", "未结业"))),
            Fact("certificate", "结业证书编号", required=False),
        ),
        "结业证书",
        outcomes=facts.PASS,
        rule="FZ-11",
    ),
)
_SECOND_HALF: Final = (
    Spec(
        S.ADMISSION_REVIEW,
        12,
        Stage.ADMISSION,
        "支委会审查",
        By.BRANCH,
        (S.TARGET_FILING, S.INTRODUCERS, S.POLITICAL_REVIEW, S.TRAINING),
        (facts.MEETING, facts.NOTE),
        "会议记录、预审请示",
    ),
    Spec(
        S.PRE_REVIEW,
        13,
        Stage.ADMISSION,
        "党委预审",
        By.COMMITTEE,
        (S.ADMISSION_REVIEW,),
        (
            facts.PASSED,
            Fact("document", "预审批复文号", required=False),
            Fact(
                "leaving_reason",
                "三个月内将离校仍办理的理由",
                required=False,
                help="预计毕业日期在三个月以内的必填，其他不用填。",
            ),
        ),
        "预审批复",
        outcomes=facts.PASS,
        rule="FZ-12",
    ),
    Spec(
        S.MEMBERSHIP_FORM,
        14,
        Stage.ADMISSION,
        "填写入党志愿书",
        By.BRANCH,
        (S.PRE_REVIEW,),
        (Fact("form_number", "入党志愿书编号"),),
        "入党志愿书",
        rule="FZ-12",
    ),
    Spec(
        S.ADMISSION_MEETING,
        15,
        Stage.ADMISSION,
        "支部大会讨论接收",
        By.BRANCH,
        (S.MEMBERSHIP_FORM,),
        (*facts.VOTES, facts.PASSED),
        "会议记录、票决情况、决议",
        outcomes=facts.PASS,
        rule="FZ-14",
    ),
    Spec(
        S.COMMITTEE_TALK,
        16,
        Stage.ADMISSION,
        "党委派人谈话",
        By.COMMITTEE,
        (S.ADMISSION_MEETING,),
        facts.TALK,
        "入党志愿书中的谈话意见",
        rule="FZ-17",
    ),
    Spec(
        S.ADMISSION_APPROVAL,
        17,
        Stage.ADMISSION,
        "党委审批",
        By.COMMITTEE,
        (S.COMMITTEE_TALK,),
        (
            *facts.NOTICE,
            *facts.COMMITTEE_VOTES,
            facts.APPROVED,
            facts.REPLY,
            Fact(
                "special_reason",
                "超过三个月审批的特殊情况",
                required=False,
                help="支部大会后三个月以内审批的不用填；有特殊情况的，最长不超过六个月。",
            ),
        ),
        "党委会议记录、批复",
        due=Term(S.ADMISSION_MEETING, 3, "FZ-18", longest=6, excuse="special_reason"),
        outcomes=facts.APPROVE,
        status=Status.PROBATIONARY,
        rule="FZ-16",
    ),
    Spec(
        S.ADMISSION_FILING,
        18,
        Stage.ADMISSION,
        "报上级组织部门备案",
        By.COMMITTEE,
        (S.ADMISSION_APPROVAL,),
        facts.FILED,
        "备案报告",
    ),
    Spec(
        S.SEATING,
        19,
        Stage.PROBATION,
        "编入党支部和党小组",
        By.BRANCH,
        (S.ADMISSION_APPROVAL,),
        (facts.NOTE,),
        "预备党员考察登记表",
    ),
    Spec(
        S.OATH,
        20,
        Stage.PROBATION,
        "入党宣誓",
        By.BRANCH,
        (S.ADMISSION_APPROVAL,),
        (facts.WHERE, facts.NOTE),
        "宣誓记录",
        rule="FZ-19",
    ),
    Spec(
        S.PROBATION_OBSERVATION,
        21,
        Stage.PROBATION,
        "继续教育考察",
        By.BRANCH,
        (S.ADMISSION_APPROVAL,),
        (Fact("content", "考察意见", "long"),),
        "考察登记表",
        due=Term(S.ADMISSION_MEETING, local_rules.PROBATION_MONTHS, local_rules.PROBATION_MONTHS),
        is_repeated=True,
    ),
    Spec(
        S.PROBATION_REPORT,
        21,
        Stage.PROBATION,
        "思想汇报（预备期）",
        By.APPLICANT,
        (S.ADMISSION_APPROVAL,),
        (facts.NOTE,),
        "思想汇报",
        due=Term(S.ADMISSION_MEETING, local_rules.REPORT_MONTHS, local_rules.REPORT_MONTHS),
        is_repeated=True,
    ),
    Spec(
        S.FULL_APPLICATION,
        22,
        Stage.PROBATION,
        "提出转正申请",
        By.APPLICANT,
        (S.ADMISSION_APPROVAL,),
        (facts.NOTE,),
        "转正申请书",
    ),
    Spec(
        S.FULL_MEETING,
        23,
        Stage.PROBATION,
        "支部大会讨论转正",
        By.BRANCH,
        (S.FULL_APPLICATION,),
        (
            Fact(
                "decision",
                "讨论决定",
                "choice",
                choices=(("confirm", "按期转正"), ("extend", "延长预备期"), ("cancel", "取消预备党员资格")),
            ),
            Fact("extension", "延长几个月", "number", required=False, help="延长预备期的填写：6至12个月。"),
            *facts.VOTES,
            facts.PASSED,
        ),
        "会议记录、票决情况、决议",
        outcomes=facts.PASS,
        rule="FZ-22",
    ),
    Spec(
        S.FULL_APPROVAL,
        24,
        Stage.PROBATION,
        "党委审批转正",
        By.COMMITTEE,
        (S.FULL_MEETING,),
        (*facts.NOTICE, *facts.COMMITTEE_VOTES, facts.APPROVED, facts.REPLY),
        "党委会议记录、批复",
        due=Term(S.FULL_MEETING, 3, "FZ-23"),
        outcomes=facts.APPROVE,
        rule="FZ-23",
    ),
    Spec(
        S.ARCHIVE,
        25,
        Stage.PROBATION,
        "材料归档",
        By.BRANCH,
        (S.FULL_APPROVAL,),
        (facts.NOTE,),
        "人事档案、全程纪实表",
        rule="FZ-26",
    ),
)
TABLE: Final[dict[Step, Spec]] = {spec.step: spec for spec in (*_FIRST_HALF, *_SECOND_HALF)}
#: Taken anew after an extended probation.
FULL_CYCLE: Final = frozenset({S.FULL_APPLICATION, S.FULL_MEETING, S.FULL_APPROVAL})
STAGES: Final = tuple(Stage)
#: Their own articles say that nobody is admitted before them; that of the meeting speaks of who must be there, and how
#: many must agree.
SAID_TO_COME_FIRST: Final = frozenset({S.POLITICAL_REVIEW, S.TRAINING, S.PRE_REVIEW, S.COMMITTEE_TALK})


def order_between(needed: Step, step: Step) -> Cited:
    """What it rests on that ``step`` comes after ``needed``."""
    if needed in SAID_TO_COME_FIRST and TABLE[step].stage == Stage.ADMISSION:
        return order_of(TABLE[needed].rule)
    return IN_ORDER if step == S.ADMISSION_MEETING else order_of(TABLE[step].rule)


def as_step(name: str) -> Step | None:
    """The step of that name; None when there is none."""
    try:
        return Step(name)
    except ValueError:
        return None
