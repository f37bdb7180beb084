"""A process that fills the database of its environment with a small university and opens five accounts."""

import json
import subprocess
import sys

import django

from activities.kinds import Kind
from reports.demo.scale import Crowd, Habit
from tests.load import site

PASSWORD = "correct horse battery staple"


def made(settings: dict[str, str]) -> dict[str, str]:
    """Who may sign in, by role, once the folders, keys and the university of ``settings`` are there."""
    site.prepare(settings)
    command = [sys.executable, "-m", "tests.load.scene"]
    said = subprocess.run(command, env=settings, check=True, stdout=subprocess.PIPE, text=True)
    people: dict[str, str] = json.loads(said.stdout)
    return people


def main() -> None:
    django.setup()
    from tests.load import campus

    crowd = Crowd(tops=1, colleges=1, branches=4, members=80, habits=(Habit(Kind.THEME_DAY, 12, 12),))
    campus.make(crowd)
    people = campus.open_accounts(5, PASSWORD)
    print(json.dumps({person.role: person.username for person in people}))


if __name__ == "__main__":
    main()
