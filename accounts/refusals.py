"""What somebody asked for and did not get: an entry in the trail, and a line of the log `branchbook.security`.

Within ten minutes an account leaves so many entries (REFUSALS_IN_TEN_MINUTES), so that nobody fills the trail by
asking; the last of them says that there is more, and all are in the log.
"""

import logging
from typing import Final

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.utils.encoding import escape_uri_path

from . import audit
from .counting import REFUSALS, over
from .models import User

logger = logging.getLogger("branchbook.security")
OUT_OF_REACH: Final = "对象不在权限范围内"
MISSING: Final = "没有这个对象"
UNSIGNED: Final = "表单没有有效的凭据"
MORE: Final = "以后的见安全日志"


class OutOfReach(Http404):
    """A row that is not there for who asked; the answer is the same whether it is there for others."""

    def __init__(self, *, is_there: bool) -> None:
        super().__init__()
        self.why = OUT_OF_REACH if is_there else MISSING


def note(request: HttpRequest, exception: Exception) -> None:
    """Of a signed-in user: a right that he has not, a row out of his reach. An address of no page is neither."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return
    if isinstance(exception, PermissionDenied):
        write_some(request, user, "access.refuse", "")
    elif isinstance(exception, OutOfReach):
        write_some(request, user, "access.miss", exception.why)


def write_some(request: HttpRequest, user: User, action: str, why: str) -> None:
    """An entry, unless there were too many already."""
    times = over(REFUSALS, f"u{user.pk}")
    if times < 2:
        write(request, user, action, "；".join(filter(None, (why, MORE if times else ""))))
    else:
        _tell(request, user, action)


def write(request: HttpRequest, user: User | None, action: str, why: str) -> None:
    after = {"method": request.method, "path": request.path[:200]} | ({"reason": why} if why else {})
    audit.record(action, by=user, denied=True, after=after)
    _tell(request, user, action)


def _tell(request: HttpRequest, user: User | None, action: str) -> None:
    """One line an event: no query, no name; line ends of an address are escaped."""
    logger.warning(
        "%s account=%s address=%s %s %s",
        action,
        user.pk if user else "-",
        audit.remote_address.get() or "-",
        request.method,
        escape_uri_path(request.path[:200]),
    )
