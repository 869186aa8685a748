"""The texts that come with the product, read from `messaging/data/templates/<language>/*.yaml`, one row for each channel."""

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

CHANNELS = ("sms", "whatsapp", "email", "voice", "letter")
LANGUAGES = ("es", "en")
# What no text about money may leave out: who is owed, how much, when, and how to act on it.
REQUIRED = ("acreedor", "saldo_vencido", "fecha_vencimiento", "enlace")
# A notice, a thanks or an offer says who writes; what else it needs is told with each text.
REQUIRED_OTHERWISE = ("acreedor",)
ABOUT_MONEY = ("collection", "reminder")


@dataclass(frozen=True, slots=True)
class LibraryText:
    """One text: its code with channel and language identifies it."""

    code: str
    channel: str
    language: str
    stage: str
    situation: str
    purpose: str
    subject: str
    body: str
    requires: tuple[str, ...] = ()


def required_of(purpose: str) -> tuple[str, ...]:
    """What a text of a purpose must place when nothing more exact is said."""
    return REQUIRED if purpose in ABOUT_MONEY else REQUIRED_OTHERWISE


@lru_cache(maxsize=1)
def library() -> tuple[LibraryText, ...]:
    """Every text of the library, closings joined."""
    return tuple(text for language in LANGUAGES for text in _texts_in(language))


def _texts_in(language: str) -> list[LibraryText]:
    folder = files("acuerdo.messaging.data") / "templates" / language
    closings = yaml.safe_load(folder.joinpath("common.yaml").read_text(encoding="utf-8"))["closings"]
    names = sorted(
        entry.name for entry in folder.iterdir() if entry.name.endswith(".yaml") and entry.name != "common.yaml"
    )
    rows = [row for name in names for row in yaml.safe_load(folder.joinpath(name).read_text(encoding="utf-8"))]
    return [_text(row, channel, language, closings) for row in rows for channel in CHANNELS if channel in row]


def _text(row: dict[str, Any], channel: str, language: str, closings: dict[str, str]) -> LibraryText:
    content = row[channel]
    subject, body = (content["subject"], content["body"]) if isinstance(content, dict) else ("", content)
    closing = closings[f"{channel}_{row['closing']}" if "closing" in row else channel]
    return LibraryText(
        code=row["code"],
        channel=channel,
        language=language,
        stage=row.get("stage", ""),
        situation=row["situation"],
        purpose=row.get("purpose", "collection"),
        subject=subject,
        body=body + closing,
        requires=tuple(row.get("requires") or required_of(row.get("purpose", "collection"))),
    )
