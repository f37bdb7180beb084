"""Who sends the form of each page, where it stands, and what is filled in."""

from functools import partial

from activities.filters import YearFilter
from activities.views.hours import HoursFilter
from activities.views.resolutions import ResolutionFilter
from assessments.report_forms import ProblemFilter
from assessments.reviews.forms import ReviewFilter
from branches.models import Branch
from members.birthday_forms import BirthdayFilter, YearForm
from members.certificates_forms import CertificateFilter
from members.class_forms import ClassFilter
from members.development.forms import DevelopmentFilter
from members.models import Member, Post, Trainee
from members.training_forms import TrainingFilter
from reports.filters import DutyFilter, FigureFilter, StatisticFilter
from tests.access.filling import Task
from tests.access.tasks_of_admin import ADMIN_TASKS
from tests.access.values import (
    A_SCHOOL,
    A_WECOM_APP,
    DAY,
    ORGANIZATION,
    REASON,
    SECRETARY,
    a_file,
    a_problem,
    an_account,
    an_activist,
    an_applicant,
    everybody_present,
    graduates,
    new_draw,
    new_letter,
    new_password,
    new_person,
    new_photo,
    on_the_list,
    other_graduates,
    own_row,
    second,
    two_records,
    voted_on,
)
from tests.access.world import ledger_file, register_file, roster_file

