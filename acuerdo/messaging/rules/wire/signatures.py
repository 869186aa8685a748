"""How each provider proves that a call is its own. Every comparison takes constant time; every function answers yes or no.

Twilio: HMAC-SHA1 of the address and the sorted fields. Meta: HMAC-SHA256 of the raw body. Standard Webhooks 1.0 (our own
scheme for a generic provider, and for Infobip behind a relay): HMAC-SHA256 of id.timestamp.body within five minutes.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime

TOLERANCE_SECONDS = 300


def is_twilio(token: str, url: str, fields: Sequence[tuple[str, str]], signature: str) -> bool:
    """`url` is the public address as Twilio called it, with its query; `fields` the form's, in any order."""
    text = url + "".join(name + value for name, value in sorted(set(fields)))
    expected = base64.b64encode(hmac.digest(token.encode(), text.encode(), "sha1")).decode()
    return bool(token) and hmac.compare_digest(expected.encode(), signature.encode())


def is_meta(app_secret: str, body: bytes, signature: str) -> bool:
    """`signature` is the header X-Hub-Signature-256: "sha256=" and the hexadecimal digest."""
    expected = "sha256=" + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()
    return bool(app_secret) and hmac.compare_digest(expected.encode(), signature.strip().lower().encode())


def is_standard(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """Standard Webhooks: any `v1` of the list may fit (a secret being changed signs twice); older than five minutes is a replay."""
    message_id, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    key = _key(secret)
    if not key or not message_id or not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        return False
    if abs(now.timestamp() - int(stamp)) > TOLERANCE_SECONDS:
        return False
    expected = standard_signature(secret, message_id, int(stamp), body)
    given = headers.get("webhook-signature", "").split()
    return any(hmac.compare_digest(expected.encode(), one.encode()) for one in given)


def standard_signature(secret: str, message_id: str, stamp: int, body: bytes) -> str:
    """`v1,` and the base64 digest, as the header carries it."""
    signed = f"{message_id}.{stamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(_key(secret), signed, "sha256")).decode()


def is_token(expected: str, given: str) -> bool:
    """A shared secret in a header, for a provider that signs nothing (Infobip's own notifications)."""
    return bool(expected) and hmac.compare_digest(expected.encode(), given.encode())


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        return b""
