"""Django's rules for passwords, in Chinese: its own sentences come partly in English."""

from django.contrib.auth import password_validation


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


class NumericValidator(password_validation.NumericPasswordValidator):
    def get_error_message(self) -> str:
        return "新密码不能全是数字。"

    def get_help_text(self) -> str:
        return "不能全是数字。"
