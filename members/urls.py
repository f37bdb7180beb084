from django.urls import path

from .views import accounts, birthday_person, birthdays, imports, person, roster, station

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
    path("birthdays/", birthdays.birthdays_now, name="birthdays"),
    path("birthdays/milestones/", birthdays.birthday_milestones, name="birthday_milestones"),
    path("birthdays/undated/", birthdays.birthday_undated, name="birthday_undated"),
    path("birthdays/<str:code>/", birthdays.birthdays_month, name="birthdays_month"),
    path("birthdays/<str:code>/greet/", birthdays.birthdays_greet, name="birthdays_greet"),
    path("birthdays/<str:code>/cards/", birthdays.birthdays_cards, name="birthdays_cards"),
    path("members/<uuid:pk>/greetings/", birthday_person.birthday_opt, name="birthday_opt"),
    path("members/<uuid:pk>/birthday/<int:year>/", birthday_person.birthday_person, name="birthday_person"),
    path(
        "members/<uuid:pk>/birthday/<int:year>/unmark/",
        birthday_person.birthday_unmark,
        name="birthday_unmark",
    ),
    path("members/<uuid:pk>/birthday/<int:year>/card/", birthday_person.birthday_card, name="birthday_card"),
    path(
        "members/<uuid:pk>/birthday/<int:year>/picture/",
        birthday_person.birthday_picture,
        name="birthday_picture",
    ),
]
