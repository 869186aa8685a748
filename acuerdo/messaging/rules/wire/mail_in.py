"""A mail that came in, read without trusting it: what a person wrote, what a mail server reports, what a mailbox complains of.

Delivery reports are RFC 3464, complaints RFC 5965 (ARF), automatic answers RFC 3834. Of HTML only the words are kept:
nothing of it is ever shown as HTML. What was quoted from our own mail is cut off before the words are read for their meaning.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.message import EmailMessage, Message
from email.policy import default
from email.utils import parseaddr
from html.parser import HTMLParser
from typing import Any

from acuerdo.kernel.text import squeeze

TEXT_MAX = 20_000
PARTS_MAX = 100
WHOLE_BYTES_MAX = 30_000_000
HEAD_BYTES = 256_000
_SILENT = {"script", "style", "head", "title", "template", "noscript"}
_BREAKS = {"p", "br", "div", "li", "tr", "h1", "h2", "h3", "blockquote", "table"}
_QUOTED = re.compile(
    r"^(?:>|-{2,} ?(?:mensaje original|original message|forwarded message|mensaje reenviado)|_{10,}|"
    r"(?:el|on) .{5,120}(?:escribi[oó]|wrote):|(?:de|from): .+@|enviado desde mi |sent from my )",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Report:
    """One receiver of a delivery report. `original` are addresses, ids and texts that may carry our token or uid."""

    action: str
    status: str
    receiver: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A file of a mail; `content` is None when it was too large to be read."""

    name: str
    size_bytes: int
    content: bytes | None


@dataclass(frozen=True, slots=True)
class Mail:
    """What a mail is. `kind` says which of the rest has content: "written", "report" or "complaint"."""

    kind: str
    message_id: str
    sender: str
    receivers: tuple[str, ...]
    subject: str
    text: str
    replies_to: tuple[str, ...]
    is_automatic: bool
    papers: tuple[Paper, ...] = ()
    reports: tuple[Report, ...] = ()
    traces: tuple[str, ...] = ()


def read_mail(raw: bytes) -> Mail:
    """Reads any bytes as a mail; what is broken comes out empty. Of a mail above 30 MB only the beginning is read."""
    is_cut = len(raw) > WHOLE_BYTES_MAX
    mail = message_from_bytes(raw[:HEAD_BYTES] if is_cut else raw, policy=default)
    kind = _kind(mail)
    papers = tuple(_papers(mail)) if kind == "written" and not is_cut else ()
    if is_cut:
        papers = (Paper("correo completo", len(raw), None),)
    return Mail(
        kind=kind,
        message_id=squeeze(_header(mail, "Message-ID"))[:200],
        sender=parseaddr(_header(mail, "From"))[1].lower()[:254],
        receivers=tuple(_addresses(mail)),
        subject=squeeze(_header(mail, "Subject"))[:200],
        text=own_words(_text(mail))[:TEXT_MAX],
        replies_to=tuple(_ids(f"{_header(mail, 'In-Reply-To')} {_header(mail, 'References')}")),
        is_automatic=_is_automatic(mail),
        papers=papers,
        reports=tuple(_reports(mail)) if kind == "report" else (),
        traces=tuple(_traces(mail)) if kind in ("report", "complaint") else (),
    )


def _header(mail: Message, name: str) -> str:
    """A header as one text; "" when it is missing or cannot be read."""
    try:
        return str(mail.get(name, ""))[:4000]
    except (MessageError, ValueError, IndexError, AttributeError, TypeError):
        return ""


def _kind(mail: Message) -> str:
    if mail.get_content_type() == "multipart/report":
        kind = str(mail.get_param("report-type", "")).lower()
        return {"delivery-status": "report", "feedback-report": "complaint"}.get(kind, "written")
    return "written"


def _addresses(mail: Message) -> Iterator[str]:
    for name in ("Delivered-To", "X-Original-To", "To", "Cc"):
        yield from (found.lower() for found in re.findall(r"[^\s<>,;\"]+@[^\s<>,;\"]+", _header(mail, name))[:20])


def _ids(text: str) -> list[str]:
    return re.findall(r"<([^<>\s]{3,200})>", text)[:50]


