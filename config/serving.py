"""What web server, worker and scheduler ask before they begin."""

import sys


def end_unless_migrated() -> None:
    """End the process with one sentence over a database that is behind this program, ahead of it, or half way."""
    from jobs.upgrading import UpgradeError, refuse_half_migrated  # noqa: PLC0415 - needs the apps

    try:
        refuse_half_migrated()
    except UpgradeError as fault:
        sys.exit(str(fault))
