"""People in the browser admin."""

from . import admin_accounts  # noqa: F401 - registers the accounts
