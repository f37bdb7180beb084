"""A Celery program for tests that kill it. Its clock runs ahead by a fixed time, so that it is a working day there."""

import os
import sys
from datetime import UTC, datetime, timedelta

import time_machine
from celery.__main__ import main


def run() -> None:
    ahead = timedelta(seconds=float(os.environ["BRANCHBOOK_TEST_AHEAD"]))
    with time_machine.travel(datetime.now(UTC) + ahead, tick=True):
        sys.exit(main())


if __name__ == "__main__":
    run()
