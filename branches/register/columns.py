"""The columns of a register, whatever a university calls them, and the words in its cells."""

from typing import Final

from branches.models import Branch

Level = Branch.Level
COMMITTEE: Final = "committee"

#: Field → (its name on pages, the headings that mean it).
COLUMNS: Final[dict[str, tuple[str, str]]] = {
    "name": (
        "党组织名称",
        "党组织名称 党组织全称 组织名称 组织全称 名称 全称 党支部名称 支部名称 党支部全称 所在党组织 党组织",
    ),
    "short_name": ("简称", "简称 党组织简称 组织简称 支部简称"),
    "code": (
        "党组织代码",
        "党组织代码 组织代码 代码 编码 编号 党组织编码 党组织编号 组织编码 支部代码 支部编号",
    ),
    "parent": (
        "上级党组织",
        "上级党组织名称 上级党组织 上级组织 上级组织名称 所属上级党组织 隶属党组织 所属党组织 所属党委 上级党组织全称",
    ),
    "parent_code": (
        "上级党组织代码",
        "上级党组织代码 上级组织代码 上级代码 上级编码 上级党组织编码 父级代码",
    ),
    "type": ("组织类别", "组织类别 党组织类别 组织类型 党组织类型 基层组织分类 类别 类型 级别 组织级别"),
    "category": ("党支部类别", "党支部类别 支部类别 支部类型 党支部类型 党支部分类 人员类别"),
    "form": ("设置形式", "设置形式 设立形式 支部形式 组建形式 支部设置形式"),
    "founded_on": (
        "建立党组织日期",
        "建立党组织日期 建立日期 建立时间 成立日期 成立时间 设立日期 设立时间 批准成立日期 批准建立日期 组建时间",
    ),
    "elected_on": (
        "领导班子当选日期",
        "领导班子当选日期 领导班子当选时间 当选日期 当选时间 本届当选日期 选举日期 换届日期 换届时间 最近换届时间",
    ),
    "years": ("任期", "任期 任期年限 任期年数 届期 每届任期"),
    "due_on": ("届满日期", "届满日期 届满时间 任期届满日期 到期日期 领导班子届满日期 应换届日期 应换届时间"),
    "serial": ("序号", "序号 序列 行号 no"),
    "guess": ("推断的类别", "推断的类别"),
    "fault": ("错误原因", "错误原因"),
    "advice": ("建议", "建议"),
}
#: Recognised, and never stored: what counts or comments the rows, or guesses.
IGNORED: Final = frozenset({"serial", "guess", "fault", "advice"})
SYNONYMS: Final = {name: words.split() for name, (_, words) in COLUMNS.items()}
NEEDED: Final = ("name",)
WANTED: Final = "党组织名称、党组织代码、上级党组织名称"

#: Category words of a cell; a part of the cell is enough (“教职工党支部”).
CATEGORIES: Final = (
    ("师生", Branch.Category.MIXED),
    ("混合", Branch.Category.MIXED),
    ("离退休", Branch.Category.RETIRED),
    ("退休", Branch.Category.RETIRED),
    ("学生", Branch.Category.STUDENT),
    ("教", Branch.Category.STAFF),
    ("职工", Branch.Category.STAFF),
    ("机关", Branch.Category.STAFF),
)
FORMS: Final = (
    ("功能", Branch.Form.FUNCTIONAL),
    ("临时", Branch.Form.TEMPORARY),
    ("联合", Branch.Form.JOINT),
    ("常设", Branch.Form.STANDING),
    ("单独", Branch.Form.STANDING),
    ("独立", Branch.Form.STANDING),
)


def level_of_type(text: str) -> str | None:
    """A level, `COMMITTEE` for a party committee of whichever level, None for a word that is none."""
    if "总支" in text:
        return Level.GENERAL_BRANCH
    if "支部" in text:
        return Level.BRANCH
    if any(word in text for word in ("委员会", "党委", "工委", "党工委")):
        return COMMITTEE
    return None
