from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    name = "activities"
    verbose_name = "组织生活"

    def ready(self) -> None:
        # Importing registers what this room minds when a branch is dissolved, and its local rules; all need the models.
        from . import endings, local_rules, merged  # noqa: F401, PLC0415

        merged.register()
