"""The page of a fault: an outage says what is known of what was sent, and what to do."""

import sys
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error as django_server_error

from lib.outages import Outage, outage_of

SECONDS_TO_RETRY: Final = 10
HOME: Final = ("/", "回到首页")
SAFE_METHODS: Final = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Said:
    """A heading, and what there is to know and to do."""

    heading: str
    lines: tuple[str, ...]
    status: int = 503


_KEPT = "先前已保存的内容都在。请过一会儿再试。"
_UNKNOWN = (
    "刚才提交的内容可能已经保存，也可能没有，现在还不能确定。请过一会儿先到相应的列表里查看。",
    "没有保存的，返回上一页再提交一次。同一张活动记录表单提交几次，都只记一次。",
)
_ROOM = "请告诉系统管理员：服务器磁盘已满，需要腾出空间。"

OPENED: Final = {
    Outage.AWAY: Said("暂时打不开这一页", ("服务器暂时连不上数据库，通常很快恢复。", _KEPT)),
    Outage.BUSY: Said(
        "系统正忙，这一页没有算完", (_KEPT, "一直这样的，请缩小查询的范围，并告诉系统管理员。")
    ),
    Outage.FULL: Said("服务器磁盘已满，打不开这一页", (_ROOM, "先前已保存的内容都在。"), 507),
}
SENT: Final = {
    Outage.AWAY: Said("暂时连不上数据库，不能确定是否已保存", _UNKNOWN),
    Outage.BUSY: Said("系统正忙，不能确定是否已保存", _UNKNOWN),
    Outage.FULL: Said(
        "服务器磁盘已满，没有完成刚才的操作",
        (_ROOM, "返回上一页，填写的内容还在；腾出空间后先看是否已有，再提交一次。"),
        507,
    ),
}


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler of whatever a page or middleware raised. Asks the database nothing: it may be what is away."""
    outage = outage_of(sys.exception())
    if outage is None:
        return django_server_error(request)
    was_opened = request.method in SAFE_METHODS
    said = (OPENED if was_opened else SENT)[outage]
    again = request.get_full_path() if was_opened else ""
    answer = told(said, (again, "再试一次") if again else HOME)
    answer["Retry-After"] = str(SECONDS_TO_RETRY)
    return answer


def told(said: Said, button: tuple[str, str] | None) -> HttpResponse:
    """The page, which asks neither the database nor the session; ``button`` is where one leads, and its word."""
    way, word = button or ("", "")
    text = render_to_string("said.html", {"said": said, "way": way, "word": word})
    answer = HttpResponse(text, status=said.status)
    answer["Cache-Control"] = "no-store, private"
    return answer
