"""What an SMS costs: GSM 03.38 (7 bits, 160 units, 153 in a chain) or UCS-2 (70, 67), and texts turned into GSM.

One "ó" drops a text from 160 to 70 units, so á, í, ó and ú become a, i, o and u; é, ñ, ü, ¿ and ¡ are in the alphabet and
stay. Letters of other scripts are kept: a name that can be read matters more than a segment. Pictures are removed.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

type Encoding = Literal["gsm7", "ucs2"]

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")
_EQUALS = str.maketrans(
    {
        "\u00a0": " ", "\u202f": " ", "\t": " ", "“": '"', "”": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "´": "'", "`": "'",
        "–": "-", "—": "-", "−": "-", "…": "...", "•": "-", "·": "-", "º": "o", "ª": "a", "°": "o", "ç": "c",
        "₡": "CRC ", "₲": "PYG ", "₦": "NGN ", "½": "1/2", "¼": "1/4", "¾": "3/4", "™": "", "®": "", "©": "",
    }
)  # fmt: skip
_PICTURES = {"So", "Sk", "Cs", "Co", "Cn", "Cf", "Cc", "Me"}


@dataclass(frozen=True, slots=True)
class Segments:
    """`units` are septets or UTF-16 code units; `count` is how many SMS are paid for (0 for an empty text)."""

    encoding: Encoding
    units: int
    count: int


def segments(text: str) -> Segments:
    """How a text is sent; an escape pair or a surrogate pair is never split (GSM 03.38, 3GPP TS 23.040)."""
    if all(char in BASIC or char in EXTENDED for char in text):
        return _counted(text, "gsm7", 160, 153, lambda char: 2 if char in EXTENDED else 1)
    return _counted(text, "ucs2", 70, 67, lambda char: 2 if ord(char) > 0xFFFF else 1)


def transliterate(text: str) -> str:
    """The same text in the GSM alphabet where that loses nothing but an accent."""
    out = "".join(_in_gsm(char) for char in unicodedata.normalize("NFC", text).translate(_EQUALS))
    return re.sub(r" {2,}", " ", out)


def _in_gsm(char: str) -> str:
    if char in BASIC or char in EXTENDED:
        return char
    bare = "".join(part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part))
    if bare and all(part in BASIC for part in bare):
        return bare
    return "" if unicodedata.category(char) in _PICTURES or char == "\ufe0f" else char


def _counted(text: str, encoding: Encoding, one: int, many: int, width: Callable[[str], int]) -> Segments:
    if encoding == "gsm7" and len(text) <= one and EXTENDED.isdisjoint(text):
        return Segments(encoding, len(text), 1 if text else 0)
    widths = [width(char) for char in text]
    total = sum(widths)
    if total <= one:
        return Segments(encoding, total, 1 if total else 0)
    parts, used = 1, 0
    for unit in widths:
        if used + unit > many:
            parts, used = parts + 1, 0
        used += unit
    return Segments(encoding, total, parts)
