from django.urls import path

from .views import accounts, imports, person, registration, roster, station

urlpatterns = [
    path("accounts/provide/", accounts.accounts_provide, name="accounts_provide"),
    path("members/", roster.roster, name="roster"),
    path("members/register/", registration.member_register, name="member_register"),
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
]
