"""The facts of an incident on an official page: what the notice to the authority and to people has to say (PIPL 57)."""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Final

from django.conf import settings
from django.utils import timezone

from accounts import audit
from accounts.models import User
from lib.word import OfficialDocument

from .incident import Incident, Line, Place

TITLE: Final = "个人信息安全事件报告"
BLANK: Final = "（由学校填写）"
HEADS: Final = ("时间", "来源地址", "操作", "对象", "内容", "数量")
#: In millimetres, together the width of the text.
WIDTHS: Final = (30, 26, 34, 26, 26, 14)


def word(incident: Incident, *, by: User | None) -> bytes:
    """Audited."""
    audit.record("incident.export", by=by, on=incident.user, after={"as": "docx"})
    document = OfficialDocument(TITLE, f"（账号 {incident.user.username}）")
    document.labelled("期间", f"{_time(incident.since)}至{_time(incident.until)}")
    document.heading("一、发生或者可能发生泄露的信息种类")
    document.paragraph(
        "、".join(incident.categories) + "。" if incident.categories else "没有查到取走信息的记录。"
    )
    document.labelled("涉及人数", f"逐人查看的 {incident.people} 人；导出、打印的文件共 {incident.rows} 行")
    document.heading("二、原因和可能造成的危害")
    document.labelled("原因", BLANK)
    document.labelled("使用过该账号的地址", "；".join(map(place, incident.places)) or "没有")
    document.labelled("登录失败", f"{incident.failures} 次")
    document.labelled("可能的危害", f"被冒用身份、电信诈骗、名誉受损。{BLANK}")
    document.heading("三、已采取的补救措施和个人可以采取的措施")
    document.labelled("会话", still_open(incident))
    document.labelled("其他补救措施", BLANK)
    document.paragraph(
        "个人可以：留意冒充学校的来电和短信，不透露验证码；更换与本系统相同的密码；发现异常时报警。"
    )
    document.heading("四、联系方式")
    document.paragraph(f"{settings.PRIVACY_CONTACT}。{BLANK}")
    document.paragraph("依据：个人信息保护法第五十七条。能够有效避免危害的，可以不通知个人，但须记录理由。")
    for title, lines in (
        ("取走和查看", incident.taken),
        ("修改", incident.changed),
        ("被拒绝", incident.refused),
    ):
        document.annex(f"{title}的记录（{len(lines)} 条）")
        document.table([HEADS, *map(_cells, lines)], WIDTHS, small=True)
    content = BytesIO()
    document.save(content)
    return content.getvalue()


def place(one: Place) -> str:
    """An address, from when to when, and how often."""
    return f"{one.shown_address}（{_time(one.first)}至{_time(one.last)}，{one.entries} 次）"


def still_open(incident: Incident) -> str:
    return f"仍在登录的有 {len(incident.sessions)} 个" if incident.sessions else "都已结束"


def _cells(line: Line) -> Sequence[str]:
    return (
        timezone.localtime(line.at).strftime("%Y-%m-%d %H:%M:%S"),
        line.shown_address,
        line.what,
        line.on,
        line.detail,
        str(line.number or ""),
    )


def _time(at: datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M")
