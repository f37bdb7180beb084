from django.urls import path

from .views import accounts, person, roster, station

urlpatterns = [
    path("accounts/provide/", accounts.accounts_provide, name="accounts_provide"),
    path("members/", roster.roster, name="roster"),
    path("members/export/", roster.roster_export, name="roster_export"),
    path("members/<uuid:pk>/", person.member_detail, name="member_detail"),
    path("stations/", station.station_list, name="station_list"),
    path("stations/<int:pk>/", station.station_page, name="station_page"),
    path("members/<uuid:pk>/unmask/", person.member_unmask, name="member_unmask"),
]
