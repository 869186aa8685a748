"""E-mail over SMTP (RFC 5321) with TLS from the start or STARTTLS, one connection for a batch.

SMTP confirms a message when it answers 250 after the data; if the connection dies before that answer the message may or
may not have left, and the protocol cannot tell. Such a message is not repeated by itself. Every message carries our uid as
its Message-ID, so a mail system that keeps one copy of each recognises a repeat.
"""

import smtplib
import ssl
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Literal
from urllib.parse import unquote, urlsplit
from uuid import UUID

import dkim

from acuerdo.kernel.errors import ExternalError, Refusal
from acuerdo.kernel.text import squeeze
from acuerdo.messaging.ports import IN_DOUBT, RECEIVER_REFUSED, Answer, Outgoing

type Security = Literal["tls", "starttls", "none"]

_PORTS: dict[Security, int] = {"tls": 465, "starttls": 587, "none": 25}
_SCHEMES: dict[str, Security] = {"smtps": "tls", "smtp+tls": "tls", "smtp+starttls": "starttls", "smtp": "none"}


@dataclass(frozen=True, slots=True)
class Dkim:
    """With which key mail is signed (RFC 6376); `key` is the private key as PEM."""

    domain: str
    selector: str
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where and how to hand mail over; `sender` is the header's address, and the envelope's unless `bounces_to` gets what
    comes back: each message then has its own return path, `local+token@domain` (VERP)."""

    host: str
    port: int
    security: Security
    user: str
    password: str = field(repr=False)
    sender: str
    timeout_seconds: int = 30
    bounces_to: str = ""
    dkim: Dkim | None = None


def server_from_url(url: str, sender: str, *, bounces_to: str = "", dkim: Dkim | None = None) -> SmtpServer:
    """Reads `smtp+starttls://user:pass@host:587`, `smtps://…` or `smtp://127.0.0.1:25`; refuses `email-url`, `email-sender`.

    Plain SMTP is for a relay on the same machine: anywhere else balances would travel in the open.
    """
    parts = urlsplit(url)
    security = _SCHEMES.get(parts.scheme)
    if security is None or not parts.hostname:
        message = (
            "ACUERDO_EMAIL_URL debe ser «sandbox» o una dirección como smtp+starttls://usuario:clave@servidor:587."
        )
        raise Refusal("email-url", message)
    if security == "none" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise Refusal("email-url", "El correo sin cifrar solo se admite hacia un servidor de esta misma máquina.")
    if "@" not in sender:
        raise Refusal("email-sender", "Falta ACUERDO_EMAIL_FROM: la dirección desde la que salen los correos.")
    return SmtpServer(
        host=parts.hostname,
        port=parts.port or _PORTS[security],
        security=security,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        sender=sender,
        bounces_to=bounces_to,
        dkim=dkim,
    )


class SmtpChannel:
    """One provider of e-mail. `context` is for tests and for lenders with a certificate authority of their own."""

    def __init__(self, server: SmtpServer, context: ssl.SSLContext | None = None, name: str = "smtp") -> None:
        self.name = name
        self.group_max = 1
        self.is_announcing = True
        self._server = server
        self._context = context or ssl.create_default_context()
        if server.dkim is not None:
            # A key that cannot sign is told before anything leaves, and not by the first message.
            signed(b"From: prueba@localhost\r\n\r\n", server.dkim)

    def send(self, messages: Sequence[Outgoing]) -> Iterator[Sequence[Answer]]:
        session = _Session(self._server, self._context)
        try:
            for index, message in enumerate(messages):
                try:
                    if is_new := not session.is_open:
                        session.open()
                        yield ()
                    session.deliver(message, is_kept=not is_new)
                except _NotConnected as error:
                    # The server is not there for the others either: they wait together.
                    yield [Answer(left.uid, trouble=_trouble(error)) for left in messages[index:]]
                    return
                except smtplib.SMTPException as error:
                    yield [Answer(message.uid, trouble=_trouble(error))]
                else:
                    yield [Answer(message.uid, provider_ref=message_id(message.uid, self._server.sender))]
        finally:
            session.close()

    def sent_already(self, uids: Sequence[UUID]) -> AbstractSet[UUID] | None:
        return None


class _NotConnected(smtplib.SMTPException):
    """Nothing of the message's text was said yet: trying again is harmless."""


