import json
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from accounts.models import User
from lib.commands import PlainCommand, day_asked, refuse_unwritable, write_file
from lib.terminal import columns
from reports.privacy import incident, incident_paper

DAYS = 30


class Command(PlainCommand):
    help = "事件报告：一个账号从哪里登录，查看、取走和修改了什么。--docx 写成公文格式的 Word。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="账号")
        parser.add_argument("--since", metavar="DATE", help=f"从哪一天，默认 {DAYS} 天前")
        parser.add_argument("--until", metavar="DATE", help="到哪一天，默认今天")
        form = parser.add_mutually_exclusive_group()
        form.add_argument("--json", action="store_true", help="只输出 JSON")
        form.add_argument("--docx", metavar="FILE", type=Path, help="写成 Word")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"没有账号“{options['username']}”。")
        last = day_asked(options["until"], "--until")
        first = day_asked(options["since"], "--since") if options["since"] else last - timedelta(days=DAYS)
        if last < first:
            raise CommandError("--until 不能早于 --since。")
        if options["docx"]:
            refuse_unwritable(options["docx"])
        zone = timezone.get_current_timezone()
        found = incident.of(
            user, datetime.combine(first, time.min, zone), datetime.combine(last, time.max, zone)
        )
        if options["docx"]:
            write_file(options["docx"], incident_paper.word(found, by=None))
            self.stdout.write(f"已写入 {options['docx']}。")
        elif options["json"]:
            self.stdout.write(json.dumps(incident.body(found), ensure_ascii=False))
        else:
            for one in found.places:
                self.stdout.write(f"使用地址：{incident_paper.place(one)}")
            self.stdout.write(f"登录失败 {found.failures} 次；会话{incident_paper.still_open(found)}。")
            self.stdout.write(f"信息种类：{'、'.join(found.categories) or '没有取走信息的记录'}")
            self.stdout.write(f"逐人查看 {found.people} 人；导出、打印的文件共 {found.rows} 行。")
            told = [
                [timezone.localtime(one.at).strftime("%m-%d %H:%M:%S"), one.address, one.what, one.on]
                for one in (*found.taken, *found.changed, *found.refused)
            ]
            for line in columns(told) if told else ():
                self.stdout.write(line)
