"""A real SMTP server in this process, with TLS, that fails as the address asks."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


@dataclass
class Peer:
    """`box` holds what was accepted. An address that starts with a key of `replies` gets that reply."""

    box: list[tuple[str, EmailMessage]] = field(default_factory=list)
    connections: int = 0
    raw: list[bytes] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    replies: dict[str, str] = field(
        default_factory=lambda: {"nadie": "550 5.1.1 no such mailbox", "lleno": "452 4.2.2 mailbox full"}
    )

    async def handle_EHLO(  # noqa: N802 - the library's name
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        if not getattr(session, "seen", False):
            session.seen = True
            self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, rcpt_options: Any) -> str:  # noqa: N802 - the library's name
        for start, reply in self.replies.items():
            if address.startswith(start):
                return reply
        if address.startswith("corta-antes"):
            server.transport.abort()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - the library's name
        receiver = envelope.rcpt_tos[0]
        if receiver.startswith("corta-despues"):
            server.transport.abort()
            return "250 never heard"
        if receiver.startswith("rechaza-texto"):
            return "554 5.7.1 refused"
        if receiver.startswith("cierra"):
            return "421 4.3.2 closing"
        mail = message_from_bytes(envelope.content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.box.append((receiver, mail))
        self.raw.append(envelope.content)
        self.paths.append(envelope.mail_from)
        return "250 2.0.0 queued"


@dataclass
class MailServer:
    peer: Peer
    port: int
    security: str
    authority: ssl.SSLContext


def _login(server: Any, session: Any, envelope: Any, mechanism: str, auth_data: Any) -> AuthResult:
    good = isinstance(auth_data, LoginPassword) and auth_data.password == b"clave/1"
    return AuthResult(success=good)


class FreePort(Controller):
    """Takes whatever port is free; the library greets itself once it listens."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mail_server(security: str) -> Iterator[MailServer]:
    authority = trustme.CA()
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(server_side)
    client_side = ssl.create_default_context()
    authority.configure_trust(client_side)
    peer = Peer()
    options: dict[str, Any] = {"authenticator": _login, "auth_require_tls": security == "starttls"}
    if security == "tls":
        options["ssl_context"] = server_side
    elif security == "starttls":
        options |= {"tls_context": server_side, "require_starttls": True}
    controller = FreePort(peer, hostname="127.0.0.1", port=0, **options)
    controller.start()
    try:
        yield MailServer(peer, controller.port, security, client_side)
    finally:
        controller.stop()
