"""SMS through Twilio's Messages resource. Statuses and answers come as signed forms (X-Twilio-Signature).

Twilio's SMS API takes no idempotency key: a request that was not answered is in doubt. The status callback carries our uid
in its address, so a message in doubt is settled as soon as Twilio tells of it.
"""

import base64
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit
from uuid import UUID

from acuerdo.base.http_door import HttpAnswer
from acuerdo.messaging.adapters.http_common import GROUP, forged, json_in, post, refusal, send_each, unreadable
from acuerdo.messaging.ports import Answer, Attached, Call, Outgoing, Received, Status, Told
from acuerdo.messaging.rules.providers import Twilio
from acuerdo.messaging.rules.wire.signatures import is_twilio
from acuerdo.messaging.rules.wire.statuses import twilio_status


class TwilioChannel:
    """`callback_url` is the public address of this installation's webhook for this provider; "" asks for no statuses."""

    def __init__(self, spec: Twilio, callback_url: str) -> None:
        self.name = spec.name
        self.group_max = GROUP
        self._spec = spec
        self._callback_url = callback_url

    def send(self, messages: Sequence[Outgoing]) -> Iterator[Sequence[Answer]]:
        return send_each(messages, self._carry)

    def sent_already(self, uids: Sequence[UUID]) -> AbstractSet[UUID] | None:
        return None

    def _carry(self, message: Outgoing) -> Answer:
        spec = self._spec
        fields = {"To": message.receiver, "Body": message.body}
        if spec.messaging_service:
            fields["MessagingServiceSid"] = spec.messaging_service
        else:
            fields["From"] = message.sender
        if self._callback_url:
            fields["StatusCallback"] = f"{self._callback_url}?uid={message.uid}"
        key = base64.b64encode(f"{spec.account}:{spec.token}".encode()).decode()
        headers = {"Authorization": f"Basic {key}", "Content-Type": "application/x-www-form-urlencoded"}
        url = f"{spec.base_url}/2010-04-01/Accounts/{spec.account}/Messages.json"
        answer = post(url, headers, urlencode(fields).encode())
        if not isinstance(answer, HttpAnswer):
            return Answer(message.uid, trouble=answer)
        document = json_in(answer.body)
        reference = document.get("sid") if isinstance(document, dict) else None
        if answer.status < 300 and isinstance(reference, str):
            return Answer(message.uid, reference)
        code = str(document.get("code", answer.status)) if isinstance(document, dict) else str(answer.status)
        told = twilio_status("failed", code)
        about = told.about if told and told.about != "passing" else "content"
        return Answer(message.uid, trouble=refusal(about, code, "Twilio no aceptó el SMS"))

    def read_call(self, call: Call, now: datetime) -> Told:
        """A status or an answer. Repeats carry the same MessageSid and status, which is their key."""
        try:
            fields = parse_qsl(call.body.decode("utf-8"), keep_blank_values=True, strict_parsing=bool(call.body))
        except (UnicodeDecodeError, ValueError):
            raise unreadable() from None
        if not is_twilio(self._spec.token, call.url, fields, call.headers.get("x-twilio-signature", "")):
            raise forged()
        values = dict(fields)
        reference = values.get("MessageSid", "")
        if not reference:
            raise unreadable()
        status = values.get("MessageStatus")
        if status is None:
            return Told(received=(self._received(values, now),))
        told = twilio_status(status, values.get("ErrorCode", ""))
        if told is None:
            raise unreadable()
        uid = _uid_in(call.url)
        return Told(statuses=(Status(f"{reference}:{status}", reference, told.fate, now, told.about, told.code, uid),))

    @staticmethod
    def _received(values: dict[str, str], now: datetime) -> Received:
        count = int(values.get("NumMedia", "0")) if values.get("NumMedia", "0").isdigit() else 0
        # A picture stays with Twilio: fetching what strangers send is a person's decision.
        attached = tuple(Attached(f"adjunto {number}", 0, None) for number in range(1, min(count, 10) + 1))
        return Received(
            values["MessageSid"], "sms", values.get("From", ""), values.get("To", ""), values.get("Body", ""), now,
            attached=attached,
        )  # fmt: skip


def _uid_in(url: str) -> UUID | None:
    try:
        return UUID(parse_qs(urlsplit(url).query).get("uid", [""])[0])
    except ValueError:
        return None
