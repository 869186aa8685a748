"""GSM 03.38 on the wire: a text as the parts that leave, and back (3GPP TS 23.038; TS 23.040 section 9.2.3.24.1).

A part never ends inside an escape pair or a surrogate pair. Parts of one text carry the header 05 00 03 ref total number.
"""

from dataclasses import dataclass

from acuerdo.messaging.rules.sms import segments

# In the order of the table: the place of a character is its code.
BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = {
    "\f": 0x0A,
    "^": 0x14,
    "{": 0x28,
    "}": 0x29,
    "\\": 0x2F,
    "[": 0x3C,
    "~": 0x3D,
    "]": 0x3E,
    "|": 0x40,
    "€": 0x65,
}
_CODES = {char: bytes([code]) for code, char in enumerate(BASIC) if char != "\x1b"} | {
    char: bytes([0x1B, code]) for char, code in EXTENDED.items()
}
_FROM_EXTENDED = {code: char for char, code in EXTENDED.items()}
GSM7, LATIN1, UCS2 = 0, 3, 8
PARTS_MAX = 255
HEADER_BYTES = 6


@dataclass(frozen=True, slots=True)
class Parts:
    """What leaves: `payloads` in order, with their header when there are several; `data_coding` of SMPP (0 or 8)."""

    data_coding: int
    payloads: tuple[bytes, ...]

    @property
    def is_chain(self) -> bool:
        return len(self.payloads) > 1


def split(text: str, reference: int) -> Parts:
    """The parts of a text; `reference` 0–255 ties those of one chain together. Raises ValueError above 255 parts."""
    is_gsm = segments(text).encoding == "gsm7"
    units = [_CODES[char] for char in text] if is_gsm else [char.encode("utf-16-be", "replace") for char in text]
    one, many = (160, 153) if is_gsm else (140, 134)
    chunks = _filled(units, one) if sum(map(len, units)) <= one else _filled(units, many)
    if len(chunks) > PARTS_MAX:
        raise ValueError("a text of more than 255 parts is no SMS")
    coding = GSM7 if is_gsm else UCS2
    if len(chunks) == 1:
        return Parts(coding, (chunks[0],))
    heads = (bytes([5, 0, 3, reference & 0xFF, len(chunks), number]) for number in range(1, len(chunks) + 1))
    return Parts(coding, tuple(head + chunk for head, chunk in zip(heads, chunks, strict=True)))


def _filled(units: list[bytes], room: int) -> list[bytes]:
    chunks, current = [], bytearray()
    for unit in units:
        if len(current) + len(unit) > room:
            chunks.append(bytes(current))
            current = bytearray()
        current += unit
    return [*chunks, bytes(current)]


def decode(payload: bytes, data_coding: int) -> str:
    """The text of one part without its header; unknown bytes become "?". Codings other than 3 and 8 are read as GSM."""
    if data_coding == UCS2:
        return payload.decode("utf-16-be", "replace").replace("\ufffd", "?")
    if data_coding in (1, LATIN1):
        return payload.decode("latin-1")
    found, is_escaped = [], False
    for code in payload:
        if code == 0x1B and not is_escaped:
            is_escaped = True
            continue
        table = _FROM_EXTENDED.get(code, "?") if is_escaped else (BASIC[code] if code < len(BASIC) else "?")
        found.append(table)
        is_escaped = False
    return "".join(found)


@dataclass(frozen=True, slots=True)
class Chain:
    """Where a received part belongs: `reference` of the sender, `number` of `total`."""

    reference: int
    total: int
    number: int


def unwrap(payload: bytes) -> tuple[Chain | None, bytes]:
    """Parts a received payload from its header (esm_class 0x40). Elements that say nothing of chains are skipped; a header
    that is longer than the payload is no header."""
    if not payload or payload[0] + 1 > len(payload):
        return None, payload
    header, body = payload[1 : payload[0] + 1], payload[payload[0] + 1 :]
    place = 0
    while place + 2 <= len(header):
        kind, size = header[place], header[place + 1]
        element = header[place + 2 : place + 2 + size]
        if kind == 0 and len(element) == 3:
            return _chain(element[0], element[1], element[2]), body
        if kind == 8 and len(element) == 4:
            return _chain(element[0] * 256 + element[1], element[2], element[3]), body
        place += 2 + size
    return None, body


def _chain(reference: int, total: int, number: int) -> Chain | None:
    return Chain(reference, total, number) if 1 <= number <= total else None
