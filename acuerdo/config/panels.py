"""From the panels' document to adapters. Read once a process."""

from collections.abc import Sequence
from functools import lru_cache

from django.conf import settings

from acuerdo.config.environment import secret_at
from acuerdo.portfolio.ports import PersonPanel
from acuerdo.portfolio.rules.panels import PanelSpec, read_panels


def person_panels() -> Sequence[tuple[PanelSpec, PersonPanel]]:
    """The panels of ACUERDO_PANELS with what asks each. Refuses `panels-invalid`."""
    return _wired(settings.PANELS)


@lru_cache(maxsize=4)
def _wired(text: str) -> tuple[tuple[PanelSpec, PersonPanel], ...]:
    return tuple((spec, _adapter_of(spec)) for spec in read_panels(text, secret_at))


def _adapter_of(spec: PanelSpec) -> PersonPanel:
    from acuerdo.portfolio.adapters.panel_file import FilePanel  # noqa: PLC0415 - only who has one pays for it
    from acuerdo.portfolio.adapters.panel_http import HttpPanel  # noqa: PLC0415

    return HttpPanel(spec) if spec.url else FilePanel(spec)
