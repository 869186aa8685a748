"""Telephone numbers as files write them."""

import pytest

from acuerdo.kernel.phone import display_phone, parse_phone


@pytest.mark.parametrize(
    ("text", "country", "e164", "kind"),
    [
        ("3001234567", "CO", "+573001234567", "mobile"),
        ("300 123 4567", "CO", "+573001234567", "mobile"),
        ("573001234567", "CO", "+573001234567", "mobile"),  # country code without the plus
        ("0057 300 1234567", "CO", "+573001234567", "mobile"),
        ("3001234567.0", "CO", "+573001234567", "mobile"),  # a spreadsheet's number cell
        ("6012345678", "CO", "+576012345678", "fixed"),
        ("987654321", "PE", "+51987654321", "mobile"),
        ("01 4211234", "PE", "+5114211234", "fixed"),
        ("+51 987 654 321", "CO", "+51987654321", "mobile"),  # another country's
    ],
)
def test_reads_valid_numbers(text: str, country: str, e164: str, kind: str) -> None:
    phone = parse_phone(text, country)
    assert (phone.e164, phone.kind, phone.is_valid, phone.is_possible, phone.message) == (e164, kind, True, True, "")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("sin teléfono", "not-a-number"),
        ("3.00123E+09", "damaged-by-spreadsheet"),
        ("2345678", "too-short"),  # a landline from before the ten-digit plan of 2021
        ("300123456789012", "too-long"),
        ("+999 12345678", "bad-country"),
        ("9001234567", "not-assigned"),
    ],
)
def test_says_why_a_number_is_no_use(text: str, reason: str) -> None:
    phone = parse_phone(text, "CO")
    assert (phone.is_valid, phone.reason) == (False, reason)
    assert phone.message.endswith(".")


def test_displays_for_reading() -> None:
    assert display_phone("+573001234567") == "+57 300 1234567"
    assert display_phone("?") == "?"
