"""Posts and what they bring: a post in a branch brings a role, and the role ends with the post."""

from collections import Counter
from datetime import date, timedelta

from django.db import transaction

from accounts import access, audit, passwords
from accounts.models import User
from branches import grants
from branches.models import Branch, PartyGroup
from branches.roles import Role

from .account_holders import may_keep
from .branch_rules import COMMITTEE_MOST, DEPUTIES_MOST
from .health import has_party_age, party_age_from
from .models import Member, Post, StatusPeriod

#: The role a post brings to whoever has an account.
ROLE_OF = {Post.Title.SECRETARY: Role.SECRETARY, Post.Title.DEPUTY: Role.RECORDER}


class PostError(ValueError):
    """The post cannot be given or ended; the message is for the user."""


def appoint(
    member: Member,
    branch: Branch,
    title: str,
    *,
    since: date,
    by: User | None,
    group: PartyGroup | None = None,
    duty: str = "",
    reason: str = "",
) -> Post:
    """Give ``member`` a post. Brings the role to an existing account; audited.

    Where a text says what is normally so (支部条例 20, 23), another way needs a ``reason``, which stays with the post.
    """
    with transaction.atomic():
        if not reason and (unusual := what_is_unusual(member, branch, title, since)):
            raise PostError(f"{unusual}确需如此的，请在“例外说明”里写明理由和批准情况。")
        post = Post(
            member=member,
            branch=branch,
            branch_path=branch.path,
            title=title,
            group=group,
            since=since,
            duty=duty,
            reason=reason,
        )
        post.full_clean()
        post.save()
        if member.account:
            _bring_role(post, by)
        after = {"member": member.number, "title": title, **({"reason": reason} if reason else {})}
        audit.record("post.appoint", by=by, on=post, after=after)
    return post


def what_is_unusual(member: Member, branch: Branch, title: str, since: date) -> str:
    """What of an appointment departs from what is normally so, with article and earliest date; "" when nothing."""
    if not branch.is_leaf or title == Post.Title.GROUP_LEADER:
        return ""
    held = Counter(Post.objects.on(since).filter(branch=branch).values_list("title", flat=True))
    if title == Post.Title.SECRETARY:
        return _young_secretary(member, since)
    if StatusPeriod.objects.on(since).filter(member=member, status=StatusPeriod.Status.PROBATIONARY).exists():
        return f"预备党员没有被选举权（党章第七条），{member.name} {since:%Y-%m-%d} 还没有转正。"
    if title == Post.Title.DEPUTY and held[Post.Title.DEPUTY] >= DEPUTIES_MOST:
        return f"“{branch.short_name}”已有副书记，必要时可以设 {DEPUTIES_MOST} 名（支部条例第二十条）。"
    committee = sum(held[one] for one in (Post.Title.SECRETARY, Post.Title.DEPUTY, Post.Title.COMMITTEE))
    if committee >= COMMITTEE_MOST:
        return (
            f"“{branch.short_name}”支委会已有 {committee} 人，"
            f"一般不超过 {COMMITTEE_MOST} 人（支部条例第二十条）。"
        )
    return ""


def _young_secretary(member: Member, since: date) -> str:
    """党龄 counts from 转正; of a full member without a date :mod:`members.health` tells."""
    rule = "支部书记一般应当具有1年以上党龄（支部条例第二十三条）"
    if member.full_on is None and member.status == StatusPeriod.Status.FULL:
        return ""
    if member.full_on is None:
        return f"{rule}，{member.name}还没有转正。"
    if has_party_age(member.full_on, since):
        return ""
    earliest = party_age_from(member.full_on)
    return f"{rule}，{member.name} {member.full_on:%Y-%m-%d} 转正，最早可从 {earliest:%Y-%m-%d} 任职。"


def end(post: Post, *, on: date, by: User | None) -> None:
    """End a post with ``on`` as its last day; the role it brought ends the same day."""
    if on < post.since:
        raise PostError("免职日期不能早于任职日期。")
    with transaction.atomic():
        post.until = on
        post.save(update_fields=["until"])
        if post.grant:
            post.grant.until = max(on, post.grant.since)
            post.grant.save(update_fields=["until"])
        audit.record("post.end", by=by, on=post, after={"until": on.isoformat()})


def hand_over(post: Post, to: Member, *, on: date, by: User, reason: str = "") -> Post:
    """End ``post`` with the day before ``on`` and give it to ``to`` from that day."""
    with transaction.atomic():
        end(post, on=on - timedelta(days=1), by=by)
        return appoint(
            to, post.branch, post.title, since=on, by=by, group=post.group, duty=post.duty, reason=reason
        )


def succeed(
    post: Post, *, to: Member, on: date, by: User, reason: str = ""
) -> tuple[Post, list[tuple[Post, str]]]:
    """Hand over, with an account for whoever has none: the new post, and one-time passwords given just now."""
    with transaction.atomic():
        taken = hand_over(post, to, on=on, by=by, reason=reason)
        return taken, provide_accounts([taken], by=by)


def _bring_role(post: Post, by: User | None) -> None:
    """Nobody brings himself a role: whoever acts on his own post keeps what he has."""
    role = ROLE_OF.get(Post.Title(post.title))
    account = post.member.account
    if role is None or account is None or not post.branch.is_leaf or account == by:
        return
    grant = grants.give(account, role, branch=post.branch, since=post.since, by=by)
    Post.objects.filter(grant=grant).exclude(pk=post.pk).update(grant=None)
    Post.objects.filter(pk=post.pk).update(grant=grant)
    post.grant = grant


def provide_accounts(posts: list[Post], *, by: User) -> list[tuple[Post, str]]:
    """Accounts for all holders of ``posts`` at once. One transaction, audited.

    Returns the posts whose holders got a one-time password just now, to be printed and handed out: those whose account
    was made, and those who never signed in to theirs. The others only get the role.
    """
    made: list[tuple[Post, str]] = []
    with transaction.atomic():
        # Read anew and locked: one holder may have two of the posts, and two of the staff may press the button.
        holders = Member.objects.select_for_update().in_bulk([post.member_id for post in posts])
        for post in posts:
            post.member = holders[post.member_id]
            password = _one_time_password(post.member, by)
            if password:
                made.append((post, password))
            _bring_role(post, by)
        audit.record("account.provide", by=by, after={"made": len(made), "holders": len(posts)})
    return made


def _one_time_password(member: Member, by: User) -> str:
    if member.account is None:
        member.account, password = access.open_account(_free_username(member), member.name, by=by)
        member.save(update_fields=["account"])
        return password
    if is_unused(member.account) and may_keep(by, member.account):
        return passwords.issue(member.account, by=by)
    return ""


def is_unused(account: User) -> bool:
    """The account was made, and nobody has signed in to it yet."""
    return account.is_active and account.must_change_password and account.last_login is None


def _free_username(member: Member) -> str:
    """The school number, else the member number; never a name."""
    wanted = member.school_number or member.number
    return wanted if not User.objects.filter(username=wanted).exists() else f"{wanted}-{member.number}"
