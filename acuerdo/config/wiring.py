"""The only place that knows all capabilities: the phases of the day, in order, and later which adapter serves which port.

To add a phase: put its callable's dotted path in its place in PHASES; it is `(date, now) -> report`.
"""

from collections.abc import Sequence

from django.conf import settings
from django.utils.module_loading import import_string

from acuerdo.base.day import Phase
from acuerdo.messaging.ports import Channels, MessageChannel, Route

PHASES = (
    ("refresh", "acuerdo.ledger.tasks.refresh"),
    ("promises", "acuerdo.negotiation.tasks.evaluate"),
    ("decide", "acuerdo.strategy.tasks.decide"),
    ("dispatch", "acuerdo.config.dispatch.dispatch"),
    ("checkpoint", "acuerdo.policy.tasks.checkpoint"),
)


def day_phases() -> Sequence[Phase]:
    """The daily cycle in order; each is `Phase(name, callable(date, now) -> report)`."""
    return [Phase(name, import_string(path)) for name, path in PHASES]


def message_channels() -> Channels:
    """The providers of each channel. What no provider serves goes to the sandbox, as long as nothing real is configured:
    an installation with providers never pretends that a message left.

    Refuses `providers-invalid`, `email-url` and `email-sender` for settings that cannot be used.
    """
    from acuerdo.config.providers import routes_by_channel  # noqa: PLC0415 - after the apps are ready
    from acuerdo.messaging.adapters.letter import LetterChannel  # noqa: PLC0415
    from acuerdo.messaging.adapters.sandbox import SandboxChannel  # noqa: PLC0415
    from acuerdo.messaging.adapters.smtp import SmtpChannel, server_from_url  # noqa: PLC0415
    from acuerdo.messaging.public import letters_folder  # noqa: PLC0415

    routes: dict[str, MessageChannel | Sequence[Route]] = {**routes_by_channel()}
    if settings.EMAIL_URL != "sandbox" and "email" not in routes:
        routes["email"] = SmtpChannel(server_from_url(settings.EMAIL_URL, settings.EMAIL_FROM))
    sandbox = SandboxChannel()
    if not settings.PROVIDERS.strip():
        # Letters need nobody outside: a real PDF for whoever prints.
        letters = LetterChannel("cartas", letters_folder())
        routes = {**dict.fromkeys(("sms", "whatsapp", "email"), sandbox), "letter": letters, **routes}
    return routes
