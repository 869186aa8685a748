"""A provider's HTTP side as documented, on this machine: takes messages, refuses what its documentation says, signs its calls.

One server plays Twilio, Infobip, a generic provider and Meta's Graph API, each under its own path. The end of the receiver
decides: 0011 is no number, 0010 asked to stop, 0088 is told to slow down, 0050 breaks inside, 0060 is taken without an answer.
"""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode

from acuerdo.messaging.ports import Call
from acuerdo.messaging.rules.wire.signatures import standard_signature

ACCOUNT, TOKEN = "AC" + "0" * 32, "ficticio-token"
APP_SECRET, PHONE_ID, VERIFY = "app_secret", "106540352242922", "verifica"
STANDARD_SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode()


@dataclass
class Taken:
    path: str
    headers: dict[str, str]
    fields: Any


@dataclass
class Peer:
    port: int
    taken: list[Taken] = field(default_factory=list)
    seen_keys: dict[str, str] = field(default_factory=dict)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class _Handler(BaseHTTPRequestHandler):
    peer: Peer

    def log_message(self, *_args: Any) -> None:
        """Quiet."""

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        is_form = "form" in self.headers.get("Content-Type", "")
        fields = dict(parse_qsl(raw.decode())) if is_form else json.loads(raw)
        receiver = _receiver(fields)
        special = {"0088": 429, "0050": 500, "0059": 503}.get(receiver[-4:])
        if special is not None:
            return self._say(special, {})
        if receiver.endswith("0060"):
            self.peer.taken.append(Taken(self.path, dict(self.headers), fields))
            self.connection.close()
            return None
        status, document = self._play(receiver)
        if status < 300:
            self.peer.taken.append(Taken(self.path, dict(self.headers), fields))
        return self._say(status, document)

    def _play(self, receiver: str) -> tuple[int, dict[str, Any]]:
        number = len(self.peer.taken) + 1
        if self.path.startswith("/2010-04-01/"):
            key = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
            if self.headers.get("Authorization") != f"Basic {key}":
                return 401, {"code": 20003, "message": "Authenticate"}
            code = {"0011": 21211, "0010": 21610}.get(receiver[-4:])
            return (
                (400, {"code": code, "status": 400}) if code else (201, {"sid": f"SM{number:032}", "status": "queued"})
            )
        if self.path == "/sms/3/messages":
            status = {"groupId": 1, "groupName": "PENDING", "id": 26, "name": "PENDING_ACCEPTED"}
            if receiver.endswith("0011"):
                status = {"groupId": 5, "groupName": "REJECTED", "id": 52, "name": "REJECTED_DESTINATION"}
            return 200, {"bulkId": "b1", "messages": [{"messageId": f"ib-{number}", "status": status}]}
        if self.path.endswith("/messages"):
            code = {"0011": 131026, "0010": 131050}.get(receiver[-4:])
            if code:
                return 400, {"error": {"code": code, "message": "no", "type": "OAuthException"}}
            return 200, {"messaging_product": "whatsapp", "messages": [{"id": f"wamid.{number}"}]}
        return 200, {"result": {"id": number}}

    def _say(self, status: int, document: dict[str, Any]) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _receiver(fields: dict[str, Any]) -> str:
    found = fields.get("To") or fields.get("to") or fields.get("para") or ""
    if "messages" in fields:
        found = fields["messages"][0]["destinations"][0]["to"]
    return str(found)


@contextmanager
def http_peer() -> Iterator[Peer]:
    handler = type("Handler", (_Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    peer = Peer(server.server_address[1])
    handler.peer = peer
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield peer
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def twilio_call(url: str, fields: dict[str, str], token: str = TOKEN) -> Call:
    text = url + "".join(name + value for name, value in sorted(fields.items()))
    signature = base64.b64encode(hmac.digest(token.encode(), text.encode(), "sha1")).decode()
    return Call(url, {"x-twilio-signature": signature}, urlencode(fields).encode())


def meta_call(value: dict[str, Any], *, name: str = "messages", secret: str = APP_SECRET) -> Call:
    value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": PHONE_ID}, **value}
    document = {
        "object": "whatsapp_business_account",
        "entry": [{"id": "1", "changes": [{"field": name, "value": value}]}],
    }
    body = json.dumps(document).encode()
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return Call("https://x.example/", {"x-hub-signature-256": f"sha256={digest}"}, body)


def infobip_call(*results: dict[str, Any], secret: str = "compartido") -> Call:
    return Call("https://x.example/", {"authorization": f"Bearer {secret}"}, json.dumps({"results": results}).encode())


def standard_call(
    document: dict[str, Any], now: datetime, *, secret: str = STANDARD_SECRET, message_id: str = "msg_1"
) -> Call:
    body, stamp = json.dumps(document).encode(), int(now.timestamp())
    headers = {
        "webhook-id": message_id, "webhook-timestamp": str(stamp),
        "webhook-signature": "v1,viejo " + standard_signature(secret, message_id, stamp, body),
    }  # fmt: skip
    return Call("https://x.example/", headers, body)
