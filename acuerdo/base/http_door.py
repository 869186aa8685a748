"""The one door for HTTP that leaves: time-outs, no redirects, a bounded answer, and no address inside the lender's network.

The name is resolved here, every address is judged, and the connection goes to the very address that was judged, so a name
that answers differently a moment later (DNS rebinding) reaches nothing. TLS still checks the certificate against the name.
`ACUERDO_HTTP_PRIVATE` names the hosts inside that may be reached all the same: a relay of the lender's own, a test's peer.
"""

import ipaddress
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.conf import settings

from acuerdo.kernel.errors import ExternalError

ANSWER_BYTES_MAX = 1_000_000
CONNECT_SECONDS = 5.0
ADDRESS_REFUSED = "address-refused"
# The request may have been acted on: whoever must not repeat an act has to ask first.
ANSWER_LOST = "answer-lost"
UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """Status, headers with lower-case names, and at most a megabyte of body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def send_http(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    seconds_max: float = 20.0,
) -> HttpAnswer:
    """One request. Any status is an answer; raises ExternalError `address-refused` (permanent), `unreachable` when nothing
    was said yet, `answer-lost` when the request had begun, `answer-too-long`."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host:
        raise ExternalError(ADDRESS_REFUSED, "La dirección no es http ni https.", permanent=True)
    if parts.scheme == "http" and host not in _inside():
        raise ExternalError(ADDRESS_REFUSED, "Fuera de la propia red solo se habla por https.", permanent=True)
    address = _judged_address(host, parts.port or (443 if parts.scheme == "https" else 80))
    pinned = httpx.URL(url).copy_with(host=address)
    named = {**(headers or {}), "Host": parts.netloc.rpartition("@")[2]}
    try:
        with _client().stream(
            method,
            pinned,
            headers=named,
            content=body,
            timeout=httpx.Timeout(seconds_max, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS),
            extensions={"sni_hostname": host},
        ) as answer:
            return HttpAnswer(answer.status_code, dict(answer.headers), _bounded(answer))
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise ExternalError(UNREACHABLE, f"No se pudo llegar a {host} ({type(error).__name__}).") from None
    except httpx.HTTPError as error:
        raise ExternalError(ANSWER_LOST, f"{host} no terminó de responder ({type(error).__name__}).") from None


def _bounded(answer: httpx.Response) -> bytes:
    found = bytearray()
    for chunk in answer.iter_bytes():
        found += chunk
        if len(found) > ANSWER_BYTES_MAX:
            raise ExternalError("answer-too-long", "La respuesta pasa de un megabyte.", permanent=True)
    return bytes(found)


def _judged_address(host: str, port: int) -> str:
    """The first address of a name whose addresses are all public, or any of a host that a setting allows."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise ExternalError(UNREACHABLE, f"No se encontró {host}.") from None
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    if host not in _inside():
        for address in addresses:
            if not is_public(address):
                raise ExternalError(ADDRESS_REFUSED, f"{host} lleva a una dirección interna.", permanent=True)
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether an IP address is of the open internet, also when an IPv6 one wraps an IPv4 one."""
    ip = ipaddress.ip_address(address)
    inner: Any = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    return ip.is_global and not ip.is_multicast and (inner is None or inner.is_global)


def _inside() -> frozenset[str]:
    return frozenset(settings.HTTP_PRIVATE)


@lru_cache(maxsize=1)
def _client() -> httpx.Client:
    """One pool of connections for the process. A proxy of the environment would see what the door refuses to send."""
    return httpx.Client(
        verify=ssl.create_default_context(),
        follow_redirects=False,
        trust_env=False,
        limits=httpx.Limits(max_connections=50, max_keepalive_connections=20, keepalive_expiry=5),
    )
