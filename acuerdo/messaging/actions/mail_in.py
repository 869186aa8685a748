"""One mail from the house's mailbox, whatever it is: a bounce settles its message, a complaint ends the channel, the rest is
an answer. A report counts only when it carries a token of ours: anybody can write a mail that looks like a bounce."""

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from acuerdo.messaging.actions.telling import take_told
from acuerdo.messaging.actions.tokens import uid_of_token
from acuerdo.messaging.models import Message
from acuerdo.messaging.ports import Attached, Received, Status, Told
from acuerdo.messaging.rules.wire.mail_in import Mail, read_mail
from acuerdo.messaging.rules.wire.statuses import mail_status

PROVIDER = "mailbox"
_UID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def take_mail(raw: bytes, now: datetime) -> str:
    """Keeps what a mail tells and says what it was: "written", "report", "complaint" or "unknown-report". Twice acts once."""
    mail = read_mail(raw)
    key = mail.message_id or hashlib.sha256(raw).hexdigest()
    if mail.kind == "written":
        take_told(PROVIDER, Told(received=(_received(mail, key, now),)), now)
        return "written"
    uid = _named(mail.traces)
    row = Message.objects.filter(uid=uid, channel="email").first() if uid else None
    if row is None or uid is None:
        return "unknown-report"
    if mail.kind == "complaint":
        take_told(row.provider, Told(complaints=(uid,)), now)
        return "complaint"
    take_told(row.provider, Told(statuses=tuple(_statuses(mail, uid, key, now))), now)
    return "report"


def _statuses(mail: Mail, uid: UUID, key: str, now: datetime) -> Iterable[Status]:
    for place, report in enumerate(mail.reports):
        told = mail_status(report.action, report.status)
        if told is not None:
            yield Status(f"{key[:150]}:{place}", str(uid), told.fate, now, told.about, told.code, uid)


def _named(traces: Iterable[str]) -> UUID | None:
    """Our message that a report is about: by the token of its return path, which nobody else can make."""
    for trace in traces:
        for local in re.findall(r"\+([a-zA-Z2-7]{39})@", trace):
            if (uid := uid_of_token(local, "bounce")) is not None:
                return uid
    return None


def _received(mail: Mail, key: str, now: datetime) -> Received:
    replies = [match.group() for one in mail.replies_to if (match := _UID.match(one))]
    text = mail.text
    if re.match(r"(?i)baja\b", mail.subject) and (found := _UID.search(mail.subject.lower())):
        # The mail that the reader's program writes for List-Unsubscribe: empty, with our words in its subject.
        replies.append(found.group())
        text = text or "BAJA"
    return Received(
        key=key[:200],
        channel="email",
        sender=mail.sender,
        receiver=mail.receivers[0][:254] if mail.receivers else "",
        text=text,
        at=now,
        subject=mail.subject,
        replies_to=tuple(replies),
        attached=tuple(Attached(paper.name, paper.size_bytes, paper.content) for paper in mail.papers),
        is_automatic=mail.is_automatic,
    )
