"""The form of 37 columns (成员信息.xlsx) for tests: its head, and students whose way was lawful."""

from datetime import date

from tests.members.rosters import an_id
from tests.sheets import workbook

HEAD = (
    """
党支部名称｜学号｜姓名｜出生时间｜性别｜民族｜籍贯｜联系电话｜身份证号码｜当前专业（全称）｜学年制
是否团员（填写“是”“否”）｜是否在中山大学发展｜递交入党申请书时间｜首次组织谈话时间｜确定为入党积极分子时间｜培养联系人
民主评议时间｜推荐/推优时间｜支部大会讨论确定发展对象时间｜确定发展对象时间（党委备案时间）
政治审查（填“完成”“未完成”）｜党校培训结业时间｜党委预审时间｜入党介绍人｜确定为预备党员时间（支部大会）
入党谈话时间｜入党谈话人｜党委审批时间｜入党宣誓时间｜递交转正申请书时间｜转正时间（支部大会讨论转正时间）
党委审批时间2｜转档案馆时间｜申请保留党籍时间（出国留学人员填写）｜毕业时间
备注（包括未及时确定积极分子或发展、转正原因，其他）
""".strip()
    .replace("\n", "｜")
    .split("｜")
)
FIELDS = (
    "branch school_number name birth_date sex nation native_place phone id_number major schooling_years "
    "is_league_member trained_here applied_on talked_on activist_on contacts appraised_on recommended_on "
    "discussed_on target_on political_review trained_on reviewed_on introducers joined_on interviewed_on "
    "interviewer admitted_on sworn_on full_applied_on full_on full_approved_on archived_on kept_abroad_on "
    "graduates_on note"
).split()
NOTES = ["注意1：本表所有时间属性的单元格格式统一设定为“日期”"], ["注意2：基本信息必填"], ["基本信息"]
BORN = date(2004, 1, 1)


def a_row(**cells):
    """A student whose way was lawful, by field; ``cells`` replace what it has."""
    row = {
        "branch": "物理学生党支部",
        "school_number": "22010001",
        "name": "林晓",
        "birth_date": BORN,
        "sex": "女",
        "nation": "汉",
        "native_place": "广东梅州",
        "phone": "13900000001",
        "id_number": an_id(2, BORN),
        "major": "物理学",
        "schooling_years": "4年",
        "is_league_member": "是",
        "trained_here": "是",
        "applied_on": date(2022, 10, 8),
        "talked_on": date(2022, 10, 20),
        "activist_on": date(2023, 4, 10),
        "contacts": "张明、李强",
        "discussed_on": date(2024, 4, 15),
        "target_on": date(2024, 4, 25),
        "political_review": "完成",
        "trained_on": date(2024, 5, 20),
        "reviewed_on": date(2024, 5, 28),
        "introducers": "张明 李强",
        "joined_on": date(2024, 6, 3),
        "interviewed_on": date(2024, 6, 20),
        "interviewer": "王老师",
        "admitted_on": date(2024, 7, 1),
        "sworn_on": date(2024, 7, 1),
        "full_applied_on": date(2025, 5, 20),
        "full_on": date(2025, 6, 3),
        "full_approved_on": date(2025, 7, 1),
        "graduates_on": date(2026, 6, 30),
        **cells,
    }
    assert row.keys() <= {*FIELDS}
    return [row.get(name) for name in FIELDS]


def a_file(folder, *rows):
    return workbook(folder / "成员信息.xlsx", *NOTES, HEAD, *rows)
