"""Rules for passwords. Those of Django in Chinese, as its own sentences come partly in English, and ours."""

from pathlib import Path

from django.contrib.auth import password_validation
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError

from lib import breaches

from .models import UsedPassword, User


class SimilarityValidator(password_validation.UserAttributeSimilarityValidator):
    def get_error_message(self) -> str:
        return "新密码和账号、姓名或邮箱太像，请换一个。"

    def get_help_text(self) -> str:
        return "不能和账号、姓名、邮箱相近。"


class LengthValidator(password_validation.MinimumLengthValidator):
    def get_error_message(self) -> str:
        return f"新密码太短，至少要 {self.min_length} 个字符。"

    def get_help_text(self) -> str:
        return f"至少 {self.min_length} 个字符。"


class CommonValidator(password_validation.CommonPasswordValidator):
    def get_error_message(self) -> str:
        return "这个密码太常见，容易被猜到，请换一个。"

    def get_help_text(self) -> str:
        return "不能是常见的密码。"


class ContextValidator:
    """The words everybody would try here first, alone or with figures behind them (ASVS 6.2.11)."""

    WORDS = (
        "branchbook",
        "zhibubu",
        "dangjian",
        "dangzhibu",
        "zuzhibu",
        "支部簿",
        "党建",
        "党支部",
        "组织部",
    )

    def validate(self, password: str, user: User | None = None) -> None:
        rest = password.casefold()
        for word in self.WORDS:
            rest = rest.replace(word, "")
        if rest != password.casefold() and not any(letter.isalpha() for letter in rest):
            raise ValidationError(self.get_error_message(), code="password_of_context")

    def get_error_message(self) -> str:
        return "新密码只是本系统常用的词加数字，容易被猜到，请换一个。"

    def get_help_text(self) -> str:
        return "不能只是本系统常用的词加数字。"


class BreachedValidator:
    """None that became known elsewhere (ASVS 6.2.12), from a file of hashes: see `lib.breaches`."""

    def __init__(self, file: str) -> None:
        self.file = Path(file)

    def validate(self, password: str, user: User | None = None) -> None:
        try:
            is_known = breaches.holds(self.file, password)
        except OSError:
            raise ValidationError(
                "泄露密码表读不到，暂时不能改密码，请告诉系统管理员。", code="no_breaches"
            ) from None
        if is_known:
            raise ValidationError(self.get_error_message(), code="password_breached")

    def get_error_message(self) -> str:
        return "这个密码在别处泄露过，会被人先试，请换一个。"

    def get_help_text(self) -> str:
        return "不能是在别处泄露过的密码。"


class RunValidator:
    """No run of neighbours on the keyboard or in the alphabet, and not two or three characters again and again."""

    LEAST_DIFFERENT = 5
    RUNS = ("12345678901234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")

    def validate(self, password: str, user: User | None = None) -> None:
        typed = password.casefold()
        is_run = any(typed in way for run in self.RUNS for way in (run, run[::-1]))
        if is_run or len(set(typed)) < self.LEAST_DIFFERENT:
            raise ValidationError(self.get_error_message(), code="password_is_run")

    def get_error_message(self) -> str:
        return "新密码只是连续或者重复的字符，容易被猜到，请换一个。"

    def get_help_text(self) -> str:
        return "不能只是连续或者重复的字符。"


class KindsValidator:
    """Characters of so many kinds: capitals, small letters, figures, others (等保: 复杂度)."""

    def __init__(self, least: int) -> None:
        self.least = least

    def validate(self, password: str, user: User | None = None) -> None:
        kinds = (str.isupper, str.islower, str.isdigit, lambda letter: not letter.isalnum())
        if sum(any(is_kind(letter) for letter in password) for is_kind in kinds) < self.least:
            raise ValidationError(self.get_error_message(), code="password_of_few_kinds")

    def get_error_message(self) -> str:
        return f"新密码至少要有大写字母、小写字母、数字、符号中的 {self.least} 类。"

    def get_help_text(self) -> str:
        return f"至少含大写字母、小写字母、数字、符号中的 {self.least} 类。"


class HistoryValidator:
    """None of the last ones again (等保: 定期更换)."""

    def __init__(self, last: int) -> None:
        self.last = last

    def validate(self, password: str, user: User | None = None) -> None:
        if user is None or user.pk is None:
            return
        used = [row.password for row in user.used_passwords.all()[: self.last]]
        if any(check_password(password, kept) for kept in {user.password, *used}):
            raise ValidationError(self.get_error_message(), code="password_used_before")

    def password_changed(self, password: str, user: User) -> None:
        """Django calls this once the new one is kept."""
        UsedPassword.objects.create(user=user, password=user.password)
        kept = user.used_passwords.all()[: self.last].values_list("pk", flat=True)
        user.used_passwords.exclude(pk__in=list(kept)).delete()

    def get_error_message(self) -> str:
        return f"新密码和最近 {self.last} 次用过的相同，请换一个。"

    def get_help_text(self) -> str:
        return f"不能和最近 {self.last} 次用过的相同。"
