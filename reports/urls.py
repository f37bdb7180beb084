from django.urls import path

from . import duty, handover, views

urlpatterns = [
    path("", views.home, name="home"),
    path("dashboard/", views.dashboard, name="dashboard"),
    path("statistics/", views.quarter, name="quarter"),
    path("statistics/<str:code>/", views.quarter_period, name="quarter_period"),
    path("statistics/<str:code>/export/", views.quarter_export, name="quarter_export"),
    path("duties/", views.duty_list, name="duty_list"),
    path("duties/chase/", views.duty_chase, name="duty_chase"),
    path("branches/<int:pk>/duties/<str:kind>/<str:period>/", duty.duty_page, name="duty_page"),
    path("handover/", handover.handover, name="handover"),
    path("branches/<int:pk>/open/", handover.branch_open, name="branch_open"),
    path("activities/", views.activity_list, name="activity_list"),
    path("activities/<uuid:pk>/to/<str:way>/", views.activity_walk, name="activity_walk"),
]
