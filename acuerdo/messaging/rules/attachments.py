"""What is kept of a file that somebody sent: only papers and pictures, known by their first bytes and not by their name.

Nothing that a program would run is kept (documents with macros, archives, SVG, HTML), and nothing large.
"""

import re
from dataclasses import dataclass
from typing import Literal

BYTES_MAX = 10_000_000
FILES_MAX = 10
type Refused = Literal["", "empty", "too-large", "kind", "too-many"]

_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)


@dataclass(frozen=True, slots=True)
class Judged:
    """`content_type` of what may be kept, or the reason why not."""

    content_type: str = ""
    refused: Refused = ""


def judge_file(size_bytes: int, content: bytes | None, place: int) -> Judged:
    """`place` counts from 0 within one message; `content` is None for a file too large to have been read."""
    if place >= FILES_MAX:
        return Judged(refused="too-many")
    if content is None or size_bytes > BYTES_MAX or len(content) > BYTES_MAX:
        return Judged(refused="too-large")
    if not content:
        return Judged(refused="empty")
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return Judged("image/webp")
    if content[4:12] in (b"ftypheic", b"ftypmif1"):
        return Judged("image/heic")
    kind = next((kind for start, kind in _KINDS if content.startswith(start)), "")
    return Judged(kind) if kind else Judged(refused="kind")


def safe_name(name: str) -> str:
    """A name that may be shown and saved: one line, no folders, no control or direction-changing characters."""
    bare = re.sub(r"[\\/]", "_", re.sub(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", name)).strip(". ")
    return bare[-120:] or "archivo"
