"""A process that fills the database of its environment with a small university and opens five accounts.

python -m tests.load.scene PASSWORD; prints who may sign in, by role.
"""

import json
import sys

import django

from activities.kinds import Kind
from reports.demo.scale import Crowd, Habit


def main(password: str) -> None:
    django.setup()
    from tests.load import campus

    crowd = Crowd(tops=1, colleges=1, branches=4, members=80, habits=(Habit(Kind.THEME_DAY, 12, 12),))
    campus.make(crowd)
    people = campus.open_accounts(5, password)
    print(json.dumps({person.role: person.username for person in people}))


if __name__ == "__main__":
    main(sys.argv[1])
