"""What a run came to: a line for each page, what was used at its begin and end, and what is over its limit."""

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.load.browser import Asked
from tests.load.watching import Sample

READS, WRITES = 0.8, 1.5
GROWTH = 0.10
#: Connections come and go by one; memory of a queue that is nearly empty is a handful of MB.
SLACK = {"connections of the database": 2.0, "memory of the queue, MB": 1.0}
NOT_COUNTED = "load of the machine"
#: The size of the samples that are compared: so large a part of the time after warming up.
PART = 5


@dataclass(frozen=True)
class Used:
    """One figure after warming up and at the end."""

    what: str
    begin: float
    end: float

    @property
    def grew(self) -> bool:
        most = max(self.begin * (1 + GROWTH), self.begin + SLACK.get(self.what, 0))
        return self.what != NOT_COUNTED and self.end > most


def quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def by_page(asked: Sequence[Asked]) -> Iterator[str]:
    kept: dict[tuple[bool, str], list[Asked]] = defaultdict(list)
    for one in asked:
        kept[one.writes, one.page].append(one)
    yield f"{'':5} {'page':28} {'number':>7} {'p50 ms':>7} {'p95 ms':>7} {'max ms':>7} {'errors':>6}"
    for (writes, page), ones in sorted(kept.items()):
        seconds = [one.seconds for one in ones]
        faults = sum(bool(one.fault) for one in ones)
        p50, p95, most = (
            round(1000 * value) for value in (quantile(seconds, 0.5), quantile(seconds, 0.95), max(seconds))
        )
        yield f"{'write' if writes else 'read':5} {page:28} {len(ones):7} {p50:7} {p95:7} {most:7} {faults:6}"


def p95_of(asked: Sequence[Asked], *, writes: bool) -> float:
    seconds = [one.seconds for one in asked if one.writes == writes]
    return quantile(seconds, 0.95) if seconds else 0.0


def used(samples: Sequence[Sample], warm_at: float) -> list[Used]:
    """The median of the first and of the last fifth of the time after ``warm_at``."""
    warm = [one for one in samples if one.at >= warm_at] or list(samples[-2:])
    size = max(1, len(warm) // PART)
    return [
        Used(
            what,
            statistics.median(one.figures[what] for one in warm[:size]),
            statistics.median(one.figures[what] for one in warm[-size:]),
        )
        for what in (warm[0].figures if warm else {})
    ]


def faults(asked: Sequence[Asked], failed: Counter[str], found: Sequence[Used]) -> list[str]:
    """Every limit that was passed, in a sentence; none is a run that is passed."""
    told = []
    for writes, limit in ((False, READS), (True, WRITES)):
        p95 = p95_of(asked, writes=writes)
        if p95 >= limit:
            told.append(f"p95 of {'writes' if writes else 'reads'} {p95:.2f} s, limit {limit} s")
    told += [f"{number} × {text}" for text, number in failed.most_common()]
    told += [f"{one.what} grew from {one.begin:.0f} to {one.end:.0f}" for one in found if one.grew]
    return told
