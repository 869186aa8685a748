"""The receiving side of a message centre: receipts and answers, acknowledged only once they are stored.

A centre repeats what was not acknowledged, so a crash here loses nothing; what comes twice carries the same key.
"""

import hashlib
import ssl
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from smpplib import consts

from acuerdo.kernel.errors import ExternalError
from acuerdo.messaging.adapters.smpp_link import BindKind, LinkLost, SmppLink, SmppServer
from acuerdo.messaging.ports import PartReceived, Received, Status, Told
from acuerdo.messaging.rules.wire.gsm import decode, unwrap
from acuerdo.messaging.rules.wire.statuses import smpp_receipt

BATCH_MAX = 200
# A repeat of one answer comes within minutes; the same words a while later are said anew.
REPEAT_SECONDS = 600
_RECEIPT, _UDHI = 0x04, 0x40
_GATHER_SECONDS = 0.05
_PAUSES_SECONDS = (1.0, 2.0, 5.0, 15.0, 30.0)


class SmppListener:
    """Stays bound until told to stop. `store` keeps what was told in one transaction; `now` gives the time.

    It binds as transceiver, which every centre of version 3.4 serves, unless the operator asks for a plain receiver.
    """

    def __init__(
        self,
        name: str,
        server: SmppServer,
        store: Callable[[Told], None],
        now: Callable[[], datetime],
        *,
        bind: BindKind = "transceiver",
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._bind = bind
        self.name = name
        self._server = server
        self._store = store
        self._now = now
        self._context = context

    def run(self, must_stop: Callable[[], bool]) -> None:
        """Binds, listens, and binds again after a lost link, with growing pauses."""
        failures = 0
        while not must_stop():
            try:
                with SmppLink(self._server, self._bind, self._context) as link:
                    failures = 0
                    self._listen(link, must_stop)
            except (ExternalError, LinkLost):
                self._pause(_PAUSES_SECONDS[min(failures, len(_PAUSES_SECONDS) - 1)], must_stop)
                failures += 1

    def _listen(self, link: SmppLink, must_stop: Callable[[], bool]) -> None:
        while not must_stop():
            batch = self._gather(link)
            if not batch:
                link.enquire_if_quiet()
                continue
            self._store(self._told(batch))
            for pdu in batch:
                link.reply("deliver_sm_resp", pdu.sequence)

    def _gather(self, link: SmppLink) -> list[Any]:
        """What is there, a few hundred at most, so that one transaction stores many."""
        found: list[Any] = []
        wait = 1.0
        while len(found) < BATCH_MAX and (pdu := link.take(wait)) is not None:
            if pdu.command == "deliver_sm":
                found.append(pdu)
                wait = _GATHER_SECONDS if len(found) == 1 else 0.0
            elif pdu.is_request():
                link.reply("generic_nack", pdu.sequence, consts.SMPP_ESME_RINVCMDID)
        return found

    def _told(self, batch: Sequence[Any]) -> Told:
        now = self._now()
        found = [_read(pdu, now) for pdu in batch]
        return Told(
            statuses=tuple(one for one in found if isinstance(one, Status)),
            received=tuple(one for one in found if isinstance(one, Received)),
            parts=tuple(one for one in found if isinstance(one, PartReceived)),
        )

    @staticmethod
    def _pause(seconds: float, must_stop: Callable[[], bool]) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not must_stop():
            time.sleep(0.1)


def _read(pdu: Any, now: datetime) -> Status | Received | PartReceived | None:
    payload = pdu.short_message or getattr(pdu, "message_payload", None) or b""
    if pdu.esm_class & _RECEIPT:
        reference = getattr(pdu, "receipted_message_id", None) or b""
        told = smpp_receipt(payload, message_id=_ascii(reference), state=getattr(pdu, "message_state", None))
        if told is None:
            return None
        found, fate = told
        return Status(f"{found}:{fate.fate}:{fate.code}"[:200], found, fate.fate, now, fate.about, fate.code)
    sender, receiver = _number(_ascii(pdu.source_addr)), _ascii(pdu.destination_addr)
    chain, body = unwrap(payload) if pdu.esm_class & _UDHI else (None, payload)
    text = decode(body, pdu.data_coding or 0)
    if chain is not None:
        return PartReceived(sender, receiver, chain.reference, chain.total, chain.number, text, now)
    digest = hashlib.sha256(f"{sender}\x00{receiver}\x00".encode() + payload).hexdigest()[:40]
    return Received(f"{digest}:{int(now.timestamp()) // REPEAT_SECONDS}", "sms", sender, receiver, text, now)


def _ascii(text: Any) -> str:
    found = text.decode("ascii", "replace") if isinstance(text, bytes) else str(text or "")
    return found.rstrip("\x00").strip()


def _number(text: str) -> str:
    """As contact points are stored: E.164. A short code stays as it is."""
    bare = text.removeprefix("+")
    return f"+{bare}" if bare.isdigit() and len(bare) > 8 else text
