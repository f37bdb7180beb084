"""The same of the pages of the browser admin."""

from functools import partial

from accounts.models import User
from branches.models import Branch, RoleGrant
from members.models import GroupMembership
from reminders.models import Delivery, Robot
from tests.access.filling import Task
from tests.access.values import (
    DAY,
    ORGANIZATION,
    joint_branch,
    new_branch,
    new_grant,
    new_post,
    new_robot,
    new_service,
    new_station,
    own_row,
    second,
    selected,
)

ADMIN_TASKS: dict[str, Task] = {
    "admin:reminders_delivery_changelist": Task(fill=partial(selected, "send_again", Delivery)),
    # Nobody answers where the world's robot stands: only the trail is written.
    "admin:reminders_robot_changelist": Task(fill=partial(selected, "try_out", Robot), writes=False),
    "admin:reminders_robot_add": Task(fill=new_robot),
    "admin:reminders_robot_change": Task(fill=lambda world: {"name": "另一个群"}),
    "admin:reminders_robot_delete": Task(),
    "admin:accounts_user_add": Task(ORGANIZATION, fill=lambda world: {"username": "n2026", "name": "新人"}),
    "admin:accounts_user_change": Task(fill=lambda world: {"name": "改名"}),
    "admin:accounts_user_changelist": Task(fill=partial(selected, "close", User)),
    "admin:activities_campaign_add": Task(
        ORGANIZATION, fill=lambda world: {"name": "新的专题", "started_on": DAY}
    ),
    "admin:activities_campaign_change": Task(ORGANIZATION, fill=lambda world: {"note": "说明"}),
    "admin:activities_campaign_delete": Task(ORGANIZATION),
    "admin:activities_programmeitem_add": Task(
        ORGANIZATION, fill=lambda world: {"title": "集体学习", "citation": "校组字〔2026〕1号"}
    ),
    "admin:activities_programmeitem_change": Task(ORGANIZATION, fill=lambda world: {"citation": "另一文件"}),
    "admin:activities_programmeitem_delete": Task(ORGANIZATION),
    "admin:branches_branch_add": Task(fill=new_branch),
    "admin:branches_branch_change": Task(fill=lambda world: {"note": "说明"}),
    "admin:branches_branch_changelist": Task(fill=partial(selected, "confirm_categories", Branch)),
    # A letter is on its way from the branch, so both are refused; what they write is tried in test_restructuring.
    "admin:branches_branch_dissolve": Task(
        query=lambda world: {"to": world.school.students.pk, "on": DAY}, writes=False
    ),
    "admin:branches_branch_merge": Task(
        query=lambda world: {"to": world.school.students.pk, "on": DAY}, writes=False
    ),
    "admin:branches_branch_split": Task(query=joint_branch),
    "admin:branches_branch_move": Task(
        ORGANIZATION, query=lambda world: {"to": world.school.music.pk, "on": DAY}
    ),
    "admin:branches_branch_order": Task(writes=False),
    "admin:branches_partygroup_add": Task(
        fill=lambda world: {"branch": world.own.branch.pk, "name": "第九党小组", "since": DAY}
    ),
    "admin:branches_partygroup_change": Task(fill=lambda world: {"name": "改名党小组"}),
    "admin:branches_partygroup_end": Task(),
    "admin:branches_partygroup_seats": Task(
        fill=lambda world: {"leave": [own_row(world, GroupMembership).pk]}
    ),
    "admin:accounts_user_second-factor": Task("security_admin", writes=False),
    "admin:accounts_user_sign-on": Task("security_admin", writes=False),
    "admin:branches_factorexemption_add": Task(
        "security_admin",
        fill=lambda world: {"role": "leader", "citation": "校信办〔2026〕3号", "since": DAY},
    ),
    "admin:branches_factorexemption_change": Task("security_admin", fill=lambda world: {"until": DAY}),
    "admin:branches_rolegrant_add": Task(ORGANIZATION, fill=new_grant),
    "admin:branches_rolegrant_change": Task(ORGANIZATION, fill=lambda world: {"until": DAY}),
    "admin:branches_rolegrant_changelist": Task(ORGANIZATION, fill=partial(selected, "revoke", RoleGrant)),
    "admin:branches_station_add": Task(fill=new_station),
    "admin:branches_station_change": Task(fill=lambda world: {"building": "另一栋"}),
    "admin:branches_term_add": Task(fill=lambda world: {"branch": world.own.branch.pk, "elected_on": DAY}),
    "admin:branches_term_delete": Task(),
    "admin:branches_term_postpone": Task(fill=lambda world: {"until": "2027-12-01", "approval": "批复1号"}),
    "admin:members_member_change": Task(fill=lambda world: {"job": "教师"}),
    "admin:members_member_move": Task(fill=lambda world: {"to": world.school.students.pk, "on": DAY}),
    "admin:members_post_add": Task(fill=new_post),
    "admin:members_post_end": Task(fill=lambda world: {"on": DAY}),
    "admin:members_post_handover": Task(fill=lambda world: {"to": second(world).pk, "on": DAY}),
    "admin:members_stationassignment_add": Task(fill=new_service),
    "admin:members_stationassignment_end": Task(fill=lambda world: {"on": DAY}),
}
