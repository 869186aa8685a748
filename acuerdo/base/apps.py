from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "acuerdo.base"
    label = "base"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Makes the lookups known to the mapper."""
        from acuerdo.base import lookups  # noqa: F401, PLC0415 - registering is what the import does
