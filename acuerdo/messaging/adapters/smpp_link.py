"""One bound SMPP 3.4 link: the socket, the bind, and PDUs in and out. `smpplib` writes and reads PDUs, the rest is here.

Its own client answers receipts and counts windows in ways that hide which request an answer belongs to; a message must be
told apart that was surely refused, surely taken, or neither, so this keeps the table of what is unanswered itself.
"""

import select
import socket
import ssl
import struct
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from smpplib import consts, exceptions, smpp

from acuerdo.kernel.errors import ExternalError
from acuerdo.messaging.ports import PROVIDER_DOWN

type BindKind = Literal["transmitter", "receiver", "transceiver"]

PDU_BYTES_MAX = 65_536
_TON_INTERNATIONAL, _NPI_ISDN, _TON_ALPHANUMERIC, _TON_UNKNOWN = 1, 1, 5, 0
SHORT_CODE_DIGITS_MAX = 8


@dataclass(frozen=True, slots=True)
class SmppServer:
    """Where to bind and as whom. `window` is how many submits may be unanswered at once."""

    host: str
    port: int
    system_id: str
    password: str = field(repr=False)
    system_type: str = ""
    tls: bool = False
    window: int = 10
    answer_seconds: float = 10.0
    connect_seconds: float = 5.0
    enquire_seconds: float = 30.0


class LinkLost(Exception):
    """The link is gone, or never was."""


class _Numbers:
    """The codec wants an object that counts requests."""

    def __init__(self) -> None:
        self.sequence = 0

    def next_sequence(self) -> int:
        self.sequence = self.sequence % 0x7FFFFFFF + 1
        return self.sequence


