"""Log lines without personal data: no query strings, no values inside exceptions, no results of tasks."""

import logging
import traceback
from types import TracebackType
from typing import TypeAlias

ExcInfo: TypeAlias = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None] | None
)


class QuietFormatter(logging.Formatter):
    """Show where an exception came from and of which type it is, but not its message.

    Messages quote the data: PostgreSQL answers a doubled row with "Key (id_number)=(…) already exists".
    """

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 - the name is logging's
        lines: list[str] = []
        error = ei[1] if ei else None
        while error is not None:
            lines.append("".join(traceback.format_tb(error.__traceback__)) + type(error).__qualname__)
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\nraised while handling or caused by:\n".join(lines)


class WithoutValues(logging.Filter):
    """Celery writes a task's result and the exception's message into the line itself; keep neither."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, dict):
            kept = {
                name: record.args[name]
                for name in ("id", "name", "runtime", "description")
                if name in record.args
            }
            failed = record.exc_info[0] if record.exc_info else None
            record.args = {
                **dict.fromkeys(record.args, ""),
                **kept,
                "exc": failed.__qualname__ if failed else "",
                "return_value": "",
            }
        return True
