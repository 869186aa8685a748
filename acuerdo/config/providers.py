"""From the providers' document to adapters: the one place that knows every kind. Read once a process."""

from functools import lru_cache
from typing import Any

from django.conf import settings

from acuerdo.config.environment import secret_at
from acuerdo.messaging.ports import Route
from acuerdo.messaging.public import letters_folder
from acuerdo.messaging.rules import providers as specs

HOOKS = "api/v1/hooks"


@lru_cache(maxsize=4)
def _read(text: str) -> tuple[specs.AnySpec, ...]:
    return tuple(specs.read_providers(text, secret_at))


def configured_specs() -> tuple[specs.AnySpec, ...]:
    """The providers of ACUERDO_PROVIDERS. Refuses `providers-invalid`."""
    return _read(settings.PROVIDERS)


def routes_by_channel() -> dict[str, list[Route]]:
    """The providers of each channel. A WhatsApp number whose owner has not accepted Meta's policy serves nothing."""
    found: dict[str, list[Route]] = {}
    for spec in configured_specs():
        if isinstance(spec, specs.ImapMailbox) or (isinstance(spec, specs.WhatsApp) and not spec.accepts_policy):
            continue
        found.setdefault(spec.channel, []).append(Route(spec.lane(), adapter_of(spec)))
    return found


def adapter_of(spec: specs.AnySpec) -> Any:
    """The adapter of one provider."""
    hook = f"{settings.PUBLIC_URL}/{HOOKS}/{spec.name}" if settings.PUBLIC_URL else ""
    match spec:
        case specs.Smtp():
            return _smtp(spec)
        case specs.Smpp():
            from acuerdo.messaging.adapters.smpp import SmppChannel  # noqa: PLC0415 - only who has one pays for it

            return SmppChannel(spec.name, smpp_server(spec), long_messages=spec.long_messages)
        case specs.Twilio():
            from acuerdo.messaging.adapters.twilio import TwilioChannel  # noqa: PLC0415

            return TwilioChannel(spec, hook)
        case specs.Infobip():
            from acuerdo.messaging.adapters.infobip import InfobipChannel  # noqa: PLC0415

            return InfobipChannel(spec, hook)
        case specs.GenericHttp():
            from acuerdo.messaging.adapters.generic_http import GenericHttpChannel  # noqa: PLC0415

            return GenericHttpChannel(spec)
        case specs.WhatsApp():
            from acuerdo.messaging.adapters.whatsapp import WhatsAppChannel  # noqa: PLC0415

            return WhatsAppChannel(spec)
        case specs.Letters():
            from acuerdo.messaging.adapters.letter import LetterChannel  # noqa: PLC0415

            return LetterChannel(spec.name, letters_folder())
        case specs.ImapMailbox():
            raise ValueError("a mailbox carries nothing out")
        case specs.Voice():
            from acuerdo.messaging.adapters.voice_queue import VoiceQueue  # noqa: PLC0415

            return VoiceQueue(spec.name, settings.DATA_FOLDER / "voice")


def smpp_server(spec: specs.Smpp) -> Any:
    from acuerdo.messaging.adapters.smpp_link import SmppServer  # noqa: PLC0415

    return SmppServer(
        spec.host,
        spec.port,
        spec.system_id,
        spec.password,
        system_type=spec.system_type,
        tls=spec.tls,
        window=spec.window,
    )


def _smtp(spec: specs.Smtp) -> Any:
    from acuerdo.messaging.adapters.smtp import Dkim, SmtpChannel, server_from_url  # noqa: PLC0415

    dkim = Dkim(spec.dkim_domain, spec.dkim_selector, spec.dkim_key) if spec.dkim_key else None
    server = server_from_url(spec.url, spec.sender, bounces_to=spec.bounces_to, dkim=dkim)
    return SmtpChannel(server, name=spec.name)


def reader_named(name: str) -> Any | None:
    """The adapter that reads a provider's calls, None for an unknown provider or one that makes none."""
    spec = next((one for one in configured_specs() if one.name == name), None)
    if (
        spec is None
        or isinstance(spec, specs.ImapMailbox)
        or (isinstance(spec, specs.WhatsApp) and not spec.accepts_policy)
    ):
        return None
    adapter = adapter_of(spec)
    return adapter if hasattr(adapter, "read_call") else None
