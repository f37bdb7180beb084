from django.urls import path

from .views import branch, choose, detail, evidence, hours, ledger, me, minutes, paper, record

urlpatterns = [
    path("log/", choose.activity_choose, name="activity_choose"),
    path("log/<str:kind>/", record.activity_log, name="activity_log"),
    path("activities/<uuid:pk>/", detail.activity_detail, name="activity_detail"),
    path("activities/<uuid:pk>/correct/", record.activity_correct, name="activity_correct"),
    path("activities/<uuid:pk>/withdraw/", detail.activity_withdraw, name="activity_withdraw"),
    path("activities/<uuid:pk>/history/", detail.activity_history, name="activity_history"),
    path("activities/<uuid:pk>/minutes/", minutes.activity_minutes, name="activity_minutes"),
    path("activities/<uuid:pk>/minutes/complete/", minutes.minutes_complete, name="minutes_complete"),
    path("activities/<uuid:pk>/agenda/add/<str:vote>/", minutes.agenda_add, name="agenda_add"),
    path("agenda/<uuid:pk>/", minutes.agenda_item, name="agenda_item"),
    path("agenda/<uuid:pk>/remove/", minutes.agenda_remove, name="agenda_remove"),
    path("tasks/<int:pk>/", minutes.task_finish, name="task_finish"),
    path("activities/<uuid:pk>/evidence/", evidence.evidence_add, name="evidence_add"),
    path("evidence/<uuid:pk>/", evidence.evidence_file, name="evidence_file"),
    path("evidence/<uuid:pk>/thumbnail/", evidence.evidence_thumbnail, name="evidence_thumbnail"),
    path("evidence/<uuid:pk>/remove/", evidence.evidence_remove, name="evidence_remove"),
    path("activities/<uuid:pk>/<str:paper>.<str:ending>", paper.activity_paper, name="activity_paper"),
    path("branches/<int:pk>/book/<int:year>.pdf", paper.branch_book, name="branch_book"),
    path("ledgers/import/", ledger.import_ledger, name="import_ledger"),
    path("ledgers/import/<uuid:pk>/", ledger.import_ledger_review, name="import_ledger_review"),
    path("ledgers/import/<uuid:pk>/wrong/", ledger.import_ledger_wrong_rows, name="import_ledger_wrong_rows"),
    path("ledgers/import/<uuid:pk>/write/", ledger.import_ledger_write, name="import_ledger_write"),
    path("ledgers/import/<uuid:pk>/drop/", ledger.import_ledger_drop, name="import_ledger_drop"),
    path("hours/", hours.study_hours, name="study_hours"),
    path("hours/<uuid:pk>/", hours.study_hours_person, name="study_hours_person"),
    path("branch/", branch.branch_own, name="branch_own"),
    path("branches/<int:pk>/", branch.branch_page, name="branch_page"),
    path("me/", me.me, name="me"),
]
