"""What a piece of work costs, and one line of the table.

Costs are CPU seconds of this process and of the server's one backend together, so that a busy machine does not turn
into a slow program. Both sides of a bar are measured in turn, and their medians are compared.
"""

import gc
import statistics
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

ROUNDS = 5
#: A round lasts at least so long.
LEAST = 0.25

Work = Callable[[], object]


@dataclass(frozen=True)
class Line:
    """``ours`` and ``other`` are texts with their units; ``ratio`` None where the bar is not a quotient."""

    bar: str
    what: str
    ours: str
    other: str
    ratio: float | None
    limit: str
    is_met: bool | None  # None: not measured here, or no bar of its own


def cpu() -> float:
    return time.process_time() + _of_server()


def _of_server() -> float:
    """Nanoseconds of the scheduler's own account; where there is none (no Linux), only this process counts."""
    connection.ensure_connection()
    account = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    return int(account.read_text().split()[0]) / 1e9 if account.exists() else 0.0


def cost(work: Work, times: int = 1) -> float:
    """CPU seconds of one run, out of ``times``."""
    gc.collect()
    before = cpu()
    for _ in range(times):
        work()
    return (cpu() - before) / times


def both(ours: Work, other: Work, *, rounds: int = ROUNDS) -> tuple[float, float]:
    """The median cost of each side; the sides take turns, after one run of each to warm the caches."""
    often = [max(1, round(LEAST / max(cost(side), 1e-4))) for side in (ours, other)]
    costs: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for side, times, found in zip((ours, other), often, costs, strict=True):
            found.append(cost(side, times))
    return statistics.median(costs[0]), statistics.median(costs[1])


def compared(bar: str, what: str, limit: float, ours: Work, other: Work, **how: int) -> Line:
    """A bar that is a quotient of costs."""
    mine, theirs = both(ours, other, **how)
    return line(bar, what, limit, mine, theirs)


def line(bar: str, what: str, limit: float, ours: float, other: float) -> Line:
    ratio = ours / other
    return Line(bar, what, in_seconds(ours), in_seconds(other), ratio, f"≤ {limit:g}", ratio <= limit)


def in_seconds(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 0.1 else f"{seconds * 1000:.2f} ms"


@dataclass
class Asked:
    """What was asked of the database: statements with parameters, and the seconds each took."""

    statements: list[tuple[str, object]]
    seconds: list[float]


@contextmanager
def asked():
    """Collect every statement of this connection meanwhile."""
    found = Asked([], [])

    def collect(execute, sql, params, many, context):
        start = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            found.seconds.append(time.perf_counter() - start)
            found.statements.append((sql, params))

    with connection.execute_wrapper(collect):
        yield found


def fetch(sql: str, params: object = ()) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []


def database_seconds(*works: Work, rounds: int = 2 * ROUNDS + 1) -> list[float]:
    """The median of the server's CPU seconds in each of ``works``, which take turns: what one of them finds in the
    processor's caches the other has left there."""
    found: list[list[float]] = [[] for _ in works]
    for _ in range(rounds + 1):
        for work, seconds in zip(works, found, strict=True):
            before = _of_server()
            work()
            seconds.append(_of_server() - before)
    return [statistics.median(seconds[1:]) for seconds in found]


def plan_of(sql: str, params: object = ()) -> str:
    return "\n".join(row[0] for row in fetch(f"EXPLAIN {sql}", params))
