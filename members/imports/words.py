"""The words in a roster's cells and what they are taken for."""

from typing import Final

from members.codes import EDUCATIONS, Sex
from members.models import StatusPeriod

Status = StatusPeriod.Status

#: What people write into a cell that has nothing to say.
BLANKS: Final = frozenset("无 / \\ - -- — —— 暂无 空 n/a none null 不详 未知 〇".split())

SEXES: Final = {
    "男": Sex.MALE,
    "男性": Sex.MALE,
    "1": Sex.MALE,
    "女": Sex.FEMALE,
    "女性": Sex.FEMALE,
    "2": Sex.FEMALE,
}

YES_NO: Final = {
    "是": True,
    "有": True,
    "1": True,
    "y": True,
    "√": True,
    "否": False,
    "没有": False,
    "0": False,
    "n": False,
}

STATUSES: Final = {
    "正式党员": Status.FULL,
    "正式": Status.FULL,
    "中共党员": Status.FULL,
    "党员": Status.FULL,
    "中共正式党员": Status.FULL,
    "预备党员": Status.PROBATIONARY,
    "预备": Status.PROBATIONARY,
    "中共预备党员": Status.PROBATIONARY,
    "发展对象": Status.TARGET,
    "重点发展对象": Status.TARGET,
    "入党积极分子": Status.ACTIVIST,
    "积极分子": Status.ACTIVIST,
    "入党申请人": Status.APPLICANT,
    "申请人": Status.APPLICANT,
    "停止党籍": Status.SUSPENDED,
}

#: 党籍状态: whether somebody's membership is suspended.
STANDINGS: Final = {"正常": False, "正常党籍": False, "停止党籍": True, "停止": True}

_PLAIN_EDUCATIONS = {
    "博士研究生": "11", "博士": "11", "博士毕业": "11", "硕士研究生": "14", "硕士": "14", "硕士毕业": "14",
    "研究生": "10", "研究生毕业": "10", "研究生班": "17", "大学本科": "21", "本科": "21", "大学": "21",
    "本科毕业": "21", "大学毕业": "21", "大学普通班": "28", "大学专科": "31", "大专": "31", "专科": "31",
    "大专毕业": "31", "专科毕业": "31", "中等专科": "41", "中专": "41", "中专毕业": "41", "职业高中": "44",
    "职高": "44", "技工学校": "47", "技校": "47", "普通高中": "61", "高中": "61", "高中毕业": "61",
    "初级中学": "71", "初中": "71", "小学": "81",
}  # fmt: skip
#: Labels of GB/T 4658, its codes, and shorter words. A level without 毕业, 结业 or 肄业 means completed.
EDUCATION_WORDS: Final = {
    **{label: code for code, label in EDUCATIONS.items()},
    **{code: code for code in EDUCATIONS},
    **_PLAIN_EDUCATIONS,
}

#: Jobs met in universities; the national code table is not public, so others are kept and only pointed out.
JOBS: Final = frozenset(
    "教师 专任教师 学生 本科生 研究生 硕士研究生 博士研究生 辅导员 专职辅导员 管理人员 行政人员 行政管理人员 "
    "党务工作者 专职党务工作者 专业技术人员 教辅人员 实验员 实验技术人员 科研人员 工勤人员 工勤技能人员 后勤人员 "
    "图书资料人员 医护人员 医务人员 离休人员 退休人员 离退休人员 退休 离退休 职工 教职工 高校教师 大学生 编辑 会计人员 "
    "工程技术人员 企业管理人员 合同工 附属学校教师 中小学教师 幼儿教师 博士后".split()
)
