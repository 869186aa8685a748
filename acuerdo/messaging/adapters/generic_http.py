"""SMS through whatever provider takes a form or JSON over HTTPS, as its block of the providers' document describes.

Its statuses and answers come in our own scheme, Standard Webhooks 1.0: signed, with a time stamp, refused after five minutes.
Body: {"type": "message.status", "data": {"id", "uid", "status": "accepted|delivered|read|failed", "reason"}} or
{"type": "message.received", "data": {"id", "from", "to", "text"}}.
"""

import json
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from acuerdo.base.http_door import HttpAnswer
from acuerdo.messaging.adapters.http_common import GROUP, at_path, forged, json_in, post, refusal, send_each, unreadable
from acuerdo.messaging.ports import Answer, Call, Outgoing, Received, Status, Told
from acuerdo.messaging.rules.providers import GenericHttp
from acuerdo.messaging.rules.wire.signatures import is_standard
from acuerdo.messaging.rules.wire.statuses import RANK, About

_ABOUT: dict[str, About] = {"receiver": "receiver", "stopped": "stopped", "content": "content", "account": "account"}


class GenericHttpChannel:
    def __init__(self, spec: GenericHttp) -> None:
        self.name = spec.name
        self.group_max = GROUP
        self._spec = spec

    def send(self, messages: Sequence[Outgoing]) -> Iterator[Sequence[Answer]]:
        return send_each(messages, self._carry)

    def sent_already(self, uids: Sequence[UUID]) -> AbstractSet[UUID] | None:
        return None

    def _carry(self, message: Outgoing) -> Answer:
        spec = self._spec
        places = {"to": message.receiver, "from": message.sender, "text": message.body, "uid": str(message.uid)}
        body = _filled(spec.body, places)
        headers = {name: value.replace("{token}", spec.token) for name, value in spec.headers.items()}
        if spec.idempotency_header:
            headers[spec.idempotency_header] = str(message.uid)
        if spec.format == "json":
            headers.setdefault("Content-Type", "application/json")
            raw = json.dumps(body).encode()
        else:
            headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
            raw = urlencode(body).encode()
        answer = post(spec.url, headers, raw, is_repeatable=bool(spec.idempotency_header))
        if not isinstance(answer, HttpAnswer):
            return Answer(message.uid, trouble=answer)
        reference = at_path(json_in(answer.body), spec.reference)
        if answer.status < 300 and isinstance(reference, str | int):
            return Answer(message.uid, str(reference)[:200])
        return Answer(message.uid, trouble=refusal("content", str(answer.status), "El proveedor no aceptó el SMS"))

    def read_call(self, call: Call, now: datetime) -> Told:
        if not is_standard(self._spec.webhook_secret, call.headers, call.body, now):
            raise forged()
        document = json_in(call.body)
        told = at_path(document, "data")
        if not isinstance(told, dict) or not isinstance(told.get("id"), str) or not told["id"]:
            raise unreadable()
        match at_path(document, "type"):
            case "message.status" if told.get("status") in RANK:
                return Told(statuses=(_status(told, now),))
            case "message.received":
                return Told(received=(_received(told, now),))
            case _:
                raise unreadable()


def _status(told: dict[str, Any], now: datetime) -> Status:
    try:
        uid = UUID(str(told.get("uid")))
    except ValueError:
        uid = None
    fate, reason = told["status"], str(told.get("reason") or "")[:60]
    about: About = _ABOUT.get(reason, "passing") if fate == "failed" else ""
    return Status(f"{told['id']}:{fate}"[:200], told["id"][:200], fate, now, about, reason, uid)


def _received(told: dict[str, Any], now: datetime) -> Received:
    sender, receiver, text = (str(told.get(name) or "") for name in ("from", "to", "text"))
    return Received(told["id"][:200], "sms", sender[:254], receiver[:254], text, now)


def _filled(value: Any, places: dict[str, str]) -> Any:
    """The document with each place filled once: a text that holds "{to}" itself is not filled again."""
    if isinstance(value, dict):
        return {key: _filled(one, places) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, places) for one in value]
    if not isinstance(value, str):
        return value
    if value.startswith("{") and value.endswith("}") and value[1:-1] in places:
        return places[value[1:-1]]
    return value
