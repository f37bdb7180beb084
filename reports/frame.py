"""The frame around every page: what the menus offer this user, and how much is waiting."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from accounts import drafts, text_size
from accounts.models import User
from branches.roles import SCRIBES, STAFF, THREE_ADMINS, Right, Role
from branches.scope import grants_of, has_right, headed_stations, roles_of
from reminders.models import Reminder


@dataclass(frozen=True)
class Entry:
    """One line of a menu; it is current on every page whose path starts with one of ``sections``."""

    url: str
    label: str
    icon: str
    current: bool


@dataclass(frozen=True)
class Group:
    """Lines of the side menu that belong together; the first group has no title."""

    title: str
    entries: Sequence[Entry]


def _seer(user: User) -> bool:
    return has_right(user, Right.SEE_FIGURES)


def _staff(user: User) -> bool:
    return bool(STAFF & roles_of(user))


def _admin(user: User) -> bool:
    return has_right(user, Right.USE_ADMIN)


def _keeps_channels(user: User) -> bool:
    return has_right(user, Right.KEEP_CHANNELS)


def _answers_suggestions(user: User) -> bool:
    return has_right(user, Right.ANSWER_SUGGESTIONS)


def _sees_register(user: User) -> bool:
    return has_right(user, Right.SEE_REGISTER)


def _keeps_members(user: User) -> bool:
    return has_right(user, Right.KEEP_MEMBERS)


def _investigates(user: User) -> bool:
    return has_right(user, Right.INVESTIGATE)


def _reads_audit(user: User) -> bool:
    return has_right(user, Right.READ_AUDIT)


def _attends(user: User) -> bool:
    return has_right(user, Right.TAKE_ATTENDANCE)


def _develops(user: User) -> bool:
    return has_right(user, Right.SEE_DEVELOPMENT)


def _assesses(user: User) -> bool:
    return has_right(user, Right.ASSESS)


def _sees_grades(user: User) -> bool:
    """Whoever keeps the rounds comes to their results from there."""
    return has_right(user, Right.SEE_GRADES) and not _assesses(user)


def _reviews(user: User) -> bool:
    return has_right(user, Right.REVIEW)


def _heads_station(user: User) -> bool:
    return bool(headed_stations(user))


def _everybody(user: User) -> bool:
    return True


def _has_home(user: User) -> bool:
    """Whether 首页 is a page of its own; everybody else is sent on to one that the menu names itself."""
    return _attends(user)


Predicate = Callable[[User], bool]

Line = tuple[str, str, str, Predicate]

#: The side menu in its groups, at most seven; a name for each but the first.
DESK: tuple[tuple[str, tuple[Line, ...]], ...] = (
    ("", (("home", "首页", "home", _has_home), ("dashboard", "驾驶舱", "chart", _seer))),
    (
        "组织生活",
        (
            ("activity_list", "活动记录", "list", _seer),
            ("plan_list", "活动计划", "clock", _seer),
            ("assignment_list", "通知和任务", "send", _seer),
            ("case_list", "案例报告", "file", _seer),
        ),
    ),
    (
        "党员",
        (
            ("roster", "党员花名册", "users", _seer),
            ("birthdays", "政治生日", "gift", _seer),
            ("contact_list", "党务通讯录", "users", _seer),
            ("development_list", "发展党员", "step", _develops),
            ("transfer_list", "组织关系", "send", _staff),
            ("station_list", "党员工作站", "flag", _seer),
        ),
    ),
    (
        "评议",
        (
            ("round_list", "述职评议", "star", _assesses),
            ("result_list", "述职评议结果", "star", _sees_grades),
            ("review_list", "民主评议党员", "users", _reviews),
        ),
    ),
    (
        "统计",
        (
            ("quarter", "季度统计", "file", _seer),
            ("figure_index", "统计报表", "chart", _seer),
            ("closing_list", "季度锁定", "lock", _seer),
        ),
    ),
    (
        "管理",
        (
            ("import_roster", "导入", "import", _staff),
            ("job_list", "任务中心", "clock", _seer),
            ("data_request_list", "个人信息请求", "users", _keeps_members),
            ("suggestion_list", "意见建议", "pen", _answers_suggestions),
            ("privacy_register", "个人信息登记表", "lock", _sees_register),
            ("incident", "事件报告", "bell", _investigates),
            ("trail_check", "核验审计记录", "check", _reads_audit),
            ("system_state", "系统状态", "gear", _keeps_channels),
            ("admin:index", "数据后台", "gear", _admin),
        ),
    ),
)
TABS: tuple[Line, ...] = (
    ("home", "首页", "home", _has_home),
    ("activity_choose", "记录", "pen", _attends),
    ("branch_own", "支部", "flag", _attends),
    ("station_list", "工作站", "flag", _heads_station),
    ("me", "我的", "user", _everybody),
)


class Frame:
    """Read lazily: a page that shows no menu asks nothing."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self.trial: bool = settings.TRIAL

    @property
    def is_large(self) -> bool:
        """Whether the device shows larger letters."""
        return text_size.is_large(self._request)

    @cached_property
    def _user(self) -> User | None:
        user = getattr(self._request, "user", None)
        return user if isinstance(user, User) else None

    def _groups(self, groups: Sequence[tuple[str, Sequence[Line]]]) -> list[Group]:
        """The groups in which this user may see anything."""
        if self._user is None:
            return []
        found = [
            (
                title,
                [(reverse(name), label, icon) for name, label, icon, may_see in lines if may_see(self._user)],
            )
            for title, lines in groups
        ]
        here = self._request.path
        inside = [
            url
            for _, lines in found
            for url, _, _ in lines
            if here == url or (url != reverse("home") and here.startswith(url))
        ]
        current = max(inside, key=len, default="")
        return [
            Group(title, [Entry(url, label, icon, url == current) for url, label, icon in lines])
            for title, lines in found
            if lines
        ]

    @cached_property
    def nav(self) -> list[Group]:
        """The side menu; whoever works on phone pages finds the entries of the bottom bar there too."""
        if not self.is_phone:
            return self._groups(DESK)
        first, *others = DESK
        return self._groups([("", (*TABS, *first[1][1:])), *others])

    @cached_property
    def tabs(self) -> list[Entry]:
        return [entry for group in self._groups([("", TABS)]) for entry in group.entries]

    @cached_property
    def is_phone(self) -> bool:
        """Secretaries and recorders, attendance-takers, station heads and members work on phone pages."""
        return self._user is not None and not roles_of(self._user) & (STAFF | THREE_ADMINS | {Role.LEADER})

    @cached_property
    def org_name(self) -> str:
        """The organisation the user works for: that of the widest grant."""
        if self._user is None:
            return ""
        grants = sorted(
            (grant for grant in grants_of(self._user) if grant.branch), key=lambda g: len(g.branch_path)
        )
        return grants[0].branch.short_name if grants and grants[0].branch else ""

    @cached_property
    def user_label(self) -> str:
        return self._user.name if self._user else ""

    @cached_property
    def draft_key(self) -> str:
        """For forms whose drafts stay on the device."""
        return drafts.key_of(self._user) if self._user else ""

    @cached_property
    def todo_count(self) -> int | None:
        if self._user is None or not roles_of(self._user) & SCRIBES:
            return None
        return Reminder.objects.visible_to(self._user).open().count()

    @cached_property
    def search_url(self) -> str | None:
        return reverse("roster") if self._user and has_right(self._user, Right.SEE_MEMBERS) else None

    @property
    def is_of_three(self) -> bool:
        """One of the three administrators: the browser admin is his first page, and what he may not do another does."""
        return self._user is not None and bool(roles_of(self._user) & THREE_ADMINS)

    @property
    def home_url(self) -> str:
        return reverse("home")


def frame(request: HttpRequest) -> dict[str, Frame]:
    """Context processor."""
    return {"frame": Frame(request)}
