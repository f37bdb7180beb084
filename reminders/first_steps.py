"""From an empty installation to a working one: what is to be set up, by whom, and how far it is.

Nothing is kept of the way itself: each step is done when what it is for is there, so that it can be left and taken up.
"""

from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from accounts import audit
from accounts.models import AuditEntry, User
from accounts.sign_on import keeping
from branches import tree
from branches.local_rules import KEPT_SINCE
from branches.models import Branch, LocalSetting, RoleGrant
from branches.roles import Role
from jobs.backups import history

from .channels import mail
from .messages import Message

TESTED: Final = "mailbox.tested"
#: What the demo university leaves in the trail when it is made.
DEMO: Final = "demo.load"


@dataclass(frozen=True)
class Step:
    """``name`` says which form the page shows for it, ``by`` who does it.

    ``link`` leads to the page of the administrator's where it is done: its words, and the name of its address.
    """

    name: str
    title: str
    by: str
    how: str
    is_done: bool
    link: tuple[str, str] | None = None

    @property
    def url(self) -> str:
        return reverse(self.link[1]) if self.link else ""


def steps() -> list[Step]:
    """In the order they are taken. They ask whether something is there, never what: whoever looks sees no data."""
    return [*_to_be_founded(), *_to_be_run()]


def _to_be_founded() -> list[Step]:
    has_staff = RoleGrant.objects.filter(role=Role.ORGANIZATION_STAFF).exists()
    has_demo = AuditEntry.objects.filter(action=DEMO).exists()
    decided = set(LocalSetting.objects.values_list("code", flat=True))
    return [
        Step(
            "production",
            "正式环境",
            "系统管理员",
            "试用模式和演示数据只用来看看。正式使用时，在服务器的设置里写上 SECRET_KEY 和 DATABASE_URL，"
            "用空的数据库安装；演示数据不能删除，不要在里面接着录入。",
            not (settings.TRIAL or has_demo),
        ),
        Step(
            "school",
            "学校党委",
            "系统管理员",
            "填写学校党委的名称，页面左上角和党员证明上用它。以后在“数据后台 › 党组织”里修改。",
            Branch.objects.exists(),
        ),
        Step(
            "staff",
            "组织部账号",
            "系统管理员、安全管理员",
            "系统管理员在“数据后台 › 账号”新建组织部的账号，安全管理员在“角色授权”授予它学校党委的“组织部工作人员”。",
            has_staff,
            ("新开账号", "admin:accounts_user_add"),
        ),
        Step(
            "organization",
            "党组织",
            "组织部工作人员",
            "组织部登录后在“导入 › 党组织名册”上传名册，也可以逐个新建；然后导入党员花名册。",
            Branch.objects.filter(parent__isnull=False).exists(),
        ),
        Step(
            "rules",
            "校内规定",
            "组织部工作人员",
            "国家规定已经内置。学校另有规定的，组织部在“校内规定”里逐条选择并写明依据；没有的可以不填。",
            bool(decided - {KEPT_SINCE}),
        ),
        Step(
            "kept_since",
            "启用日期",
            "组织部工作人员",
            "组织部在“校内规定 › 启用日期”里填写从哪一天起在支部簿登记，此前的月、季、年没有记录的不作判断。"
            "没有填的，以前各期都算逾期未开。",
            KEPT_SINCE in decided,
        ),
    ]


def _to_be_run() -> list[Step]:
    is_tested = AuditEntry.objects.filter(action=TESTED).exists()
    return [
        Step(
            "mail",
            "邮件",
            "系统管理员",
            "在服务器的设置里写上 EMAIL_URL 和 MAIL_FROM，重新启动，再发一封测试邮件。不用邮件的可以跳过。",
            settings.MAIL_IS_ON and is_tested,
            ("发送渠道", "message_channels"),
        ),
        Step(
            "sign_on",
            "统一身份认证",
            "系统管理员",
            "学校有 CAS 或 OpenID Connect 的，填好地址、测试通过后启用；登录页多一个按钮，"
            "支部簿自己的账号照常可用。没有的可以跳过。",
            keeping.in_use() is not None,
            ("设置统一身份认证", "sign_on_set_up"),
        ),
        Step(
            "backup",
            "备份",
            "系统管理员",
            "在服务器的设置里写上 BACKUP_DIR，每天 2:30 自动备份；也可以运行 manage.py backup。密钥文件夹另行保存。",
            history.last_made() is not None,
        ),
        Step(
            "rehearsal",
            "恢复演练",
            "系统管理员",
            "在服务器上对一份备份运行 manage.py verify_restore，演练记录列在“系统状态”。",
            bool(history.rehearsals()),
        ),
    ]


def found_school(*, by: User, name: str, short_name: str, code: str) -> Branch:
    """Found the university's party committee, below which all else is imported; TreeError when there is one.

    Nobody can hold a role for a committee that is not there yet, so this once it is not the organisation department's.
    """
    with transaction.atomic():
        if Branch.objects.select_for_update().exists():
            raise tree.TreeError("已有党组织，名称请由组织部在“数据后台 › 党组织”里修改。")
        return tree.found(
            by=by,
            parent=None,
            name=name,
            short_name=short_name,
            code=code,
            level=Branch.Level.PARTY_COMMITTEE,
        )


def send_test_mail(address: str, *, by: User) -> None:
    """Send a mail that says it is a test; Unsent says why it could not be sent."""
    message = Message("支部簿测试邮件", (), "这是系统管理员发出的测试邮件，收到即表示邮件设置可用。")
    mail.send(User(name=by.name, email=address), message, uuid4())
    audit.record(TESTED, by=by, after={"address": audit.hashed(address)})
