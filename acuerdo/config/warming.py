"""What the first request of a web process would wait for, done before it takes any: views, templates, and what is read once."""

from django.conf import settings
from django.template.loader import get_template
from django.urls import reverse
from django.utils import translation

from acuerdo.policy.public import all_dispositions
from acuerdo.policy.rules import load_pack, pack_codes
from acuerdo.strategy.public import document_of, published_strategy

# The screens of an agent's work, with all that they include.
_TEMPLATES = ("queue.html", "debtor/page.html", "call/panel.html", "call/done.html", "door.html")


def warm() -> None:
    """Takes seconds of processor time, once."""
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            reverse("workspace:queue")
            translation.gettext("Cola")
    for name in _TEMPLATES:
        get_template(f"workspace/{name}")
    for code in pack_codes():
        load_pack(code)
    all_dispositions()
    if (strategy := published_strategy()) is not None:
        document_of(strategy)
