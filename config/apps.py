from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """An app only so that the checks are registered in every process; it has no models."""

    name = "config"

    def ready(self) -> None:
        from config import checks  # noqa: F401, PLC0415 - importing registers the checks; they need the apps