class _InDoubt(smtplib.SMTPException):
    """The connection was lost after the text had begun."""


class _BadAddress(smtplib.SMTPException):
    """The receiver is no single address."""


class _Session:
    """One connection, opened when it is needed and kept from message to message."""

    def __init__(self, server: SmtpServer, context: ssl.SSLContext) -> None:
        self._server = server
        self._context = context
        self._smtp: smtplib.SMTP | None = None
        self._has_text_begun = False

    @property
    def is_open(self) -> bool:
        return self._smtp is not None

    def open(self) -> None:
        """Connects and logs in. Raises SMTPException of the kinds that `_trouble` knows."""
        with self._telling_losses():
            self._smtp = self._connect()

    def deliver(self, message: Outgoing, *, is_kept: bool) -> None:
        """Raises SMTPException of the kinds that `_trouble` knows. A kept connection that died idle is replaced once."""
        text = compose(message, self._server.sender).as_bytes(policy=SMTP)
        if self._server.dkim is not None:
            text = signed(text, self._server.dkim)
        returns_to = return_path(message, self._server)
        try:
            self._hand_over(text, returns_to, message.receiver)
        except _NotConnected:
            if not is_kept:
                raise
            self._hand_over(text, returns_to, message.receiver)

    def close(self) -> None:
        if self._smtp is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._smtp.quit()
            self._smtp.close()
            self._smtp = None

    def _hand_over(self, text: bytes, returns_to: str, receiver: str) -> None:
        with self._telling_losses():
            self._smtp = self._smtp or self._connect()
            self._say(self._smtp, text, returns_to, receiver)

    @contextmanager
    def _telling_losses(self) -> Iterator[None]:
        """What was lost of the connection, by whether the text had begun."""
        self._has_text_begun = False
        try:
            yield
        except smtplib.SMTPException as error:  # is an OSError too
            if not isinstance(error, smtplib.SMTPServerDisconnected):
                raise
            raise self._lost(error) from error
        except OSError as error:
            raise self._lost(error) from error

    def _lost(self, error: Exception) -> smtplib.SMTPException:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None
        return (_InDoubt if self._has_text_begun else _NotConnected)(type(error).__name__)

    def _say(self, smtp: smtplib.SMTP, text: bytes, returns_to: str, receiver: str) -> None:
        code, reply = smtp.mail(returns_to)
        if code != 250:
            self._forget(smtp, code)
            raise smtplib.SMTPSenderRefused(code, reply, returns_to)
        code, reply = smtp.rcpt(receiver)
        if code not in (250, 251):
            self._forget(smtp, code)
            raise smtplib.SMTPRecipientsRefused({receiver: (code, reply)})
        self._has_text_begun = True
        code, reply = smtp.data(text)
        if code != 250:
            self._forget(smtp, code)
            raise smtplib.SMTPDataError(code, reply)

    def _forget(self, smtp: smtplib.SMTP, code: int) -> None:
        """421 says that the server is closing; after anything else the session is ready for the next message."""
        if code != 421:
            smtp.rset()
        else:
            smtp.close()
            self._smtp = None

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        kind = smtplib.SMTP_SSL if server.security == "tls" else smtplib.SMTP
        encryption = {"context": self._context} if server.security == "tls" else {}
        smtp: smtplib.SMTP = kind(server.host, server.port, timeout=server.timeout_seconds, **encryption)  # type: ignore[arg-type]
        try:
            if server.security == "starttls":
                smtp.starttls(context=self._context)
            smtp.ehlo_or_helo_if_needed()
            if server.user:
                smtp.login(server.user, server.password)
        except OSError as error:
            smtp.close()
            raise _NotConnected(type(error).__name__) from error
        return smtp


