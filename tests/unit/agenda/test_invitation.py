"""The iCalendar object as an independent reader (the icalendar library) understands it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from acuerdo.agenda.rules.invitation import OCTETS_MAX, Invitation, calendar_text, fold_line

AT = datetime(2026, 7, 20, 15, 30, tzinfo=UTC)


def invitation(**changes: Any) -> Invitation:
    base: dict[str, Any] = {
        "uid": "0190-a@acuerdo", "sequence": 2, "stamped_at": datetime(2026, 7, 15, 15, 0, tzinfo=UTC), "starts_at": AT,
        "minutes": 30, "summary": "Cita con Banco, S. A.; sucursal", "place": "Calle 7 #12-34\npiso 3",
        "organiser": 'Banco "del" Valle', "organiser_email": "citas@banco.invalid", "attendee_email": "ana@correo.invalid",
    }  # fmt: skip
    return Invitation(**{**base, **changes})


def event(text: str) -> Any:
    return Calendar.from_ical(text).walk("VEVENT")[0]


def test_a_reader_finds_what_was_told() -> None:
    read = event(calendar_text(invitation()))
    assert (read["UID"], read["SEQUENCE"], read.decoded("DTSTART")) == ("0190-a@acuerdo", 2, AT)
    assert (read.decoded("DTEND") - AT).seconds == 30 * 60
    assert (read["SUMMARY"], read["LOCATION"]) == ("Cita con Banco, S. A.; sucursal", "Calle 7 #12-34\npiso 3")
    assert read["ORGANIZER"] == "mailto:citas@banco.invalid"
    assert read["ORGANIZER"].params["CN"] == "Banco del Valle"
    assert read["ATTENDEE"] == "mailto:ana@correo.invalid"
    assert read.walk("VALARM")[0].decoded("TRIGGER").total_seconds() == -3600


@pytest.mark.parametrize(
    ("changes", "method", "status"),
    [
        ({}, "REQUEST", "CONFIRMED"),
        ({"is_cancelled": True}, "CANCEL", "CANCELLED"),
        ({"attendee_email": ""}, "PUBLISH", "CONFIRMED"),  # a file to download asks nobody
        ({"organiser_email": ""}, "PUBLISH", "CONFIRMED"),
    ],
)
def test_method_and_status(changes: dict[str, Any], method: str, status: str) -> None:
    text = calendar_text(invitation(**changes))
    assert Calendar.from_ical(text)["METHOD"] == method
    assert event(text)["STATUS"] == status


@given(st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=300))
def test_any_text_comes_back_and_cannot_add_a_line(words: str) -> None:
    text = calendar_text(invitation(summary=words, place=""))
    assert all(len(line.encode()) <= OCTETS_MAX for line in text.split("\r\n"))
    assert text.count("BEGIN:VEVENT") == 1
    kept = "".join(char for char in words.replace("\r\n", "\n") if char == "\n" or (char >= " " and char != "\x7f"))
    assert str(event(text)["SUMMARY"]) == kept


def test_a_long_line_is_folded_between_characters() -> None:
    assert list(fold_line("á" * 40)) == ["á" * 37, " " + "á" * 3]