def _is_automatic(mail: Message) -> bool:
    """RFC 3834 and the marks of older programs. Our own `auto-generated` mail that comes back is one too."""
    submitted = _header(mail, "Auto-Submitted").lower()
    return (
        (bool(submitted) and not submitted.startswith("no"))
        or _header(mail, "Precedence").lower() in ("bulk", "junk", "list", "auto_reply")
        or bool(mail.get("X-Autoreply") or mail.get("X-Autorespond"))
        or parseaddr(_header(mail, "From"))[1]
        .lower()
        .startswith(("mailer-daemon@", "postmaster@", "no-reply@", "noreply@"))
    )


def _leaves(mail: Message) -> Iterator[Message]:
    for number, part in enumerate(mail.walk()):
        if number >= PARTS_MAX:
            return
        if not part.is_multipart():
            yield part


def _text(mail: Message) -> str:
    plain = [part for part in _leaves(mail) if part.get_content_type() == "text/plain" and not _is_file(part)]
    if plain:
        return "\n".join(_decoded(part) for part in plain)
    markup = [part for part in _leaves(mail) if part.get_content_type() == "text/html" and not _is_file(part)]
    return "\n".join(words_of(_decoded(part)) for part in markup)


def _is_file(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(part.get_filename())


def _decoded(part: Message) -> str:
    try:
        content = part.get_content() if isinstance(part, EmailMessage) else part.get_payload(decode=True)
    except (LookupError, ValueError, KeyError, MessageError, AttributeError):
        content = part.get_payload(decode=True)
    text = content.decode("utf-8", "replace") if isinstance(content, bytes) else str(content or "")
    return text.replace("\x00", "")


def _papers(mail: Message) -> Iterator[Paper]:
    for part in _leaves(mail):
        is_words = part.get_content_type() in ("text/plain", "text/html") and not _is_file(part)
        if is_words or part.get_content_type().startswith("message/"):
            continue
        content: Any = part.get_payload(decode=True)
        body = content if isinstance(content, bytes) else b""
        yield Paper(str(part.get_filename() or part.get_content_type()), len(body), body)


def _reports(mail: Message) -> Iterator[Report]:
    for part in mail.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for block in part.get_payload() if part.is_multipart() else ():
            if not isinstance(block, Message) or block.get("Action") is None:
                continue
            receiver = _header(block, "Final-Recipient").rpartition(";")[2].strip().lower()
            yield Report(
                _header(block, "Action").strip().lower(), _header(block, "Status").split(" ")[0].strip(), receiver
            )


def _traces(mail: Message) -> Iterator[str]:
    """Everything of a report in which our own token or uid may stand."""
    yield from _addresses(mail)
    for part in mail.walk():
        if part.get_content_type() in ("message/delivery-status", "message/feedback-report"):
            for block in part.get_payload() if part.is_multipart() else [part]:
                if isinstance(block, Message):
                    yield from (
                        _header(block, name)
                        for name in ("Original-Envelope-Id", "Original-Mail-From", "Original-Rcpt-To")
                    )
        if part.get_content_type() in ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers"):
            inner = (
                part.get_payload(0)
                if part.is_multipart()
                else message_from_bytes(_decoded(part).encode(), policy=default)
            )
            if isinstance(inner, Message):
                yield from _ids(f"{_header(inner, 'Message-ID')} <{parseaddr(_header(inner, 'Return-Path'))[1]}>")


def own_words(text: str) -> str:
    """The text without what follows a quotation's beginning."""
    kept = []
    for line in text.replace("\r\n", "\n").split("\n"):
        if _QUOTED.match(line.strip()):
            break
        kept.append(line.rstrip())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def words_of(markup: str) -> str:
    """The words of an HTML text, with line breaks where blocks end; scripts and styles say nothing."""
    reader = _Words()
    reader.feed(markup[:500_000])
    reader.close()
    return re.sub(r"[ \t\xa0]+", " ", "".join(reader.found)).strip()


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag in _BREAKS:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(self._silent - 1, 0)
        elif tag in _BREAKS:
            self.found.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.found.append(data)
