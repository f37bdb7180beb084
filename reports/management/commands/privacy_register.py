import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from lib.commands import TO_BE_LOOKED_AT, PlainCommand, refuse_unwritable, write_file
from lib.terminal import columns
from reports.privacy import papers
from reports.privacy.items import ITEMS
from reports.privacy.register import unclassified


class Command(PlainCommand):
    help = "个人信息登记表：每一类个人信息的目的、依据、保存期限和可见范围。--docx 写出影响评估报告。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="只输出 JSON")
        parser.add_argument("--docx", metavar="FILE", type=Path, help="把个人信息保护影响评估报告写成 Word")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["docx"]:
            refuse_unwritable(options["docx"])
            write_file(options["docx"], papers.assessment(by=None))
        missing = unclassified()
        if options["json"]:
            told = {"items": papers.body(), "unclassified": missing}
            self.stdout.write(json.dumps(told, ensure_ascii=False))
        elif options["docx"]:
            self.stdout.write(f"已写入 {options['docx']}。")
        else:
            for line in columns([[item.code, item.title, item.retention] for item in ITEMS]):
                self.stdout.write(line)
        if missing:
            self.stderr.write(f"没有登记的字段：{'、'.join(missing)}。")
            sys.exit(TO_BE_LOOKED_AT)
