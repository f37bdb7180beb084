from django.urls import path

from .list_exports import export_view
from .register.exporting import EXPORT as REGISTER
from .views import register, rules, sign_on, suggestions, trail_check

urlpatterns = [
    path("branches/import/", register.import_register, name="import_register"),
    path("branches/import/<uuid:pk>/", register.import_register_review, name="import_register_review"),
    path(
        "branches/import/<uuid:pk>/renames/", register.import_register_renames, name="import_register_renames"
    ),
    path("branches/import/<uuid:pk>/write/", register.import_register_write, name="import_register_write"),
    path(
        "branches/import/<uuid:pk>/wrong/",
        register.import_register_wrong_rows,
        name="import_register_wrong_rows",
    ),
    path("branches/import/<uuid:pk>/drop/", register.import_register_drop, name="import_register_drop"),
    path("branches/export/", export_view(REGISTER), name="register_export"),
    path("system/sign-on/", sign_on.sign_on_set_up, name="sign_on_set_up"),
    path("trail/check/", trail_check.trail_check_page, name="trail_check"),
    path("trail/check/start/", trail_check.trail_check_start, name="trail_check_start"),
    path("suggestions/", suggestions.own_suggestions, name="own_suggestions"),
    path("suggestions/all/", suggestions.suggestion_list, name="suggestion_list"),
    path("suggestions/<uuid:pk>/", suggestions.suggestion, name="suggestion"),
    path("rules/", rules.local_rules, name="local_rules"),
    path("rules/<slug:code>/", rules.local_rule, name="local_rule"),
]