def compose(message: Outgoing, sender: str) -> EmailMessage:
    """The message as text and HTML, with the headers by which a person or a machine can answer, stop or recognise it."""
    mail = EmailMessage(policy=SMTP)
    local, _, domain = sender.partition("@")
    mail["From"] = Address(squeeze(message.sender_name), local, domain)
    mail["To"] = _single(message.receiver)
    mail["Reply-To"] = _single(message.reply_to or sender)
    mail["Subject"] = squeeze(message.subject)
    mail["Date"] = format_datetime(message.at)
    mail["Message-ID"] = message_id(message.uid, sender)
    mail["Auto-Submitted"] = "auto-generated"
    mail["List-Unsubscribe"] = _ways_to_stop(message, sender)
    if message.unsubscribe_url.startswith("https://"):
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail["Feedback-ID"] = f"cobranza:{local}:{domain}"
    mail.set_content(message.body)
    if message.body_html:
        mail.add_alternative(message.body_html, subtype="html")
    if message.calendar:
        # Beside the text and not attached (RFC 6047): the reader's program offers to put the hour into the calendar.
        method = next(line.partition(":")[2] for line in message.calendar.splitlines() if line.startswith("METHOD:"))
        mail.add_alternative(message.calendar, subtype="calendar", params={"method": method})
    return mail


def _ways_to_stop(message: Outgoing, sender: str) -> str:
    """By web and by mail (RFC 2369); the web one is the one-click end of RFC 8058, which only https may be."""
    by_mail = f"<mailto:{message.reply_to or sender}?subject=Baja%20{message.uid}>"
    return f"<{message.unsubscribe_url}>, {by_mail}" if message.unsubscribe_url else by_mail


def return_path(message: Outgoing, server: SmtpServer) -> str:
    """Where a bounce goes: an address that names the message, or the sender's."""
    local, _, domain = server.bounces_to.partition("@")
    return f"{local}+{message.return_token}@{domain}" if domain and message.return_token else server.sender


# RFC 8058 section 4 wants both List-Unsubscribe headers signed; the rest is what a reader sees or a filter weighs.
_SIGNED = [b"from", b"to", b"reply-to", b"subject", b"date", b"message-id", b"mime-version", b"content-type",
           b"list-unsubscribe", b"list-unsubscribe-post", b"feedback-id"]  # fmt: skip


def signed(text: bytes, key: Dkim) -> bytes:
    """The mail with its DKIM-Signature on top. Refuses `dkim-key` for a key that cannot sign."""
    present = {line.split(b":", 1)[0].lower() for line in text.split(b"\r\n\r\n", 1)[0].split(b"\r\n")}
    include = [name for name in _SIGNED if name in present]
    try:
        header: bytes = dkim.sign(
            text, key.selector.encode(), key.domain.encode(), key.key.encode(), include_headers=include
        )
    except (dkim.DKIMException, ValueError) as error:
        raise Refusal("dkim-key", f"La clave DKIM no sirve para firmar ({type(error).__name__}).") from None
    return header + text


def _single(text: str) -> Address:
    """One address and nothing else: a list or a line break smuggled into a field is no address."""
    try:
        return Address(addr_spec=text)
    except (ValueError, IndexError, HeaderParseError) as error:
        raise _BadAddress(type(error).__name__) from error


def message_id(uid: UUID, sender: str) -> str:
    """`<uid@domain>`: the same for every try of one message."""
    return f"<{uid}@{sender.partition('@')[2]}>"


def _trouble(error: Exception) -> ExternalError:
    """By RFC 5321 section 4.2.1: 5yz is permanent, 4yz is not. What follows the data without an answer is in doubt."""
    match error:
        case _BadAddress():
            return ExternalError(RECEIVER_REFUSED, "La dirección de correo no es válida.", permanent=True)
        case smtplib.SMTPRecipientsRefused(recipients=recipients):
            code, _text = next(iter(recipients.values()))
            name = RECEIVER_REFUSED if code >= 500 else "receiver-busy"
            return ExternalError(
                name, f"El servidor de correo no aceptó al destinatario ({code}).", permanent=code >= 500
            )
        case _InDoubt():
            message = "La conexión se cortó y no se sabe si el correo salió."
            return ExternalError(IN_DOUBT, message, permanent=True)
        case smtplib.SMTPResponseException(smtp_code=code):
            return ExternalError(
                "mail-refused", f"El servidor de correo no aceptó el mensaje ({code}).", permanent=code >= 500
            )
        case _:
            return ExternalError("mail-server-unreachable", "No se pudo entrar al servidor de correo.")
