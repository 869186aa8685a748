"""WhatsApp through Meta's Cloud API: approved templates, free text only within a day of the person's last message.

Off by default: Meta's business policy has named debt collection among what it does not admit, so `accepts_policy` in the
provider's block says that the lender read it and accepts the risk to its number. A red quality rating stops the number.
Meta takes no idempotency key; statuses carry our uid (`biz_opaque_callback_data`) and settle a message in doubt.
"""

import json
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from acuerdo.kernel.errors import ExternalError, Refusal
from acuerdo.kernel.text import squeeze
from acuerdo.messaging.adapters.http_common import GROUP, at_path, forged, json_in, post, refusal, send_each, unreadable
from acuerdo.messaging.ports import Answer, Attached, Call, Outgoing, Received, Status, Told
from acuerdo.messaging.rules.providers import WhatsApp
from acuerdo.messaging.rules.wire.signatures import is_meta, is_token
from acuerdo.messaging.rules.wire.statuses import meta_about, meta_status

# Meta repeats an undelivered notification for up to a week; older ones are somebody else's copy.
AGE_MAX = timedelta(days=8)
_QUALITY = {"GREEN": "GREEN", "YELLOW": "YELLOW", "RED": "RED", "FLAGGED": "RED", "UNFLAGGED": "GREEN"}
_STOPPED = {"DISABLED_UPDATE", "ACCOUNT_RESTRICTION", "ACCOUNT_VIOLATION", "DISABLE"}


class WhatsAppChannel:
    def __init__(self, spec: WhatsApp) -> None:
        if not spec.accepts_policy:
            raise Refusal(
                "whatsapp-policy",
                "WhatsApp está apagado: la política de Meta puede no admitir cobranza. Léala y ponga accepts_policy = true.",
            )
        self.name = spec.name
        self.group_max = GROUP
        self._spec = spec

    def send(self, messages: Sequence[Outgoing]) -> Iterator[Sequence[Answer]]:
        return send_each(messages, self._carry)

    def sent_already(self, uids: Sequence[UUID]) -> AbstractSet[UUID] | None:
        return None

    def _carry(self, message: Outgoing) -> Answer:
        content = self._content(message)
        if content is None:
            why = "Fuera de las 24 horas WhatsApp solo admite plantillas aprobadas, y esta no lo está"
            return Answer(message.uid, trouble=refusal("content", message.template or "sin plantilla", why))
        body = {
            "messaging_product": "whatsapp", "recipient_type": "individual", "to": message.receiver.removeprefix("+"),
            "biz_opaque_callback_data": str(message.uid), **content,
        }  # fmt: skip
        headers = {"Authorization": f"Bearer {self._spec.token}", "Content-Type": "application/json"}
        url = f"{self._spec.base_url}/{self._spec.phone_number_id}/messages"
        answer = post(url, headers, json.dumps(body).encode())
        if isinstance(answer, ExternalError):
            return Answer(message.uid, trouble=answer)
        document = json_in(answer.body)
        reference = at_path(document, "messages.0.id")
        if answer.status < 300 and isinstance(reference, str):
            return Answer(message.uid, reference)
        code = at_path(document, "error.code")
        code = code if isinstance(code, int) else answer.status
        return Answer(message.uid, trouble=refusal(meta_about(code), str(code), "WhatsApp no aceptó el mensaje"))

    def _content(self, message: Outgoing) -> dict[str, Any] | None:
        if message.is_in_window:
            return {"type": "text", "text": {"preview_url": False, "body": message.body[:4096]}}
        known = self._spec.templates.get(message.template)
        if known is None:
            return None
        # A parameter is one line: Meta refuses line breaks and runs of spaces (132012).
        parameters = [
            {"type": "text", "text": squeeze(message.values.get(name, ""))[:1024]} for name in known.get("fields", [])
        ]
        components = [{"type": "body", "parameters": parameters}] if parameters else []
        name, language = str(known["name"]), str(known.get("language", message.language))
        return {
            "type": "template",
            "template": {"name": name, "language": {"code": language}, "components": components},
        }

    def confirm_address(self, query: dict[str, str]) -> str:
        """Meta's question when the address is entered in its console: the challenge to echo. Refuses `webhook-forged`."""
        if query.get("hub.mode") != "subscribe" or not is_token(
            self._spec.verify_token, query.get("hub.verify_token", "")
        ):
            raise forged()
        return query.get("hub.challenge", "")[:200]

    def read_call(self, call: Call, now: datetime) -> Told:
        if not is_meta(self._spec.app_secret, call.body, call.headers.get("x-hub-signature-256", "")):
            raise forged()
        entries = at_path(json_in(call.body), "entry")
        if not isinstance(entries, list):
            raise unreadable()
        told = Told()
        for entry in entries:
            changes = at_path(entry, "changes")
            for change in changes if isinstance(changes, list) else []:
                told = _joined(told, self._change(change, now))
        return told

    def _change(self, change: Any, now: datetime) -> Told:
        value = at_path(change, "value")
        match at_path(change, "field"):
            case "messages" if at_path(value, "metadata.phone_number_id") == self._spec.phone_number_id:
                statuses = at_path(value, "statuses") or []
                received = at_path(value, "messages") or []
                return Told(
                    statuses=tuple(one for row in statuses if (one := _status(row, now)) is not None),
                    received=tuple(text for row in received if (text := _received(row, now)) is not None),
                )
            case "phone_number_quality_update":
                return Told(quality=_QUALITY.get(str(at_path(value, "event")), ""))
            case "account_update" if at_path(value, "event") in _STOPPED:
                return Told(stopped=str(at_path(value, "event")))
            case _:
                return Told()


