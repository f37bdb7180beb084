"""The battery: T01–T61 of the promises, with the tests that show each. `make battery` prints a line for every number.

A test says how far it went with ``record_property("figure", …)``; the line repeats it. As a plugin of pytest
(``-p tests.battery``) this module leaves out what belongs to no number and is not nightly, and prints the lines.
"""

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

#: With every commit (make test), nightly (make battery), with each release (all of make, and what is still open).
TIERS = ("C", "N", "R")
BROWSER, SERVICES, MUTANTS, BENCH = "make test-browser", "make test-services", "make mutants", "make bench"


@dataclass(frozen=True)
class Row:
    """One number: what it is about, its tier, the files, classes or functions under tests/ that show it.

    ``also`` is a command that shows what these tests alone do not; ``open`` what is not shown, or not here, and why.
    """

    what: str
    tier: str
    tests: str = ""
    also: str = ""
    open: str = ""

    @property
    def places(self) -> list[str]:
        return [f"tests/{place}" for place in self.tests.split()]


ROWS = {
    "T01": Row("every address, role and method", "C", "access/test_matrix.py"),
    "T02": Row("a stranger's object is a missing one", "C", "access/test_foreign.py"),
    "T03": Row("nothing foreign is shown or counted", "C", "access/test_lists.py access/test_filters.py"),
    "T04": Row(
        "own parent, foreign child; mixed lists",
        "C",
        "access/test_foreign.py members/test_admin_people.py branches/test_admin_branches.py"
        " branches/test_admin_site.py",
    ),
    "T05": Row(
        "both sides' rights to transfer and merge",
        "C",
        "members/test_transfers.py members/test_merging.py members/test_restructuring.py members/test_tree_property.py",
    ),
    "T06": Row("nothing smuggled into a form", "C", "access/test_smuggling.py members/test_admin_people.py"),
    "T07": Row(
        "a role that ends, ends at once",
        "C",
        "accounts/test_sessions.py::TestWhatEndsAtOnce branches/test_scope.py"
        " accounts/test_second_factor.py::TestWhoNeedsOne",
    ),
    "T08": Row("random trees against a naive oracle", "N", "members/test_tree_property.py"),
    "T09": Row("an import is no back door", "C", "members/imports/test_import_pages.py"),
    "T10": Row(
        "no step is skipped",
        "C",
        "members/development/test_skipping.py assessments/test_stages.py assessments/test_rounds.py",
    ),
    "T11": Row("what is masked stays masked", "C", "access/test_masking.py"),
    "T12": Row("files of a record, however asked for", "C", "activities/test_evidence_pages.py"),
    "T13": Row(
        "the three administrators",
        "C",
        "branches/test_three.py branches/test_grants.py branches/test_first_administrators.py "
        "assessments/test_separation.py",
    ),
    "T14": Row("a test fails for each filter taken away", "N", "access/test_filters.py", also=MUTANTS),
    "T15": Row(
        "no difference isolates a voter",
        "N",
        "access/test_differencing.py assessments/test_scoring.py assessments/test_review_ballots.py",
    ),
    "T16": Row("hostile workbooks", "N", "members/imports/test_hostile.py"),
    "T17": Row("bombs of zip and grid", "C", "lib/test_sheets_reading.py"),
    "T18": Row("an ID number typed as a number", "C", "members/imports/test_cells.py"),
    "T19": Row(
        "an import is whole or not at all",
        "C",
        "members/imports/test_import_pages.py members/imports/test_killed.py",
    ),
    "T20": Row(
        "exported, imported, exported",
        "N",
        "members/imports/test_round_trip.py branches/test_register_export.py",
    ),
    "T21": Row(
        "no text becomes a formula",
        "C",
        "lib/test_sheets_writing.py lib/test_sheets_text.py access/test_workbooks.py",
    ),
    "T22": Row("a workbook holds what it shows", "C", "access/test_workbooks.py"),
    "T23": Row(
        "hostile files", "C", "activities/test_evidence_files.py browser/test_evidence.py", also=BROWSER
    ),
    "T24": Row("no place in a photo", "C", "activities/test_evidence_files.py"),
    "T25": Row(
        "quotas of pixels and bytes", "C", "activities/test_evidence.py activities/test_evidence_files.py"
    ),
    "T26": Row(
        "random bytes and texts",
        "N",
        "lib/test_fuzz.py lib/test_sheets_reading.py lib/test_id_number.py lib/test_dates.py",
        open="half an hour of coverage-guided fuzzing: atheris has no wheel for every Python that is supported",
    ),
    "T27": Row("PostgreSQL killed while it writes", "N", "config/test_database_kills.py", also=SERVICES),
    "T28": Row(
        "SQLite killed while it writes",
        "C",
        "config/test_sqlite.py::test_a_killed_writer_lost_nothing_it_had_told"
        " config/test_sqlite.py::test_each_commit_reaches_the_disk",
    ),
    "T29": Row(
        "eight threads on one SQLite", "C", "config/test_sqlite.py::test_eight_writers_wait_for_each_other"
    ),
    "T30": Row("two edits at once", "C", "activities/test_races.py assessments/test_races.py"),
    "T31": Row("one form sent twenty times", "C", "activities/test_races.py assessments/test_races.py"),
    "T32": Row(
        "a worker killed fifty times",
        "N",
        "reminders/test_delivery.py reminders/test_kills.py",
        also=SERVICES,
    ),
    "T33": Row("the queue killed", "N", "reminders/test_kills.py", also=SERVICES),
    "T34": Row(
        "two schedulers",
        "C",
        "reminders/test_ledger.py reminders/test_delivery.py reminders/test_kills.py",
        also=SERVICES,
    ),
    "T35": Row(
        "never a day early or late",
        "C",
        "reminders/test_kinds.py reminders/test_ledger.py reminders/test_delivery.py",
    ),
    "T36": Row("silence is noticed", "C", "reminders/test_health.py"),
    "T37": Row(
        "a full disk",
        "N",
        "config/test_sqlite.py::test_a_full_disk_loses_nothing_and_needs_no_repair config/test_full_disk.py"
        " jobs/test_running.py::TestOutages",
        open="a full disk of logs: they go to standard error, and whoever keeps them gives them a disk of their own",
    ),
    "T38": Row(
        "a database that is slow, cut or gone",
        "N",
        "config/test_broken_lines.py config/test_killed_site.py accounts/test_outage_pages.py"
        " jobs/test_running.py::TestOutages lib/test_outages.py browser/test_outage.py config/test_proxy_pages.py",
        also=f"{BROWSER}, {SERVICES}",
    ),
    "T39": Row(
        "what was backed up comes back", "N", "jobs/backups/test_restore.py jobs/backups/test_scale.py"
    ),
    "T40": Row("a restore never lies", "C", "jobs/backups/test_restore.py"),
    "T41": Row("back to a second before", "R", "jobs/backups/test_point_in_time.py", also=SERVICES),
    "T42": Row("a backup tells nobody anything", "C", "jobs/backups/test_backup.py lib/test_strongbox.py"),
    "T43": Row(
        "upgrades, and from trial to production",
        "R",
        "jobs/backups/test_moving.py jobs/test_upgrading.py config/test_machine.py",
        also=SERVICES,
    ),
    "T44": Row(
        "fifty users for half an hour",
        "R",
        "load/test_load.py load/test_verdict.py",
        also=BENCH,
        open="five minutes unless LOAD_MINUTES=30 is set, which the release does; it takes a machine that is quiet",
    ),
    "T45": Row("no start that is half configured", "C", "config/test_settings.py"),
    "T46": Row(
        "headers of every answer", "C", "access/test_headers.py accounts/test_sessions.py::TestEveryAnswer"
    ),
    "T47": Row("nothing posted from elsewhere", "C", "access/test_csrf.py"),
    "T48": Row("htmx does what the page says", "C", "access/test_escaping.py", also=BROWSER),
    "T49": Row("no text becomes an element", "C", "access/test_escaping.py config/test_supply.py"),
    "T50": Row(
        "sessions",
        "C",
        "accounts/test_sessions.py accounts/test_proof.py::TestSessions accounts/test_sign_in.py",
    ),
    "T51": Row("guessing passwords and names", "C", "accounts/test_sign_in.py accounts/test_guessing.py"),
    "T52": Row(
        "second factor and profiles of passwords",
        "C",
        "accounts/test_second_factor.py accounts/test_proof.py::TestProfiles"
        " accounts/test_sign_in.py::TestOneTimePassword",
    ),
    "T53": Row(
        "forged hosts, addresses and redirects",
        "C",
        "access/test_headers.py accounts/test_sign_on.py config/test_proxies.py config/test_proxy_pages.py",
        also=SERVICES,
        open="another proxy in front of the shipped one: where its operator sets it up",
    ),
    "T54": Row(
        "whatever changes is in the trail", "C", "access/test_trail.py accounts/test_audit.py::TestRecording"
    ),
    "T55": Row(
        "whatever is done to the trail shows",
        "C",
        "accounts/test_audit.py accounts/test_tampering.py jobs/test_database_rights.py",
        also=SERVICES,
    ),
    "T56": Row(
        "no number, name or key in logs",
        "C",
        "access/test_escaping.py config/test_logs.py jobs/test_rotation.py::TestAtRest reminders/test_delivery.py",
    ),
    "T57": Row("one event is one line", "C", "activities/test_evidence_pages.py::TestNames"),
    "T58": Row("nothing lies open; new keys lose nothing", "N", "jobs/test_rotation.py"),
    "T59": Row(
        "what a person may ask of us",
        "C",
        "members/test_data_requests.py reports/privacy/test_own.py reports/privacy/test_register.py"
        " reports/privacy/test_retention.py accounts/test_notice.py",
    ),
    "T60": Row(
        "what the program is made of",
        "C",
        "config/test_supply.py",
        also="make audit",
    ),
    "T61": Row("a stolen account, within a quarter of an hour", "R", "reports/privacy/test_incident.py"),
}


