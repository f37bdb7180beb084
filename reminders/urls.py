from django.urls import path

from . import calendar_views, channel_views, first_step_views, health_views, views

urlpatterns = [
    path("todo/", views.todo, name="todo"),
    path("assignments/<int:pk>/chase/", views.assignment_chase, name="assignment_chase"),
    path("account/notices/", channel_views.notice_choices, name="notice_choices"),
    path("account/calendar/reset/", calendar_views.calendar_reset, name="calendar_reset"),
    path("account/calendar/close/", calendar_views.calendar_close, name="calendar_close"),
    path("calendar.ics", calendar_views.calendar_feed, name="calendar_feed"),
    path("system/channels/", channel_views.message_channels, name="message_channels"),
    path("system/", health_views.system_state, name="system_state"),
    path("system/first-steps/", first_step_views.steps_page, name="first_steps"),
    path("system/first-steps/school/", first_step_views.school_found, name="school_found"),
    path("system/first-steps/mail/", first_step_views.mail_tested, name="mail_tested"),
    path("system/rehearsals/<str:name>", health_views.rehearsal_report, name="rehearsal_report"),
    path("healthz", health_views.healthz, name="healthz"),
]
