"""The dashboard's first screen: the period in one sentence, and four figures, each number with its list."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from operator import attrgetter

from activities.duties import Lot, numbers
from activities.kinds import Kind
from activities.regulations import NAMES
from activities.statistics import KindFigures, LifeFigures
from lib.periods import Period, month_of, quarter_of
from lib.templatetags.ui import percent, thousands

from . import links
from .asked import Asked
from .measures import attendance_rate, is_enough, rate
from .rollup import sum_of


@dataclass(frozen=True)
class Piece:
    """A bit of a sentence; with an address it is a number and its list."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class Figure:
    label: str
    value: str
    url: str
    beside: list[Piece]
    note: list[Piece]


@dataclass(frozen=True)
class Judged:
    """Duties of one kind in one span, counted."""

    kind: Kind
    span: Period
    required: int
    met: int
    open: int
    missed: int

    @property
    def title(self) -> str:
        return f"{self.span.short_label}{self.kind.label}"

    @property
    def classifier(self) -> str:
        """Within a month a duty is a branch's only one; over a longer span it comes more than once."""
        return "个支部" if self.span.kind == "month" else "次"


def judged(found: Iterable[Lot], kind: Kind, span: Period) -> Judged:
    own = [lot for lot in found if lot.rule.name == kind and span.includes(lot.period)]
    required = sum(lot.number for lot in own if lot.is_required)
    met = sum(lot.number for lot in own if lot.is_met)
    return Judged(kind, span, required, met, required - met, sum(lot.number for lot in own if lot.is_missed))


def month_in_focus(asked: Asked) -> Period:
    """The running month while the period runs, else all of it."""
    return month_of(asked.today) if asked.is_running else asked.period


def quarter_in_focus(asked: Asked) -> Period | None:
    """The running quarter while the period runs, else all of it; none within a month."""
    if asked.period.kind == "month":
        return None
    return quarter_of(asked.today) if asked.is_running else asked.period


def deadline(day: date, today: date) -> str:
    near = {0: "今天", 1: "明天"}.get((day - today).days)
    return f"{near or f'{day.month}月{day.day}日'}截止"


def sentence(life: LifeFigures, asked: Asked) -> list[Piece]:
    """What there is to say first: the theme days in focus, then what is overdue."""
    return [*_about_theme_days(life, asked), *_about_overdue(life, asked)]


def _about_theme_days(life: LifeFigures, asked: Asked) -> list[Piece]:
    focus = judged(life.lots, Kind.THEME_DAY, month_in_focus(asked))
    if not focus.required:
        return [Piece(f"{focus.title}没有应开的支部。")]
    if focus.required == 1 and len({duty.branch_id for duty in life.duties}) == 1:
        return _about_one(focus, asked)
    pieces = [
        Piece(f"{focus.title}应开 "),
        _counted(focus, "required", focus.required, asked),
        Piece(f" {focus.classifier}，已开 "),
        _counted(focus, "met", focus.met, asked),
    ]
    short = focus.classifier[0]
    if not focus.open:
        return [*pieces, Piece(f" {short}，全部完成。")]
    when = f"，{deadline(focus.span.end, asked.today)}" if asked.today <= focus.span.end else ""
    missing = _counted(focus, "open", focus.open, asked)
    return [*pieces, Piece(f" {short}，还有 "), missing, Piece(f" {short}未开{when}。")]


def _about_one(focus: Judged, asked: Asked) -> list[Piece]:
    """Of a branch by itself: whether it has been held, not how many of one."""
    if not focus.open:
        return [Piece(focus.title), replace(_counted(focus, "met", 1, asked), text="已开展"), Piece("。")]
    when = f"，{deadline(focus.span.end, asked.today)}" if asked.today <= focus.span.end else ""
    missing = replace(_counted(focus, "open", 1, asked), text="还未开展")
    return [Piece(focus.title), missing, Piece(f"{when}。")]


def _counted(focus: Judged, state: str, number: int, asked: Asked) -> Piece:
    url = links.duties(focus.span, **{**asked.carried, "kind": focus.kind.value, "state": state})
    return Piece(thousands(number), url if number else "")


