"""Who leads the university's committee and its colleges: their posts stand above the branches they belong to."""

from collections.abc import Iterable
from datetime import date

from branches.models import Branch
from members.models import Post

from .offices import Offices, Title, all_tenures
from .organisations import FAR, Leaf, University
from .people import People, Person
from .scale import Setting

#: A leader has been a full member for so many years.
YEARS = 5
SEATS = (Title.SECRETARY, Title.DEPUTY)


def appoint(people: People, university: University, held: Offices, setting: Setting) -> None:
    """Two for each, of the teachers and staff who hold no post in a branch; they have no account and no role."""
    busy = {id(tenure.person) for office in held.values() for tenure in all_tenures(office)}
    posts: list[Post] = []
    working = [leaf for leaf in university.leaves if leaf.branch.category != Branch.Category.RETIRED]
    for branch, leaves in [*_units(university), (university.root, working)]:
        chosen = _able(people, leaves, busy, setting.today)[: len(SEATS)]
        busy |= {id(person) for person in chosen}
        posts += [
            Post(
                member=person.member, branch=branch, branch_path=branch.path, title=title, since=setting.start
            )
            for title, person in zip(SEATS, chosen, strict=False)
        ]
    Post.objects.bulk_create(posts, batch_size=500)


def _units(university: University) -> list[tuple[Branch, list[Leaf]]]:
    return [(unit.branch, unit.leaves) for unit in university.units]


def _able(people: People, leaves: Iterable[Leaf], busy: set[int], today: date) -> list[Person]:
    """The longest in the party first; nobody who will leave or who signs in as somebody of the demo."""
    stays = [stay for leaf in leaves if not leaf.is_student for stay in people.of(leaf)]
    able = [
        stay.person
        for stay in stays
        if stay.until == stay.person.left == FAR
        and stay.kind == "belonging"
        and stay.person.member.job != "学生"
        and stay.person.member.account is None
        and id(stay.person) not in busy
        and stay.person.full
        and stay.person.full.year <= today.year - YEARS
    ]
    return sorted(able, key=lambda person: (person.joined, person.member.number))
