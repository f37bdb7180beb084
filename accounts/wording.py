"""The Chinese words for what the audit trail calls ``branch.move``: a thing, and what was done to it."""

THINGS = {
    "access": "访问",
    "account": "账号",
    "activity": "活动记录",
    "branch": "党组织",
    "campaign": "专题活动",
    "grant": "角色授权",
    "group": "党小组",
    "job": "任务",
    "member": "党员",
    "membershipspell": "组织隶属",
    "partygroup": "党小组",
    "password": "密码",
    "post": "职务",
    "session": "会话",
    "station": "党员工作站",
    "stationarea": "责任区",
    "term": "任期",
    "user": "账号",
}
DEEDS = {
    "add": "新增",
    "appoint": "任命",
    "assign": "安排",
    "cancel": "取消",
    "change": "修改",
    "close": "停用",
    "confirm": "确认类别",
    "correct": "更正",
    "delete": "删除",
    "dissolve": "撤销",
    "elect": "换届",
    "end": "结束",
    "enrol": "编入",
    "export": "导出",
    "found": "成立",
    "give": "授予",
    "import": "导入",
    "issue": "发放一次性密码",
    "log": "登记",
    "move": "调整隶属关系",
    "open": "开通",
    "provide": "批量开通",
    "refuse": "拒绝",
    "release": "解除安排",
    "reopen": "恢复",
    "reorder": "调整顺序",
    "revoke": "收回",
    "seat": "编入成员",
    "sign_in": "登录",
    "sign_out": "退出",
    "start": "发起",
    "undo": "撤回",
    "unmask": "查看完整信息",
    "withdraw": "撤回",
}


def action_label(action: str) -> str:
    """“branch.move” → “党组织：调整隶属关系”; a part without a word of ours is shown as it stands."""
    thing, _, deed = action.partition(".")
    return f"{THINGS.get(thing, thing)}：{DEEDS.get(deed, deed)}" if deed else thing
