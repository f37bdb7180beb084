"""A text column that is compared byte by byte on every database."""

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    _CharField = models.CharField[str, str]
else:
    _CharField = models.CharField


class BytewiseField(_CharField):
    """For paths and sort keys: PostgreSQL's language collations would order them by their own ideas.

    Collation "C" there; SQLite compares bytes by itself.
    """

    def db_parameters(self, connection: "BaseDatabaseWrapper") -> dict[str, Any]:
        parameters: dict[str, Any] = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters
