"""The university's case report (典型案例): campaigns, work stations and where its graduates went, in figures."""

from typing import Final

from django.db.models import Max

from accounts.models import User
from activities.kinds import Kind
from activities.models import Campaign
from lib.periods import Period
from members.models import Destination
from reports.cases import keeping
from reports.cases.placeholders import Address

from .organisations import University
from .scale import PARTY_HISTORY, THEME_EDUCATION, Setting

NAME: Final = "典型案例"
TITLE: Final = "把集中学习教育融入支部日常组织生活"
TEXT: Final = (
    "一、基本情况",
    (
        "学校党委现有党支部 {branches} 个、党员 {members} 名。近年来，学校党委把集中学习教育同三会一课、主题党日"
        "结合起来，要求支部每次活动有主题、有记录、有后续安排，不另搞一套台账。"
    ),
    "二、主要做法",
    (
        "（一）研讨和实践结合。{theme_year}年主题教育期间，全校共召开专题研讨会 {seminars} 场，"
        "开展党性实践活动 {practice} 次。研讨之前由支部收集教学、科研和服务中的问题，会上逐条讨论，"
        "会后写明责任人和完成时间。"
    ),
    (
        "（二）学党史用身边的场地和材料。{history_year}年党史学习教育期间，各支部讲专题党课 {lectures} 次，"
        "开展主题党日 {theme_days} 次，组织观看红色影片 {films} 次。校史馆、实验室和周边纪念场馆都用作课堂。"
    ),
    (
        "（三）把服务送到学生宿舍。学校建立宿舍党员工作站 {stations} 个，在站服务的党员 {serving} 名，"
        "分楼层联系学生，收集意见，帮助解决生活和学习中的困难。"
    ),
    "三、成效和不足",
    "{graduation_year}届毕业生中，到基层就业（选调）的有 {selected} 人，其中党员 {selected_members} 人，占 {share}。",
    (
        "工作中也有不足：少数支部的研讨记录比较简单，会后事项办结偏慢；退休教工支部参加集中活动有困难。"
        "下一步将按季检查会后事项的办理情况，对行动不便的党员采取送学上门。"
    ),
)


def report(university: University, setting: Setting, clerk: User) -> None:
    """Written by ``clerk`` through the verb: each campaign in its year, and today's state where a day is counted."""
    graduated = Destination.objects.aggregate(last=Max("graduates_on"))["last"] or setting.last_day
    now, left = Period.year(setting.last_day.year).code, Period.year(graduated.year).code
    text = "\n".join(TEXT).format(
        branches=Address("organisations", "branches", period=now).token,
        members=Address("members", "members", period=now).token,
        seminars=_held(THEME_EDUCATION, Kind.SEMINAR, setting),
        practice=_held(THEME_EDUCATION, Kind.PRACTICE, setting),
        lectures=_held(PARTY_HISTORY, Kind.PARTY_LECTURE, setting),
        theme_days=_held(PARTY_HISTORY, Kind.THEME_DAY, setting),
        films=_held(PARTY_HISTORY, Kind.FILM, setting),
        stations=Address("stations", "stations", period=now).token,
        serving=Address("stations", "serving", period=now).token,
        selected=Address("graduates", Destination.Kind.GRASSROOTS.value, period=left).token,
        selected_members=Address("graduates", "grassroots_members", period=left).token,
        share=Address("graduates", "grassroots_share", period=left).token,
        theme_year=setting.campaign_days(THEME_EDUCATION)[0].year,
        history_year=setting.campaign_days(PARTY_HISTORY)[0].year,
        graduation_year=graduated.year,
    )
    facts = keeping.Facts(NAME, TITLE, text, _year_of(THEME_EDUCATION, setting))
    keeping.write(university.root, facts, by=clerk)


def _year_of(campaign: str, setting: Setting) -> Period:
    return Period.year(setting.campaign_days(campaign)[0].year)


def _held(campaign: str, kind: Kind, setting: Setting) -> str:
    row = Campaign.objects.get(name=campaign)
    return Address("life_by_kind", "held", kind.value, row.pk, period=_year_of(campaign, setting).code).token
