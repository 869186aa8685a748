"""The providers of an installation, as its one TOML document says; every mistake names the provider and the field.

A secret may stand in the document, in an environment variable (`password_env`) or in a file (`password_file`); the reader
is given by whoever reads the document, so this stays pure.
"""

import tomllib
from collections.abc import Callable
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from acuerdo.kernel.errors import Refusal
from acuerdo.messaging.rules.routing import Lane

NAME = r"^[a-z][a-z0-9-]{0,38}$"
SECRETS = ("password", "token", "api_key", "app_secret", "verify_token", "webhook_secret", "dkim_key")


class _Provider(BaseModel):
    """What every provider has."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    name: str = Field(pattern=NAME)
    priority: int = Field(1, ge=1, le=99)
    weight: int = Field(100, ge=0, le=1000)
    per_second: int = Field(20, ge=1, le=5000)
    senders: tuple[str, ...] = ()
    webhook_secret: str = Field("", repr=False)

    @property
    def channel(self) -> str:
        raise AttributeError("channel")

    def lane(self) -> Lane:
        return Lane(self.name, self.priority, self.weight, self.per_second, self.senders)


class Smtp(_Provider):
    """`rejects_to` is the mailbox that gets the bounces (VERP adds a token to it)."""

    kind: Literal["smtp"]
    url: str = Field(repr=False)
    sender: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")
    bounces_to: str = Field("", pattern=r"^$|^[^@+\s]+@[^@\s]+$")
    dkim_domain: str = ""
    dkim_selector: str = ""
    dkim_key: str = Field("", repr=False)

    @property
    def channel(self) -> str:
        return "email"


class Smpp(_Provider):
    """An operator's message centre. `tls` needs a certificate of the named host."""

    kind: Literal["smpp"]
    host: str
    port: int = Field(2775, ge=1, le=65535)
    # The protocol's own sizes: a longer one would be cut and then refused.
    system_id: str = Field(max_length=15)
    password: str = Field("", max_length=8, repr=False)
    system_type: str = Field("", max_length=12)
    tls: bool = False
    window: int = Field(10, ge=1, le=500)
    long_messages: Literal["udh", "payload"] = "udh"
    listen_as: Literal["transceiver", "receiver"] = "transceiver"

    @property
    def channel(self) -> str:
        return "sms"


class Twilio(_Provider):
    kind: Literal["twilio"]
    account: str = Field(pattern=r"^AC[0-9a-fA-F]{32}$")
    token: str = Field(repr=False)
    messaging_service: str = ""
    base_url: str = "https://api.twilio.com"

    @property
    def channel(self) -> str:
        return "sms"


class Infobip(_Provider):
    kind: Literal["infobip"]
    base_url: str
    api_key: str = Field(repr=False)

    @property
    def channel(self) -> str:
        return "sms"


class GenericHttp(_Provider):
    """Any provider that takes JSON or a form and answers JSON. `body` maps its fields to our places: {to}, {from}, {text},
    {uid}. `reference` and `refused_when` are paths like `messages.0.id`."""

    kind: Literal["http"]
    url: str
    format: Literal["json", "form"] = "json"
    headers: dict[str, str] = Field(default_factory=dict, repr=False)
    body: dict[str, Any]
    reference: str
    idempotency_header: str = ""
    token: str = Field("", repr=False)

    @property
    def channel(self) -> str:
        return "sms"


class WhatsApp(_Provider):
    """Meta's Cloud API. It stays off until `accepts_policy` says that somebody read Meta's rules on debt collection."""

    kind: Literal["whatsapp"]
    phone_number_id: str = Field(pattern=r"^\d{5,20}$")
    token: str = Field(repr=False)
    app_secret: str = Field(repr=False)
    verify_token: str = Field(repr=False)
    accepts_policy: bool = False
    templates: dict[str, dict[str, Any]] = Field(default_factory=dict)
    base_url: str = "https://graph.facebook.com/v23.0"

    @property
    def channel(self) -> str:
        return "whatsapp"


class Letters(_Provider):
    """Letters as one PDF for each batch, for a printer to fetch from the data folder."""

    kind: Literal["letter"]

    @property
    def channel(self) -> str:
        return "letter"


class Voice(_Provider):
    """Spoken messages: synthesised at once, and queued for the telephone exchange."""

    kind: Literal["voice"]

    @property
    def channel(self) -> str:
        return "voice"


class ImapMailbox(_Provider):
    """The house's mailbox, read every minute: it carries nothing out. Without TLS only towards this machine."""

    kind: Literal["imap"]
    host: str
    port: int = Field(993, ge=1, le=65535)
    user: str
    password: str = Field(repr=False)
    folder: str = Field("INBOX", pattern=r"^[^\x00-\x1f]{1,120}$")
    security: Literal["tls", "starttls", "none"] = "tls"

    @model_validator(mode="after")
    def _is_private(self) -> Self:
        if self.security == "none" and self.host not in ("127.0.0.1", "localhost", "::1"):
            raise ValueError("sin TLS solo se lee un buzón de esta misma máquina")
        return self

    @property
    def channel(self) -> str:
        return ""


type AnySpec = Smtp | Smpp | Twilio | Infobip | GenericHttp | WhatsApp | Letters | Voice | ImapMailbox
type Spec = Annotated[
    Smtp | Smpp | Twilio | Infobip | GenericHttp | WhatsApp | Letters | Voice | ImapMailbox, Field(discriminator="kind")
]
_SPEC: TypeAdapter[AnySpec] = TypeAdapter(Spec)


def read_providers(text: str, read_secret: Callable[[str, str], str]) -> list[AnySpec]:
    """The providers of a document `[[provider]] …`; "" has none. `read_secret(kind, place)` reads an "env" or "file".

    Refuses `providers-invalid` with the provider's name (or its place) and the field, never a value.
    """
    try:
        rows = tomllib.loads(text).get("provider", [])
    except tomllib.TOMLDecodeError as error:
        raise _wrong("", f"no es TOML: {error}") from None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _wrong("", "cada proveedor empieza con [[provider]]")
    found = [_one(number, row, read_secret) for number, row in enumerate(rows, start=1)]
    names = [spec.name for spec in found]
    for name in names:
        if names.count(name) > 1:
            raise _wrong(name, "el nombre se repite")
    return found


def _one(number: int, row: dict[str, Any], read_secret: Callable[[str, str], str]) -> AnySpec:
    label = str(row.get("name") or f"n.º {number}")
    values = dict(row)
    for secret in SECRETS:
        for kind in ("env", "file"):
            place = values.pop(f"{secret}_{kind}", None)
            if place is not None:
                values[secret] = read_secret(kind, str(place))
    try:
        spec = _SPEC.validate_python(values)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"][1:] or first["loc"])
        raise _wrong(label, f"{where or 'kind'}: {first['msg']}") from None
    if isinstance(spec, Smtp) and bool(spec.dkim_key) != bool(spec.dkim_selector and spec.dkim_domain):
        raise _wrong(label, "DKIM necesita dkim_domain, dkim_selector y dkim_key")
    return spec


def _wrong(name: str, why: str) -> Refusal:
    who = f"el proveedor «{name}»" if name else "el documento"
    return Refusal("providers-invalid", f"ACUERDO_PROVIDERS, {who}: {why}.")
