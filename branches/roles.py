"""Roles, and the rights each of them carries.

A grant is (user, role, branch, since, until). No grant sees nothing. The three administrators (三员) exclude each
other and see no member data. ``MEMBER`` is never granted: it is whoever has a member record of his own.
"""

from enum import StrEnum

from django.db.models import TextChoices


class Role(TextChoices):
    SYSTEM_ADMIN = "system_admin", "系统管理员"
    SECURITY_ADMIN = "security_admin", "安全管理员"
    AUDITOR = "auditor", "审计管理员"
    ORGANIZATION_STAFF = "organization_staff", "组织部工作人员"
    COMMITTEE_STAFF = "committee_staff", "二级党组织工作人员"
    SECRETARY = "secretary", "党支部书记"
    RECORDER = "recorder", "支部记录员"
    ATTENDANCE_TAKER = "attendance_taker", "考勤员"
    STATION_HEAD = "station_head", "工作站负责人"
    LEADER = "leader", "校领导"


THREE_ADMINS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR})
BRANCH_ROLES = frozenset(
    {
        Role.ORGANIZATION_STAFF,
        Role.COMMITTEE_STAFF,
        Role.SECRETARY,
        Role.RECORDER,
        Role.ATTENDANCE_TAKER,
        Role.LEADER,
    }
)
STAFF = frozenset({Role.ORGANIZATION_STAFF, Role.COMMITTEE_STAFF})
SCRIBES = frozenset({Role.SECRETARY, Role.RECORDER})


class Right(StrEnum):
    SEE_BRANCHES = "see_branches"
    SEE_MEMBERS = "see_members"
    SEE_NAMES = "see_names"  # names in clear; a leader sees them masked
    SEE_RECORDS = "see_records"
    SEE_FIGURES = "see_figures"
    RECORD = "record"  # log and correct activities
    TAKE_ATTENDANCE = "take_attendance"
    KEEP_BRANCHES = "keep_branches"  # found, move, dissolve, terms, groups, posts
    EXPLAIN = "explain"  # say why a branch is otherwise than is normally so
    ASSIGN = "assign"  # send notices and tasks to branches, chase them, answer what they say
    KEEP_MEMBERS = "keep_members"
    SEE_DEVELOPMENT = "see_development"  # applicants, activists and development targets with their steps
    DEVELOP = "develop"  # take the branch's steps of 发展党员
    APPROVE = "approve"  # take the committee's steps of 发展党员
    TRANSFER = "transfer"  # issue letters, take people in and let them go
    ASK_TRANSFER = "ask_transfer"  # ask for a transfer, say who has arrived, keep contact with who is away
    ASSESS = "assess"  # hold the yearly duty reports of secretaries: rounds, scores, grades
    SEE_GRADES = "see_grades"  # what such a round came to, once it was published to leaders
    REVIEW = "review"  # hold the members' democratic review of a branch; read what became of it
    WRITE_CASES = "write_cases"  # texts with live figures
    KEEP_SUBSCRIPTIONS = "keep_subscriptions"  # of statistics, also those of leaders and other staff
    ANSWER_SUGGESTIONS = "answer_suggestions"  # answer 意见建议, for the whole university
    KEEP_RULES = "keep_rules"  # local rules, for the whole university
    CLOSE_PERIODS = "close_periods"  # lock the figures of a quarter and reopen it, for the whole university
    IMPORT = "import"
    EXPORT = "export"
    UNMASK = "unmask"
    SEE_PHONES = "see_phones"  # those of the contact book in clear, for a reason
    USE_ADMIN = "use_admin"
    KEEP_ACCOUNTS = "keep_accounts"
    KEEP_ROBOTS = "keep_robots"  # the robots that tell a group how many duties are open
    KEEP_CHANNELS = "keep_channels"  # through what messages go out, for the whole university
    KEEP_GRANTS = "keep_grants"
    KEEP_FACTORS = "keep_factors"  # reset somebody's second factor, write down which roles need none
    SEE_REGISTER = "see_register"  # the register of personal data
    INVESTIGATE = "investigate"  # what an account read and took out
    END_SESSIONS = "end_sessions"  # sign another account out everywhere
    READ_AUDIT = "read_audit"  # the trail, and whether it is whole


_IN_A_BRANCH = BRANCH_ROLES - {Role.LEADER, Role.ATTENDANCE_TAKER}

RIGHTS: dict[Right, frozenset[Role]] = {
    Right.SEE_BRANCHES: BRANCH_ROLES,
    Right.SEE_MEMBERS: BRANCH_ROLES - {Role.ATTENDANCE_TAKER},  # who reads only the names on a roll
    Right.SEE_NAMES: BRANCH_ROLES - {Role.LEADER},
    Right.SEE_RECORDS: BRANCH_ROLES,
    Right.SEE_FIGURES: BRANCH_ROLES - {Role.ATTENDANCE_TAKER},
    Right.RECORD: STAFF | SCRIBES,
    Right.TAKE_ATTENDANCE: STAFF | SCRIBES | {Role.ATTENDANCE_TAKER},
    Right.KEEP_BRANCHES: STAFF,
    Right.EXPLAIN: STAFF | {Role.SECRETARY},
    Right.ASSIGN: STAFF,
    Right.KEEP_MEMBERS: STAFF,
    Right.SEE_DEVELOPMENT: STAFF | SCRIBES,
    Right.DEVELOP: STAFF | SCRIBES,
    Right.APPROVE: STAFF,
    Right.TRANSFER: STAFF,
    Right.ASK_TRANSFER: STAFF | {Role.SECRETARY},
    Right.ASSESS: STAFF,
    Right.SEE_GRADES: STAFF | {Role.LEADER},
    Right.REVIEW: STAFF | {Role.SECRETARY},
    Right.WRITE_CASES: STAFF,
    Right.KEEP_SUBSCRIPTIONS: STAFF,
    Right.ANSWER_SUGGESTIONS: frozenset({Role.ORGANIZATION_STAFF}),
    Right.KEEP_RULES: frozenset({Role.ORGANIZATION_STAFF}),
    Right.CLOSE_PERIODS: frozenset({Role.ORGANIZATION_STAFF}),
    Right.IMPORT: STAFF,
    Right.EXPORT: _IN_A_BRANCH | {Role.LEADER},
    Right.UNMASK: STAFF,
    Right.SEE_PHONES: STAFF,
    Right.USE_ADMIN: STAFF | THREE_ADMINS,
    Right.KEEP_ACCOUNTS: STAFF | {Role.SYSTEM_ADMIN},
    Right.KEEP_ROBOTS: STAFF,
    Right.KEEP_CHANNELS: frozenset({Role.SYSTEM_ADMIN}),
    Right.KEEP_GRANTS: frozenset({Role.ORGANIZATION_STAFF, Role.SECURITY_ADMIN}),
    Right.KEEP_FACTORS: frozenset({Role.SECURITY_ADMIN}),
    Right.SEE_REGISTER: THREE_ADMINS,
    Right.INVESTIGATE: frozenset({Role.SECURITY_ADMIN, Role.AUDITOR}),
    Right.END_SESSIONS: frozenset({Role.SECURITY_ADMIN}),
    Right.READ_AUDIT: frozenset({Role.AUDITOR}),
}
