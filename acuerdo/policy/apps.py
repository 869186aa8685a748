from django.apps import AppConfig
from django.conf import settings

from acuerdo.base.sentences import add_sentences
from acuerdo.policy.rules.library import SHELF_NAME, add_shelf, load_pack, pack_codes
from acuerdo.policy.rules.words import reason_sentences


class PolicyConfig(AppConfig):
    name = "acuerdo.policy"
    label = "policy"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        add_shelf(settings.DATA_FOLDER / SHELF_NAME)
        add_sentences(_reasons)


def _reasons() -> list[tuple[str, str]]:
    return [pair for code in pack_codes() for pair in reason_sentences(load_pack(code).rules)]
