"""Who leads the university's committee and its colleges, and what they lectured: their posts stand above the branches
they belong to.
"""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from activities import lecturers, lectures
from activities.kinds import Kind
from activities.models import Activity, Lecture
from branches.models import Branch
from members.models import Post

from .offices import Offices, Title, all_tenures
from .organisations import FAR, Leaf, University
from .people import People, Person
from .scale import Setting

#: A leader has been a full member for so many years.
YEARS = 5
SEATS = (Title.SECRETARY, Title.DEPUTY)
#: Of those who are asked to lecture, every such one has not done so yet.
EVERY = 5


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


def lecture(setting: Setting) -> None:
    """Most have given the lecture of the year that is asked of them, in a branch of their organisation."""
    posts = Post.objects.filter(title=Title.SECRETARY).exclude(branch__level=Branch.Level.BRANCH)
    given: set[UUID] = set()
    for number, post in enumerate(posts.select_related("member", "branch").order_by("branch__order_key")):
        held = Activity.objects.valid().filter(
            kind=Kind.PARTY_LECTURE,
            branch_path__startswith=post.branch_path,
            held_on__year=setting.today.year,
            lecture__isnull=False,
        )
        record = held.exclude(pk__in=given).order_by("held_on", "pk").first()
        if record and number % EVERY:
            given.add(record.pk)
            _write(record, post)


def _write(record: Activity, post: Post) -> None:
    """As it was entered from the start."""
    named = {"lecturer": post.member.name}
    Activity.objects.filter(pk=record.pk).update(**named)
    Activity.history.filter(id=record.pk).update(**named)
    of_committee = post.branch.level in lectures.COMMITTEES
    facts = {
        "member": post.member,
        "category": Lecture.Category.COMMITTEE_SECRETARY if of_committee else Lecture.Category.LEADER,
        "rank": lecturers.post_in_words(post),
    }
    Lecture.objects.filter(activity=record).update(**facts)
    Lecture.history.filter(activity=record).update(**facts)


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
