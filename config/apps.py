from django import forms
from django.apps import AppConfig
from django.contrib.admin import apps as django_admin
from django.core.validators import ProhibitNullCharactersValidator

from lib import dates

# What is typed into a form lies in the years in which what is read from a workbook lies: a sum of days beyond the year
# 9999 is none. Here, as the apps' own forms are read after this.
forms.DateField.default_validators = [dates.refuse_far]
# Django's Chinese says that a blank text is not allowed.
ProhibitNullCharactersValidator.message = "有看不见的控制字符，请删去后再提交，或重新输入。"


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
