import logging
import logging.config
import re
import sys

from django.conf import settings

from config.logs import QuietFormatter, WithoutValues

CANARY = "110101199003077758"


def fail():
    try:
        raise KeyError(CANARY)
    except KeyError as error:
        raise ValueError(f"Key (id_number)=({CANARY}) already exists") from error


def record_failure(message, *args):
    try:
        fail()
    except ValueError:
        return logging.LogRecord("name", logging.ERROR, __file__, 1, message, args, sys.exc_info())


def test_exceptions_are_logged_with_place_and_type_but_without_their_message():
    line = QuietFormatter("%(message)s").format(record_failure("failed"))

    assert CANARY not in line
    assert "in fail\n" in line
    assert "\nValueError\n" in line
    assert line.endswith("\nKeyError")


def test_task_lines_carry_neither_results_nor_messages():
    values = {
        "id": "7",
        "name": "jobs.tasks.run",
        "description": "raised unexpected",
        "exc": CANARY,
        "traceback": CANARY,
    }
    record = record_failure("Task %(name)s[%(id)s] %(description)s: %(exc)s", values)

    assert WithoutValues().filter(record)
    line = QuietFormatter("%(message)s").format(record)

    assert line.startswith("Task jobs.tasks.run[7] raised unexpected: ValueError")
    assert CANARY not in line


def test_task_results_are_not_logged():
    values = {"id": "7", "name": "jobs.tasks.run", "runtime": 1.5, "return_value": CANARY}
    message = "Task %(name)s[%(id)s] succeeded in %(runtime)ss: %(return_value)s"
    record = logging.LogRecord("name", logging.INFO, __file__, 1, message, (values,), None)

    WithoutValues().filter(record)

    assert record.getMessage() == "Task jobs.tasks.run[7] succeeded in 1.5s: "


def test_each_line_says_its_time_with_the_offset():
    made = logging.config.DictConfigurator({}).configure_formatter(
        dict(settings.LOGGING["formatters"]["quiet"])
    )
    line = made.format(logging.LogRecord("name", logging.ERROR, __file__, 1, "failed", (), None))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4} ERROR name failed", line)
