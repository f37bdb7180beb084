import json
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from lib.commands import TO_BE_LOOKED_AT, PlainCommand, day_asked
from reports.models import Sending
from reports.subscriptions import sending


class Command(PlainCommand):
    help = "发送订阅的统计：到某一天为止应发的上一季度统计报表，每项订阅每季度一次。已发的不再发。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", metavar="DATE", default="", help="日期，如 2026-10-09；默认今天")
        parser.add_argument("--json", action="store_true", help="只输出 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        on = day_asked(options["on"], "--on")
        if on > timezone.localdate():
            raise CommandError(f"--on 不能晚于今天（{timezone.localdate()}）：以后的季度还没有统计。")
        if not settings.MAIL_IS_ON:
            raise CommandError("没有设置邮件服务器（EMAIL_URL），不能发送。")
        found = sending.run(on)
        if options["json"]:
            self.stdout.write(json.dumps([one.body() for one in found], ensure_ascii=False))
        else:
            for one in found:
                self.stdout.write(one.line)
            sent = sum(one.state == Sending.State.SENT for one in found)
            self.stdout.write(f"共 {len(found)} 项，发出 {sent} 项。")
        if any(one.state != Sending.State.SENT for one in found):
            sys.exit(TO_BE_LOOKED_AT)
