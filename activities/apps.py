from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    name = "activities"
    verbose_name = "组织生活"

    def ready(self) -> None:
        # Needs the models.
        from . import merged  # noqa: PLC0415

        merged.register()
