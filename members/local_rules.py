"""What a university may decide about its members beyond the national texts (see :mod:`branches.local`)."""

from typing import Final

from branches.local import Kind, LocalRule, declare

_DEVELOPMENT: Final = "发展党员"
_BIRTHDAYS: Final = "政治生日"
_MOVEMENT: Final = "组织关系"

NOTICE_DAYS: Final = "development-notice-days"
REPORT_MONTHS: Final = "development-report-months"
PROBATION_MONTHS: Final = "development-probation-months"
APPLICATION_MONTHS: Final = "development-application-months"
CONTACT_LIMIT: Final = "development-contact-limit"
TRAINING_MONTHS: Final = "development-training-months"
PLAN: Final = "development-plan"
TRAINING_HOURS: Final = "secretary-training-hours"
ROTATION_FOR: Final = "training-rotation-for"
BIRTHDAY_FROM: Final = "birthday-from"
BIRTHDAY_LEAP: Final = "birthday-leap-day"
LETTER_DAYS: Final = "transfer-letter-days"

FROM_JOINING: Final = "joined"
FROM_FULL: Final = "full"

#: Who owes a 集中轮训 each year; each takes in the one before.
SECRETARIES: Final = "secretary"
COMMITTEES: Final = "committee"
EVERYBODY: Final = "member"

#: Of a letter, where the university decided nothing, and the longest that any may say.
VALID_DAYS: Final = 30
LONGEST_VALID: Final = 90

declare(
    LocalRule(
        NOTICE_DAYS,
        _DEVELOPMENT,
        "公示天数",
        "确定发展对象、接收预备党员和转正前公示的最少工作日。全国性规定没有统一天数，多地定为5个工作日。",
        Kind.NUMBER,
        0,
        "个工作日",
        30,
    ),
    LocalRule(
        REPORT_MONTHS,
        _DEVELOPMENT,
        "思想汇报间隔",
        "入党积极分子和预备党员每隔几个月交一次思想汇报，超过的列为逾期。多地定为3个月。",
        Kind.NUMBER,
        0,
        "个月",
        12,
    ),
    LocalRule(
        PROBATION_MONTHS,
        _DEVELOPMENT,
        "预备党员考察间隔",
        "党支部每隔几个月考察一次预备党员，超过的列为逾期。全国性规定没有期限，多地定为6个月。",
        Kind.NUMBER,
        0,
        "个月",
        12,
    ),
    LocalRule(
        APPLICATION_MONTHS,
        _DEVELOPMENT,
        "递交申请书满几个月可定积极分子",
        "从递交入党申请书到确定为入党积极分子至少间隔的月数。",
        Kind.NUMBER,
        0,
        "个月",
        24,
    ),
    LocalRule(
        CONTACT_LIMIT,
        _DEVELOPMENT,
        "每名培养联系人最多联系几人",
        "同一名正式党员同时担任培养联系人的人数上限。",
        Kind.NUMBER,
        0,
        "人",
        50,
    ),
    LocalRule(
        TRAINING_MONTHS,
        _DEVELOPMENT,
        "集中培训结业几个月内有效",
        "发展对象集中培训结业后，须在这个期限内召开接收预备党员的支部大会，过期重新培训。",
        Kind.NUMBER,
        0,
        "个月",
        60,
    ),
    LocalRule(
        PLAN,
        _DEVELOPMENT,
        "执行年度发展党员计划",
        "启用后，接收预备党员时核对所在二级党组织当年的计划名额，没有计划或名额用完的不能接收。",
        Kind.SWITCH,
        False,
    ),
    LocalRule(
        BIRTHDAY_FROM,
        _BIRTHDAYS,
        "政治生日按哪个日期",
        "通常指加入党组织日期，有的学校按转为正式党员日期。按转正日期的，预备党员在转正前仍按加入党组织日期。",
        Kind.CHOICE,
        FROM_JOINING,
        choices=((FROM_JOINING, "入党日期"), (FROM_FULL, "转正日期")),
    ),
    LocalRule(
        BIRTHDAY_LEAP,
        _BIRTHDAYS,
        "2月29日在平年落在哪天",
        "入党或转正在2月29日的，平年的政治生日和党龄整年的日子。",
        Kind.CHOICE,
        "02-28",
        choices=(("02-28", "2月28日"), ("03-01", "3月1日")),
    ),
    LocalRule(
        TRAINING_HOURS,
        "书记和委员培训",
        "书记和委员每年的培训学时",
        "全国性法规没有统一学时；56学时出自《2019—2023年全国党员教育培训工作规划》，各校可按现行文件确定。",
        Kind.NUMBER,
        0,
        "学时",
        200,
    ),
    LocalRule(
        ROTATION_FOR,
        "书记和委员培训",
        "每年参加集中轮训的范围",
        "支部条例第二十五条要求党支部书记每年至少参加1次；委员和全体党员是否也要参加，由各校按现行文件确定。",
        Kind.CHOICE,
        SECRETARIES,
        choices=(
            (SECRETARIES, "党支部书记"),
            (COMMITTEES, "党支部书记、副书记和委员"),
            (EVERYBODY, "全体党员"),
        ),
    ),
    LocalRule(
        LETTER_DAYS,
        _MOVEMENT,
        "介绍信有效期",
        "开介绍信时填好的有效天数，开信时可按路途远近改短或改长，最长90天。全国性法规没有统一天数。",
        Kind.NUMBER,
        VALID_DAYS,
        "天",
        LONGEST_VALID,
        least=1,
    ),
)
