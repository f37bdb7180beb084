"""Bar 9: each way of searching for people, against the best form that its index has, and against LIKE."""

from collections.abc import Iterator
from datetime import date
from functools import partial

from django.db.models import Q, QuerySet

from members import searching
from members.models import Member, id_last4_index, id_number_index, phone_last4_index
from tests.bench.measuring import Line, Work, database_seconds, fetch, line, plan_of

OFTEN = 50


def each_way(scale: str, today: date) -> Iterator[Line]:
    person = Member.objects.order_by("number")[Member.objects.count() // 2]
    for name, (text, like, best) in _ways_to(person).items():
        search = partial(_find, text)
        found = search()
        sides = (lambda search=search: list(search()), lambda sql=best: fetch(*sql))
        mine, theirs = database_seconds(*(partial(_often, work) for work in sides))
        yield line("9", f"search by {name} / its best index form", 3, mine / OFTEN, theirs / OFTEN)
        scans = "Seq Scan on members_member" in plan_of(*found.query.sql_with_params())
        same = set(found) == set(Member.objects.filter(like).values_list("pk"))
        said = f"{'reads all' if scans else 'index'}, {'same' if same else 'other'}"
        yield Line("9", "… by index, and what LIKE finds", said, "", None, "both", same and not scans)


def _ways_to(person: Member) -> dict[str, tuple[str, Q, tuple[str, list[object]]]]:
    """What is typed, the LIKE that finds the same, and the best form that its index has; by what it looks for."""
    by_hash = "SELECT id FROM members_member WHERE {} = %s"
    return {
        "two characters of a name": (
            person.name[:2],
            Q(name__contains=person.name[:2]),
            ("SELECT id FROM members_member WHERE name_grams(name) @> ARRAY[%s]", [person.name[:2]]),
        ),
        "a whole name": (
            person.name,
            Q(name__contains=person.name),
            (
                "SELECT id FROM members_member WHERE name_grams(name) @> %s",
                [[person.name[n : n + 2] for n in range(len(person.name) - 1)]],
            ),
        ),
        "initials": (
            person.name_initials,
            Q(name_initials__startswith=person.name_initials)
            | Q(name_pinyin__startswith=person.name_initials),
            (
                "SELECT id FROM members_member WHERE name_initials LIKE %s OR name_pinyin LIKE %s",
                [f"{person.name_initials}%"] * 2,
            ),
        ),
        "an ID number": (
            person.id_number,
            Q(id_number_hash=id_number_index(person.id_number)),
            (by_hash.format("id_number_hash"), [id_number_index(person.id_number)]),
        ),
        "last four digits": (
            person.phone[-4:],
            Q(phone_last4_hash=phone_last4_index(person.phone[-4:]))
            | Q(id_last4_hash=id_last4_index(person.phone[-4:]))
            | Q(school_number__startswith=person.phone[-4:]),
            (
                """SELECT id FROM members_member
                WHERE id_last4_hash = %s OR phone_last4_hash = %s OR school_number LIKE %s""",
                [
                    id_last4_index(person.phone[-4:]),
                    phone_last4_index(person.phone[-4:]),
                    f"{person.phone[-4:]}%",
                ],
            ),
        ),
        "a member number": (
            person.number,
            Q(number=person.number),
            ("SELECT id FROM members_member WHERE number = %s", [person.number]),
        ),
    }


def _find(text: str) -> QuerySet:
    return searching.find(Member.objects.all(), text).order_by().values_list("pk")


def _often(work: Work) -> None:
    for _ in range(OFTEN):
        work()
