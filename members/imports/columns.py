"""The columns of a roster, whatever an organisation calls them.

The first heading of each field is its own; the others were met in the national form, in the forms of universities and
in exports of other systems. Notes in parentheses, stars and blanks in a heading do not count (`normalise_heading`).
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the import: its name on pages, the headings that mean it, what it fills."""

    label: str
    headings: str
    is_sensitive: bool = False
    is_stored: bool = True

    @property
    def words(self) -> list[str]:
        return [self.label, *self.headings.split()]


FIELDS: Final[dict[str, Field]] = {
    "number": Field("党员编号", "支部簿编号 系统编号"),
    "name": Field("姓名", "党员姓名 名字 姓名全称"),
    "branch": Field(
        "所在党支部",
        "党支部 支部 党支部名称 支部名称 党支部全称 所属党支部 所属支部 所在支部 组织名称 党组织名称 "
        "所属党组织 所在党组织 "
        "所属党组织名称 所属党组织全称 所在党组织名称 所在党组织全称 所在基层党组织 组织关系所在党支部 "
        "组织关系所在支部 "
        "隶属党支部 党支部代码 支部代码 党组织代码",
    ),
    "id_number": Field(
        "公民身份证号",
        "公民身份号码 公民身份证号码 身份证号 身份证号码 身份证 证件号码 证件号 居民身份证号 居民身份证号码 居民身份证 "
        "有效证件号码 身份证件号 身份证件号码",
        is_sensitive=True,
    ),
    "school_number": Field(
        "学工号",
        "学号 工号 学号/工号 学工号码 学号或工号 职工号 教工号 员工号 员工工号 教职工号 人员编号 一卡通号",
    ),
    "sex": Field("性别", ""),
    "nation": Field("民族", "族别 民族名称"),
    "birth_date": Field("出生日期", "出生年月日 出生时间 出生年月 生日 出生", is_sensitive=True),
    "education": Field("学历", "最高学历 学历层次 文化程度 教育程度 学历情况 现有学历"),
    "status": Field("人员类别", "党员类别 类别 党员类型 人员类型 正式或预备 党员身份 党员性质 正式/预备"),
    "standing": Field("党籍状态", "党籍情况 党籍 人员状态 党员状态"),
    "political": Field("政治面貌", ""),
    "joined_on": Field(
        "加入党组织日期",
        "加入党组织时间 入党日期 入党时间 入党年月日 入党年月 加入中共日期 加入中共时间 加入中国共产党日期 "
        "加入中国共产党时间 "
        "加入党组织的日期 接收预备党员日期 接收预备党员时间 接收为预备党员时间 接收为预备党员日期 确定为预备党员时间 "
        "确定预备党员时间 成为预备党员日期 成为预备党员时间 发展为预备党员时间 发展时间 预备党员时间",
    ),
    "full_on": Field(
        "转为正式党员日期",
        "转为正式党员时间 转正日期 转正时间 正式转正日期 正式转正时间 转正年月日 成为正式党员日期 成为正式党员时间 "
        "转为正式党员的日期 正式党员时间 预备党员转正时间 预备党员转正日期",
    ),
    "job": Field("工作岗位", "岗位 现工作岗位 岗位名称 岗位职务 职业 工作岗位名称 从事工作"),
    "phone": Field(
        "手机号",
        "手机号码 手机 联系电话 移动电话 联系方式 电话 电话号码 联系手机 手机电话 本人手机 本人联系电话 联系电话手机",
        is_sensitive=True,
    ),
    "landline": Field("固定电话", "固话 座机 办公电话 联系固话 家庭电话 住宅电话", is_sensitive=True),
    "address": Field(
        "家庭住址",
        "住址 家庭地址 居住地 居住地址 现居住地 现住址 现居住地址 通讯地址 通信地址 家庭详细住址 联系地址",
        is_sensitive=True,
    ),
    "is_lost": Field("是否为失联党员", "是否失联党员 是否失联 失联党员 失联情况 失联"),
    "lost_on": Field("失去联系日期", "失去联系时间 失联日期 失联时间 与党组织脱离联系的时间"),
    "is_floating": Field("是否为流动党员", "是否流动党员 是否流动 流动党员 流动情况"),
    "floating_to": Field("外出流向", "流动去向 流向 外出地点 流入地 外出地 流动地点"),
    "transferred_in_on": Field(
        "转入日期",
        "转入时间 组织关系转入日期 组织关系转入时间 转入本支部日期 转入本支部时间 进入党支部日期 进入当前党支部日期 "
        "进入支部日期 进入支部时间 关系转入时间",
    ),
    "applied_on": Field(
        "递交入党申请书时间",
        "递交入党申请书日期 申请入党时间 申请入党日期 入党申请时间 提交入党申请书时间 递交申请时间 申请时间",
    ),
    "activist_on": Field(
        "确定为入党积极分子时间",
        "确定为积极分子时间 确定入党积极分子时间 确定积极分子时间 列为入党积极分子时间 列为积极分子时间 积极分子时间 "
        "确定为入党积极分子日期",
    ),
    "target_on": Field(
        "确定发展对象时间",
        "确定为发展对象时间 列为发展对象时间 确定重点对象时间 确定为重点发展对象时间 发展对象时间 确定发展对象日期",
    ),
    "talked_on": Field("首次组织谈话时间", "组织谈话时间 派人谈话时间 申请人谈话时间"),
    "contacts": Field("培养联系人", "入党联系人 联系人"),
    "discussed_on": Field("支部大会讨论确定发展对象时间", "支委会讨论确定发展对象时间 讨论确定发展对象时间"),
    "trained_on": Field("党校培训结业时间", "党校结业时间 培训结业时间 集中培训结业时间"),
    "reviewed_on": Field("党委预审时间", "预审时间 党委预审日期"),
    "introducers": Field("入党介绍人", "介绍人"),
    "interviewed_on": Field("入党谈话时间", "审批前谈话时间 党委谈话时间"),
    "interviewer": Field("入党谈话人", "谈话人"),
    "admitted_on": Field("党委审批时间", "接收预备党员审批时间 党委审批日期 预备党员审批时间"),
    "sworn_on": Field("入党宣誓时间", "宣誓时间 入党宣誓日期"),
    "full_applied_on": Field("递交转正申请书时间", "转正申请时间 递交转正申请时间 提出转正申请时间"),
    "full_approved_on": Field("党委审批时间2", "转正审批时间 党委审批转正时间 党委转正审批时间"),
    "archived_on": Field("转档案馆时间", "材料归档时间 归档时间 存入档案时间"),
    "native_place": Field("籍贯", "祖籍"),
    "major": Field("专业", "当前专业 所学专业 专业名称 就读专业 专业全称"),
    "schooling_years": Field("学制", "学年制 学制年 学制年限"),
    "graduates_on": Field("预计毕业日期", "毕业时间 毕业日期 预计毕业时间"),
    "is_league_member": Field("共青团员", "是否团员 是否共青团员"),
    "note": Field("备注", "备注说明 其他说明"),
    "serial": Field("序号", "编号 序列 行号 no 序", is_stored=False),
    # Read and left alone: no step of the way into the party, or without a date.
    "trained_here": Field("是否在本校发展", "是否在中山大学发展 是否校内发展", is_stored=False),
    "appraised_on": Field("民主评议时间", "民主评议日期", is_stored=False),
    "recommended_on": Field("推荐/推优时间", "推荐推优时间 推优时间 团支部推优 推荐时间", is_stored=False),
    "political_review": Field("政治审查", "政审", is_stored=False),
    "kept_abroad_on": Field("申请保留党籍时间", "", is_stored=False),
    # What our own workbook of wrong rows puts in front of the columns.
    "fault": Field("错误原因", "", is_stored=False),
    "advice": Field("建议", "", is_stored=False),
}
SYNONYMS: Final = {name: each.words for name, each in FIELDS.items()}
NEEDED: Final = ("name",)
WANTED: Final = "姓名、所在党支部、公民身份证号"
IGNORE: Final = "ignore"
#: What a column may be taken for on the review page.
CHOICES: Final = {name: each.label for name, each in FIELDS.items() if each.is_stored}
SENSITIVE: Final = frozenset(name for name, each in FIELDS.items() if each.is_sensitive)
#: Written as text into a workbook that goes back to the user, whatever type the cell had.
TEXTS: Final = frozenset({"id_number", "phone", "landline", "school_number", "number"})
#: An existing value of these is only replaced when somebody says so.
PROTECTED: Final = ("joined_on", "full_on")
