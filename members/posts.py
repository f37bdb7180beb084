"""Posts and what they bring: a post in a branch brings a role, and the role ends with the post."""

from datetime import date

from django.db import transaction

from accounts import audit, passwords
from accounts.models import User
from branches.models import Branch, PartyGroup, RoleGrant
from branches.roles import Role

from .models import Member, Post

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
) -> Post:
    """Give ``member`` a post. Brings the role to an existing account; audited."""
    with transaction.atomic():
        post = Post(
            member=member,
            branch=branch,
            branch_path=branch.path,
            title=title,
            group=group,
            since=since,
            duty=duty,
        )
        post.full_clean()
        post.save()
        if member.account:
            _bring_role(post, by)
        audit.record("post.appoint", by=by, on=post, after={"member": member.number, "title": title})
    return post


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


def _bring_role(post: Post, by: User | None) -> None:
    role = ROLE_OF.get(Post.Title(post.title))
    account = post.member.account
    if role is None or account is None or not post.branch.is_leaf:
        return
    grant, _ = RoleGrant.objects.get_or_create(
        user=account,
        role=role,
        branch=post.branch,
        until=None,
        defaults={"branch_path": post.branch.path, "since": post.since, "granted_by": by},
    )
    Post.objects.filter(pk=post.pk).update(grant=grant)
    post.grant = grant


def provide_accounts(posts: list[Post], *, by: User) -> list[tuple[Post, str]]:
    """Accounts for all holders of ``posts`` at once.

    Returns, for each holder whose account was made just now, the post and the one-time password, to be printed and
    handed out; holders who have an account only get the role. One transaction, audited.
    """
    made: list[tuple[Post, str]] = []
    with transaction.atomic():
        for post in posts:
            member = post.member
            if member.account is None:
                member.account = User.objects.create_user(_free_username(member), member.name)
                member.save(update_fields=["account"])
                made.append((post, passwords.issue(member.account, by=by)))
            _bring_role(post, by)
        audit.record("account.provide", by=by, after={"made": len(made), "holders": len(posts)})
    return made


def _free_username(member: Member) -> str:
    """The school number, else the member number; never a name."""
    wanted = member.school_number or member.number
    return wanted if not User.objects.filter(username=wanted).exists() else f"{wanted}-{member.number}"
