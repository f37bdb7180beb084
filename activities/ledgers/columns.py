"""The columns of a ledger of activities, whatever a university calls them, and the words in its cells."""

from typing import Final

from activities.kinds import Kind

#: Field → the headings that mean it (学工系统“活动上报”, “三会一课开展情况” and what branches write themselves).
SYNONYMS: Final[dict[str, list[str]]] = {
    name: words.split()
    for name, words in {
        "branch": "党支部 支部 党支部名称 支部名称 主办党组织 所在党支部 所属党支部 党组织 党组织名称 支部简称",
        "group": "党小组 党小组名称 小组",
        "kind": (
            "会议类型 活动类型 三会一课/党日活动 三会一课 类型 类别 活动类别 会议类别 组织生活类型 活动形式"
        ),
        "title": "主题 活动主题 会议主题 会议标题 标题 活动名称 会议名称 议题 会议议题 内容主题 题目",
        "held_on": "时间 日期 会议日期 会议时间 活动时间 活动日期 开展时间 开展日期 召开时间 召开日期 学习时间",
        "starts_at": "开始时间 起始时间",
        "ends_at": "结束时间 终止时间",
        "minutes": "时长 时长分钟 活动时长 会议时长",
        "place": "地点 会议地点 活动地点 开展地点",
        "host": "主持人 会议主持人 主持",
        "recorder": "记录人 会议记录人",
        "lecturer": "主讲人 授课人 讲课人",
        "expected": "应到人数 应到 应参加人数 应参会人数",
        "present": "实到人数 实到 实际参加人数 参加人数 参会人数 实参会人数 到会人数",
        "on_leave": "请假人数 请假",
        "absent": "无故不到人数 缺席人数 缺席 缺勤人数 无故缺席人数",
        "notes": "会议记录 会议内容 活动内容 主要内容 内容 会议纪要 要点 备注",
        "serial": "序号 编号 no",
    }.items()
}
#: Recognised, and never stored.
IGNORED: Final = frozenset({"serial"})
NEEDED: Final = ("branch", "held_on")
WANTED: Final = "党支部、类型、主题、时间、应到人数、实到人数"
COUNTS: Final = ("expected", "present", "on_leave", "absent")
TEXTS: Final[dict[str, int]] = {
    "title": 120,
    "place": 80,
    "host": 64,
    "recorder": 64,
    "lecturer": 64,
    "notes": 20_000,
}

#: What a leading body holds and no branch: taken for an 组织生活会 it would meet a duty that the branch has not met.
OF_LEADING_BODIES: Final = "民主生活会"
OF_LEADING_BODIES_REFUSAL: Final = (
    "民主生活会由领导班子召开，党支部召开的是组织生活会。这一次若是组织生活会，请改写类型；"
    "若是领导班子的民主生活会，请由班子所在党组织在本级登记为“其他”。"
)
#: Words of a kind, the narrower before the wider: a part of the cell is enough.
_KINDS: Final = (
    ("支委", Kind.COMMITTEE_MEETING),
    ("支部委员会", Kind.COMMITTEE_MEETING),
    ("小组会", Kind.GROUP_MEETING),
    ("组织生活会", Kind.ORGANIZATION_LIFE_MEETING),
    ("民主评议", Kind.DEMOCRATIC_REVIEW),
    ("主题党日", Kind.THEME_DAY),
    ("党日", Kind.THEME_DAY),
    ("党员大会", Kind.GENERAL_MEETING),
    ("支部大会", Kind.GENERAL_MEETING),
    ("党课", Kind.PARTY_LECTURE),
    ("第一议题", Kind.FIRST_AGENDA),
    ("谈心", Kind.HEART_TALK),
    ("谈话", Kind.HEART_TALK),
    ("研讨", Kind.SEMINAR),
    ("实践", Kind.PRACTICE),
    ("观影", Kind.FILM),
    ("宣誓", Kind.OATH),
    ("政治生日", Kind.POLITICAL_BIRTHDAY),
    ("志愿", Kind.VOLUNTEERING),
    ("联席会议", Kind.JOINT_MEETING),
    ("其他", Kind.OTHER),
    ("其它", Kind.OTHER),
)


def kind_of(text: str) -> Kind | None:
    """The kind a cell names; None for a word that is none."""
    return next((kind for word, kind in _KINDS if word in text), None)