class SmppLink:
    """A bound link. Not for several threads at once. Use as a context; leaving it unbinds in order."""

    def __init__(self, server: SmppServer, kind: BindKind, context: ssl.SSLContext | None = None) -> None:
        self._server = server
        self._kind = kind
        self._context = context
        self._numbers = _Numbers()
        self._socket: socket.socket | None = None
        self._buffer = bytearray()
        self._quiet_since = 0.0

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    @property
    def is_open(self) -> bool:
        return self._socket is not None

    def open(self) -> None:
        """Connects and binds. Raises ExternalError `provider-down`, permanent when the centre refuses who we are."""
        try:
            self._socket = self._connect()
            number = self.put(f"bind_{self._kind}", **self._bind_fields())
            answer = self._answer_to(number, f"bind_{self._kind}_resp")
        except (OSError, LinkLost, exceptions.PDUError) as error:
            self._drop()
            raise ExternalError(PROVIDER_DOWN, f"La central de SMS no responde ({type(error).__name__}).") from None
        if answer.status != consts.SMPP_ESME_ROK:
            self._drop()
            raise ExternalError(PROVIDER_DOWN, f"La central de SMS rechazó la conexión (0x{answer.status:02X}).")

    def close(self) -> None:
        """Says goodbye where there is somebody to say it to."""
        if self._socket is None:
            return
        with suppress(OSError, LinkLost, exceptions.PDUError):  # it is closed either way
            self._answer_to(self.put("unbind"), "unbind_resp", seconds=2.0)
        self._drop()

    def put(self, command: str, **fields: Any) -> int:
        """Writes one request; gives its number. Raises LinkLost when it may not have been written whole."""
        pdu = smpp.make_pdu(command, client=self._numbers, **fields)
        self._write(pdu.generate())
        return int(pdu.sequence)

    def reply(self, command: str, number: int, status: int = consts.SMPP_ESME_ROK) -> None:
        pdu = smpp.make_pdu(command, client=self._numbers, status=status)
        pdu.sequence = number
        self._write(pdu.generate())

    def take(self, seconds: float) -> Any | None:
        """The next PDU that concerns the caller, None when `seconds` pass without one. Answers enquiries by itself."""
        until = time.monotonic() + seconds
        while True:
            pdu = self._next(max(until - time.monotonic(), 0.0))
            if pdu is None:
                return None
            match pdu.command:
                case "enquire_link":
                    self.reply("enquire_link_resp", pdu.sequence)
                case "unbind":
                    self.reply("unbind_resp", pdu.sequence)
                    self._drop()
                    raise LinkLost("unbind")
                case "enquire_link_resp":
                    pass
                case _:
                    return pdu

    def enquire_if_quiet(self) -> None:
        """Asks whether the other side is there once the link was quiet for a while; a dead peer is then found out."""
        if time.monotonic() - self._quiet_since < self._server.enquire_seconds:
            return
        self._answer_to(self.put("enquire_link"), "enquire_link_resp")

    def _answer_to(self, number: int, command: str, seconds: float | None = None) -> Any:
        until = time.monotonic() + (self._server.answer_seconds if seconds is None else seconds)
        while (left := until - time.monotonic()) > 0:
            pdu = self._next(left)
            if pdu is not None and pdu.sequence == number and pdu.command in (command, "generic_nack"):
                return pdu
            if pdu is not None and pdu.command == "enquire_link":
                self.reply("enquire_link_resp", pdu.sequence)
        raise LinkLost("no answer")

    def _next(self, seconds: float) -> Any | None:
        """One PDU of any kind, from the buffer or the socket."""
        until = time.monotonic() + seconds
        while (raw := self._whole_pdu()) is None:
            if not self._fill(max(until - time.monotonic(), 0.0)):
                return None
        try:
            return smpp.parse_pdu(raw, client=self._numbers, allow_unknown_opt_params=True)
        except (exceptions.UnknownCommandError, ValueError, KeyError, IndexError, struct.error, UnicodeError) as error:
            # A PDU that cannot be read means that we no longer know where the next one begins.
            self._drop()
            raise LinkLost(type(error).__name__) from None

    def _whole_pdu(self) -> bytes | None:
        if len(self._buffer) < 16:
            return None
        (length,) = struct.unpack_from(">L", self._buffer)
        if not 16 <= length <= PDU_BYTES_MAX:
            self._drop()
            raise LinkLost("impossible length")
        if len(self._buffer) < length:
            return None
        raw = bytes(self._buffer[:length])
        del self._buffer[:length]
        return raw

    def _fill(self, seconds: float) -> bool:
        """Whether anything came within `seconds`."""
        if self._socket is None:
            raise LinkLost("closed")
        pending = isinstance(self._socket, ssl.SSLSocket) and self._socket.pending()
        if not pending and not select.select([self._socket], [], [], seconds)[0]:
            return False
        try:
            chunk = self._socket.recv(65_536)
        except (OSError, ValueError) as error:
            self._drop()
            raise LinkLost(type(error).__name__) from None
        if not chunk:
            self._drop()
            raise LinkLost("closed by the other side")
        self._buffer += chunk
        self._quiet_since = time.monotonic()
        return True

    def _write(self, raw: bytes) -> None:
        if self._socket is None:
            raise LinkLost("closed")
        try:
            self._socket.sendall(raw)
        except OSError as error:
            self._drop()
            raise LinkLost(type(error).__name__) from None

    def _connect(self) -> socket.socket:
        server = self._server
        raw = socket.create_connection((server.host, server.port), timeout=server.connect_seconds)
        try:
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if server.tls:
                context = self._context or ssl.create_default_context()
                raw = context.wrap_socket(raw, server_hostname=server.host)
            raw.settimeout(server.answer_seconds)
        except OSError:
            raw.close()
            raise
        self._buffer.clear()
        self._quiet_since = time.monotonic()
        return raw

    def _bind_fields(self) -> dict[str, Any]:
        server = self._server
        return {
            "system_id": server.system_id, "password": server.password, "system_type": server.system_type,
            "interface_version": consts.SMPP_VERSION_34,
        }  # fmt: skip

    def _drop(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def source_address(sender: str) -> dict[str, Any]:
    """Type of number and plan of a sender: a name (TON 5), a short code (TON 0) or an international number (TON 1)."""
    if not sender:
        return {"source_addr_ton": _TON_UNKNOWN, "source_addr_npi": 0, "source_addr": ""}
    if not sender.lstrip("+").isdigit():
        return {"source_addr_ton": _TON_ALPHANUMERIC, "source_addr_npi": 0, "source_addr": sender[:11]}
    if len(sender) <= SHORT_CODE_DIGITS_MAX:
        return {"source_addr_ton": _TON_UNKNOWN, "source_addr_npi": _NPI_ISDN, "source_addr": sender}
    return {"source_addr_ton": _TON_INTERNATIONAL, "source_addr_npi": _NPI_ISDN, "source_addr": sender.lstrip("+")}


def destination_address(number: str) -> dict[str, Any]:
    """An E.164 number without its plus, international (TON 1, NPI 1)."""
    return {
        "dest_addr_ton": _TON_INTERNATIONAL, "dest_addr_npi": _NPI_ISDN, "destination_addr": number.removeprefix("+"),
    }  # fmt: skip
