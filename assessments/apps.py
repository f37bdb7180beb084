from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "assessments"
    verbose_name = "述职评议考核"

    def ready(self) -> None:
        # A secretary's own page shows his report; both rooms need their models first.
        from activities import own_pages  # noqa: PLC0415

        from . import own_reports  # noqa: PLC0415

        own_pages.register(own_reports.lines)
        own_pages.register(own_reports.news, is_news=True)
