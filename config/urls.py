"""Which app answers which address; each app names its own paths."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("accounts.urls")),
    path("admin/", admin.site.urls),
    path("", include("branches.urls")),
    path("", include("members.urls")),
    path("", include("activities.urls")),
    path("", include("assessments.urls")),
    path("", include("reminders.urls")),
    path("", include("jobs.urls")),
    path("", include("reports.urls")),
]

handler400 = "accounts.request_pages.bad_request"
# Also of what middleware raises; it knows when the database is away.
handler500 = "accounts.outage_pages.server_error"
