#!/usr/bin/env python
"""Django's command line for Branchbook."""

import os
import sys

from django.core.management import CommandError, execute_from_command_line

from lib.commands import REFUSED, database_faults


def main() -> None:
    """Django's own commands, too, say in a sentence that there is no database; ``--traceback`` shows all of it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        with database_faults():
            execute_from_command_line(sys.argv)
    except CommandError as refusal:
        if "--traceback" in sys.argv:
            raise
        sys.stderr.write(f"{refusal}\n")
        sys.exit(REFUSED)


if __name__ == "__main__":
    main()
