from django.apps import AppConfig


class BranchesConfig(AppConfig):
    name = "branches"
    verbose_name = "党组织"

    def ready(self) -> None:
        # Roles stand in this room, and both need their models first.
        from accounts import factors  # noqa: PLC0415

        # Two of them register their job, one the local rules.
        from . import list_exports, local_rules, second_factor, trail_check  # noqa: F401, PLC0415

        factors.asked_of.append(second_factor.is_asked_of)
