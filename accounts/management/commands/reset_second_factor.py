from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts import factors
from accounts.models import User
from lib.commands import PlainCommand


class Command(PlainCommand):
    help = "重置一个账号的动态验证码：只在没有别的安全管理员可以办理时用。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="账号")
        parser.add_argument("--why", required=True, help="原因，记入审计")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"没有账号“{options['username']}”。")
        if user.second_factor_at is None:
            raise CommandError(f"账号“{user.username}”没有启用动态验证码，不用重置。")
        try:
            factors.remove(user, by=None, why=options["why"])
        except factors.FactorError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"已重置“{user.username}”的动态验证码，本人下次登录时重新设置。")
