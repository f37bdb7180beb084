"""What the personas said about the program, and what one of them asks about his own data."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from accounts.models import User
from branches import suggestions
from branches.models import Suggestion
from lib.workdays import after_workdays
from members import data_requests
from members.models import DataRequest, Member

from .scale import Setting

#: Who, how many days ago, from which page, what; and the answer, where there is one.
SAID = (
    ("shuji", 12, "/record/", "手机上补记上周的主题党日时，希望能沿用上一次的地点。", "已列入下一版，谢谢。"),
    ("dangyuan", 3, "/me/", "学时什么时候计入？补学以后没有马上看到变化。", ""),
    ("xueyuan", 1, "/statistics/", "建议季度统计的工作簿按支部类别再分一张表。", ""),
)
ASKED = "手机号已经停用，请删除。"


def speak(setting: Setting, users: dict[str, User]) -> None:
    """Through the verbs; the days are set afterwards."""
    for username, ago, page, text, answer in SAID:
        row = suggestions.make(text, page, by=users[username])
        at = _at(setting, ago)
        Suggestion.objects.filter(pk=row.pk).update(at=at)
        if answer:
            suggestions.answer(row, answer, by=users["zuzhibu"])
            Suggestion.objects.filter(pk=row.pk).update(answered_at=at + timedelta(days=1))
    member = Member.objects.get(account=users["dangyuan"])
    asked = data_requests.ask(member, "delete", "contact", ASKED, by=users["dangyuan"])
    at = _at(setting, 2)
    due = after_workdays(at.date(), data_requests.DAYS_TO_ANSWER)
    DataRequest.objects.filter(pk=asked.pk).update(asked_at=at, due_on=due)


def _at(setting: Setting, days_ago: int) -> datetime:
    day = setting.today - timedelta(days=days_ago)
    return datetime.combine(day, time(10, 20), timezone.get_current_timezone())
