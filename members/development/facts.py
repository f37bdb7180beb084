"""What several steps write down beside their date."""

from typing import Final

from .vocabulary import Fact

NOTE: Final = Fact("note", "备注", "long", required=False)
WHERE: Final = Fact("place", "地点", required=False)
TALK: Final = (Fact("talker", "谈话人"), WHERE, Fact("content", "谈话情况", "long", required=False))
FILED: Final = (Fact("document", "备案意见或文号", required=False), NOTE)
NOTICE: Final = (
    Fact("notice_from", "公示开始日期", "date", required=False),
    Fact("notice_until", "公示结束日期", "date", required=False),
    Fact("notice_result", "公示结果", required=False, help="如“无异议”。"),
)
VOTES: Final = (
    Fact("expected", "应到会有表决权的正式党员", "number"),
    Fact(
        "uncounted_reason",
        "不计入应到会的人员和理由",
        required=False,
        help="应到会人数少于在册正式党员时必填，如长期卧床、出国半年以上。",
    ),
    Fact("present", "实到会有表决权的正式党员", "number"),
    Fact("handed_out", "发出票数", "number", required=False),
    Fact("returned", "收回票数", "number", required=False),
    Fact("in_favour", "赞成票", "number"),
    Fact("against", "不赞成票", "number"),
    Fact("abstained", "弃权票", "number"),
    Fact("void", "废票", "number"),
    Fact(
        "written_for",
        "会前书面意见：同意",
        "number",
        help="因故未到会、会前正式提出书面意见的，统计在票数内。",
    ),
    Fact("written_against", "会前书面意见：不同意", "number"),
    Fact("written_abstained", "会前书面意见：弃权", "number"),
)
PASSED: Final = Fact("result", "表决结果", "choice", choices=(("passed", "通过"), ("failed", "未通过")))
APPROVED: Final = Fact("result", "审批意见", "choice", choices=(("approved", "批准"), ("refused", "不批准")))
REPLY: Final = Fact("document", "批复文号", required=False)
PASS: Final = ("result", frozenset({"passed"}))
APPROVE: Final = ("result", frozenset({"approved"}))
MEETING: Final = Fact(
    "meeting", "会议", "choice", choices=(("committee", "支委会"), ("general", "支部党员大会"))
)
#: What came with an activist from elsewhere (:mod:`members.development.continuing`).
HANDED_OVER: Final = (
    Fact("elsewhere", "原培养党组织", required=False, is_asked=False),
    Fact("materials", "转交的材料", "long", required=False, is_asked=False),
    Fact("received_on", "材料转入日期", "date", required=False, is_asked=False),
)
#: 党委会 of the approval, as the printed form asks; whoever does not keep them here leaves them empty.
COMMITTEE_VOTES: Final = (
    Fact("committee_expected", "党委会应到委员", "number", required=False),
    Fact("committee_present", "党委会实到委员", "number", required=False),
    Fact("committee_for", "党委会同意票", "number", required=False),
    Fact("committee_against", "党委会不同意票", "number", required=False),
    Fact("committee_abstained", "党委会弃权票", "number", required=False),
    Fact("committee_void", "党委会废票", "number", required=False),
)