def _about_overdue(life: LifeFigures, asked: Asked) -> list[Piece]:
    missed = numbers((lot for lot in life.lots if lot.is_missed), attrgetter("rule.name"))
    if not missed:
        return [Piece("没有逾期未开的义务。")]
    name, number = missed.most_common(1)[0]
    url = links.duties(asked.period, **{**asked.carried, "state": "missed"})
    of_kind = links.duties(asked.period, **{**asked.carried, "state": "missed", "kind": name})
    return [
        Piece("逾期未开的义务有 "),
        Piece(thousands(missed.total()), url),
        Piece(f" 项，其中{NAMES[name]} "),
        Piece(thousands(number), of_kind),
        Piece(" 项。"),
    ]


def in_focus(asked: Asked) -> list[tuple[Kind, Period]]:
    """What is told before all else: theme days, general meetings (committee meetings within a month)."""
    quarter = quarter_in_focus(asked)
    second = (Kind.GENERAL_MEETING, quarter) if quarter else (Kind.COMMITTEE_MEETING, asked.period)
    return [(Kind.THEME_DAY, month_in_focus(asked)), second]


def three_figures(found: Sequence[Lot], whole: KindFigures, asked: Asked) -> list[Figure]:
    """What is in focus of the duties ``found``, and of all that was held how much was entered on time."""
    return [
        *(_completion(judged(found, kind, span), asked) for kind, span in in_focus(asked)),
        _on_time(whole, asked),
    ]


def four_figures(life: LifeFigures, asked: Asked) -> list[Figure]:
    """The same, and how many were present."""
    whole = sum_of(life.total)
    return [*three_figures(life.lots, whole, asked), _present(whole, asked)]


def _completion(focus: Judged, asked: Asked) -> Figure:
    if focus.missed:
        note = f"逾期未开 {focus.missed} {focus.classifier}"
    elif focus.open:
        note = f"未开 {focus.open} {focus.classifier}，{deadline(focus.span.end, asked.today)}"
    else:
        note = "全部完成" if focus.required else "没有应开的支部"
    met, required = (
        _counted(focus, "met", focus.met, asked),
        _counted(focus, "required", focus.required, asked),
    )
    share = Piece(
        percent(rate(focus.met, focus.required)),
        _counted(focus, "open", focus.open, asked).url or required.url,
    )
    # Its list is a leader's way to what is missing, and staff's to a reminder, also where there are too few for a rate.
    waiting = _counted(focus, "missed" if focus.missed else "open", focus.missed or focus.open, asked)
    return _share(focus.title, share, met, required, [replace(waiting, text=note)])


def _share(label: str, share: Piece, part: Piece, whole: Piece, note: list[Piece]) -> Figure:
    """A percentage with its parts beside it; where there are too few for one, the part stands in its place."""
    if is_enough(int(whole.text.replace(",", ""))):
        return Figure(label, share.text, share.url, [part, Piece(" / "), whole], note)
    return Figure(label, part.text, part.url, [Piece("/ "), whole], note)


def _on_time(life: KindFigures, asked: Asked) -> Figure:
    behind = partial(links.records, asked.period, **asked.carried)
    held = behind()
    late = life.held - life.on_time
    return _share(
        "按时登记",
        Piece(percent(rate(life.on_time, life.held)), held if life.held else ""),
        Piece(thousands(life.on_time), behind(on_time="1") if life.on_time else ""),
        Piece(thousands(life.held), held if life.held else ""),
        [Piece(f"补记 {thousands(late)} 条", behind(on_time="0"))] if late else [Piece("没有补记")],
    )


def _present(life: KindFigures, asked: Asked) -> Figure:
    share = attendance_rate(life)
    behind = partial(links.records, asked.period, **asked.carried)
    url = behind() if life.expected else ""
    return Figure(
        label="党员到会",
        value=thousands(life.present) if share is None and life.expected else percent(share),
        url=url,
        beside=[
            Piece(thousands(life.present), url),
            Piece(" / "),
            Piece(thousands(life.expected), url),
            Piece(" 人次"),
        ],
        note=[
            Piece(f"请假 {thousands(life.on_leave)}", behind(mark="on_leave") if life.on_leave else ""),
            Piece("，"),
            Piece(f"缺席 {thousands(life.absent)}", behind(mark="absent") if life.absent else ""),
        ],
    )
