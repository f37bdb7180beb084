"""Who holds a post and still needs an account: the list from which accounts are made in one action."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone

from accounts.models import User
from branches.models import Branch
from branches.roles import Right
from branches.scope import covering_ranges, within

from .models import Post
from .posts import is_unused


@dataclass(frozen=True)
class Holder:
    """One running post. ``is_chosen``: offered with a tick, because there is no account at all."""

    post: Post
    account: str
    state: str
    is_chosen: bool
    may_choose: bool


def running_posts(user: User) -> QuerySet[Post]:
    """Today's posts of branches where ``user`` keeps accounts; a post above the branches brings no role."""
    mine = Post.objects.reachable_by(user, Right.KEEP_ACCOUNTS).filter(branch__level=Branch.Level.BRANCH)
    return mine.on(timezone.localdate()).select_related("member__account", "branch", "group")


#: What of the accounts is asked for: those who have none, those who never signed in, everybody.
STATES = {
    "": Q(member__account=None),
    "unused": Q(member__account__last_login=None, member__account__must_change_password=True),
    "all": Q(),
}


def holders(user: User, title: str, branch: Branch | None, account: str) -> list[Holder]:
    """The holders asked for, in official order. One query."""
    posts = running_posts(user).filter(STATES[account], title=title)
    if branch:
        posts = posts.filter(within("branch_path", covering_ranges([branch.path])))
    ordered = posts.order_by("branch__order_key", "group__position", "pk")
    return [_holder(post) for post in ordered]


def _holder(post: Post) -> Holder:
    account = post.member.account
    if account is None:
        return Holder(post, "", "没有账号", is_chosen=True, may_choose=True)
    if not account.is_active:
        return Holder(post, account.username, "已停用", is_chosen=False, may_choose=False)
    if is_unused(account):
        until = account.initial_password_until
        expired = until is not None and until < timezone.now()
        state = "一次性密码已过期" if expired else "尚未登录"
        return Holder(post, account.username, state, is_chosen=False, may_choose=True)
    return Holder(post, account.username, "已开通", is_chosen=False, may_choose=False)


def chosen_posts(user: User, keys: list[str]) -> list[Post]:
    """The posts with these primary keys, all of them; one that is not ``user``'s to choose makes it a 404."""
    wanted = {key for key in keys if key.isascii() and key.isdigit()}
    posts = list(running_posts(user).filter(pk__in=wanted).order_by("branch__order_key", "pk"))
    if len(posts) != len(set(keys)):
        raise Http404
    return posts
