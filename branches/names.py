"""Names of party organisations: short names, the forms in which people write them, and what a name gives away."""

import re
import unicodedata

from lib.dates import in_words
from lib.sheets.text import repair_text

from .models import Branch

Level = Branch.Level
Category = Branch.Category

_PARTY = re.compile(r"^(?:中国共产党|中共)")
_BLANK = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
#: The endings of a full name, the longest first, and the short form that stands for each.
_ENDINGS: tuple[tuple[re.Pattern[str], str, Level], ...] = (
    (re.compile(r"党?总支部?(?:委员会)?$"), "党总支", Level.GENERAL_BRANCH),
    (re.compile(r"党?支部(?:委员会)?$"), "党支部", Level.BRANCH),
    (re.compile(r"(?:党?工作委员会|党工委)$"), "党工委", Level.COLLEGE_COMMITTEE),
    (re.compile(r"(?:党委|党?(?:基层)?委员会)会?$"), "党委", Level.COLLEGE_COMMITTEE),
)
_COUNTED = re.compile(r"第?([0-9]{1,2})(?=(?:党|学生|教师|教工|总|联合|临时|功能型)*支部)")

# Offices whose name holds a word for students or retired people, and whose members are staff.
_OFFICES = re.compile(
    r"学生(?:工作|事务|资助|处|部)|学工[处部办]|研究生[院处部]|招生|(?:离退休|老干部)(?:工作)?[处部]"
)
_RETIRED = re.compile(r"离退休|退休|离休|老干部|老同志")
_STUDENT = re.compile(r"学生|本科|专科|研究生|硕士|博士|[0-9０-９]{2,4}级|[一二三四]年级|书院|班级|宿舍|社区")
_MIXED = re.compile(r"师生|混合")
_STAFF = re.compile(
    r"教师|教工|教职工|职工|教研|教学|实验|辅导员|机关|行政|后勤|管理|科研|研究[所院室]|图书馆|医院|附属|中心|"
    r"[处部室办馆科院系]|公司|集团|产业|保卫|财务|工会|团委"
)
_COLLEGE = re.compile(r"学院|学部|系$|书院")


def tidy(text: str) -> str:
    """A name, short name or code as the register keeps it, however it was typed: nothing unseen, no blank inside."""
    return re.sub(r"\s+", "", repair_text(text))


def _plain(name: str) -> str:
    return _PARTY.sub("", _BLANK.sub("", unicodedata.normalize("NFKC", name)))


def _split(name: str) -> tuple[str, str, Level | None]:
    """What stands before the ending, the ending's short form, and the level it means."""
    plain = _plain(name)
    for pattern, short, level in _ENDINGS:
        if match := pattern.search(plain):
            return plain[: match.start()], short, level
    return plain, "", None


def level_of(name: str) -> Level | None:
    """The level a name speaks of (a committee is taken for one below the university's); None when it says nothing."""
    return _split(name)[2]


def university_of(root_name: str) -> str:
    """The university in the name of its party committee: “中共XX师范大学委员会” is “XX师范大学”."""
    return _split(root_name)[0]


def short_name(name: str, university: str = "") -> str:
    """“中共XX师范大学音乐学院教师支部委员会” is “音乐学院教师党支部”; the university's own keeps its name."""
    stem, ending, _ = _split(name)
    inner = stem.removeprefix(_plain(university)) if university else stem
    return f"{inner or stem}{ending}"[:60]


def key_of(name: str, university: str = "") -> str:
    """What two writings of one organisation have in common: full or short, 第1 or 第一, 支部 or 党支部委员会."""
    stem, ending, _ = _split(name)
    if university:
        stem = stem.removeprefix(_plain(university)) or stem
    key = re.sub(r"[()（）\[\]【】,，、.。·\-—_/]", "", stem) + ending
    return _COUNTED.sub(lambda found: "第" + in_words(int(found[1])), key).lower()


def guess_category(name: str) -> str:
    """Whose branch it is by its name; "" when the name does not say."""
    inner = _OFFICES.sub("机关", _plain(name))
    if _MIXED.search(inner):
        return Category.MIXED
    is_student, is_teacher = bool(_STUDENT.search(inner)), bool(re.search(r"教师|教工|教职工|职工", inner))
    if is_student and is_teacher:
        return Category.MIXED
    if _RETIRED.search(inner):
        return Category.RETIRED
    if is_student:
        return Category.STUDENT
    # The name of a college says nothing about whose branch stands in it.
    rest = _COLLEGE.sub("", re.sub(r"^.*?(?:学院|学部|大学)", "", _split(inner)[0]))
    return Category.STAFF if is_teacher or _STAFF.search(rest) else ""


def guess_form(name: str) -> str:
    """How the branch was set up, as its name says."""
    for word, form in (
        ("功能", Branch.Form.FUNCTIONAL),
        ("临时", Branch.Form.TEMPORARY),
        ("联合", Branch.Form.JOINT),
    ):
        if word in name:
            return form
    return Branch.Form.STANDING


def is_college(name: str, university: str) -> bool:
    """Whether it is the organisation of a college or department (院（系）), whose term is five years."""
    stem = _split(name)[0]
    inner = stem.removeprefix(_plain(university)) if university else stem
    return bool(inner) and bool(_COLLEGE.search(inner)) and not re.search(r"机关|直属|后勤|附属", inner)
