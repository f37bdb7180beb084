"""What web server, worker and scheduler ask before they begin."""

import sys

from django.conf import settings


def end_unless_migrated() -> None:
    """End the process with one sentence over a database that is behind this program, ahead of it, or half way."""
    from jobs.upgrading import UpgradeError, refuse_half_migrated  # noqa: PLC0415 - needs the apps

    if settings.OWNER_DATABASE_URL:
        sys.exit("OWNER_DATABASE_URL 只给升级、恢复等命令用，网页和后台服务的环境里不能有它。")
    try:
        refuse_half_migrated()
    except UpgradeError as fault:
        sys.exit(str(fault))
