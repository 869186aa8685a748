"""SMS through Infobip's HTTP API (version 3). Reports and answers come as JSON.

Infobip signs nothing by default: its notifications carry a shared secret in a header that is set in its console
(`Authorization: Bearer …`), and our uid as `callbackData`, which settles a message in doubt.
"""

import json
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any
from uuid import UUID

from acuerdo.base.http_door import HttpAnswer
from acuerdo.messaging.adapters.http_common import GROUP, at_path, forged, json_in, post, refusal, send_each, unreadable
from acuerdo.messaging.ports import Answer, Call, Outgoing, Received, Status, Told
from acuerdo.messaging.rules.providers import Infobip
from acuerdo.messaging.rules.wire.signatures import is_token
from acuerdo.messaging.rules.wire.statuses import infobip_status

RESULTS_MAX = 1000


class InfobipChannel:
    def __init__(self, spec: Infobip, callback_url: str) -> None:
        self.name = spec.name
        self.group_max = GROUP
        self._spec = spec
        self._callback_url = callback_url

    def send(self, messages: Sequence[Outgoing]) -> Iterator[Sequence[Answer]]:
        return send_each(messages, self._carry)

    def sent_already(self, uids: Sequence[UUID]) -> AbstractSet[UUID] | None:
        return None

    def _carry(self, message: Outgoing) -> Answer:
        one: dict[str, Any] = {
            "sender": message.sender,
            "destinations": [{"to": message.receiver.removeprefix("+")}],
            "content": {"text": message.body},
        }
        if self._callback_url:
            one["webhooks"] = {"delivery": {"url": self._callback_url}, "callbackData": str(message.uid)}
        headers = {
            "Authorization": f"App {self._spec.api_key}",
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
        body = json.dumps({"messages": [one]}).encode()
        answer = post(f"{self._spec.base_url.rstrip('/')}/sms/3/messages", headers, body)
        if not isinstance(answer, HttpAnswer):
            return Answer(message.uid, trouble=answer)
        document = json_in(answer.body)
        reference = at_path(document, "messages.0.messageId")
        told = infobip_status(
            _number(at_path(document, "messages.0.status.groupId")), _text(at_path(document, "messages.0.status.name"))
        )
        if answer.status < 300 and isinstance(reference, str) and (told is None or told.fate != "failed"):
            return Answer(message.uid, reference)
        code = (
            told.code
            if told
            else _text(at_path(document, "requestError.serviceException.messageId")) or str(answer.status)
        )
        about = "receiver" if "DESTINATION" in code else (told.about if told else "content") or "content"
        return Answer(message.uid, trouble=refusal(about, code, "Infobip no aceptó el SMS"))

    def read_call(self, call: Call, now: datetime) -> Told:
        """Reports (`results` with a status) and answers (`results` with a text), each under its messageId."""
        given = call.headers.get("authorization", "").removeprefix("Bearer ")
        if not is_token(self._spec.webhook_secret, given):
            raise forged()
        results = at_path(json_in(call.body), "results")
        if (
            not isinstance(results, list)
            or len(results) > RESULTS_MAX
            or not all(isinstance(one, dict) for one in results)
        ):
            raise unreadable()
        found = [_read(one, now) for one in results]
        return Told(
            statuses=tuple(one for one in found if isinstance(one, Status)),
            received=tuple(one for one in found if isinstance(one, Received)),
        )


def _read(one: dict[str, Any], now: datetime) -> Status | Received:
    reference = _text(one.get("messageId"))
    if not reference:
        raise unreadable()
    if "status" not in one:
        text = _text(one.get("cleanText")) or _text(one.get("text"))
        sender = _text(one.get("from"))
        return Received(reference, "sms", f"+{sender.removeprefix('+')}", _text(one.get("to")), text, now)
    name = _text(at_path(one, "status.name"))
    is_permanent = at_path(one, "error.permanent") is True
    told = infobip_status(_number(at_path(one, "status.groupId")), name, is_error_permanent=is_permanent)
    if told is None:
        raise unreadable()
    try:
        uid = UUID(_text(one.get("callbackData")))
    except ValueError:
        uid = None
    return Status(f"{reference}:{name}"[:200], reference, told.fate, now, told.about, told.code[:60], uid)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0
