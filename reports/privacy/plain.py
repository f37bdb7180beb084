"""What is not personal: kinds of columns that never are, and the other columns of models, one by one.

A column of another kind that stands neither here nor in :mod:`.items` fails the build until somebody thought of it.
"""

from typing import Final

#: Names that mean the same in every model: from when to when, in which order, in which part of the tree.
NAMES: Final = frozenset(
    {"id", "since", "until", "version", "position", "branch_path", "org_path", "history_id", "history_type"}
)

#: Facts about organisations, activities and the program itself.
FIELDS: Final[dict[str, str]] = {
    "accounts.AuditSeal": "hash previous",
    "accounts.SignOn": "attribute client_id has_factor is_on kind only secret_cipher server title",
    "accounts.SignOnBinding": "server",
    "activities.Activity": "absent also_kinds expected held_on is_heads_only is_on_time kind minutes on_leave place"
    " present starts_at title withdrawn_reason",
    "activities.AgendaItem": "party_first party_first_on vote",
    "activities.Assignment": "due_on is_picked kind nature opens_on text title to_categories to_forms withdrawn_reason",
    "activities.AssignmentReturn": "chased_on is_exempt returned_on seen_version",
    "activities.Campaign": "ended_on name note started_on",
    "activities.CheckIn": "day kind rotates secret",
    "activities.Election": "agreed_on agreement_number approval_number approved_on filed_on nominated_on replied_on"
    " reply_number reported_on request_number requested_on seats withdrawn_why",
    "activities.Evidence": "kind size",
    "activities.Film": "name",
    "activities.Invitation": "reason",
    "activities.LocalDuty": "category citation code count months",
    "activities.Plan": "day ends_at kind month_of_quarter place rhythm starts_at topic week weekday",
    "activities.PlanChange": "moved_to planned_on reason",
    "activities.Programme": "items own",
    "activities.ProgrammeItem": "citation title",
    "activities.ReportAbove": "year",
    "activities.SecretaryReport": "is_given",
    "activities.StudiedDocument": "dated name number",
    "activities.Supplement": "how",
    "activities.Tally": "absent activities expected held kind minutes month on_leave on_time present",
    "activities.Task": "done_on due_on",
    "activities.Waiver": "codes end start state",
    "assessments.RaterGroup": "code issued papers returned title valid",
    "assessments.Review": "asks_self_grade base citation decided_on held_on issued returned returned_why share state"
    " way year",
    "assessments.Round": "audience decided_on digest meeting_on meeting_place name report_due_on scheme state year",
    "branches.Branch": "category category_is_guess code dissolved_on form founded_on is_college level name note"
    " order_key path short_name",
    "branches.FactorExemption": "citation role",
    "branches.LocalSetting": "citation code value",
    "branches.PartyGroup": "name",
    "branches.Placement": "path",
    "branches.Station": "building name",
    "branches.StationArea": "name",
    "branches.Term": "due_on elected_on ended_on postponed_to postponement years",
    "jobs.Job": "attempts can_cancel cancel_requested done kind result_sha256 stage state total",
    "jobs.Upload": "kind sha256 size state",
    "members.ColumnMapping": "signature",
    "members.Counter": "last",
    "members.DevelopmentPlan": "document quota year",
    "members.Explanation": "code size subject valid_until",
    "members.FormDraw": "first last on quantity",
    "members.ImportBatch": "changed created removed restored sheet",
    "members.ImportedRow": "is_new reason row state",
    "members.SetUpPaper": "approved_on deed filed_on number requested_on",
    "members.TrainingClass": "ends_on finished_on hours kind number organizer pass_score starts_on title",
    "members.Transfer": "batch",
    "reminders.Chase": "on",
    "reminders.Delivery": "attempts channel day lease",
    "reminders.DeliveryLine": "channel step_on",
    "reminders.Reminder": "channel due_on kind url",
    "reminders.Robot": "address_cipher host is_on kind name secret_cipher",
    "reminders.WeComApp": "agent_id corp_id is_on only secret_cipher server",
    "reports.CaseReport": "name period_code title",
    "reports.ClosedFile": "name sha256 size stored",
    "reports.ClosedPeriod": "period reason sha256 state",
    "reports.ClosedTable": "body sha256 statistic",
    "reports.Sending": "attempts kind lease period state",
    "reports.SentFile": "name sha256 stored",
    "reports.Subscription": "period_kind reason state statistics",
}

#: Tables of Django's own that stay empty or name models only.
MODELS: Final = frozenset(
    {"auth.Permission", "auth.Group", "auth.Group_permissions", "contenttypes.ContentType"}
)
