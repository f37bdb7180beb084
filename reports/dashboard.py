"""The dashboard: what a leader sees at a glance, put together from the figures of a period."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from activities.kinds import Kind
from branches.scope import covers
from lib.periods import Period, month_of, quarter_of, year_of

from . import links, rollup
from .asked import Asked, lies_in_one, organisation_at
from .attention import SHOWN, Item, attention, ending_terms
from .conclusion import Figure, Piece, four_figures, judged, month_in_focus, sentence
from .matrix import Matrix, matrix
from .measures import rate, share_in_words
from .quarterly import Quarterly
from .rollup import Unit
from .structure import Bar, Structure, structure

QUARTERS_BEFORE = 6


@dataclass(frozen=True)
class Choice:
    """A period to change to."""

    label: str
    url: str
    is_current: bool = False


@dataclass(frozen=True)
class Bars:
    title: str
    note: str
    rows: Sequence[Bar]


@dataclass(frozen=True)
class Board:
    sentence: list[Piece]
    figures: list[Figure]
    matrix: Matrix
    matrix_title: str
    attention: list[Item]
    further: int
    terms: list[Item]
    further_terms: int
    completion: Bars
    structure: Structure


def board(figures: Quarterly, asked: Asked) -> Board:
    """Three queries more than the figures."""
    units = rollup.units(figures.life, asked, figures.roster)
    items, terms = attention(units, asked), ending_terms(asked)
    return Board(
        sentence=sentence(figures.life, asked),
        figures=four_figures(figures.life, asked),
        matrix=matrix(units, asked),
        matrix_title=matrix_title(units),
        attention=items[:SHOWN],
        further=max(0, len(items) - SHOWN),
        terms=terms[:SHOWN],
        further_terms=max(0, len(terms) - SHOWN),
        completion=completion(units, asked),
        structure=structure(asked),
    )


def matrix_title(units: Sequence[Unit]) -> str:
    missed = sum(lot.number for unit in units for lot in unit.duties if lot.is_missed)
    where = sum(any(lot.is_missed for lot in unit.duties) for unit in units)
    if not missed:
        return "没有逾期未开的义务"
    return f"{missed} 项逾期未开" + (f"，在 {where} 个单位" if len(units) > 1 else "")


def completion(units: Sequence[Unit], asked: Asked) -> Bars:
    """Theme days in focus, in official order: a work list, not a ranking."""
    span, rows, incomplete = month_in_focus(asked), [], 0
    for unit in units:
        found = judged(unit.duties, Kind.THEME_DAY, span)
        share = rate(found.met, found.required)
        if share is None:
            continue
        incomplete += found.open > 0
        filters = {**unit.filters, "kind": Kind.THEME_DAY.value}
        url = links.duties(span, **{**filters, "state": "open" if found.open else "required"})
        rows.append(
            Bar(unit.branch.short_name, url, int(share * 100), share_in_words(found.met, found.required), url)
        )
    if incomplete:
        title = f"{incomplete} 个单位的主题党日还未全部开展"
    else:
        title = "主题党日全部开展" if rows else f"{span.short_label}没有应开主题党日的支部"
    return Bars(title, f"{span.short_label}主题党日完成率，按建制顺序", rows if len(rows) > 1 else [])


def choices(asked: Asked) -> list[Choice]:
    """This month, this quarter, this year."""
    return [
        Choice(label, links.dashboard(period), period == asked.period)
        for label, period in _running(asked).items()
    ]


def _running(asked: Asked) -> dict[str, Period]:
    day = asked.today
    return {"本月": month_of(day), "本季": quarter_of(day), "全年": year_of(day)}


def earlier(asked: Asked) -> list[Choice]:
    """The quarters before this one, and the year before."""
    periods = quarter_of(asked.today).previous().run(-QUARTERS_BEFORE)
    return [Choice(one.label, links.dashboard(one)) for one in (*periods, year_of(asked.today).previous())]


def yearly_url(asked: Asked) -> str:
    """Where what the year asks of people is counted: on the page of the one organisation that is looked into."""
    path = asked.org.path if asked.org else asked.ranges[0][0] if lies_in_one(asked.ranges) else ""
    if not path or not covers(asked.visible, path):
        return ""
    return f"{reverse('branch_page', args=[organisation_at(path)])}#yearly"


def earlier_label(asked: Asked) -> str:
    """What the menu of earlier periods says: the one shown, when it is one of them."""
    return "以前" if asked.period in _running(asked).values() else asked.period.label


def further_views(asked: Asked) -> list[Choice]:
    """The same figures beside those of the period before, and on a projector."""
    return [
        Choice(f"与{asked.period.previous().label}比较", links.comparison(asked.period, **asked.carried)),
        Choice("逐季趋势", trend_url(asked)),
        Choice("投屏", links.projector(asked.period, **asked.carried)),
    ]


def trend_url(asked: Asked) -> str:
    return links.trend(asked.period, **asked.carried)