def numbers_of(node: str) -> list[str]:
    """The numbers that a test is counted under, by its id."""
    return [
        number
        for number, row in ROWS.items()
        if any(node == place or node.startswith((f"{place}::", f"{place}[")) for place in row.places)
    ]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--numbers", default="", help="the numbers of the battery that are told of, all unless said"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    kept = [one for one in items if one.get_closest_marker("nightly") or numbers_of(one.nodeid)]
    config.hook.pytest_deselected(items=[one for one in items if one not in set(kept)])
    items[:] = kept


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    asked = config.getoption("--numbers")
    terminalreporter.section("battery")
    for line in lines(terminalreporter.stats):
        if not asked or line[:3] in asked.split(","):
            terminalreporter.write_line(line)


def lines(stats: dict[str, list[Any]]) -> Iterable[str]:
    """A line for each number: what came of its tests, how long they took, and the figures they reached."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    figures: dict[str, list[str]] = defaultdict(list)
    seconds: Counter[str] = Counter()
    for outcome in ("passed", "failed", "error", "skipped"):
        for report in stats.get(outcome, []):
            for number in numbers_of(report.nodeid):
                counts[number][outcome] += 1
                seconds[number] += report.duration
                figures[number] += [str(value) for name, value in report.user_properties if name == "figure"]
    for number, row in ROWS.items():
        told = ", ".join(f"{count} {outcome}" for outcome, count in counts[number].items()) or "not run here"
        more = [f"{seconds[number]:.0f} s"] if counts[number] else []
        more += list(dict.fromkeys(figures[number]))
        more += [f"also {row.also}"] if row.also else []
        more += [f"open: {row.open}"] if row.open else []
        yield f"{number} {row.tier} {told:<24} {row.what} ({'; '.join(more)})"


def named_in(text: str) -> set[str]:
    """The numbers that a docstring names: "T05", "T32 to T34" and "T23–T25" are all that stand between as well."""
    found = set(re.findall(r"\bT\d\d\b", text))
    for first, last in re.findall(r"\bT(\d\d)(?: to |–)T(\d\d)\b", text):
        found |= {f"T{number:02}" for number in range(int(first), int(last) + 1)}
    return found


def main(arguments: list[str]) -> int:
    """All of it, or the numbers that are named; the other arguments are pytest's."""
    numbers = [one for one in arguments if one in ROWS]
    chosen = {place for number in numbers for place in ROWS[number].places if file_of(place).exists()}
    more = [one for one in arguments if one not in ROWS]
    options = [
        "-p",
        "tests.battery",
        "-q",
        "-m",
        "not browser and not services",
        f"--numbers={','.join(numbers)}",
    ]
    return int(pytest.main([*options, *(sorted(chosen) or ["tests"]), *more]))


def file_of(place: str) -> Path:
    return Path(place.partition("::")[0])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
