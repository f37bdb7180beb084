from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "统计"

    def ready(self) -> None:
        from . import workbook  # noqa: F401, PLC0415  importing registers the job; it needs the models
