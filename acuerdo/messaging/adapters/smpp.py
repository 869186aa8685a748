"""SMS over SMPP 3.4: a bound transmitter that keeps several submits unanswered, slows down when told to, and never guesses.

What can be promised: a part whose submit_sm_resp came is taken, a part that was refused is not. A part that was written and
not answered before the link died may or may not be; SMPP has no way to ask without the message's id, so such a message is
in doubt and not repeated. Receipts and answers arrive on another link (adapters/smpp_listener.py).
"""

import re
import ssl
import time
from collections import deque
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from smpplib import consts

from acuerdo.kernel.errors import ExternalError
from acuerdo.messaging.adapters.smpp_link import (
    LinkLost,
    SmppLink,
    SmppServer,
    destination_address,
    source_address,
)
from acuerdo.messaging.ports import IN_DOUBT, PROVIDER_DOWN, RECEIVER_REFUSED, THROTTLED, Answer, Outgoing
from acuerdo.messaging.rules.wire.gsm import PARTS_MAX, split

E164 = re.compile(r"^\+[1-9]\d{6,14}$")
WAITS_SECONDS = (0.25, 0.5, 1.0, 2.0, 4.0)
_UDHI = 0x40
_RECEIPT_WANTED = 1
_THROTTLED = {0x58, 0x14}
_RECEIVER = {0x0B, 0x51, 0x50, 0x33}
_PASSING = {0x08, 0x45, 0x61, 0xFE, 0xFF}


@dataclass(slots=True)
class _Submit:
    """One message on its way: what was said of each part. `is_begun` once the first byte may have left."""

    message: Outgoing
    coding: int
    payloads: tuple[bytes, ...]
    references: dict[int, str] = field(default_factory=dict)
    is_begun: bool = False
    throttled: int = 0
    trouble: ExternalError | None = None

    @property
    def answer(self) -> Answer:
        if self.trouble is None and len(self.references) < len(self.payloads):
            self.trouble = _doubt() if self.is_begun else _down("la conexión se perdió")
        references = tuple(self.references[place] for place in sorted(self.references))
        if self.trouble is not None:
            return Answer(self.message.uid, trouble=self.trouble)
        return Answer(self.message.uid, references[-1], parts=references if len(references) > 1 else ())


