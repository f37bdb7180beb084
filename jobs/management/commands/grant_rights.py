import json
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from jobs import database_rights
from lib.commands import PlainCommand


class Command(PlainCommand):
    help = "给应用的数据库账号授权：不能改、不能删审计记录和已锁定的期间。用所有者的账号运行，升级以后自动再授一次。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--role", help="应用的数据库账号；不写就是 DATABASE_URL 里的")
        parser.add_argument(
            "--create", action="store_true", help="没有这个账号就建立，密码就是 DATABASE_URL 里的"
        )
        parser.add_argument("--json", action="store_true", help="只输出 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        role, password = options["role"] or settings.APPLICATION_ROLE, ""
        if not role:
            raise CommandError(
                "请用 --role 写出应用的数据库账号，或设置 OWNER_DATABASE_URL（所有者的地址），DATABASE_URL 留给应用。"
            )
        if options["create"]:
            password = settings.APPLICATION_PASSWORD
            if role != settings.APPLICATION_ROLE or not password:
                raise CommandError("--create 只建 DATABASE_URL 里的账号，密码也要写在里面。")
        try:
            done = database_rights.grant(role, password=password)
        except database_rights.RightsError as fault:
            raise CommandError(str(fault)) from fault
        if options["json"]:
            self.stdout.write(json.dumps(asdict(done), ensure_ascii=False))
            return
        made = "已建立账号，" if done.is_new else ""
        self.stdout.write(
            f"{made}“{role}”可以用 {done.tables} 张表，其中 {len(done.written_once)} 张只能添加和查看，不能改、不能删。"
        )
