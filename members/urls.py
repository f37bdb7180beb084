from django.urls import path

from .views import accounts, development, development_papers, imports, person, roster, station

urlpatterns = [
    path("accounts/provide/", accounts.accounts_provide, name="accounts_provide"),
    path("members/", roster.roster, name="roster"),
    path("members/import/", imports.import_roster, name="import_roster"),
    path("members/import/<uuid:pk>/", imports.import_review, name="import_review"),
    path("members/import/<uuid:pk>/columns/", imports.import_columns, name="import_columns"),
    path("members/import/<uuid:pk>/dates/", imports.import_dates, name="import_dates"),
    path("members/import/<uuid:pk>/accept/", imports.import_accept, name="import_accept"),
    path("members/import/<uuid:pk>/write/", imports.import_write, name="import_write"),
    path("members/import/<uuid:pk>/drop/", imports.import_drop, name="import_drop"),
    path("members/import/<uuid:pk>/wrong/", imports.import_wrong_rows, name="import_wrong_rows"),
    path("members/export/", roster.roster_export, name="roster_export"),
    path("members/<uuid:pk>/", person.member_detail, name="member_detail"),
    path("stations/", station.station_list, name="station_list"),
    path("stations/<int:pk>/", station.station_page, name="station_page"),
    path("members/<uuid:pk>/unmask/", person.member_unmask, name="member_unmask"),
    path("development/", development.development_list, name="development_list"),
    path("development/new/", development.development_new, name="development_new"),
    path("development/plans/", development_papers.development_plans, name="development_plans"),
    path("development/papers/", development_papers.development_papers, name="development_papers"),
    path("development/<uuid:pk>/", development.development_person, name="development_person"),
    path("development/<uuid:pk>/withdraw/", development.development_withdraw, name="development_withdraw"),
    path("development/<uuid:pk>/end/", development.development_end, name="development_end"),
    path("development/<uuid:pk>/record.pdf", development_papers.record_pdf, name="development_record_pdf"),
    path("development/<uuid:pk>/record.docx", development_papers.record_word, name="development_record_word"),
    path("development/<uuid:pk>/steps/<slug:step>/", development.development_step, name="development_step"),
]
