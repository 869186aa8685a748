"""The only place that knows all capabilities: the phases of the day, in order, and later which adapter serves which port.

To add a phase: import its callable from `acuerdo.<capability>.public` inside `day_phases` and put it in its place.
"""

from collections.abc import Mapping, Sequence

from django.conf import settings

from acuerdo.base.day import Phase
from acuerdo.messaging.ports import MessageChannel


def day_phases() -> Sequence[Phase]:
    """The daily cycle in order; each is `Phase(name, callable(date, now) -> report)`."""
    return []


def message_channels() -> Mapping[str, MessageChannel]:
    """The provider of each channel that can send. Refuses `email-url` and `email-sender` for settings that cannot be used."""
    from acuerdo.messaging.adapters.sandbox import SandboxChannel  # noqa: PLC0415 - after the apps are ready
    from acuerdo.messaging.adapters.smtp import SmtpChannel, server_from_url  # noqa: PLC0415

    sandbox = SandboxChannel()
    email: MessageChannel = sandbox
    if settings.EMAIL_URL != "sandbox":
        email = SmtpChannel(server_from_url(settings.EMAIL_URL, settings.EMAIL_FROM))
    return {"sms": sandbox, "whatsapp": sandbox, "email": email}
