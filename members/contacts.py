"""The contact book (通讯录): who holds which post in the organisations one sees.

Phones are masked. In clear they are shown to whoever holds the right where the post is, for a stated reason, and the
audit trail says whose and why.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Case, Exists, IntegerField, OuterRef, QuerySet, Value, When
from django.utils import timezone

from accounts import audit
from accounts.models import User
from branches.models import Branch
from branches.roles import Right
from branches.scope import covering_ranges, covers, has_right, ranges_of, within
from lib.masking import mask_name, mask_phone
from lib.sheets.outgoing import write_list
from lib.sheets.writing import OutColumn, OutSheet

from .listing import sees_contacts
from .models import DataRequest, Post

COLUMNS = (
    OutColumn("序号", "integer", 6),
    OutColumn("党组织", "text", 34),
    OutColumn("党小组", "text", 16),
    OutColumn("职务", "text", 12),
    OutColumn("姓名", "text", 12),
    OutColumn("手机号", "text", 16),
    OutColumn("任职日期", "date", 12),
    OutColumn("双带头人", "text", 10),
)
#: In the order of the book, not of the alphabet.
ORDER = [Post.Title.SECRETARY, Post.Title.DEPUTY, Post.Title.COMMITTEE, Post.Title.GROUP_LEADER]


@dataclass(frozen=True)
class Wanted:
    """What of the book is asked for."""

    branch: Branch | None = None
    title: str = ""
    q: str = ""
    only_double_leaders: bool = False

    def as_facts(self) -> dict[str, object]:
        """For the audit trail."""
        branch = self.branch.short_name if self.branch else ""
        return {"branch": branch, "title": self.title, "double_leaders": self.only_double_leaders}


@dataclass(frozen=True)
class Contact:
    """One line of the book; ``phone`` is masked unless it was asked for in clear."""

    post: Post
    name: str
    title: str
    phone: str


def holders(user: User, wanted: Wanted) -> QuerySet[Post]:
    """Today's posts that ``user`` sees, in official order."""
    posts: QuerySet[Post] = Post.objects.visible_to(user).on(timezone.localdate())
    posts = posts.select_related("member", "branch", "group").annotate(
        is_restricted=Exists(DataRequest.objects.restricting().filter(member=OuterRef("member")))
    )
    if wanted.branch:
        posts = posts.filter(within("branch_path", covering_ranges([wanted.branch.path])))
    if wanted.title:
        posts = posts.filter(title=wanted.title)
    if wanted.only_double_leaders:
        posts = posts.filter(member__is_double_leader=True)
    if wanted.q and has_right(user, Right.SEE_NAMES):
        posts = posts.filter(within("branch_path", ranges_of(user, Right.SEE_NAMES)))
        posts = posts.filter(member__name__startswith=wanted.q) | posts.filter(
            member__name_initials__startswith=wanted.q.lower()
        )
    place = Case(
        *(When(title=title, then=Value(number)) for number, title in enumerate(ORDER)),
        output_field=IntegerField(),
    )
    return posts.alias(place=place).order_by("branch__order_key", "place", "group__position", "pk")


def lines(posts: Iterable[Post], user: User) -> list[Contact]:
    """The posts with masked phones."""
    return [_contact(post, user, in_clear=False) for post in posts]


def show_phones(posts: Iterable[Post], wanted: Wanted, reason: str, *, by: User) -> list[Contact]:
    """The posts with phones in clear where ``by`` may see them. Audited with number of people and reason."""
    if not has_right(by, Right.SEE_PHONES):
        raise PermissionDenied
    with transaction.atomic():
        shown = [_contact(post, by, in_clear=_may_see(by, post)) for post in posts]
        people = sorted({post.member.number for post in posts if _may_see(by, post)})
        after = {**wanted.as_facts(), "people": people, "reason": reason}
        audit.record("contacts.unmask", by=by, after=after)
    return shown


def write(target: Path | BinaryIO, user: User, wanted: Wanted, reason: str = "") -> int:
    """The book as a workbook, with phones in clear for a ``reason``; returns the number of lines. Audited."""
    posts = list(holders(user, wanted))
    with transaction.atomic():
        shown = show_phones(posts, wanted, reason, by=user) if reason else lines(posts, user)
        entry = audit.record("contacts.export", by=user, after={**wanted.as_facts(), "rows": len(posts)})
        banner = [
            "党务通讯录",
            f"截至 {timezone.localdate():%Y-%m-%d}，共 {len(posts)} 条。",
            audit.export_line(entry, user),
            "含完整手机号，仅限工作使用，请妥善保管。" if reason else "手机号已遮盖。",
        ]
        write_list(target, [OutSheet("通讯录", COLUMNS, map(_row, range(1, len(shown) + 1), shown), banner)])
    return len(posts)


def _row(number: int, line: Contact) -> list[object]:
    post = line.post
    return [
        number,
        post.branch.short_name,
        post.group.name if post.group else "",
        line.title,
        line.name,
        line.phone,
        post.since,
        "是" if post.member.is_double_leader else "",
    ]


def _may_see(user: User, post: Post) -> bool:
    """In clear; never of somebody who asked to have it restricted."""
    is_restricted: bool = post.is_restricted  # type: ignore[attr-defined]  # annotated in `holders`
    return covers(ranges_of(user, Right.SEE_PHONES), post.branch_path) and not is_restricted


def _contact(post: Post, user: User, *, in_clear: bool) -> Contact:
    named = covers(ranges_of(user, Right.SEE_NAMES), post.branch_path)
    title = f"{post.duty}{post.get_title_display()}" if post.duty else post.get_title_display()
    phone = post.member.phone if named and (in_clear or sees_contacts(user)) else ""
    return Contact(
        post=post,
        name=post.member.name if named else mask_name(post.member.name),
        title=title,
        phone=phone if in_clear else mask_phone(phone),
    )
