"""Every verb of a round that takes a person and a stage: when it may be called, and how."""

from datetime import date
from decimal import Decimal

from assessments import after, ballots, judging, own_stages, problems, remarks, reports, rounds
from assessments.models import Round
from assessments.problems import Facts
from tests.assessments.scene import WITH_OWN, kept

DAY = date(2026, 12, 9)
TEXTS = {"work": "做了", "problems": "问题", "plans": "打算"}
FACTS = Facts("学习不够深入", "会前三天发材料", "甲书记", date(2027, 3, 31))
REMARK = {"kind": "comment", "speaker": "李副书记", "text": "工作扎实。", "answer": ""}
VISIT = next(stage for stage in WITH_OWN if stage.code == "visit")
DRAFT, REPORTING, BALLOTING, GRADING, PUBLISHED, ARCHIVED = Round.State.values


def changed(scene, by):
    facts = {"scheme": kept(), "name": "乙", "report_due_on": DAY}
    rounds.change(scene.round, version=scene.round.version, by=by, **facts)


def ordered(scene):
    return list(scene.round.subjects.values_list("pk", flat=True))[::-1]


#: Verb → the stages it is for; the last two wait for an answer to the objection that stands.
WHEN = {
    **dict.fromkeys(("change", "open"), (DRAFT,)),
    **dict.fromkeys(("leave out",), (DRAFT, REPORTING)),
    **dict.fromkeys(("order", "name raters"), (DRAFT, REPORTING, BALLOTING)),
    **dict.fromkeys(("save", "submit"), (REPORTING,)),
    **dict.fromkeys(("issue", "recall", "hand out", "close"), (BALLOTING,)),
    **dict.fromkeys(
        (
            "note a stage",
            "take a stage back",
            "points",
            "deduct",
            "give back",
            "gate",
            "remark",
            "answer",
            "remove",
        ),
        (REPORTING, BALLOTING, GRADING),
    ),
    **dict.fromkeys(("decide",), (GRADING,)),
    **dict.fromkeys(("archive", "objection"), ()),
    **dict.fromkeys(("feedback", "its answer"), (PUBLISHED,)),
    **dict.fromkeys(("problem", "its change", "its drop", "its report"), (PUBLISHED, ARCHIVED)),
    **dict.fromkeys(("correction",), (ARCHIVED,)),
}
#: Verb → how it is called with the scene, the staff and the secretary.
DO = {
    "change": lambda s, by, own: rounds.change(
        s.round, version=s.round.version, scheme=kept(), name="乙", report_due_on=DAY, by=by
    ),
    "leave out": lambda s, by, own: rounds.leave_out(s, by=by),
    "order": lambda s, by, own: rounds.order(s.round, ordered(s), by=by),
    "open": lambda s, by, own: rounds.open_reports(s.round, by=by),
    "save": lambda s, by, own: reports.save(s.report, TEXTS, version=1, by=own),
    "submit": lambda s, by, own: reports.submit(s.report, by=own),
    "name raters": lambda s, by, own: ballots.name_raters(s.round, {"peers": ["王一"]}, by=by),
    "issue": lambda s, by, own: ballots.issue(s.round.groups.first(), 5, by=by),
    "recall": lambda s, by, own: ballots.recall(s.round.groups.first(), by=by),
    "hand out": lambda s, by, own: ballots.hand_out(s.round.groups.first(), 5, by=by),
    "close": lambda s, by, own: ballots.close(s.round, by=by),
    "points": lambda s, by, own: judging.give_points(s, "check", Decimal(80), version=0, by=by),
    "deduct": lambda s, by, own: judging.deduct(s, Decimal(2), "缺席会议", by=by),
    "give back": lambda s, by, own: judging.give_back(s.deductions.get(), by=by),
    "note a stage": lambda s, by, own: own_stages.note(s.round, VISIT, [s.pk], on=DAY, text="", by=by),
    "take a stage back": lambda s, by, own: own_stages.take_back(s.stages_done.get(), by=by),
    "gate": lambda s, by, own: judging.answer_gate(s, "annual", is_open=True, basis="校发1号", by=by),
    "remark": lambda s, by, own: remarks.add(
        s, kind="comment", speaker="李副书记", text="工作扎实。", answer="", by=by
    ),
    "answer": lambda s, by, own: remarks.answer(s.remarks.get(), "线上参加", by=by),
    "remove": lambda s, by, own: remarks.remove(s.remarks.get(), by=by),
    "decide": lambda s, by, own: rounds.decide(s, grade="较好", why="按实绩评定", version=s.version, by=by),
    "archive": lambda s, by, own: rounds.archive(s.round, by=by),
    "feedback": lambda s, by, own: after.give_feedback(
        s, "工作扎实，请继续努力。", on=DAY, version=s.version, by=by
    ),
    "objection": lambda s, by, own: after.object_to(s, "到会率没有计入补学的人。", by=own),
    "its answer": lambda s, by, own: after.answer_objection(s.objections.get(), "已经复核。", by=by),
    "problem": lambda s, by, own: problems.add(
        s, Facts("外出党员管理不细", "每月联系一次", "甲书记", DAY), by=by
    ),
    "its change": lambda s, by, own: problems.change(s.problems.get(), FACTS, version=1, by=by),
    "its drop": lambda s, by, own: problems.drop(s.problems.get(), version=1, by=by),
    "its report": lambda s, by, own: problems.report(
        s.problems.get(), "已经做到", done_on=DAY, version=1, by=own
    ),
    "correction": lambda s, by, own: after.correct(
        s.round, "会议地点应为学院报告厅，原写错了。", "会议通知", by=by
    ),
}
