"""The sheet of one-time passwords: one slip for each person, printed once and kept nowhere."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.models import User

from .models import Post


@dataclass(frozen=True)
class Slip:
    name: str
    place: str
    username: str
    password: str
    valid_until: datetime | None


def slip_of(account: User, password: str, place: str = "") -> Slip:
    return Slip(account.name, place, account.username, password, account.initial_password_until)


def slips_of(issued: list[tuple[Post, str]]) -> list[Slip]:
    return [
        slip_of(post.member.account, password, f"{post.branch.short_name} {post.get_title_display()}")
        for post, password in issued
        if post.member.account
    ]


def sheet(request: HttpRequest, slips: list[Slip], back: str) -> HttpResponse:
    """The answer to the request that issued the passwords: a reload cannot show them again."""
    address = request.build_absolute_uri(reverse("home"))
    context = {"slips": slips, "address": address, "back": back}
    response = render(request, "members/slips.html", context)
    response.headers["Cache-Control"] = "no-store, private"
    return response
