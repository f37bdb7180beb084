from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "统计"

    def ready(self) -> None:
        # Importing registers the jobs; they need the models.
        from . import list_sheets, workbook  # noqa: F401, PLC0415
        from .closing import periods  # noqa: F401, PLC0415
