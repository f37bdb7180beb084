from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = "党员"

    def ready(self) -> None:
        # Importing registers jobs and declares local rules; they need the models.
        from . import carrying, exports, introductions, local_rules, restructuring  # noqa: F401, PLC0415
        from .imports import staging, undoing  # noqa: F401, PLC0415

        carrying.register()
