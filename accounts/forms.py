from collections.abc import Callable

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.utils import timezone

from . import audit
from .models import User


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": "账号或密码不对。连续输错 5 次会暂停登录 15 分钟。",
        "inactive": "账号或密码不对。连续输错 5 次会暂停登录 15 分钟。",
    }

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["username"].label = "账号"
        self.fields["password"].label = "密码"


class NewPasswordForm(PasswordChangeForm):
    """Changing one's own password; ends the obligation to change it.

    ``is_proved`` says whether the old one is right, and counts the tries as those of a sign-in are counted.
    """

    error_messages = {
        **PasswordChangeForm.error_messages,
        "password_incorrect": "原密码不对，请重新输入。",
        "password_mismatch": "两次输入的新密码不一样。",
    }

    def __init__(self, *args: object, is_proved: Callable[[str], bool], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.is_proved = is_proved
        labels = {"old_password": "原密码", "new_password1": "新密码", "new_password2": "再输入一次新密码"}
        for name, label in labels.items():
            self.fields[name].label = label
        self.fields["new_password2"].help_text = ""
        self.fields["new_password2"].error_messages["required"] = "请再输入一次新密码。"

    def validate_password_for_user(self, user: User, password_field_name: str = "new_password1") -> None:  # noqa: S107 - the name of a field
        """What is wrong with the new password stands below it, not below its repetition."""
        super().validate_password_for_user(user, "new_password1")

    def clean_old_password(self) -> str:
        password: str = self.cleaned_data["old_password"]
        if not self.is_proved(password):
            raise forms.ValidationError(self.error_messages["password_incorrect"], "password_incorrect")
        return password

    def clean_new_password1(self) -> str:
        password: str = self.cleaned_data["new_password1"]
        if password == self.data.get("old_password"):
            raise forms.ValidationError("新密码不能和原密码相同。")
        return password

    def save(self, commit: bool = True) -> User:
        self.user.must_change_password = False
        self.user.initial_password_until = None
        self.user.password_changed_at = timezone.now()
        user = super().save(commit=commit)
        audit.record("password.change", by=user, on=user)
        return user


class CodeForm(forms.Form):
    """A code of the app, or a backup code."""

    code = forms.CharField(
        label="验证码",
        max_length=24,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "text", "autocapitalize": "none"}
        ),
        error_messages={"required": "请输入验证码。"},
    )


class ConfirmForm(forms.Form):
    """The password again."""

    confirm_password = forms.CharField(
        label="登录密码",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "请输入登录密码。"},
        strip=False,
    )


class ResetForm(forms.Form):
    why = forms.CharField(
        label="原因",
        max_length=200,
        help_text="如：手机遗失，已当面核对本人。",
        error_messages={"required": "请写明原因。"},
    )
