"""The user guides, one page a role: whose they are, and their text.

They are written in ``docs/guide``, where they can be read without the program; ``/help/`` shows the same files.
"""

from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.templatetags.static import static
from django.utils.safestring import SafeString

from accounts.models import User
from branches.roles import Role
from branches.scope import roles_of
from lib import guide_text
from members.models import Member

FOLDER = settings.BASE_DIR / "docs" / "guide"
SIGNING_IN = "signing-in"
MEMBER = "member"
#: In the order of the page; how to sign in is everybody's.
NAMES = (
    "secretary",
    "recorder",
    "attendance",
    "committee",
    "organization",
    "leader",
    "station",
    "system",
    "security",
    "audit",
    MEMBER,
    SIGNING_IN,
)
GUIDES: dict[Role, str] = {
    Role.SECRETARY: "secretary",
    Role.RECORDER: "recorder",
    Role.ATTENDANCE_TAKER: "attendance",
    Role.COMMITTEE_STAFF: "committee",
    Role.ORGANIZATION_STAFF: "organization",
    Role.LEADER: "leader",
    Role.STATION_HEAD: "station",
    Role.SYSTEM_ADMIN: "system",
    Role.SECURITY_ADMIN: "security",
    Role.AUDITOR: "audit",
}


@dataclass(frozen=True)
class Guide:
    name: str
    title: str
    text: str

    @property
    def html(self) -> SafeString:
        return guide_text.as_html(self.text, static)


@cache
def guide(name: str) -> Guide:
    text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    return Guide(name, guide_text.title_of(text), text)


def all_guides() -> list[Guide]:
    return [guide(name) for name in NAMES]


def own_guides(user: User) -> list[Guide]:
    """Those of the user's roles, and of a member, too; who has neither reads that of a member."""
    own = {GUIDES[role] for role in roles_of(user)}
    if not own or Member.objects.filter(account=user).exists():
        own.add(MEMBER)
    return [guide(name) for name in NAMES if name in {*own, SIGNING_IN}]
