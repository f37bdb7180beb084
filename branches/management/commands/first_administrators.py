from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from accounts import access
from accounts.models import User
from branches import grants
from branches.roles import Role
from lib.commands import PlainCommand

#: Option and role of each of the three.
THREE = {"system": Role.SYSTEM_ADMIN, "security": Role.SECURITY_ADMIN, "audit": Role.AUDITOR}


class Command(PlainCommand):
    help = "为全新安装建立三员账号，各发一次性密码。数据库里已有账号时拒绝执行。"

    def add_arguments(self, parser: CommandParser) -> None:
        for option, role in THREE.items():
            parser.add_argument(
                f"--{option}",
                nargs=2,
                required=True,
                metavar=("USERNAME", "NAME"),
                help=f"{role.label}的账号和姓名",
            )

    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.exists():
            raise CommandError("已有账号，三员由安全管理员在数据后台授权。")
        usernames = {options[option][0] for option in THREE}
        if len(usernames) < len(THREE):
            raise CommandError("三员不能由同一账号兼任，请写三个不同的账号。")
        with transaction.atomic():
            for option, role in THREE.items():
                username, name = options[option]
                user, password = access.open_account(username, name, by=None)
                grants.give(user, role, by=None)
                self.stdout.write(f"{role.label}  {username}  {password}")
        self.stdout.write("密码只显示这一次，72 小时内有效，首次登录须修改。")
