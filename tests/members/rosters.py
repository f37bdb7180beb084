"""Rosters for tests: the national head, and people with right ID numbers of the area 999999."""

from datetime import date

from lib.id_number import check_digit
from tests.sheets import workbook

HEAD = [
    "序号", "姓名", "所在党支部", "公民身份证号", "性别", "民族", "出生日期", "学历", "人员类别", "加入党组织日期",
    "转为正式党员日期", "工作岗位", "手机号", "固定电话", "家庭住址", "党籍状态", "是否为失联党员", "失去联系日期",
    "是否为流动党员", "外出流向", "备注",
]  # fmt: skip
BANNER = ["党员基本信息汇总表"]


def an_id(sequence=1, birth=date(1980, 1, 1)):
    """A right number; an odd sequence is a man's."""
    first = f"999999{birth:%Y%m%d}{sequence:03d}"
    return first + check_digit(first)


def a_row(name="张明", number=1, **cells):
    """A right row for a man of the 物理教师党支部; ``cells`` by heading replace what it has."""
    row = {
        "姓名": name,
        "所在党支部": "物理教师党支部",
        "公民身份证号": an_id(2 * number - 1),
        "性别": "男",
        "民族": "汉族",
        "出生日期": "1980年01月01日",
        "学历": "大学本科毕业",
        "人员类别": "正式党员",
        "加入党组织日期": "2010年06月01日",
        "转为正式党员日期": "2011年06月01日",
        "工作岗位": "教师",
        "手机号": f"139{number:08d}",
        "家庭住址": f"XX省XX市海湖路{number}号",
        "党籍状态": "正常",
        "是否为失联党员": "否",
        "是否为流动党员": "否",
        **cells,
    }
    assert row.keys() <= {*HEAD}, row
    return [row.get(heading) for heading in HEAD]


def many_rows(number=1000):
    """As many right rows, each of somebody else."""
    return [_one_of_many(n) for n in range(number)]


def _one_of_many(n):
    born = date(1980, 1, 1 + n // 400)
    id_number = an_id(2 * (n % 400) + 1, born)
    own = {"公民身份证号": id_number, "出生日期": f"{born:%Y年%m月%d日}", "手机号": f"138{n:08d}"}
    return a_row(f"张{n}", **own)


def a_file(folder, *rows, name="roster.xlsx", **more):
    """A national sheet: banner in row 1, head in row 2, the rows from row 3."""
    return workbook(folder / name, BANNER, HEAD, *rows, **more)


def column(heading):
    return "ABCDEFGHIJKLMNOPQRSTU"[HEAD.index(heading)]
