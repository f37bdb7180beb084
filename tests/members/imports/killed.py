"""Write a roster in a process of its own and kill it, as a machine does that loses power.

``python -m tests.members.imports.killed PLACE job ID`` or ``… PLACE command NAME ARGUMENT…`` dies before its
so-many-th writing statement; with "end" instead of a number right after the import of a job was committed. Exits in
peace when the work is done before.
"""

import os
import signal
import sys

import django

django.setup()

from django.core.management import call_command  # noqa: E402  needs the settings
from django.db import connection  # noqa: E402  the same

from jobs import running, uploads  # noqa: E402  the same


def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)


class Countdown:
    def __init__(self, writes):
        self.left = writes

    def __call__(self, execute, sql, params, many, context):
        if sql.lstrip().startswith(("INSERT", "UPDATE", "DELETE")):
            self.left -= 1
            if self.left == 0:
                die()
        return execute(sql, params, many, context)


place, what, *arguments = sys.argv[1:]
if place == "end":
    uploads.discard = die
else:
    connection.execute_wrappers.append(Countdown(int(place)))
if what == "job":
    running.run(*arguments)
else:
    call_command(*arguments)