#: What is sent to each page that takes a POST; signing in and out are tested by themselves.
#: What a page of the catalogue takes, whether its form shows it or not.
_ASKED = frozenset(StatisticFilter.base_fields)
TASKS: dict[str, Task] = {
    "password_change": Task(SECRETARY, fill=new_password),
    # A code of an app, or the password again: tried in tests/accounts.
    "factor_set_up": Task(SECRETARY, writes=False),
    "factor_check": Task(SECRETARY, has_form=False, writes=False),
    "backup_codes_renew": Task(SECRETARY, has_form=False, writes=False),
    "factor_switch_off": Task(SECRETARY, has_form=False, writes=False),
    "sessions_end": Task(SECRETARY, has_form=False, writes=False),
    "session_end": Task(SECRETARY, has_form=False, writes=False),
    "confirm": Task(SECRETARY, writes=False),
    "incident_export": Task("auditor", on="incident", query=an_account, writes=False),
    # Nobody is signed in with that account: tried in tests/reports/privacy.
    "incident_end_sessions": Task("security_admin", on="incident", query=an_account, writes=False),
    "trail_check_start": Task("auditor", on="trail_check"),
    "privacy_register_export": Task("auditor", on="privacy_register", writes=False),
    "privacy_notice": Task("member", has_form=False),
    "own_data_export": Task("member", on="own_data", writes=False),
    "data_request_ask": Task(
        "member", fill=lambda world: {"kind": "correct", "subject": "education", "said": "学历应为硕士"}
    ),
    "data_request": Task(fill=lambda world: {"state": "done", "answer": "已删除"}),
    # Only a restriction can be ended, by the member himself; the world's request is open.
    "data_request_end": Task("member", has_form=False, writes=False),
    "own_suggestions": Task("member", fill=lambda world: {"text": "字太小", "page": "/me/"}),
    "suggestion": Task(ORGANIZATION, fill=lambda world: {"answer": "已改大"}),
    "handover": Task(
        query=lambda world: {"post": own_row(world, Post).pk},
        fill=lambda world: {"to": second(world).pk, "on": DAY},
    ),
    "member_unmask": Task(fill=lambda world: {"fields_wanted": ["phone"], **REASON}, writes=False),
    "certificate_export": Task(
        on="certificate_list", also=frozenset(CertificateFilter.base_fields), writes=False
    ),
    "certificate_issue": Task(fill=lambda world: {"purpose": "报考"}),
    "certificate_verify": Task(fill=lambda world: {"number": "2026-0001", "code": "ABCDEFGH"}, writes=False),
    "contact_phones": Task(on="contact_list", fill=lambda world: REASON, writes=False),
    "contact_export": Task(
        SECRETARY, on="contact_list", also=frozenset({"reason", "double_leader"}), writes=False
    ),
    "training_export": Task(on="training_list", also=frozenset(TrainingFilter.base_fields), writes=False),
    "training_page": Task(
        fill=lambda world: {"kind": "rotation", "title": "轮训班", "held_on": DAY, "hours": "8"}
    ),
    "coverage_export": Task(on="training_coverage", writes=False),
    "class_list_export": Task(on="class_list", also=frozenset(ClassFilter.base_fields), writes=False),
    "class_new": Task(
        fill=lambda world: {
            "branch": world.school.physics.pk,
            "kind": "rotation",
            "title": "支部书记轮训班",
            "starts_on": "2026-11-02",
            "ends_on": "2026-11-04",
            "hours": "24",
        }
    ),
    "class_detail": Task(fill=lambda world: {f"score-{own_row(world, Trainee).pk}": "91"}),
    "class_correct": Task(fill=lambda world: {"title": "书记集中轮训班"}),
    "class_enrol": Task(fill=lambda world: {"people": [own_row(world, Member).pk]}),
    "class_finish": Task(on="class_detail"),
    # The world's class is still open, and its one trainee stands beside a button of another form.
    "class_reopen": Task(has_form=False, writes=False),
    "class_discard": Task(on="class_detail"),
    "class_export": Task(on="class_detail", writes=False),
    "class_certificates": Task(has_form=False, writes=False),
    "class_strike": Task(has_form=False),
    "member_register": Task(fill=new_person),
    "station_export": Task(on="station_list", writes=False),
    "exemption_export": Task(on="exemption_list", writes=False),
    "development_export": Task(
        on="development_list", also=frozenset(DevelopmentFilter.base_fields), writes=False
    ),
    "birthday_export": Task(on="birthdays_month", also=frozenset(BirthdayFilter.base_fields), writes=False),
    "milestone_export": Task(on="birthday_milestones", also=frozenset(YearForm.base_fields), writes=False),
    "undated_export": Task(on="birthday_undated", writes=False),
    "roster_export": Task(SECRETARY, on="roster", writes=False),
    "member_transfer": Task(SECRETARY, fill=lambda world: {"elsewhere": "中共YY大学委员会", "on": DAY}),
    "member_movement": Task(fill=lambda world: {"kind": "died", "on": DAY, "evidence": "死亡证明"}),
    "movement_export": Task(SECRETARY, on="transfer_list", writes=False),
    "transfer_register": Task(fill=new_letter),
    "transfer_letter": Task(on="transfer_detail", writes=False),
    "transfer_step": Task(SECRETARY, fill=lambda world: {"reason": "本人改变去向"}),
    "circumstance_contact": Task(SECRETARY, fill=lambda world: {"on": DAY, "note": "微信联系"}),
    "circumstance_end": Task(SECRETARY, fill=lambda world: {"on": DAY, "evidence": "已返校"}),
    "departure_annul": Task(fill=lambda world: {"reason": "同名误登"}),
    "graduates": Task(query=lambda world: {}, fill=graduates),
    "destination_add": Task(fill=other_graduates),
    "accounts_provide": Task(query=lambda world: {"title": "deputy"}),
    "local_rule": Task(ORGANIZATION, fill=lambda world: {"value": "5", "citation": "校组字〔2026〕1号"}),
    "development_new": Task(SECRETARY, fill=an_applicant),
    "development_continue": Task(SECRETARY, fill=an_activist),
    "development_step": Task(
        SECRETARY, fill=lambda world: {"on": DAY, "people": [own_row(world, Member).pk]}
    ),
    "development_withdraw": Task(SECRETARY, fill=lambda world: REASON),
    "development_end": Task(SECRETARY, fill=lambda world: {"on": DAY, **REASON}),
    "development_plans": Task(
        fill=lambda world: {"branch": world.school.physics.pk, "year": "2026", "quota": "9"}
    ),
    "form_draw": Task(fill=new_draw),
    "form_draw_cancel": Task(fill=lambda world: REASON),
    "membership_form": Task(SECRETARY, fill=lambda world: {"mark": "void", "on": DAY, **REASON}),
    "membership_form_unmark": Task(SECRETARY, on="membership_form", fill=lambda world: REASON),
    "form_export": Task(
        SECRETARY, on="form_draws", also=frozenset({"branch", "year", "state", "draw", "q"}), writes=False
    ),
    "development_papers": Task(SECRETARY, fill=lambda world: {"paper": "m6"}, writes=False),
    "import_roster": Task(fill=partial(a_file, "名册.xlsx", roster_file)),
    "import_paste": Task(on="import_roster", fill=lambda world: {"pasted": "姓名\t性别\n张明\t男"}),
    "import_forget": Task(has_form=False),
    "import_batch": Task(),
    "duplicate_merge": Task(query=two_records),
    "duplicate_apart": Task(on="duplicate_merge", query=two_records, fill=lambda world: REASON),
    "merge_undo": Task(on="duplicate_list"),
    # The world's branch keeps to its rules: there is nothing to explain, and what was said of it holds no more.
    "branch_paper": Task(
        ORGANIZATION, fill=lambda world: {"number": "党发〔2026〕12号", "approved_on": "2026-03-01"}
    ),
    "finding_explain": Task(has_form=False, writes=False),
    "explanation_accept": Task(has_form=False, writes=False),
    "explanation_return": Task(has_form=False, writes=False),
    "member_exemptions": Task(
        SECRETARY, fill=lambda world: {"since": DAY, "until": "2026-10-19", "ground": "ill"}
    ),
    "exemption_end": Task(SECRETARY, fill=lambda world: {"until": "2027-06-30"}),
    "exemption_withdraw": Task(SECRETARY, on="exemption_end"),
    "import_columns": Task(on="import_review"),
    "import_dates": Task(has_form=False),
    "import_accept": Task(
        on="import_review", query=lambda world: {"show": "wrong"}, fill=lambda world: REASON
    ),
    "import_write": Task(on="import_review"),
    "import_drop": Task(on="import_review"),
    "import_register": Task(fill=partial(a_file, "党组织.xlsx", register_file)),
    "register_export": Task(on="import_register", writes=False),
    "import_register_write": Task(on="import_register_review"),
    "import_register_renames": Task(has_form=False),
    "import_register_drop": Task(on="import_register_review"),
    "import_ledger": Task(fill=partial(a_file, "台账.xlsx", ledger_file)),
    "import_ledger_write": Task(on="import_ledger_review"),
    "import_ledger_drop": Task(on="import_ledger_review"),
    "assignment_new": Task(
        fill=lambda world: {"title": "清明祭扫", "opens_on": "2026-10-01", "due_on": "2026-10-31"}
    ),
    "assignment_correct": Task(fill=lambda world: {"title": "改过的任务"}),
    "assignment_withdraw": Task(fill=lambda world: REASON),
    "assignment_export": Task(on="assignment_detail", writes=False),
    "assignment_chase": Task(on="assignment_detail"),
    # The world's is a task, of which nobody said that it does not apply.
    "return_read": Task(SECRETARY, has_form=False, writes=False),
    "return_answer": Task(has_form=False, writes=False),
    "return_link": Task(SECRETARY, on="assignment_return"),
    "return_say": Task(SECRETARY, on="assignment_return", fill=lambda world: {"text": "已传达学习"}),
    "return_claim": Task(SECRETARY, on="assignment_return", fill=lambda world: REASON),
    "plan_add": Task(
        SECRETARY,
        fill=lambda world: {"kind": "film", "day": "20", "since": "2026-10-01", "until": "2026-12-31"},
    ),
    "plan_end": Task(SECRETARY, has_form=False),
    "plan_date": Task(SECRETARY, fill=lambda world: {"to": "2026-12-18", **REASON}),
    "plan_export": Task(SECRETARY, on="plan_year", writes=False),
    "activity_log": Task(SECRETARY, fill=everybody_present),
    "activity_correct": Task(SECRETARY, fill=lambda world: {"place": "另一间会议室"}),
    "activity_withdraw": Task(SECRETARY, fill=lambda world: REASON),
    "activity_makeup": Task(
        SECRETARY, fill=lambda world: {"who": [second(world).pk], "on": DAY, "how": "自学讲义"}
    ),
    "makeup_remove": Task(SECRETARY, on="activity_makeup"),
    # The world's member has said so already, and the world's record is sent back already.
    "appeal_ask": Task("member", fill=lambda world: {"said": "当天我到会了"}, writes=False),
    "appeal": Task(SECRETARY, fill=lambda world: {"answer": "已核对", "verdict": "kept"}),
    "supplement_ask": Task(has_form=False, writes=False),
    "supplement_answer": Task(SECRETARY, on="activity_detail", fill=lambda world: {"answer": "已补"}),
    "round_new": Task(
        fill=lambda world: {
            "organizer": own_row(world, Branch).parent_id,
            "name": "另一次述职评议",
            "year": "2026",
            "template": "two",
            "report_due_on": "2026-12-20",
        }
    ),
    "round_copy": Task(on="round_list"),
    "round_workbook": Task(on="round", writes=False),
    # It is past its preparation, and not yet at the end.
    "round_open": Task(has_form=False, writes=False),
    "round_publish": Task(has_form=False, writes=False),
    "round_archive": Task(has_form=False, writes=False),
    "round_scheme": Task(has_form=False, writes=False),
    "subject_decide": Task(has_form=False, writes=False),
    "round_meet": Task(on="round", fill=lambda world: {"on": DAY, "place": "会议室"}),
    "round_order": Task(),
    # Whom the list holds already nobody adds; who may be is tried in test_rounds.
    "round_people": Task(has_form=False, writes=False),
    "round_stage": Task(fill=lambda world: {"people": [on_the_list(world).pk], "on": DAY}),
    # It stands on the page of the stage that is noted, which is not the one the table asks for.
    "stage_take_back": Task(has_form=False),
    "subject_leave_out": Task(on="round_people"),
    "subject_points": Task(on="subject", fill=lambda world: {"value": "88"}),
    "subject_deduct": Task(on="subject", fill=lambda world: {"points": "1", "reason": "缺席会议"}),
    "subject_gate": Task(on="subject", fill=lambda world: {"is_open": "yes", "basis": "校发〔2026〕9号"}),
    "deduction_give_back": Task(on="subject"),
    # Sent along is the query of the list; a name that it does not hold is one of the list's filters all the same.
    "duty_chase": Task(on="duty_list", also=frozenset(DutyFilter.base_fields)),
    # It only shows what would change: what is written is tried in test_local_duties.
    "duty_rule": Task(
        ORGANIZATION,
        fill=lambda world: {"count": "1", "citation": "校组字〔2026〕1号"},
        writes=False,
    ),
    # The world's report was handed in, and its round is published: what is written before is tried in test_own_pages.
    "own_report_write": Task("member", has_form=False, writes=False),
    "own_report_save": Task("member", has_form=False, writes=False),
    # His objection waits for an answer.
    "own_object": Task("member", has_form=False, writes=False),
    # Read and questioned before the grades are published: tried in test_reading_pages.
    # Only for who has no account: tried in test_entering.
    "report_enter": Task(has_form=False, writes=False),
    "report_accept": Task(has_form=False, writes=False),
    "report_return": Task(has_form=False, writes=False),
    "report_remark": Task(has_form=False, writes=False),
    "remark_answer": Task(has_form=False, writes=False),
    "remark_remove": Task(has_form=False, writes=False),
    "duty_feedback": Task(fill=lambda world: {"text": "组织生活规范，希望加强学习。", "on": DAY}),
    "objection_answer": Task(on="duty_feedback", fill=lambda world: {"answer": "维持原等次"}),
    "round_corrections": Task(
        fill=lambda world: {"text": "会议地点应为学院报告厅。", "citation": "会议通知"}
    ),
    "problem_add": Task("member", fill=lambda world: a_problem()),
    "problem_report": Task("member", on="problem", fill=lambda world: {"evidence": "已每月学习"}),
    # Nothing was reported as done yet.
    "problem_check": Task(has_form=False, writes=False),
    "problem_change": Task(on="problem", fill=lambda world: a_problem()),
    "problem_drop": Task(on="problem"),
    # The world's branch holds one already.
    "election_of_branch": Task(SECRETARY, has_form=False, writes=False),
    "election": Task(ORGANIZATION, fill=lambda world: {"on": DAY, "number": "校党〔2026〕1号", "seats": "1"}),
    # There is nothing yet but the request.
    "election_step_back": Task(has_form=False, writes=False),
    "election_withdraw": Task(SECRETARY, on="election", fill=lambda world: {"why": "日期写错了"}),
    "waiver_ask": Task(
        SECRETARY,
        fill=lambda world: {
            "codes": ["ZB-10"],
            "start": "2026-10",
            "end": "2026-12",
            "reason": "全体外出实习",
        },
    ),
    "waiver_accept": Task(ORGANIZATION, on="waiver"),
    "waiver_return": Task(ORGANIZATION, on="waiver", fill=lambda world: {"why": "请写明时间"}),
    "leave_own": Task("member", fill=lambda world: {"on": "2026-12-01", "reason": "出差"}),
    "leave_request": Task(SECRETARY, fill=lambda world: {"answer": "当天有表决"}),
    "leave_withdraw": Task("member", on="leave_request"),
    "activity_minutes": Task(SECRETARY, fill=lambda world: {"text": "一、学习\n二、讨论"}),
    # The record of the world is no general meeting; what is written is tried in test_secretary_reports.
    "minutes_report": Task(SECRETARY, has_form=False, writes=False),
    # Something is missing in the record of the world, so it is refused; what it writes is tried in test_minutes.
    "minutes_complete": Task(SECRETARY, has_form=False, writes=False),
    "agenda_add": Task(SECRETARY, fill=lambda world: {"title": "讨论计划"}),
    "agenda_item": Task(SECRETARY, fill=lambda world: {"title": "讨论计划"}),
    "agenda_remove": Task(SECRETARY, on="agenda_item"),
    "task_finish": Task(SECRETARY, on="activity_minutes"),
    "check_in_begin": Task(SECRETARY, fill=lambda world: {"closes_at": "13:00"}, writes=False),
    "check_in_end": Task(SECRETARY, on="check_in"),
    # The world's code is secret: what is written is tried in test_check_ins.
    "check_in_scan": Task(has_form=False, writes=False),
    "check_in_digits": Task(SECRETARY, fill=lambda world: {"code": "000000"}, writes=False),
    "activity_joint": Task(
        SECRETARY,
        query=lambda world: {"q": world.near.branch.short_name},
        fill=lambda world: {"branches": [world.near.branch.pk]},
    ),
    # The record of the world stands for itself: what is written is tried in test_jointly.
    "activity_leave": Task(SECRETARY, has_form=False, writes=False),
    # The branch's record of that day leads another: what is written is tried in test_jointly.
    "invitation_join": Task(SECRETARY, has_form=False, writes=False),
    "invitation_decline": Task(SECRETARY, on="invitation", fill=lambda world: {"reason": "当天有课"}),
    "invitation_take_back": Task(has_form=False),
    "evidence_add": Task(SECRETARY, on="activity_detail", fill=new_photo),
    "evidence_remove": Task(SECRETARY),
    "double_life_export": Task(on="double_life", writes=False),
    "hours_export": Task(on="study_hours", also=frozenset(HoursFilter.base_fields), writes=False),
    "talk_export": Task(on="talk_coverage", also=frozenset(YearFilter.base_fields), writes=False),
    "resolution_export": Task(
        on="resolution_list", also=frozenset(ResolutionFilter.base_fields), writes=False
    ),
    "problem_export": Task(on="problem_list", also=frozenset(ProblemFilter.base_fields), writes=False),
    "lecture_export": Task(on="lecture_leaders", writes=False),
    "birthdays_greet": Task(SECRETARY, on="birthdays"),
    "birthday_person": Task(SECRETARY, fill=lambda world: {"ways": ["talk"]}),
    "birthday_unmark": Task(SECRETARY, on="birthday_person"),
    "birthday_opt": Task(on="birthday_person"),
    # Which codes are good is secret: what is written is tried in test_ballot_pages.
    "ballot": Task(SECRETARY, fill=lambda world: {"code": "ABCDEFGH"}, writes=False),
    # Codes are out, so the names stand: what is written is tried in test_ballot_pages.
    "ballot_raters": Task(writes=False),
    "ballot_issue": Task(on="round_ballots", fill=lambda world: {"number": "5"}),
    "ballot_recall": Task(on="round_ballots"),
    "ballot_papers": Task(on="round_ballots", fill=lambda world: {"papers": "6"}),
    "ballot_close": Task(),
    "paper_sheet": Task(fill=lambda world: {f"mark-{voted_on(world).pk}": "差"}),
    "paper_drop": Task(on="paper_sheet"),
    "case_new": Task(
        fill=lambda world: {
            "branch": world.own.branch.pk,
            "name": "年度总结",
            "title": "总结",
            "text": "写好了。",
        }
    ),
    "case_edit": Task(fill=lambda world: {"title": "改过的标题"}),
    "case_withdraw": Task(),
    "case_restore": Task(on="case_page", has_form=False, writes=False),
    "case_export": Task(SECRETARY, on="case_page", writes=False),
    "figure_export": Task(SECRETARY, on="figure_table", also=_ASKED, writes=False),
    "book_export": Task(SECRETARY, on="book", also=_ASKED, writes=False),
    "figure_rows_export": Task(SECRETARY, on="figure_rows", also=_ASKED, writes=False),
    # The world's branches hold this year's and last year's already: what is written is tried in test_review_pages.
    "review_new": Task(
        fill=lambda world: {"organisation": own_row(world, Branch).pk, "year": "2025", "on": "2026-01-15"},
        writes=False,
    ),
    # Sent along is the query of the list, as with duty_chase.
    "review_conclude_all": Task(
        on="review_list",
        query=lambda world: {"year": "2024"},
        also=frozenset(ReviewFilter.base_fields),
    ),
    "review_export": Task(on="review_list", writes=False, also=frozenset(ReviewFilter.base_fields)),
    "review_day": Task(SECRETARY, on="review", fill=lambda world: {"on": DAY}),
    # The world's branch has held no meeting for it: what is written is tried in test_review_pages.
    "review_link": Task(SECRETARY, has_form=False, writes=False),
    "review_drop": Task(SECRETARY, on="review"),
    # Three take part, and a ballot by codes needs five: what is written is tried in test_review_ballots.
    "review_issue": Task(SECRETARY, on="review", fill=lambda world: {"number": "5"}, writes=False),
    "review_recall": Task(SECRETARY, has_form=False, writes=False),
    "review_close_ballot": Task(SECRETARY, has_form=False, writes=False),
    "review_counts": Task(SECRETARY, fill=lambda world: {"issued": "2", "returned": "2"}),
    "review_sheet": Task(SECRETARY, on="review", writes=False),
    "review_rest": Task(SECRETARY, has_form=False, writes=False),
    "review_submit": Task(SECRETARY, has_form=False, writes=False),
    "review_return": Task(has_form=False, writes=False),
    "review_conclude": Task(has_form=False),
    "review_workbook": Task(has_form=False, writes=False),
    "review_self": Task(
        SECRETARY, on="review_entry", fill=lambda world: {"text": "一年来认真学习，按时参加。"}
    ),
    "review_note": Task(SECRETARY, on="review_entry", fill=lambda world: {"mutual": "发言再多些"}),
    "review_grade": Task(SECRETARY, has_form=False, writes=False),
    "review_ungraded": Task(SECRETARY, on="review_entry", fill=lambda world: {"why": "长期出国"}),
    "review_correct": Task(has_form=False, writes=False),
    "own_review": Task("member", fill=lambda world: {"text": "一年来认真学习，按时参加。"}),
    # Which codes are good is secret: what is written is tried in test_review_ballots.
    "review_ballot": Task(SECRETARY, fill=lambda world: {"code": "ABCDEFGH"}, writes=False),
    "closed_file": Task(SECRETARY, on="closing_page", writes=False),
    "closing_close": Task(ORGANIZATION),
    "closing_reopen": Task(ORGANIZATION, on="closing_page", fill=lambda world: {"reason": "补记一次活动"}),
    "list_export": Task(on="duty_list", also=frozenset(DutyFilter.base_fields)),
    "subscription_add": Task(on="subscription_list"),
    "subscription_end": Task(on="subscription_list"),
    "subscription_again": Task(on="subscription_list"),
    "quarter_export": Task(SECRETARY, on="quarter_period", also=frozenset(FigureFilter.base_fields)),
    "quarter_paper": Task(
        SECRETARY, on="quarter_period", also=frozenset(FigureFilter.base_fields), writes=False
    ),
    # The world has neither mail nor WeCom; who sends what to himself is tried in tests/reports/test_sharing.py.
    "share": Task(SECRETARY, has_form=False, fill=lambda world: {"way": "mail"}, writes=False),
    "job_cancel": Task(SECRETARY, has_form=False, writes=False),
    "job_repeat": Task(SECRETARY, has_form=False),
    "notice_choices": Task(SECRETARY, fill=lambda world: {"wecom": "True"}),
    "calendar_reset": Task(SECRETARY, on="notice_choices"),
    # The world's user has none.
    "calendar_close": Task(SECRETARY, has_form=False, writes=False),
    "sign_on_set_up": Task(
        "system_admin",
        fill=lambda world: {
            "kind": "cas",
            "title": "统一身份认证",
            "server": "https://cas.example.edu.cn/cas",
        },
    ),
    # There is a committee, and no mail server: the pages come back with the reason.
    "school_found": Task("system_admin", has_form=False, fill=lambda world: {**A_SCHOOL}, writes=False),
    "mail_tested": Task(
        "system_admin", on="first_steps", fill=lambda world: {"email": "a@example.edu.cn"}, writes=False
    ),
    "message_channels": Task("system_admin", fill=lambda world: {**A_WECOM_APP}),
    **ADMIN_TASKS,
}
