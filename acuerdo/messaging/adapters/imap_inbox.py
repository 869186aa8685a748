"""Reading the house's mailbox over IMAP (RFC 3501), for those whose mail server cannot hand mail over by itself.

A mail is marked as read only after it was kept, so a crash between the two reads it again, and a mail taken twice acts once.
Nothing is deleted or moved: the mailbox stays the house's.
"""

import imaplib
import re
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from acuerdo.kernel.errors import ExternalError

MAILS_MAX = 200
# More than this of one mail is never read; what it says is in its head (rules/wire/mail_in.py).
BYTES_MAX = 30_000_001
TIMEOUT_SECONDS = 30
_UID = re.compile(rb"^\d+$")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where the mail lies. `security` is TLS from the start, STARTTLS, or none (only towards this machine)."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    security: str = "tls"


def read_mailbox(mailbox: Mailbox, take: Callable[[bytes], object], context: ssl.SSLContext | None = None) -> int:
    """Gives each unread mail to `take`, the oldest first, at most two hundred; how many were taken.

    Raises ExternalError `mailbox-unreachable` and `mailbox-refused`. A mail that `take` fails on stays unread and does not
    keep the others from being read; its error is raised at the end.
    """
    try:
        server = _open(mailbox, context or ssl.create_default_context())
    except imaplib.IMAP4.error:
        raise ExternalError("mailbox-refused", "El servidor de correo rechazó el usuario o la carpeta.") from None
    except OSError as error:
        raise ExternalError("mailbox-unreachable", f"No se llega al buzón ({type(error).__name__}).") from None
    try:
        return _read(server, take)
    except (imaplib.IMAP4.error, OSError) as error:
        raise ExternalError("mailbox-unreachable", f"El buzón dejó de responder ({type(error).__name__}).") from None
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            server.logout()


def _open(mailbox: Mailbox, context: ssl.SSLContext) -> imaplib.IMAP4:
    server: imaplib.IMAP4
    if mailbox.security == "tls":
        server = imaplib.IMAP4_SSL(mailbox.host, mailbox.port, ssl_context=context, timeout=TIMEOUT_SECONDS)
    else:
        server = imaplib.IMAP4(mailbox.host, mailbox.port, timeout=TIMEOUT_SECONDS)
    try:
        if mailbox.security == "starttls":
            server.starttls(context)
        server.login(mailbox.user, mailbox.password)
        answer, _said = server.select(imaplib.IMAP4._quote(server, mailbox.folder))  # type: ignore[attr-defined]
    except BaseException:
        server.shutdown()
        raise
    if answer != "OK":
        server.shutdown()
        raise imaplib.IMAP4.error("no such folder")
    return server


def _read(server: imaplib.IMAP4, take: Callable[[bytes], object]) -> int:
    taken, first_error = 0, None
    _answer, found = server.uid("SEARCH", "UNSEEN")
    for uid in [one for one in (found[0] or b"").split() if _UID.match(one)][:MAILS_MAX]:
        raw = _fetched(server, uid)
        if raw is None:
            continue
        try:
            take(raw)
        except Exception as error:  # noqa: BLE001 - raised below, once the others were read
            first_error = first_error or error
            continue
        server.uid("STORE", uid.decode(), "+FLAGS.SILENT", r"(\Seen)")
        taken += 1
    if first_error is not None:
        raise first_error
    return taken


def _fetched(server: imaplib.IMAP4, uid: bytes) -> bytes | None:
    """The mail as it came, without marking it; None when somebody removed it meanwhile."""
    _answer, parts = server.uid("FETCH", uid.decode(), f"(BODY.PEEK[]<0.{BYTES_MAX}>)")
    return next((part[1] for part in parts if isinstance(part, tuple)), None)
