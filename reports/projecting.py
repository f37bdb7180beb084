"""What the projector shows, screen after screen. Each screen asks only for what stands on it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import QueryDict
from django.urls import reverse

from . import quarterly, rollup
from .conclusion import four_figures, sentence
from .dashboard import completion, matrix_title
from .filters import FigureFilter
from .matrix import matrix
from .structure import AGE, CATEGORY, EDUCATION, SEX, structure
from .trend import trend

#: Rows of one screen at the size that is read from the back row; what has more goes on to the next screen.
ROWS = 12


@dataclass(frozen=True)
class Screen:
    """``shown`` names its look; ``page`` the rows of it, where there are more than one screen holds."""

    shown: str
    content: Mapping[str, Any]
    page: Page[Any] | None = None


def _summary(form: FigureFilter, part: str) -> Screen:
    asked = form.asked
    life = quarterly.life_of(asked)
    return Screen("summary", {"sentence": sentence(life, asked), "figures": four_figures(life, asked)})


def _matrix(form: FigureFilter, part: str) -> Screen:
    asked = form.asked
    figures = quarterly.compose_for(asked)
    units = rollup.units(figures.life, asked, figures.roster)
    whole = matrix(units, asked)
    page = _cut(whole.rows, part)
    shown = replace(whole, rows=list(page))
    return Screen("matrix", {"title": matrix_title(units), "matrix": shown}, page)


def _completion(form: FigureFilter, part: str) -> Screen:
    asked = form.asked
    bars = completion(rollup.units(quarterly.life_of(asked), asked), asked)
    page = _cut(bars.rows, part)
    return Screen("completion", {"bars": replace(bars, rows=list(page))}, page)


def _trend(form: FigureFilter, part: str) -> Screen:
    return Screen("trend", {"trend": trend(form)})


def _people(form: FigureFilter, part: str) -> Screen:
    return Screen("people", {"structure": structure(form.asked, CATEGORY, SEX)})


def _made_up(form: FigureFilter, part: str) -> Screen:
    return Screen("people", {"structure": structure(form.asked, EDUCATION, AGE)})


def _cut(rows: Sequence[Any], part: str) -> Page[Any]:
    return Paginator(rows, ROWS).get_page(part)


SCREENS: tuple[Callable[[FigureFilter, str], Screen], ...] = (
    _summary,
    _matrix,
    _completion,
    _trend,
    _people,
    _made_up,
)


def screen(slide: int, form: FigureFilter, part: str) -> Screen:
    """The screen ``slide``, from 1 on; ``part`` counts the screens that its rows take."""
    return SCREENS[slide - 1](form, part)


def ways(slide: int, shown: Screen, query: QueryDict) -> tuple[str, str]:
    """The addresses of the screen before and of the next one; empty at the ends."""
    page = shown.page
    if page and page.has_previous():
        before = _address(slide, query, page.previous_page_number())
    else:
        before = _address(slide - 1, query) if slide > 1 else ""
    if page and page.has_next():
        return before, _address(slide, query, page.next_page_number())
    return before, _address(slide + 1, query) if slide < len(SCREENS) else ""


def _address(slide: int, query: QueryDict, part: int = 1) -> str:
    kept = query.copy()
    kept.pop("part", None)
    if part > 1:
        kept["part"] = str(part)
    address = reverse("projector", args=[slide])
    return f"{address}?{kept.urlencode()}" if kept else address
