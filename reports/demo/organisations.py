"""The organisations of the demo: about twenty colleges and departments, and the branches below them."""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from branches import terms, tree
from branches.models import Branch
from lib.dates import in_words

from .scale import Setting, shares

SCHOOL = "XX师范大学"
Category, Form, Level = Branch.Category, Branch.Form, Branch.Level
FAR = date(9999, 12, 31)
#: In every code below the root. Registers count with digits alone, so that a university's own register, or the sample
#: one, meets no demo organisation; its names are not the sample's either.
MARK = "D"


@dataclass(frozen=True)
class Special:
    """A branch with a story; dates are days before today."""

    name: str
    category: str = Category.STAFF
    form: str = Form.STANDING
    subject: str = "教工"
    founded: int | None = None
    dissolved: int | None = None
    moved_to: str = ""


@dataclass(frozen=True)
class UnitPlan:
    """A college or department: its share of the branches, and whom they are for."""

    name: str
    level: str
    weight: int
    subjects: tuple[str, ...]
    is_college: bool = True
    specials: tuple[Special, ...] = ()


COLLEGE = ("教工", "本科生", "硕士生", "本科生", "教工", "本科生")
_C, _G = Level.COLLEGE_COMMITTEE, Level.GENERAL_BRANCH

UNITS: tuple[UnitPlan, ...] = (
    UnitPlan(
        "党政机关",
        _C,
        8,
        (
            "党政办公室",
            "组织部宣传部",
            "教务处",
            "学生工作部团委",
            "人事处",
            "财务处",
            "科研处",
            "国际交流处",
        ),
        False,
        (Special("成人教育党支部", dissolved=430),),
    ),
    UnitPlan("马克思主义学院", _G, 4, ("教工", "硕士生")),
    UnitPlan(
        "教育科学学院",
        _C,
        6,
        COLLEGE,
        True,
        (Special("支教实习队临时党支部", Category.STUDENT, Form.TEMPORARY, "本科生", founded=75),),
    ),
    UnitPlan("文学院", _C, 6, COLLEGE),
    UnitPlan("历史文化学院", _G, 4, COLLEGE),
    UnitPlan("外国语学院", _C, 5, COLLEGE),
    UnitPlan("经济与管理学院", _C, 5, COLLEGE),
    UnitPlan(
        "数学科学学院",
        _C,
        5,
        COLLEGE,
    ),
    UnitPlan("物理与电子学院", _C, 5, COLLEGE),
    UnitPlan(
        "化学与材料学院",
        _C,
        5,
        COLLEGE,
        True,
        (Special("材料化学研究生党支部", Category.STUDENT, Form.STANDING, "硕士生", founded=230),),
    ),
    UnitPlan("生命科学学院", _C, 5, COLLEGE),
    UnitPlan("地理科学学院", _G, 3, ("教工", "本科生", "硕士生")),
    UnitPlan(
        "计算机学院",
        _C,
        6,
        ("教工", "本科生", "本科生", "硕士生"),
        True,
        (
            Special("数据科学系党支部", moved_to="数学科学学院"),
            Special("竹园学生社区功能型党支部", Category.STUDENT, Form.FUNCTIONAL, "本科生", founded=800),
        ),
    ),
    UnitPlan("体育学院", _G, 4, ("教工", "本科生")),
    UnitPlan("音乐舞蹈学院", _G, 3, ("教工", "本科生")),
    UnitPlan("美术学院", _G, 3, ("教工", "本科生", "师生")),
    UnitPlan("离退休工作处", _C, 4, ("离退休",), False),
    UnitPlan("后勤保障处", _G, 4, ("饮食服务中心", "物业服务中心", "校医院", "公寓管理中心"), False),
    UnitPlan(
        "图书馆",
        _G,
        2,
        ("读者服务部", "信息部"),
        False,
        (Special("档案馆、校史馆联合党支部", form=Form.JOINT),),
    ),
    UnitPlan("附属中学", _G, 3, ("高中部", "初中部", "小学部"), False),
)
CATEGORIES = {
    "本科生": Category.STUDENT,
    "硕士生": Category.STUDENT,
    "离退休": Category.RETIRED,
    "师生": Category.MIXED,
}


@dataclass
class Leaf:
    """A branch of the demo, what it is for, and where it stood when."""

    branch: Branch
    subject: str
    unit: "Unit"
    places: list[tuple[date, date, str]] = field(default_factory=list)

    @property
    def is_student(self) -> bool:
        return self.branch.category == Category.STUDENT

    @property
    def founded_on(self) -> date:
        assert self.branch.founded_on
        return self.branch.founded_on

    @property
    def last_day(self) -> date:
        return self.branch.dissolved_on - timedelta(days=1) if self.branch.dissolved_on else FAR

    @property
    def has_own_members(self) -> bool:
        return self.branch.form in (Form.STANDING, Form.JOINT)

    def place_on(self, day: date) -> str:
        return next((path for since, until, path in self.places if since <= day <= until), self.branch.path)


@dataclass
class Unit:
    plan: UnitPlan
    branch: Branch
    leaves: list[Leaf] = field(default_factory=list)


@dataclass
class University:
    root: Branch
    units: list[Unit]

    @property
    def leaves(self) -> list[Leaf]:
        return [leaf for unit in self.units for leaf in unit.leaves]


