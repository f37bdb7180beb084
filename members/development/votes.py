"""What votes have to show: those of the branch meeting, and those of the committee that approves."""

from collections.abc import Iterator
from typing import Final

from members import rosters
from members.voting import RULES, Vote

from .attempts import Attempt
from .rules import Block, block
from .vocabulary import Step

_MEETING: Final = RULES[Vote.ADMISSION]
#: By majority, of all who sit on it (党章 17).
_COMMITTEE: Final = RULES[Vote.COMMITTEE]


def votes_of_the_meeting(attempt: Attempt) -> Iterator[Block]:
    """细则 20, 21, 33: more than half there, more than half of those who should be for it; the result says the same."""
    meeting = "FZ-22" if attempt.step == Step.FULL_MEETING else ""
    yield from _meeting_adds_up(attempt, meeting or "FZ-14")
    expected, present = attempt.number("expected"), attempt.number("present")
    in_favour = attempt.number("in_favour") + attempt.number("written_for")
    is_quorate = _MEETING.quorum.is_met(present, expected)
    is_carried = _MEETING.passing.is_met(in_favour, expected)
    if not attempt.is_effective:
        if is_quorate and is_carried:
            said = (
                f"应到会{expected}人，实到{present}人，赞成{in_favour}人（含书面意见），都超过半数，是通过的；"
                "与所填的“未通过”不符，请核对票数和表决结果。"
            )
            yield block(meeting or "FZ-15", said)
        return
    if not is_quorate:
        said = f"应到会{expected}人，实到{present}人，没有超过半数，不能表决。"
        yield block(meeting or "FZ-14", said)
    if not is_carried:
        said = f"应到会{expected}人，赞成{in_favour}人（含书面意见），没有超过半数，没有通过。"
        yield block(meeting or "FZ-15", said)


def _meeting_adds_up(attempt: Attempt, code: str) -> Iterator[Block]:
    expected, present = attempt.number("expected"), attempt.number("present")
    ballots = sum(map(attempt.number, ("in_favour", "against", "abstained", "void")))
    handed_out, returned = attempt.number("handed_out"), attempt.number("returned")
    opinions = sum(attempt.number(f"written_{name}") for name in ("for", "against", "abstained"))
    branch = attempt.development.member.branch
    full = rosters.full_members_on(branch, attempt.on).count()
    if expected > full:
        yield block(code, f"当天在册正式党员{full}人，应到会人数不能多于此数。")
    elif expected < full and not attempt.facts.get("uncounted_reason"):
        yield block(code, f"当天在册正式党员{full}人，应到会填了{expected}人；请写明不计入的人员和理由。")
    if handed_out > present or returned > handed_out:
        said = (
            f"发出{handed_out}张、收回{returned}张：发出的票不能多于实到{present}人，收回的不能多于发出的。"
        )
        yield block(code, said)
    if returned and ballots != returned:
        yield block(code, f"收回{returned}张票，各种票合计{ballots}张，两数应相等。")
    if ballots > present:
        yield block(code, f"各种票合计{ballots}张，多于实到{present}人。")
    if present + opinions > expected:
        yield block(code, f"实到{present}人和书面意见{opinions}份，合计多于应到会{expected}人。")


def votes_of_the_committee(attempt: Attempt) -> Iterator[Block]:
    """细则 26: by vote, one by one. Whoever writes down the votes writes down such as carry the decision (党章 17)."""
    names = ("committee_for", "committee_against", "committee_abstained", "committee_void")
    expected, present = attempt.number("committee_expected"), attempt.number("committee_present")
    ballots, in_favour = sum(map(attempt.number, names)), attempt.number("committee_for")
    if not (expected or present or ballots):
        return
    is_carried = _COMMITTEE.passing.is_met(in_favour, expected)
    code = "FZ-23" if attempt.step == Step.FULL_APPROVAL else "FZ-18"
    if present > expected or ballots > present:
        said = (
            f"党委应到{expected}人、实到{present}人、各种票{ballots}张：实到不能多于应到，票数不能多于实到。"
        )
        yield block(code, said)
    elif attempt.is_effective and not is_carried:
        yield block(code, f"党委应到{expected}人，同意{in_favour}人，没有超过半数，不能批准。")
    elif not attempt.is_effective and is_carried:
        yield block(
            code, f"党委应到{expected}人，同意{in_favour}人，已超过半数，与所填的“不批准”不符，请核对。"
        )
