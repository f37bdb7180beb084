"""`manage.py demo`: fill an empty database with a made-up university to look around in."""

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from lib.commands import PlainCommand, day_asked
from reports.demo import accounts, load
from reports.demo.accounts import Persona
from reports.demo.scale import CROWDS, SCALES


class Command(PlainCommand):
    help = "在空的数据库里装入虚构的大学。标准输出列出可登录的账号，进度写到标准错误。"
    json_options = ("accounts_json",)
    is_somebodys = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--scale",
            choices=[*SCALES, *CROWDS],
            default="small",
            help="规模：small 可供浏览（默认）；S（一所大学）、M（一个省）只供测速",
        )
        parser.add_argument(
            "--seed", type=int, default=7, help="种子；同一种子、同一天得到同样的数据（默认 7）"
        )
        parser.add_argument("--today", default="", help="数据截至哪一天（默认今天）")
        parser.add_argument("--accounts", action="store_true", help="不装入数据，只列出演示账号")
        parser.add_argument("--accounts-json", action="store_true", help="以 JSON 列出账号")
        parser.add_argument(
            "--issue",
            metavar="USERNAME",
            nargs="+",
            default=[],
            choices=sorted(accounts.BY_NAME),
            help="另给这些账号发一次性密码",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["accounts"]:
            told = accounts.issue_passwords(also=options["issue"]) if load.is_demo() else []
        else:
            self._load(options["scale"], options["seed"], day_asked(options["today"], "--today"))
            told = accounts.issue_passwords(afresh=True, also=options["issue"])
        self.stdout.write(as_json(told) if options["accounts_json"] else as_text(told))

    def _load(self, scale: str, seed: int, today: date) -> None:
        if today > timezone.localdate():
            raise CommandError("--today 不能晚于今天。")
        try:
            made = load.load(scale, seed, today, say=self.stderr.write)
        except load.NotEmpty as error:
            raise CommandError(str(error)) from error
        self.stderr.write(
            f"演示数据已装入：{made.organisations} 个党组织，其中现有党支部 {made.branches} 个；"
            f"在册党员 {made.members} 人；活动记录 {made.records} 条。"
        )


def as_json(told: list[tuple[Persona, str]]) -> str:
    rows = [
        {
            "username": persona.username,
            "name": persona.name,
            "role": persona.role,
            "password": password or None,
        }
        for persona, password in told
    ]
    return json.dumps(rows, ensure_ascii=False, indent=2)


def as_text(told: list[tuple[Persona, str]]) -> str:
    """The accounts that can sign in, for a terminal."""
    if not told:
        return "这个数据库里没有演示账号。"
    lines = [f"  {p.username:<12} {password:<20} {p.role}  {p.name}" for p, password in told if password]
    head = "演示账号（一次性密码，首次登录须修改）："
    own = [persona.username for persona, password in told if persona.is_main and not password]
    others = [persona.username for persona, password in told if not persona.is_main and not password]
    return "\n".join(
        [
            *([head] if lines else []),
            *lines,
            *([f"  已自设密码：{'、'.join(own)}"] if own else []),
            *([f"  其他账号，用 --issue 发放密码（见 README）：{'、'.join(others)}"] if others else []),
        ]
    )
