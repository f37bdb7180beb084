"""The register as a workbook, and the impact assessment (个人信息保护影响评估, PIPL 55, 56) that is made from it."""

from io import BytesIO
from typing import Any, BinaryIO, Final

from django.utils import timezone

from accounts import audit
from accounts.models import User
from lib.dates import written
from lib.sheets.writing import OutColumn, OutSheet, write_workbook
from lib.word import OfficialDocument

from .items import ITEMS, Item
from .register import field_words

TITLE: Final = "个人信息登记表"
ASSESSMENT: Final = "个人信息保护影响评估报告"
COLUMNS: Final = (
    OutColumn("类别", "text", 24),
    OutColumn("敏感", "text", 6),
    OutColumn("目的", "text", 30),
    OutColumn("依据", "text", 40),
    OutColumn("保存期限", "text", 30),
    OutColumn("谁能看到", "text", 34),
    OutColumn("表", "text", 18),
    OutColumn("字段", "text", 60),
)
HEADS: Final = ("类别", "目的", "依据", "保存期限", "谁能看到")
#: In millimetres, together the width of the text.
WIDTHS: Final = (28, 32, 38, 26, 32)
#: What an assessment has to say (PIPL 56), and what stands for it in the program. Blanks are for the university.
MEASURES: Final = (
    ("最小必要", "每个字段都有登记的目的和依据；新增字段未登记的，程序不能通过检验。"),
    ("加密", "公民身份号码、电话、住址、谈话内容和请假等敏感文字加密存储，密钥与数据库分开存放。"),
    ("脱敏", "默认只显示脱敏内容；查看原文须有权限、写明原因，并有审计记录。"),
    ("访问控制", "按角色和组织范围授权；三员互斥，不接触党员数据；查看和导出分开授权。"),
    ("登录安全", "持有角色的账号使用动态验证码；导出前再次输入密码；会话限时。"),
    ("审计", "审计记录只增不改，链式封存，保存不少于三年。"),
    ("删除", "到期的数据由定时任务删除；本人可申请更正、限制和删除；恢复备份后重新删除。"),
)
BLANK: Final = "（由学校填写）"


def body() -> list[dict[str, Any]]:
    """The register for JSON."""
    return [
        {
            "code": item.code,
            "title": item.title,
            "is_sensitive": item.is_sensitive,
            "purpose": item.purpose,
            "basis": item.basis,
            "retention": item.retention,
            "days": item.days,
            "seen_by": item.seen_by,
            "fields": {label: names.split() for label, names in item.fields.items()},
        }
        for item in ITEMS
    ]


def workbook(target: BinaryIO, *, by: User | None) -> None:
    """One row a table of an item. Audited."""
    rows = [
        [
            item.title,
            "是" if item.is_sensitive else "",
            item.purpose,
            item.basis,
            item.retention,
            item.seen_by,
            *words,
        ]
        for item in ITEMS
        for words in field_words(item)
    ]
    entry = audit.record("privacy.export", by=by, after={"as": "xlsx", "rows": len(rows)})
    banner = [TITLE, audit.export_line(entry, by)]
    write_workbook(target, [OutSheet(TITLE, COLUMNS, rows, banner)])


def assessment(*, by: User | None) -> bytes:
    """The assessment as Word; what the university decides is left blank. Audited."""
    audit.record("privacy.export", by=by, after={"as": "docx"})
    document = OfficialDocument(
        ASSESSMENT, f"（{written(timezone.localdate())}由系统生成，须经评估人填写和签字）"
    )
    document.heading("一、处理目的、处理方式是否合法、正当、必要")
    document.labelled("处理者", BLANK)
    document.labelled("处理目的", "党支部组织生活、党员教育管理和统计")
    document.labelled("处理方式", "在校内服务器上收集、存储、使用，不向境外提供，不用于自动化决策")
    document.labelled("涉及人数", BLANK)
    document.paragraph(f"处理的个人信息共 {len(ITEMS)} 类，目的、依据、期限和可见范围见附件。")
    document.paragraph(f"其中敏感个人信息：{'、'.join(item.title for item in ITEMS if item.is_sensitive)}。")
    document.heading("二、对个人权益的影响及安全风险")
    document.paragraph(
        "政治面貌、党籍和评议结果一旦泄露，可能影响个人名誉和公平对待；联系方式和证件号码可能被用于诈骗。"
    )
    document.labelled("风险等级和理由", BLANK)
    document.heading("三、所采取的保护措施是否合法、有效并与风险程度相适应")
    for label, words in MEASURES:
        document.labelled(label, words)
    document.labelled("委托处理、对外提供的情况", BLANK)
    document.heading("四、结论")
    document.labelled("评估结论和改进要求", BLANK)
    document.paragraph("本报告和处理情况记录至少保存三年（个人信息保护法第五十六条）。")
    document.signatures(["评估人", "负责人", "日期"])
    document.annex(TITLE)
    document.table([HEADS, *(_row(item) for item in ITEMS)], WIDTHS, small=True)
    content = BytesIO()
    document.save(content)
    return content.getvalue()


def _row(item: Item) -> tuple[str, ...]:
    title = f"{item.title}（敏感）" if item.is_sensitive else item.title
    return title, item.purpose, item.basis, item.retention, item.seen_by
