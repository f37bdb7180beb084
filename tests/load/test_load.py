"""T44: the rehearsal of python -m tests.load as a number of the battery. LOAD_MINUTES=30 for a release, 5 otherwise."""

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.nightly


def test_fifty_people_at_work(tmp_path, record_property):
    figures = tmp_path / "figures.json"
    minutes = os.environ.get("LOAD_MINUTES", "5")
    command = [sys.executable, "-m", "tests.load", "--minutes", minutes, "--json", str(figures)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert figures.exists(), done.stderr
    found = json.loads(figures.read_text())
    record_property(
        "figure",
        f"{found['requests']} requests in {found['seconds']} s, p95 {found['p95_reads']} s of reads and"
        f" {found['p95_writes']} s of writes, {', '.join(found['jobs'])}",
    )
    assert (found["faults"], done.returncode) == ([], 0), done.stdout
