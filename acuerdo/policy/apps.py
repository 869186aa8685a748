from django.apps import AppConfig
from django.conf import settings

from acuerdo.policy.rules.library import SHELF_NAME, add_shelf


class PolicyConfig(AppConfig):
    name = "acuerdo.policy"
    label = "policy"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        add_shelf(settings.DATA_FOLDER / SHELF_NAME)
