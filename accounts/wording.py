"""The Chinese words for what the audit trail calls ``branch.move``: a thing, and what was done to it."""

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist

THINGS = {
    "access": "访问",
    "account": "账号",
    "activity": "活动记录",
    "branch": "党组织",
    "campaign": "专题活动",
    "certificate": "党员证明",
    "competence": "履职条目",
    "contacts": "通讯录",
    "development": "发展党员",
    "circumstance": "外出与失联",
    "destination": "毕业去向",
    "grant": "角色授权",
    "group": "党小组",
    "job": "任务",
    "keys": "密钥",
    "member": "党员",
    "membershipspell": "组织隶属",
    "movement": "组织关系",
    "partygroup": "党小组",
    "password": "密码",
    "post": "职务",
    "register": "党组织名册",
    "roster": "花名册",
    "rule": "校内规定",
    "session": "会话",
    "station": "党员工作站",
    "statistics": "统计报表",
    "stationarea": "责任区",
    "tallies": "月度计数",
    "term": "任期",
    "training": "培训记录",
    "transfer": "组织关系转接",
    "upload": "导入文件",
    "user": "账号",
}
DEEDS = {
    "add": "新增",
    "adopt": "补录经过",
    "annul": "撤销离开登记",
    "appoint": "任命",
    "assign": "安排",
    "begin": "登记",
    "cancel": "取消",
    "change": "修改",
    "close": "停用",
    "confirm": "确认类别",
    "contact": "登记联系",
    "correct": "更正",
    "decide": "决定",
    "delete": "删除",
    "depart": "登记离开",
    "dissolve": "撤销",
    "drop": "丢弃",
    "elect": "换届",
    "end": "结束",
    "enrol": "编入",
    "export": "导出",
    "fetch": "下载结果",
    "foreign": "遇到范围外人员",
    "found": "成立",
    "give": "授予",
    "import": "导入",
    "keep": "上传",
    "issue": "开具或发放",
    "log": "登记",
    "merge": "合并",
    "move": "调整隶属关系",
    "open": "开通",
    "postpone": "延期",
    "part": "撤销合并",
    "plan": "下达计划",
    "print": "打印",
    "provide": "批量开通",
    "record": "登记步骤",
    "refuse": "拒绝",
    "release": "解除安排",
    "remove": "随撤销移除",
    "reopen": "恢复",
    "restore": "恢复党籍",
    "return": "重新转入",
    "reorder": "调整顺序",
    "repair": "按记录重算",
    "revoke": "收回",
    "rotate": "开始轮换",
    "rotated": "完成轮换",
    "seat": "编入成员",
    "settle": "登记去向",
    "sign_in": "登录",
    "sign_out": "退出",
    "split": "分设",
    "start": "发起",
    "step": "办理",
    "suspend": "停止党籍",
    "tell_apart": "认定不是同一人",
    "undo": "撤回",
    "tick": "确认",
    "unmask": "查看完整信息",
    "untick": "取消确认",
    "withdraw": "撤回",
    "wrong_rows": "下载错误行",
}

#: What an entry says before and after, where it is no column of the object's own table.
FACTS = {
    "account": "账号",
    "branch": "党组织",
    "category": "类别",
    "changed": "变更",
    "citation": "依据",
    "code": "代码",
    "elected_on": "当选日期",
    "fields": "内容",
    "first": "第一个编号",
    "holders": "人数",
    "kind": "类型",
    "last": "最后一个编号",
    "made": "新开通",
    "member": "党员",
    "method": "方式",
    "name": "名称",
    "new": "新增",
    "number": "编号",
    "on": "生效日期",
    "parent": "上级党组织",
    "path": "地址",
    "people": "人数",
    "person": "人员",
    "reason": "原因",
    "records": "记录数",
    "role": "角色",
    "row": "行",
    "rows": "行数",
    "seed": "种子",
    "sha256": "文件校验值",
    "sheet": "工作表",
    "source": "来源文件",
    "stages": "各阶段日期",
    "status": "人员类别",
    "tallies": "月度计数",
    "title": "职务",
    "today": "当天",
    "until": "结束日期",
    "user": "用户",
    "value": "值",
    "wrong": "错误行",
    "years": "任期（年）",
}
METHODS = {"GET": "打开", "HEAD": "打开", "POST": "提交"}


def action_label(action: str) -> str:
    """“branch.move” → “党组织：调整隶属关系”; a part without a word of ours is shown as it stands."""
    thing, _, deed = action.partition(".")
    return f"{THINGS.get(thing, thing)}：{DEEDS.get(deed, deed)}" if deed else thing


def fact_label(name: str, object_type: str) -> str:
    """A key of an entry in Chinese: the column of the object's table, else a word of ours, else as it stands."""
    try:
        field = apps.get_model(object_type)._meta.get_field(name)
    except (LookupError, ValueError, FieldDoesNotExist):
        return FACTS.get(name, name)
    own = str(getattr(field, "verbose_name", ""))
    # A column without a name of its own is called by its identifier.
    return FACTS.get(name, name) if not own or own.isascii() else own


def fact_value(name: str, value: object) -> str:
    return METHODS.get(str(value), str(value)) if name == "method" else str(value)
