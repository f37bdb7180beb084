from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "assessments"
    verbose_name = "述职评议考核"

    def ready(self) -> None:
        # A secretary's own page shows his report; both rooms need their models first.
        from activities import own_pages, record_links  # noqa: PLC0415

        from . import local_rules, own_reports  # noqa: F401, PLC0415
        from .reviews import carrying, own, reading  # noqa: PLC0415

        own_pages.register(own_reports.lines)
        own_pages.register(own_reports.news, is_news=True)
        own_pages.register(own.lines)
        record_links.register(reading.links_of)
        carrying.register()
