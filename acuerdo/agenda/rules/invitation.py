"""The invitation as an iCalendar object (RFC 5545) of one event, with the scheduling method of RFC 5546.

Instants in UTC need no time-zone component; lines end in CRLF and are folded at 75 octets, never inside a character. It names
nobody's debt: a calendar is read by others.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

PRODUCT = "-//Acuerdo//Agenda//ES"
OCTETS_MAX = 75


@dataclass(frozen=True, slots=True)
class Invitation:
    """`sequence` grows with each change of an appointment, so that a calendar replaces what it had under the same `uid`."""

    uid: str
    sequence: int
    stamped_at: datetime
    starts_at: datetime
    minutes: int
    summary: str
    place: str = ""
    url: str = ""
    organiser: str = ""
    organiser_email: str = ""
    attendee_email: str = ""
    is_cancelled: bool = False
    alarm_minutes: int = 60


def calendar_text(told: Invitation) -> str:
    """The whole object, ready for a file `.ics` or for a `text/calendar` part."""
    return "".join(f"{line}\r\n" for content in _lines(told) for line in fold_line(content))


def method_of(told: Invitation) -> Literal["REQUEST", "CANCEL", "PUBLISH"]:
    """PUBLISH where somebody is missing: a request needs an organiser and an attendee (RFC 5546, 3.2.2)."""
    if not (told.organiser_email and told.attendee_email):
        return "PUBLISH"
    return "CANCEL" if told.is_cancelled else "REQUEST"


def _lines(told: Invitation) -> Iterator[str]:
    yield from (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "CALSCALE:GREGORIAN",
        f"METHOD:{method_of(told)}",
    )
    yield from ("BEGIN:VEVENT", f"UID:{told.uid}", f"SEQUENCE:{told.sequence}", f"DTSTAMP:{_instant(told.stamped_at)}")
    yield f"DTSTART:{_instant(told.starts_at)}"
    yield f"DTEND:{_instant(told.starts_at + timedelta(minutes=told.minutes))}"
    yield f"SUMMARY:{escape(told.summary)}"
    if told.place:
        yield f"LOCATION:{escape(told.place)}"
    if told.url:
        yield f"URL:{told.url}"
    if told.organiser_email:
        yield f"ORGANIZER;CN={quoted(told.organiser)}:mailto:{told.organiser_email}"
    if told.attendee_email:
        yield f"ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{told.attendee_email}"
    yield f"STATUS:{'CANCELLED' if told.is_cancelled else 'CONFIRMED'}"
    if not told.is_cancelled:
        yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{escape(told.summary)}")
        yield from (f"TRIGGER:-PT{told.alarm_minutes}M", "END:VALARM")
    yield from ("END:VEVENT", "END:VCALENDAR")


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def escape(text: str) -> str:
    """A TEXT value (3.3.11): backslash, comma, semicolon and line breaks escaped; other control characters left out."""
    kept = "".join(char for char in text.replace("\r\n", "\n") if char == "\n" or (char >= " " and char != "\x7f"))
    for char in "\\;,":
        kept = kept.replace(char, f"\\{char}")
    return kept.replace("\n", "\\n")


def quoted(text: str) -> str:
    """A parameter's value in quotes, which it cannot contain itself (3.2)."""
    return '"' + "".join(char for char in text if char >= " " and char not in '"\x7f') + '"'


def fold_line(line: str) -> Iterator[str]:
    """Pieces of at most 75 octets; every one after the first begins with a blank."""
    piece, used = "", 0
    for char in line:
        size = len(char.encode())
        if used + size > OCTETS_MAX:
            yield piece
            piece, used = " ", 1
        piece, used = piece + char, used + size
    yield piece