class SmppChannel:
    """One message centre. `long_messages`: "udh" sends parts, "payload" one PDU that the centre divides (TLV 0x0424)."""

    def __init__(
        self, name: str, server: SmppServer, *, long_messages: str = "udh", context: ssl.SSLContext | None = None
    ) -> None:
        self.name = name
        self.group_max = server.window
        self.is_announcing = True
        self._server = server
        self._long_messages = long_messages
        self._context = context

    def send(self, messages: Sequence[Outgoing]) -> Iterator[Sequence[Answer]]:
        link = SmppLink(self._server, "transmitter", self._context)
        try:
            for start in range(0, len(messages), self._server.window):
                group = [self._submit_of(message) for message in messages[start : start + self._server.window]]
                wanted = [submit for submit in group if submit.trouble is None]
                if wanted and not link.is_open and self._open(link, wanted):
                    yield ()
                self._carry(link, [submit for submit in wanted if submit.trouble is None])
                yield [submit.answer for submit in group]
        finally:
            link.close()

    def sent_already(self, uids: Sequence[UUID]) -> AbstractSet[UUID] | None:
        return None

    def _submit_of(self, message: Outgoing) -> _Submit:
        if not E164.match(message.receiver):
            trouble = ExternalError(RECEIVER_REFUSED, "El número no es de un teléfono.", permanent=True)
            return _Submit(message, 0, (), trouble=trouble)
        try:
            parts = split(message.body, message.uid.int & 0xFF)
        except ValueError:
            text = f"El texto pasa de {PARTS_MAX} partes."
            return _Submit(message, 0, (), trouble=ExternalError("text-too-long", text, permanent=True))
        payloads = parts.payloads
        if parts.is_chain and self._long_messages == "payload":
            payloads = (b"".join(payload[6:] for payload in payloads),)
        return _Submit(message, parts.data_coding, payloads)

    @staticmethod
    def _open(link: SmppLink, group: Sequence[_Submit]) -> bool:
        """Whether the centre listens; if not, why is each submit's trouble."""
        try:
            link.open()
        except ExternalError as error:
            for submit in group:
                submit.trouble = error
        return link.is_open

    def _carry(self, link: SmppLink, group: Sequence[_Submit]) -> None:
        """All parts of the group; what is left unanswered when the link dies shows in each submit itself."""
        if not group:
            return
        try:
            self._exchange(link, group)
        except LinkLost:
            with suppress(LinkLost):
                link.close()

    def _exchange(self, link: SmppLink, group: Sequence[_Submit]) -> None:
        waiting = deque((submit, place) for submit in group for place in range(len(submit.payloads)))
        unanswered: dict[int, tuple[_Submit, int]] = {}
        while waiting or unanswered:
            while waiting and len(unanswered) < self._server.window:
                submit, place = waiting.popleft()
                if submit.trouble is None:
                    submit.is_begun = True
                    unanswered[link.put("submit_sm", **self._fields(submit, place))] = (submit, place)
            if not unanswered:
                continue
            pdu = link.take(self._server.answer_seconds)
            if pdu is None:
                link.close()
                return
            if pdu.command == "deliver_sm":
                # Not what a transmitter is for: the centre is asked to bring it to the receiving link.
                link.reply("deliver_sm_resp", pdu.sequence, consts.SMPP_ESME_RSYSERR)
            elif pdu.sequence in unanswered:
                submit, place = unanswered.pop(pdu.sequence)
                if self._must_wait(submit, place, pdu):
                    waiting.appendleft((submit, place))

    def _must_wait(self, submit: _Submit, place: int, pdu: Any) -> bool:
        """Notes the answer; True when the part is to be said again a little later."""
        if pdu.status == consts.SMPP_ESME_ROK and pdu.command == "submit_sm_resp":
            submit.references[place] = _text_of(pdu.message_id)
            return False
        if pdu.status in _THROTTLED and submit.throttled < len(WAITS_SECONDS):
            time.sleep(WAITS_SECONDS[submit.throttled])
            submit.throttled += 1
            return True
        submit.trouble = _refused(pdu.status, has_left=bool(submit.references))
        return False

    def _fields(self, submit: _Submit, place: int) -> dict[str, Any]:
        payload = submit.payloads[place]
        is_whole = self._long_messages == "payload" and len(payload) > 140 and len(submit.payloads) == 1
        text = {"short_message": b"", "message_payload": payload} if is_whole else {"short_message": payload}
        return {
            **source_address(submit.message.sender), **destination_address(submit.message.receiver), **text,
            "data_coding": submit.coding, "esm_class": _UDHI if len(submit.payloads) > 1 else 0,
            "registered_delivery": _RECEIPT_WANTED,
        }  # fmt: skip


def _text_of(message_id: Any) -> str:
    return message_id.decode("ascii", "replace") if isinstance(message_id, bytes) else str(message_id or "")


def _refused(status: int, *, has_left: bool) -> ExternalError:
    """By SMPP 3.4 section 5.1.3. Once a part of the text left nothing is tried again: the person has seen a beginning."""
    shown = f"0x{status:02X}"
    if status in _RECEIVER:
        return ExternalError(RECEIVER_REFUSED, f"La central no conoce el número ({shown}).", permanent=True)
    if status in _THROTTLED:
        return ExternalError(THROTTLED, f"La central pide ir más despacio ({shown}).", permanent=has_left)
    if status in _PASSING:
        return ExternalError("sms-refused", f"La central no pudo con el mensaje ({shown}).", permanent=has_left)
    return ExternalError("sms-refused", f"La central rechazó el mensaje ({shown}).", permanent=True)


def _doubt() -> ExternalError:
    return ExternalError(IN_DOUBT, "La conexión se cortó y no se sabe si el SMS salió.", permanent=True)


def _down(why: str) -> ExternalError:
    return ExternalError(PROVIDER_DOWN, f"La central de SMS no está: {why}.")
