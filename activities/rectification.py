"""Rectification after an 组织生活会 (支部条例 17): what it found, what is done about it, by whom, until when.

Its items are what the meeting decided, each with the problem it answers: they come back as to-dos like any other.
"""

from typing import Final

from .kinds import Kind
from .models import Activity

ARTICLE: Final = "支部条例第十七条：会后制定整改措施，逐一整改落实"


def asks_problems(activity: Activity) -> bool:
    """Whether what is decided there answers problems that were found."""
    return Kind.ORGANIZATION_LIFE_MEETING in activity.kinds
