from django.urls import path

from . import views

urlpatterns = [
    path("branches/import/", views.import_register, name="import_register"),
    path("branches/import/<uuid:pk>/", views.import_register_review, name="import_register_review"),
    path("branches/import/<uuid:pk>/write/", views.import_register_write, name="import_register_write"),
    path("branches/import/<uuid:pk>/drop/", views.import_register_drop, name="import_register_drop"),
]
