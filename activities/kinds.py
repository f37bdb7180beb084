"""The kinds of activity: names, who is expected, and how a study hour counts."""

from collections.abc import Iterable
from enum import StrEnum

from django.db.models import TextChoices


class Kind(TextChoices):
    GENERAL_MEETING = "general_meeting", "支部党员大会"
    COMMITTEE_MEETING = "committee_meeting", "支委会"
    GROUP_MEETING = "group_meeting", "党小组会"
    PARTY_LECTURE = "party_lecture", "党课"
    THEME_DAY = "theme_day", "主题党日"
    ORGANIZATION_LIFE_MEETING = "organization_life_meeting", "组织生活会"
    DEMOCRATIC_REVIEW = "democratic_review", "民主评议党员"
    HEART_TALK = "heart_talk", "谈心谈话"
    FIRST_AGENDA = "first_agenda", "第一议题"
    SEMINAR = "seminar", "专题研讨"
    PRACTICE = "practice", "党性实践"
    FILM = "film", "观影"
    OATH = "oath", "入党宣誓"
    POLITICAL_BIRTHDAY = "political_birthday", "政治生日"
    VOLUNTEERING = "volunteering", "志愿服务"
    JOINT_MEETING = "joint_meeting", "党政联席会议"
    OTHER = "other", "其他"


class Expected(StrEnum):
    """Whose presence is expected at a kind of activity."""

    MEMBERS = "members"  # probationary and full members of the branch on that date
    COMMITTEE = "committee"  # secretary, deputy and committee members on that date
    GROUP = "group"  # members of the party group on that date
    CHOSEN = "chosen"  # whoever the secretary chooses


EXPECTED: dict[Kind, Expected] = {
    Kind.COMMITTEE_MEETING: Expected.COMMITTEE,
    Kind.FIRST_AGENDA: Expected.COMMITTEE,
    Kind.JOINT_MEETING: Expected.COMMITTEE,
    Kind.GROUP_MEETING: Expected.GROUP,
    Kind.HEART_TALK: Expected.CHOSEN,
    Kind.OATH: Expected.CHOSEN,
    Kind.POLITICAL_BIRTHDAY: Expected.CHOSEN,
    Kind.VOLUNTEERING: Expected.CHOSEN,
}

#: The five kinds a secretary logs every month, in the order of the phone page.
QUICK_KINDS = (
    Kind.GENERAL_MEETING,
    Kind.COMMITTEE_MEETING,
    Kind.GROUP_MEETING,
    Kind.PARTY_LECTURE,
    Kind.THEME_DAY,
)
#: What committees above the branches hold themselves: 第一议题, study (理论学习中心组), 党政联席会议 (高校条例 11).
HELD_ABOVE = frozenset({Kind.FIRST_AGENDA, Kind.SEMINAR, Kind.JOINT_MEETING, Kind.OTHER})
#: What was said is for those who said it: no notes, no agenda, nothing of it on paper.
CONFIDENTIAL = frozenset({Kind.HEART_TALK})
#: Kinds in which somebody lectures.
LECTURED = (Kind.PARTY_LECTURE, Kind.SEMINAR)


def expected_of(kind: str) -> Expected:
    return EXPECTED.get(Kind(kind), Expected.MEMBERS)


def held_by(*, is_leaf: bool) -> list[Kind]:
    """What a branch records, or an organisation above the branches."""
    return [kind for kind in Kind if is_leaf or kind in HELD_ABOVE]


def may_also_be(kind: str, *, is_leaf: bool = True) -> list[Kind]:
    """What one meeting may be at the same time (套会): kinds at which the same people are expected.

    A group meeting is of one group, a talk between two people: neither is held within something else.
    """
    alone = (kind, Kind.GROUP_MEETING, Kind.HEART_TALK)
    if kind in alone[1:]:
        return []
    if not is_leaf:
        return [each for each in held_by(is_leaf=False) if each != kind]
    return [each for each in Kind if each not in alone and expected_of(each) is expected_of(kind)]


def may_be_joint(kind: str) -> bool:
    """Whether several branches may hold it as one: a group meeting is of one group, a talk between two people."""
    return kind not in (Kind.GROUP_MEETING, Kind.HEART_TALK)


def joined(kinds: Iterable[str]) -> str:
    """Kinds as a record keeps them: each between spaces, so that one can be looked for; in the order of the kinds."""
    chosen = set(kinds)
    return "".join(f" {kind.value}" for kind in Kind if kind.value in chosen) + " " if chosen else ""


def split(kept: str) -> list[Kind]:
    """What :func:`joined` kept."""
    return [Kind(kind) for kind in kept.split()]
