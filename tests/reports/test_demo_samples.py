"""The sample university's workbooks meet nobody of the demo: whoever tries an import there finds everything new."""

import json

import pytest

from members.models import Member
from reports.demo import load
from reports.demo.scale import SMALL
from tests.reports.demo_world import TODAY
from tests.sheets import SAMPLES, run, sample


@pytest.mark.slow
def test_the_sample_workbooks_give_their_figures_in_the_demo(db):
    register, national, faulty = map(
        sample, ("党组织名册.xlsx", "党员基本信息汇总表.xlsx", "花名册-问题.xlsx")
    )
    expected = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))
    load.load(SMALL, 7, TODAY)
    before = Member.objects.count()

    status, report = run("import_branches", register, "--commit")
    figures = {name: report[name] for name in ("new", "changed", "unchanged")}
    all_but_the_root = expected["党组织名册.xlsx"]["branches"] - 1
    assert (status, figures) == (0, {"new": all_but_the_root, "changed": 0, "unchanged": 1})

    status, report = run("import_roster", national)
    assert (status, report["new"], report["errors"]) == (0, expected[national.name]["rows"], [])

    status, report = run("import_roster", faulty, "--commit")
    found = [{"row": error["row"], "fault": error["code"]} for error in report["errors"]]
    assert (status, found) == (1, expected[faulty.name]["errors"])
    assert (report["new"], Member.objects.count() - before) == (expected[faulty.name]["clean"],) * 2
