"""The commands: one person's way, and who may take a step, as JSON and nothing else."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from members import enrolment
from members.development import recording
from members.development.rules import RULES
from members.development.vocabulary import Step
from tests.members.development.way import Way

pytestmark = pytest.mark.django_db
S = Step


def said(*words):
    out = StringIO()
    call_command(*words, "--json", stdout=out)
    return json.loads(out.getvalue())


class TestDevelopment:
    def test_done_and_next_with_the_earliest_day(self, way):
        way.walk(S.CONTACTS)
        found = said("development", way.member.number, "--on", "2024-12-01")
        assert (found["stage"], found["step"], found["clash"]) == ("入党积极分子", "contacts", None)
        assert found["done"][:2] == [
            {"step": "application", "on": "2024-03-01", "effective": True},
            {"step": "application_talk", "on": "2024-03-20", "effective": True},
        ]
        following = {each["step"]: each for each in found["next"]}
        assert following["target_decision"] == {
            "step": "target_decision",
            "title": "确定发展对象",
            "earliest": "2025-06-10",
            "blocked_by": [
                {
                    "code": "FZ-08",
                    "article": RULES["FZ-08"].article,
                    "message": "推荐和确定入党积极分子在2024年6月10日，须满12个月，"
                    "最早2025年6月10日可以“确定发展对象”。",
                }
            ],
            "due": None,
            "late": False,
        }
        assert following["admission_meeting"]["earliest"] == "2025-06-10"
        assert following["full_meeting"]["earliest"] == "2026-06-10"

    def test_what_came_later_is_not_known_yet(self, way):
        way.walk(S.CONTACTS)
        assert said("development", way.member.number, "--on", "2024-04-01")["step"] == "application_talk"

    def test_late_with_its_last_day(self, way):
        way.walk(S.APPLICATION)
        found = said("development", way.member.number, "--on", "2024-04-02")
        talk = found["next"][0]
        assert (talk["step"], talk["due"], talk["late"]) == ("application_talk", "2024-04-01", True)
        assert found["late"] == ["application_talk"]

    def test_a_clash_with_graduation_is_said_ahead(self, db):
        way = Way(graduates_on=date(2025, 6, 30))
        way.walk(S.CONTACTS)
        found = said("development", way.member.number, "--on", "2024-09-01")
        assert ("毕业前来不及" in found["clash"]["message"], found["clash"]["code"]) == (True, "FZ-13")

    def test_nothing_comes_after_a_development_that_was_ended(self, way):
        development = way.walk(S.CONTACTS)
        recording.end(development, date(2024, 9, 1), "本人申请退出", by=way.secretary)
        after = said("development", way.member.number, "--on", "2024-09-01")
        assert (after["next"], after["closed"], after["outcome"]) == ([], "2024-09-01", "ended")
        before = said("development", way.member.number, "--on", "2024-08-31")
        assert (before["next"] != [], before["closed"], before["outcome"]) == (True, None, "")

    @pytest.mark.parametrize(
        ("words", "sentence"),
        [(["T999999"], "没有发展党员的记录"), (["T999999", "--on", "2026-13-01"], "2026-13-01")],
    )
    def test_bad_words(self, db, words, sentence):
        with pytest.raises(CommandError, match=sentence):
            call_command("development", *words)


class TestEligible:
    @pytest.mark.parametrize(("day", "number"), [("2025-06-09", 0), ("2025-06-10", 1)])
    def test_from_the_day_the_waiting_is_over(self, way, day, number):
        way.before(S.TARGET_DECISION)
        found = said("eligible", "target_decision", "--on", day)
        assert len(found) == number
        if found:
            assert found[0] == {
                "number": way.member.number,
                "name": "林微",
                "branch": way.branch.code,
                "stage": "入党积极分子",
            }

    def test_cut_to_a_branch(self, way):
        way.before(S.TARGET_DECISION)
        code = way.school.teachers.code
        assert said("eligible", "target_decision", "--on", "2025-07-01", "--branch", code) == []

    def test_who_was_ended_later_was_eligible_until_the_day_before(self, way):
        way.before(S.TARGET_DECISION)
        recording.end(way.development, date(2025, 9, 1), "本人申请退出", by=way.secretary)
        found = [
            len(said("eligible", "target_decision", "--on", f"2025-{day}")) for day in ("08-31", "09-01")
        ]
        assert found == [1, 0]

    def test_in_the_branch_of_the_day(self, way):
        way.before(S.TARGET_DECISION)
        enrolment.move(way.member, way.school.teachers, on=date(2025, 7, 1), by=None)
        here, there = way.branch.code, way.school.teachers.code
        found = {
            (day, code): [
                row["branch"]
                for row in said("eligible", "target_decision", "--on", f"2025-{day}", "--branch", code)
            ]
            for day in ("06-30", "07-01")
            for code in (here, there)
        }
        assert found == {
            ("06-30", here): [here],
            ("06-30", there): [],
            ("07-01", here): [],
            ("07-01", there): [there],
        }

    @pytest.mark.parametrize(
        ("words", "sentence"),
        [(["nothing"], "没有“nothing”这一步"), (["oath", "--branch", "9"], "没有代码为“9”的党组织")],
    )
    def test_bad_words(self, db, words, sentence):
        with pytest.raises(CommandError, match=sentence):
            call_command("eligible", *words)