def found_university(setting: Setting) -> University:
    """Found, move and dissolve with the tree's own verbs; placements and audit entries are theirs."""
    stream = setting.stream("organisations")
    root = _found(None, "", Level.PARTY_COMMITTEE, "001", date(1956, 9, 1))
    plans = [plan for plan in UNITS if not setting.scale.units or plan.name in setting.scale.units]
    lasting = [sum(not special.dissolved for special in plan.specials) for plan in plans]
    counts = shares(
        setting.scale.branches, [float(plan.weight) for plan in plans], [max(1, number) for number in lasting]
    )
    units = []
    for number, (plan, count) in enumerate(zip(plans, counts, strict=True), start=1):
        suffix = "党委" if plan.level == Level.COLLEGE_COMMITTEE else "党总支"
        founded_on = date(stream.randint(1978, 2003), stream.choice((3, 6, 9)), stream.randint(1, 28))
        branch = _found(
            root,
            f"{plan.name}{suffix}",
            plan.level,
            f"{root.code}{MARK}{number:02d}",
            founded_on,
            is_college=plan.is_college,
        )
        unit = Unit(plan, branch)
        _found_leaves(unit, count, setting, stream)
        units.append(unit)
    _move_and_dissolve(units, setting)
    university = University(root, units)
    for leaf in university.leaves:
        _read_back(leaf)
    return university


def _found(
    parent: Branch | None, name: str, level: str, code: str, founded_on: date, **more: object
) -> Branch:
    return tree.found(
        by=None,
        parent=parent,
        name=f"中共{SCHOOL}{_full_name(name, level)}",
        short_name=name or f"{SCHOOL}党委",
        level=level,
        code=code,
        founded_on=founded_on,
        **more,
    )


def _full_name(name: str, level: str) -> str:
    if level == Level.BRANCH:
        return f"{name.removesuffix('党支部')}支部委员会"
    if level == Level.GENERAL_BRANCH:
        return f"{name.removesuffix('党总支')}总支部委员会"
    return f"{name.removesuffix('党委')}委员会"


def _found_leaves(unit: Unit, count: int, setting: Setting, stream: random.Random) -> None:
    plan = unit.plan
    ordinary = count - sum(not special.dissolved for special in plan.specials)
    named = [(name, subject, None) for name, subject in _leaf_names(plan, ordinary)]
    slots = [*named, *((plan.name + special.name, special.subject, special) for special in plan.specials)]
    for number, (name, subject, special) in enumerate(slots, start=1):
        founded_on = date(stream.randint(2004, 2019), stream.choice((4, 6, 9, 10)), stream.randint(1, 28))
        if special and special.founded:
            founded_on = setting.today - timedelta(days=special.founded)
        branch = _found(
            unit.branch,
            name,
            Level.BRANCH,
            f"{unit.branch.code}{number:03d}",
            founded_on,
            category=special.category if special else CATEGORIES.get(subject, Category.STAFF),
            form=special.form if special else Form.STANDING,
        )
        unit.leaves.append(Leaf(branch, subject, unit))


def _leaf_names(plan: UnitPlan, count: int) -> list[tuple[str, str]]:
    """(name, subject) of ``count`` branches: numbered where a subject has several."""
    subjects = [plan.subjects[n % len(plan.subjects)] for n in range(count)]
    names = []
    for subject in sorted(set(subjects), key=plan.subjects.index):
        several = subjects.count(subject)
        for n in range(several):
            ordinal = f"第{in_words(n + 1)}" if several > 1 else ""
            stem = plan.name if subject != "离退休" else ""
            names.append((f"{stem}{subject}{ordinal}党支部", subject))
    return names


def _move_and_dissolve(units: list[Unit], setting: Setting) -> None:
    by_name = {unit.plan.name: unit for unit in units}
    for unit in units:
        for special in unit.plan.specials:
            leaf = next(leaf for leaf in unit.leaves if leaf.branch.short_name.endswith(special.name))
            if special.moved_to:
                tree.move(
                    leaf.branch,
                    by_name[special.moved_to].branch,
                    on=setting.today - timedelta(days=366),
                    by=None,
                )
            if special.dissolved:
                tree.dissolve(leaf.branch, setting.today - timedelta(days=special.dissolved), by=None)


def _read_back(leaf: Leaf) -> None:
    leaf.branch.refresh_from_db()
    rows = leaf.branch.placements.order_by("since").values_list("since", "until", "path")
    leaf.places = [(since, until or FAR, path) for since, until, path in rows]


def elect_all(university: University, setting: Setting) -> dict[int, list[date]]:
    """Terms of office: the last two elections of each branch, the last one of each college and of the university.

    Most terms run on; about every seventh is due within half a year, and one is overdue.
    """
    stream = setting.stream("terms")
    elections: dict[int, list[date]] = {}
    elected = _workday(setting.today - timedelta(days=stream.randint(500, 1_200)))
    for branch in (university.root, *(unit.branch for unit in university.units)):
        terms.elect(branch, _workday(elected + timedelta(days=stream.randint(20, 200))))
    leaves = [leaf for leaf in university.leaves if leaf.branch.form != Form.TEMPORARY]
    for number, leaf in enumerate(leaves):
        days_ago = stream.randint(920, 1_070) if number % 7 == 3 else stream.randint(60, 900)
        if number == len(leaves) // 2:
            days_ago = 1_140
        last = _workday(max(leaf.founded_on, min(setting.today - timedelta(days=days_ago), leaf.last_day)))
        before = _workday(last - timedelta(days=stream.randint(1_080, 1_130)))
        elections[leaf.branch.pk] = [day for day in (before, last) if day >= leaf.founded_on] or [
            leaf.founded_on
        ]
        for day in elections[leaf.branch.pk]:
            if leaf.branch.form not in Branch.WITHOUT_MEMBERS:
                terms.elect(leaf.branch, day)
    return elections


def _workday(day: date) -> date:
    return day - timedelta(days=max(0, day.weekday() - 4))
