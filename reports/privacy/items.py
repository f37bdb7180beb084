"""The register of personal data (个人信息登记表): every column that says something of a person, by what it is for.

Each item says why the data is kept, on what it rests, for how long, and who sees it (个人信息保护法 6, 17, 19, 28, 55).
``fields`` maps a model to its columns, parted by blanks. Whoever adds a column adds it here or in :mod:`.plain`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

DUTY: Final = "个人信息保护法第十三条第一款第三项（履行法定职责）"
CONSENT: Final = "个人信息保护法第十三条第一款第一项（本人同意，可随时撤回）"
SECURITY: Final = "网络安全法第二十三条；个人信息保护法第五十一条"
RECORD: Final = "随党员档案和党组织生活记录长期保存"
BRANCH: Final = "本人、本支部书记和记录员、上级党组织工作人员"
STAFF: Final = "上级党组织工作人员"
OWN: Final = "本人"
NOBODY: Final = "任何人都看不到原文"


@dataclass(frozen=True)
class Item:
    """One kind of data. ``days``: after how many it is deleted by itself; None where it is kept or ends otherwise."""

    code: str
    title: str
    purpose: str
    basis: str
    retention: str
    seen_by: str
    fields: Mapping[str, str]
    is_sensitive: bool = False
    days: int | None = None


ITEMS: Final = (
    Item(
        "account",
        "账号",
        "登录，分清谁做了什么",
        DUTY,
        "停用后保留账号和姓名，用于说明经办人",
        "本人、系统管理员、安全管理员、上级党组织工作人员",
        {
            "accounts.User": "username name email is_active must_change_password",
            "branches.RoleGrant": "user role granted_by",
        },
    ),
    Item(
        "credentials",
        "密码和动态验证码",
        "确认是本人登录",
        SECURITY,
        "修改或停用时即替换；用过的密码留最近五个",
        NOBODY,
        {
            "accounts.User": "password",
            "accounts.UsedPassword": "user password",
            "accounts.SecondFactor": "user secret_cipher last_step failures",
            "accounts.BackupCode": "hash",
            "accounts.SignOnBinding": "user subject",
        },
    ),
    Item(
        "sessions",
        "登录设备",
        "让本人看到并结束不是自己的登录",
        SECURITY,
        "会话结束或到期后一天内删除",
        OWN,
        {
            "accounts.SignedIn": "user session_key address browser",
            "sessions.Session": "session_key session_data",
        },
        days=0,
    ),
    Item(
        "attempts",
        "登录失败",
        "防止猜密码",
        SECURITY,
        "7 天后删除；登录失败另有审计记录",
        NOBODY,
        {
            "axes.AccessAttempt": "user_agent ip_address username http_accept path_info get_data post_data"
            " failures_since_start",
            "axes.AccessFailureLog": "user_agent ip_address username http_accept path_info locked_out",
            "axes.AccessLog": "user_agent ip_address username http_accept path_info session_hash",
        },
        days=7,
    ),
    Item(
        "audit",
        "审计记录和修改历史",
        "查明谁在何时看过、改过、导出过什么",
        f"{SECURITY}、第五十六条",
        "至少三年，程序不自动删除",
        "审计管理员；本人可取得自己的操作",
        {
            "accounts.AuditEntry": "actor actor_label address action object_type object_id object_label outcome"
            " before after mac",
            "admin.LogEntry": "user object_id object_repr action_flag change_message",
        },
    ),
    Item(
        "identity",
        "身份信息",
        "认定党员身份，编制花名册",
        f"{DUTY}；党员教育管理工作条例第二十五条",
        RECORD,
        f"{BRANCH}；校领导只见脱敏姓名",
        {
            "members.Member": "account number school_number name name_pinyin name_initials name_order sex nation"
            " birth_date native_place identity_note",
        },
    ),
    Item(
        "id_number",
        "公民身份号码",
        "认定身份、查重、转接组织关系",
        f"{DUTY}；个人信息保护法第二十八条",
        RECORD,
        "默认只见脱敏；上级党组织工作人员写明原因后可看原文，有审计",
        {"members.Member": "id_number_cipher id_number_hash id_last4_hash"},
        is_sensitive=True,
    ),
    Item(
        "contact",
        "联系方式和住址",
        "联系党员",
        f"{DUTY}；党员教育管理工作条例第三十四条",
        "在党组织期间；离开满一年后删除，本人可以申请提前删除",
        "默认只见脱敏；上级党组织工作人员写明原因后可看原文，有审计",
        {"members.Member": "phone_cipher phone_last4_hash landline_cipher address_cipher"},
        is_sensitive=True,
        days=365,
    ),
    Item(
        "education",
        "学历、专业和工作",
        "党员队伍统计、毕业生组织关系转接",
        f"{DUTY}；党员教育管理工作条例第三十四条",
        RECORD,
        BRANCH,
        {
            "members.Member": "education job major schooling_years graduates_on is_league_member is_double_leader",
            "members.Destination": "member name school_number education graduates_on kind place recorded_on",
        },
    ),
    Item(
        "membership",
        "党籍、组织关系和职务",
        "管理组织关系，计算应到、党龄和统计",
        f"{DUTY}；党员教育管理工作条例第二十四条至第三十四条",
        RECORD,
        BRANCH,
        {
            "members.Member": "status joined_on full_on lost_on is_floating floating_to note",
            "members.MembershipSpell": "member kind is_assumed",
            "members.StatusPeriod": "member status is_assumed",
            "members.GroupMembership": "member",
            "members.StationAssignment": "member is_head",
            "members.Post": "member title duty reason",
            "members.RosterCorrection": "member effective_on effective_until by what reason before after",
            "members.Transfer": "member name kind state elsewhere letter first_issued_on issued_on valid_days"
            " valid_until requested_on accepted_on arrived_on reason",
            "members.TransferStep": "code on by note",
            "members.Departure": "member kind on evidence document course by annulled_why",
            "members.Suspension": "member ground status_before evidence document ended_evidence ended_document by",
            "members.Circumstance": "member kind place is_fixed_place due_on evidence document ended_evidence"
            " contacted_on by",
            "members.Contact": "on note by",
            "members.Certificate": "member number code purpose issued_on issued_by wording",
            "members.DistinctPair": "first second reason decided_by",
        },
        is_sensitive=True,
    ),
    Item(
        "development",
        "发展党员",
        "按程序发展党员",
        f"{DUTY}；发展党员工作细则",
        "入党材料归入档案，长期保存",
        "本人、本支部书记和记录员、上级党组织工作人员",
        {
            "members.Development": "member applied_on began_at_probation closed_on outcome reason",
            "members.DevelopmentStep": "step on facts is_effective is_late entered_by withdrawn_by withdrawn_reason",
            "members.DevelopmentPerson": "member",
            "members.MembershipForm": "number mark marked_on mark_reason",
            "members.FormDraw": "receiver issuer entered_by",
        },
        is_sensitive=True,
    ),
    Item(
        "attendance",
        "到会、学时和签到",
        "如实记录组织生活，计算到会率和学时",
        f"{DUTY}；支部工作条例第十四条、第十六条；教育管理条例第二十条",
        RECORD,
        f"{BRANCH}、考勤员",
        {
            "activities.Attendance": "member state reason may_vote",
            "activities.AttendanceChange": "member state_before reason_before state_after reason_after",
            "activities.CheckInEntry": "member",
            "activities.MakeUp": "member on how hours by",
            "activities.Lecture": "member is_outside category rank",
            "members.Training": "member kind title held_on hours organizer",
            "members.Trainee": "member hours score result certificate adopted",
            "members.Competence": "member item ticked_on ticked_by",
        },
    ),
    Item(
        "leave",
        "请假和到会更正",
        "答复本人的请假和更正申请",
        DUTY,
        "请假原因在活动日满一年后删除，其余随记录保存",
        "本人、登记到会的人",
        {
            "activities.LeaveRequest": "member on kind reason state answered_by answer",
            "activities.Appeal": "member said state answer answered_by",
        },
        is_sensitive=True,
        days=365,
    ),
    Item(
        "exemption",
        "免于要求（年老、生病、行动不便）",
        "不对年老、生病、行动不便的党员作硬性要求",
        f"{DUTY}；党员教育管理工作条例第二十三条；个人信息保护法第二十八条",
        "撤销登记时说明一并删除",
        "本人、本支部书记和记录员、上级党组织工作人员",
        {"members.Exemption": "member ground note_cipher by"},
        is_sensitive=True,
    ),
    Item(
        "records",
        "活动记录、会议纪要和谈心谈话",
        "如实记录组织生活",
        f"{DUTY}；支部工作条例第十四条至第十八条",
        RECORD,
        f"{BRANCH}；谈话内容只有谈话双方和书记能看到",
        {
            "activities.Activity": "host recorder lecturer notes guests guest_heads entered_by",
            "activities.AgendaItem": "title proceedings decision ballots uncounted uncounted_reason",
            "activities.Task": "owner what problem done_by",
            "activities.Talk": "pair is_pair_derived content_cipher draft",
            "activities.StudiedDocument": "lead_reader measures",
            "activities.Oath": "led_by witness",
            "activities.Service": "served organiser",
            "activities.ReportAbove": "member given_on",
            "activities.Candidate": "member",
        },
        is_sensitive=True,
    ),
    Item(
        "pictures",
        "佐证照片和文件",
        "证明活动如实开展",
        f"{DUTY}；支部工作条例第十四条",
        "随活动记录保存；移除后文件当天删除；照片不做人脸识别，拍摄地点在保存前去掉",
        "照片：能看到记录的人；文件：记录的人",
        {"activities.Evidence": "name sha256 dhash_1 dhash_2 dhash_3 dhash_4 stored width height added_by"},
        is_sensitive=True,
    ),
    Item(
        "judgement",
        "民主评议党员和述职评议考核",
        "开展民主评议党员、党组织书记述职评议考核",
        f"{DUTY}；党员教育管理工作条例第十八条；述职评议考核办法",
        "结果随党员记录长期保存；不足五票的计数在结束时删除",
        "本人（公布后）、主持的人、上级党组织工作人员",
        {
            "members.ReviewResult": "member year held_on grade ungraded opinion_cipher disposal_cipher decided_on"
            " decided_by",
            "assessments.ReviewEntry": "member standing ungraded_why self_cipher self_grade mutual_cipher"
            " masses_cipher excellent competent basic failing opinion_cipher grade disposal_cipher",
            "assessments.ReviewCorrection": "member before after said_cipher citation by",
            "assessments.Subject": "member posts evidence decided decided_why feedback feedback_on",
            "assessments.Report": "work problems plans state entered_by returned_why",
            "assessments.Remark": "kind speaker text answer entered_by",
            "assessments.Problem": "problem measure owner due_on evidence done_on checked_on check_result",
            "assessments.Objection": "said answer answered_by",
            "assessments.Correction": "text citation by",
            "assessments.Points": "item grader value note",
            "assessments.Deducted": "points reason by",
            "assessments.GateAnswer": "gate is_open basis",
            "assessments.StageDone": "stage on note by",
        },
        is_sensitive=True,
    ),
    Item(
        "ballots",
        "测评票",
        "不记名测评",
        f"{DUTY}；述职评议考核办法；党员教育管理工作条例第十八条",
        "票不与人相连；单张票在结束时打乱",
        NOBODY,
        {
            "assessments.Rater": "name",
            "assessments.BallotCode": "digest is_used",
            "assessments.Rating": "mark",
            "assessments.PaperSheet": "number turn marks",
            "assessments.ReviewCode": "digest is_used",
        },
        is_sensitive=True,
    ),
    Item(
        "birthdays",
        "政治生日",
        "祝贺政治生日；本人可关闭",
        CONSENT,
        "随党员记录保存；本人关闭后不再发送",
        BRANCH,
        {
            "members.Greeting": "member year day title text sent_by",
            "members.Celebration": "member year way held_on note recorded_by",
            "members.GreetingOptOut": "member set_by",
        },
    ),
    Item(
        "imports",
        "导入前的值",
        "撤销导入和合并",
        DUTY,
        "原值 30 天后删除，批次、文件名和合并的编号随记录保存",
        "做导入的人",
        {
            "members.ImportBatch": "source written_by undone_by",
            "members.ImportedRow": "member number before_cipher after_digest",
            "members.Merge": "kept source_id number name merged_by undone_by before_cipher",
            "members.ColumnMapping": "owner columns",
            "jobs.Upload": "owner name decisions outcome",
        },
        is_sensitive=True,
        days=30,
    ),
    Item(
        "exports",
        "任务和导出结果",
        "在后台生成导出文件",
        DUTY,
        "结果文件 7 天后删除",
        "发起的人",
        {"jobs.Job": "owner label parameters outcome message result_file result_name"},
        is_sensitive=True,
        days=7,
    ),
    Item(
        "messages",
        "提醒和消息",
        "按时提醒待办",
        DUTY,
        "办结后随待办保存",
        "本人；上级党组织工作人员见是否送达",
        {
            "reminders.Reminder": "recipient subject title detail state",
            "reminders.Delivery": "recipient state last_error",
            "reminders.NoticeChoice": "user mail wecom",
            "reminders.CalendarFeed": "user token_hash",
            "reminders.Chase": "subject by",
            "reports.Subscription": "user made_by",
            "reports.Sending": "last_error",
        },
    ),
    Item(
        "suggestions",
        "意见建议",
        "改进系统",
        CONSENT,
        "答复满三年后删除",
        "本人、学校党委组织部",
        {"branches.Suggestion": "user page text_cipher answer_cipher answered_by"},
        days=3 * 366,
    ),
    Item(
        "requests",
        "隐私告知和个人信息请求",
        "答复本人的更正、删除和限制处理",
        "个人信息保护法第十七条、第四十五条至第五十条",
        "随党员记录保存，作为已办理的凭据",
        "本人、上级党组织工作人员",
        {
            "accounts.NoticeRead": "user wording",
            "members.DataRequest": "member kind subject said_cipher due_on state answer_cipher basis"
            " cleared answered_by",
        },
    ),
    Item(
        "handling",
        "经办人和说明文字",
        "说明由谁登记、审批和答复，为什么",
        f"{DUTY}；{SECURITY}",
        "随所办的事项保存",
        "能看到该事项的人",
        {
            "branches.FactorExemption": "by",
            "members.Explanation": "text reason returned_why by answered_by",
            "members.SetUpPaper": "by",
            "members.TrainingClass": "opened_by",
            "activities.Assignment": "issued_by",
            "activities.AssignmentReturn": "said claim answer returned_by claimed_by answered_by",
            "activities.CheckIn": "opened_by",
            "activities.Invitation": "invited_by",
            "activities.LocalDuty": "by",
            "activities.Plan": "entered_by",
            "activities.PlanChange": "entered_by",
            "activities.Supplement": "reason answer asked_by met_by",
            "activities.Waiver": "reason returned_why by answered_by",
            "assessments.Round": "decided_by",
            "assessments.Review": "decided_by",
            "reports.CaseReport": "text author",
            "reports.ClosedPeriod": "closed_by reopened_by",
        },
    ),
)
