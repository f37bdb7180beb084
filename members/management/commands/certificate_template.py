"""The Word template of the certificate of membership: check the one in use, or write the one that ships."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from lib.commands import PlainCommand, refuse_unwritable
from members import certificate_template, certificates


class Command(PlainCommand):
    help = "检查正在使用的党员证明模板；--write 把随附的模板写到一个文件，供修改。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--write", type=Path, metavar="PATH", help="把随附的模板写到这里")

    def handle(self, *args: Any, write: Path | None = None, **options: Any) -> None:
        if write:
            refuse_unwritable(write)
            certificate_template.write(write)
            self.stdout.write(f"已写入 {write}")
            return
        path = certificates.template_path()
        try:
            certificates.check_template(path)
        except certificates.CertificateError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"可以使用：{path}")
