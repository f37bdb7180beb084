from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from accounts import audit, passwords
from accounts.models import User
from branches.roles import Role
from branches.scope import roles_of
from lib import reasons
from lib.commands import PlainCommand


class Command(PlainCommand):
    help = "给系统管理员发一次性密码：只在密码遗失或过期、又没有别的系统管理员可以发放时用。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="系统管理员的账号")
        parser.add_argument("--why", required=True, help="原因，记入审计")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"没有账号“{options['username']}”。")
        if not user.is_active or Role.SYSTEM_ADMIN not in roles_of(user):
            raise CommandError(
                f"账号“{user.username}”不是在用的系统管理员。"
                "其他账号的一次性密码，由系统管理员在“数据后台 › 账号”发放。"
            )
        why = options["why"].strip()
        if fault := reasons.fault(why):
            raise CommandError(fault)
        with transaction.atomic(), audit.adding(reason=why):
            password = passwords.issue(user, by=None)
        self.stdout.write(f"{user.username}  {password}")
        self.stdout.write("密码只显示这一次，72 小时内有效，首次登录须修改。原密码作废，动态验证码不变。")
