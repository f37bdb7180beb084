"""Paper ballots, typed twice by keyboard, and those whose two versions differ."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthenticatedRequest
from assessments import ballots
from assessments.ballot_forms import BLANK, SheetForm
from assessments.ballots import TURNS, Sheets
from assessments.models import RaterGroup, Round
from assessments.refusals import AssessmentError, Conflict
from assessments.views.ballots import found_group, found_round


@dataclass(frozen=True)
class Pile:
    """The papers of a group with what was typed of them, and the next to be typed of each turn (0 for none)."""

    group: RaterGroup
    typed: dict[int, Sheets]

    @property
    def turns(self) -> list[dict[str, Any]]:
        return [self._turn(turn) for turn in TURNS]

    def _turn(self, turn: int) -> dict[str, Any]:
        cells = [(number, self._state(turn, number)) for number in range(1, self.group.papers + 1)]
        done = sum(state != "todo" for _, state in cells)
        return {"turn": turn, "cells": cells, "done": done, "next": self.next_of(turn, 0)}

    def _state(self, turn: int, number: int) -> str:
        sheets = self.typed.get(number)
        if sheets is None or turn not in sheets.turns:
            return "todo"
        return "late" if len(sheets.turns) == len(TURNS) and not sheets.are_alike else "done"

    def next_of(self, turn: int, after: int) -> int:
        """The first after ``after`` that was not typed in this turn, 0 where all were."""
        waiting = (
            number
            for number in range(after + 1, self.group.papers + 1)
            if self._state(turn, number) == "todo"
        )
        return next(waiting, 0)


def _piles(round_: Round) -> list[Pile]:
    piles = {group.pk: Pile(group, {}) for group in round_.groups.all() if group.papers}
    for sheets in ballots.sheets_of(round_):
        piles[sheets.group.pk].typed[sheets.number] = sheets
    return list(piles.values())


@require_safe
def paper_list(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Which papers are typed once, which twice, and which differ."""
    round_ = found_round(request, pk)
    piles = _piles(round_)
    differing = sum(
        len(sheets.turns) == len(TURNS) and not sheets.are_alike
        for pile in piles
        for sheets in pile.typed.values()
    )
    context = {"round": round_, "piles": piles, "differing": differing}
    context["is_open"] = round_.is_at(Round.State.BALLOTING)
    return render(request, "assessments/ballot_papers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def paper_sheet(request: AuthenticatedRequest, pk: int, group: str, turn: int, number: int) -> HttpResponse:
    """One paper by the keyboard: a digit chooses and goes on, Enter saves and opens the next."""
    found = found_group(request, pk, group)
    round_ = found.round
    if turn not in TURNS or not 1 <= number <= found.papers:
        raise Http404
    kept = found.sheets.filter(number=number, turn=turn).first()
    data = request.POST if request.method == "POST" else None
    form = SheetForm(
        data,
        scheme=round_.rules,
        subjects=list(round_.subjects.select_related("member", "branch")),
        marks=kept.marks if kept else None,
    )
    form.initial["known"] = kept is not None
    is_lost = False
    if data is not None and form.is_valid():
        is_first = not form.cleaned_data["known"]
        try:
            ballots.type_sheet(
                found, number=number, turn=turn, marks=form.marks(), by=request.user, is_first=is_first
            )
        except AssessmentError as refusal:
            form.add_error(None, str(refusal))
            is_lost = isinstance(refusal, Conflict)
        else:
            return _next(found, turn, number)
    context = {"form": form, "round": round_, "group": found, "turn": turn, "number": number}
    context |= {"is_typed": kept is not None, "is_open": round_.is_at(Round.State.BALLOTING)}
    status = 409 if is_lost else 422 if form.errors else 200
    return render(request, "assessments/ballot_sheet.html", context, status=status)


def _next(group: RaterGroup, turn: int, number: int) -> HttpResponse:
    """The next paper of the pile, or the list once this was the last."""
    pile = next(one for one in _piles(group.round) if one.group.pk == group.pk)
    if following := pile.next_of(turn, number):
        return redirect("paper_sheet", group.round.pk, group.code, turn, following)
    return redirect("paper_list", group.round.pk)


@require_safe
def paper_unlike(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The papers whose two versions differ, side by side where they do."""
    round_ = found_round(request, pk)
    subjects = list(round_.subjects.select_related("member"))
    differing = [
        (sheets, _differences(sheets, subjects))
        for sheets in ballots.sheets_of(round_)
        if len(sheets.turns) == len(TURNS) and not sheets.are_alike
    ]
    context = {"round": round_, "differing": differing, "turns": TURNS}
    return render(request, "assessments/ballot_unlike.html", context)


def _differences(sheets: Sheets, subjects: list[Any]) -> list[dict[str, Any]]:
    lines = []
    for place, subject in enumerate(subjects, start=1):
        first, second = (sheets.turns[turn].get(str(subject.pk), BLANK) for turn in TURNS)
        lines.append(
            {"place": place, "subject": subject, "marks": (first, second), "differs": first != second}
        )
    return lines


@require_POST
def paper_drop(request: AuthenticatedRequest, pk: int, group: str, number: int) -> HttpResponse:
    """What was typed as this paper is taken back: there was none."""
    found = found_group(request, pk, group)
    try:
        ballots.drop_sheet(found, number, by=request.user)
    except AssessmentError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"已删除“{found.title}”第 {number} 张的录入。")
    return redirect("paper_list", pk)