def _joined(first: Told, second: Told) -> Told:
    return Told(
        statuses=first.statuses + second.statuses,
        received=first.received + second.received,
        quality=second.quality or first.quality,
        stopped=second.stopped or first.stopped,
    )


def _moment(row: Any, now: datetime) -> datetime:
    """When it happened, by Meta's clock. Refuses `webhook-replayed` for what is older than Meta itself would repeat."""
    stamp = str(at_path(row, "timestamp") or "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 11):
        raise unreadable()
    at = datetime.fromtimestamp(int(stamp), UTC)
    if now - at > AGE_MAX:
        raise Refusal("webhook-replayed", "La llamada es demasiado antigua: es una repetición.")
    return min(at, now)


def _status(row: Any, now: datetime) -> Status | None:
    reference, word, error = at_path(row, "id"), at_path(row, "status"), at_path(row, "errors.0.code")
    told = meta_status(str(word), error if isinstance(error, int) else None)
    if not isinstance(reference, str) or told is None:
        return None
    try:
        uid = UUID(str(at_path(row, "biz_opaque_callback_data")))
    except ValueError:
        uid = None
    return Status(
        f"{reference}:{word}"[:200], reference[:200], told.fate, _moment(row, now), told.about, told.code, uid
    )


def _received(row: Any, now: datetime) -> Received | None:
    reference, sender, kind = at_path(row, "id"), at_path(row, "from"), at_path(row, "type")
    if not isinstance(reference, str) or not isinstance(sender, str):
        return None
    text = (
        at_path(row, "text.body") or at_path(row, "button.text") or at_path(row, "interactive.button_reply.title") or ""
    )
    media = at_path(row, str(kind))
    attached: tuple[Attached, ...] = ()
    if isinstance(media, dict) and "mime_type" in media:
        # The file stays with Meta until a person asks for it: what strangers send is not fetched unseen.
        attached = (Attached(str(media.get("filename") or kind)[:120], 0, None),)
        text = text or str(media.get("caption") or "")
    replied = at_path(row, "context.id")
    return Received(
        reference[:200], "whatsapp", f"+{sender.removeprefix('+')}", "", str(text), _moment(row, now),
        replies_to=(replied,) if isinstance(replied, str) else (), attached=attached,
    )  # fmt: skip
