from django.urls import path

from . import board_pages, book_pages, case_pages, duty, figure_pages, handover, help_pages, sharing, views
from .closing import pages as closing
from .privacy import incident_pages as incidents
from .privacy import own_pages as own
from .privacy import pages as privacy
from .subscriptions import pages as subscriptions

urlpatterns = [
    path("", views.home, name="home"),
    path("dashboard/", views.dashboard, name="dashboard"),
    path("dashboard/trend/", board_pages.trend_page, name="trend"),
    path("dashboard/projector/<int:slide>/", board_pages.projector, name="projector"),
    path("statistics/<str:code>/compare/", board_pages.compare, name="compare"),
    path("statistics/", views.quarter, name="quarter"),
    path("statistics/<str:code>/", views.quarter_period, name="quarter_period"),
    path("statistics/<str:code>/export/", views.quarter_export, name="quarter_export"),
    path("statistics/<str:code>/paper/", views.quarter_paper, name="quarter_paper"),
    path("figures/", figure_pages.figure_index, name="figure_index"),
    path("figures/subscriptions/", subscriptions.subscription_list, name="subscription_list"),
    path("figures/subscriptions/add/", subscriptions.subscription_add, name="subscription_add"),
    path("figures/subscriptions/<int:pk>/end/", subscriptions.subscription_end, name="subscription_end"),
    path(
        "figures/subscriptions/<int:pk>/again/", subscriptions.subscription_again, name="subscription_again"
    ),
    path("figures/books/<slug:name>/", book_pages.book_page, name="book"),
    path("figures/books/<slug:name>/export/<slug:ending>/", book_pages.book_export, name="book_export"),
    path("figures/<slug:name>/", figure_pages.figure_table, name="figure_table"),
    path("figures/<slug:name>/export/<slug:ending>/", figure_pages.figure_export, name="figure_export"),
    path("figures/<slug:name>/<slug:code>/", figure_pages.figure_rows, name="figure_rows"),
    path(
        "figures/<slug:name>/<slug:code>/export/", figure_pages.figure_rows_export, name="figure_rows_export"
    ),
    path("share/", sharing.share, name="share"),
    path("privacy/", own.privacy_notice, name="privacy_notice"),
    path("me/data/", own.own_data, name="own_data"),
    path("me/data/export/<slug:ending>/", own.own_data_export, name="own_data_export"),
    path("privacy/incident/", incidents.incident_page, name="incident"),
    path("privacy/incident/export/", incidents.incident_export, name="incident_export"),
    path("privacy/incident/end/", incidents.incident_end_sessions, name="incident_end_sessions"),
    path("privacy/register/", privacy.privacy_register, name="privacy_register"),
    path(
        "privacy/register/export/<slug:ending>/",
        privacy.privacy_register_export,
        name="privacy_register_export",
    ),
    path("closings/", closing.closing_list, name="closing_list"),
    path("closings/files/<int:pk>/", closing.closed_file, name="closed_file"),
    path("closings/<str:code>/", closing.closing_page, name="closing_page"),
    path("closings/<str:code>/close/", closing.closing_close, name="closing_close"),
    path("closings/<str:code>/reopen/", closing.closing_reopen, name="closing_reopen"),
    path("closings/<str:code>/<slug:name>/", closing.closed_table, name="closed_table"),
    path("cases/", case_pages.case_list, name="case_list"),
    path("cases/new/", case_pages.case_new, name="case_new"),
    path("cases/<int:pk>/", case_pages.case_page, name="case_page"),
    path("cases/<int:pk>/edit/", case_pages.case_edit, name="case_edit"),
    path("cases/<int:pk>/versions/", case_pages.case_history, name="case_history"),
    path("cases/<int:pk>/withdraw/", case_pages.case_withdraw, name="case_withdraw"),
    path("cases/<int:pk>/restore/", case_pages.case_restore, name="case_restore"),
    path("cases/<int:pk>/export/<slug:ending>/", case_pages.case_export, name="case_export"),
    path("duties/", views.duty_list, name="duty_list"),
    path("lists/<slug:code>/export/", views.list_export, name="list_export"),
    path("duties/chase/", views.duty_chase, name="duty_chase"),
    path("branches/<int:pk>/duties/<str:kind>/<str:period>/", duty.duty_page, name="duty_page"),
    path("help/", help_pages.own_help, name="help"),
    path("help/<slug:name>/", help_pages.help_guide, name="help_guide"),
    path("handover/", handover.handover, name="handover"),
    path("branches/<int:pk>/open/", handover.branch_open, name="branch_open"),
    path("activities/", views.activity_list, name="activity_list"),
    path("activities/<uuid:pk>/to/<str:way>/", views.activity_walk, name="activity_walk"),
]
