from django.apps import AppConfig
from django.contrib.admin import apps as django_admin


class AdminConfig(django_admin.AdminConfig):
    """Makes ``django.contrib.admin.site`` the one of this house, before any app registers with it."""

    default = False
    default_site = "branches.admin_site.BranchbookAdminSite"


class ConfigConfig(AppConfig):
    """An app only so that the checks are registered in every process; it has no models."""

    default = True
    name = "config"

    def ready(self) -> None:
        from config import checks  # noqa: F401, PLC0415 - importing registers the checks; they need the apps
