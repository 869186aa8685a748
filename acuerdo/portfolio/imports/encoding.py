"""Which bytes mean which letters in a text file: a byte order mark, strict UTF-8, or the code page that gives Spanish.

Old code pages cannot be told apart by rule, so each candidate reads a sample and is judged by the letters that come
out: á é í ó ú ñ are Spanish; box drawings, `Ã±` and lone accents are a wrong reading.
"""

import codecs
from pathlib import Path

from charset_normalizer import from_bytes

from acuerdo.portfolio.imports.sniff import open_bytes

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CODE_PAGES = ("cp1252", "latin-1", "cp850", "mac-roman")
_SPANISH = frozenset("áéíóúñÁÉÍÓÚÑüÜ¿¡°ºª€–’“”´")
_CHUNK_BYTES = 1 << 20
_SAMPLE_BYTES = 200_000


def encoding_of(path: Path) -> str:
    """The Python codec to read `path` with; latin-1 when nothing speaks for another, because it reads any byte."""
    with open_bytes(path) as source:
        head = source.read(4096)
    for mark, codec in _MARKS:
        if head.startswith(mark):
            return codec
    if head.count(b"\x00") > len(head) // 4:
        return "utf-16-le" if head[1:2] == b"\x00" else "utf-16-be"
    sample, is_utf8 = _sample(path)
    return "utf-8" if is_utf8 else _code_page(sample)


def _sample(path: Path) -> tuple[bytes, bool]:
    """Lines that have bytes outside ASCII, and whether the whole file is UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    is_utf8, sample = True, bytearray()
    with open_bytes(path) as source:
        while chunk := source.read(_CHUNK_BYTES):
            if is_utf8:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    is_utf8 = False
            if not chunk.isascii() and len(sample) < _SAMPLE_BYTES:
                sample += b"\n".join(line for line in chunk.splitlines() if not line.isascii())[:_SAMPLE_BYTES]
            if not is_utf8 and len(sample) >= _SAMPLE_BYTES:
                break
    if is_utf8:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            is_utf8 = False
    return bytes(sample), is_utf8


def _code_page(sample: bytes) -> str:
    scores = {page: _spanishness(sample, page) for page in _CODE_PAGES}
    best = max(_CODE_PAGES, key=lambda page: scores[page])
    if scores[best] > 0:
        return best
    # Two encodings in one file, or another script: what most of it is; unreadable rows are rejected one by one.
    if sample.decode("utf-8", errors="ignore") and _spanishness(sample, "utf-8") > 0:
        return "utf-8"
    found = from_bytes(sample).best()
    return found.encoding if found else "latin-1"


def _spanishness(sample: bytes, codec: str) -> int:
    text = sample.decode(codec, errors="replace")
    strange = [char for char in text if ord(char) > 127]
    return sum(2 if char in _SPANISH else -1 for char in strange) - 20 * text.count("Ã")
