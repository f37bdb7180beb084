"""The page of a request that cannot be taken (400): what is wrong with it, and what to do.

Asks neither the database nor the session, as a host that is not ours is refused before either is known.
"""

from typing import Final

from django.core.exceptions import (
    DisallowedHost,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import HttpRequest, HttpResponse

from .outage_pages import HOME, Said, told

HOST: Final = Said(
    "不能用这个网址打开支部簿",
    (
        "浏览器里的网址不是本系统登记的网址，没有执行任何操作。",
        "请用学校公布的网址打开。网址没有写错的，请告诉系统管理员：核对 ALLOWED_HOSTS 和代理转发的 Host。",
    ),
    400,
)
TOO_MUCH: Final = Said(
    "一次提交的内容太多，没有保存",
    (
        "提交的文字、选项或文件超过了一次可以提交的限度，没有保存任何内容。",
        "请返回上一页，减少内容，或分几次提交。",
    ),
    400,
)
MALFORMED: Final = Said(
    "提交的内容认不出，没有执行",
    ("请求不完整或格式不对，没有保存任何内容。", "请返回上一页刷新后再试，并从页面上的按钮操作。"),
    400,
)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler of a SuspiciousOperation, a BadRequest and of a body that is no form."""
    said = _said(exception)
    return told(said, None if said is HOST else HOME)


def _said(exception: Exception) -> Said:
    if isinstance(exception, DisallowedHost):
        return HOST
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return TOO_MUCH
    return MALFORMED
