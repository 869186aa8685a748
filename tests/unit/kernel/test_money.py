"""Reading and writing amounts: what is exact, what is refused and why."""

from decimal import Decimal

import pytest

from acuerdo.kernel import money
from acuerdo.kernel.errors import Refusal


@pytest.mark.parametrize(
    ("text", "currency", "expected"),
    [
        ("1.234.567,89", "COP", 123456789),  # Colombian
        ("1,234,567.89", "COP", 123456789),  # Peruvian, Mexican
        ("1234567.89", "COP", 123456789),  # machine
        ("1234567,89", "COP", 123456789),
        ("$ 1.234.567", "COP", 123456700),  # two groups can only be thousands
        ("$\u00a01.234.567,5", "COP", 123456750),
        ("COP 1.234.567", "COP", 123456700),
        ("S/ 1,234.50", "PEN", 123450),
        ("S/. 1,234.50", "PEN", 123450),
        ("1234.50 PEN", "PEN", 123450),
        ("(500)", "COP", -50000),  # accountants' negative
        ("-$ 500", "COP", -50000),
        ("500-", "COP", -50000),
        ("\u2212500", "COP", -50000),  # the real minus sign
        ("0,5", "COP", 50),
        (",5", "COP", 50),
        ("12.", "COP", 1200),
        ("0", "COP", 0),
        ("1 234 567,89", "COP", 123456789),
        ("1'234'567.89", "COP", 123456789),
        ("1.234", "CLP", 1234),  # no decimals exist in pesos chilenos
        ("12.00", "CLP", 12),
        ("1.2300", "COP", 123),  # zeros beyond the exponent lose nothing
    ],
)
def test_reads_what_is_certain(text: str, currency: str, expected: int) -> None:
    assert money.parse_minor(text, currency) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1.500", "ambiguous-amount"),
        ("1,500", "ambiguous-amount"),
        ("0.505", "too-many-decimals"),
        ("1234.567", "too-many-decimals"),
        ("1.23E+09", "number-damaged-by-spreadsheet"),
        ("1,23e9", "number-damaged-by-spreadsheet"),
        ("", "bad-amount"),
        ("abc", "bad-amount"),
        ("12a", "bad-amount"),
        ("1.2.3", "bad-amount"),
        ("1,23,456.00", "bad-amount"),
        ("1.234,567.89", "bad-amount"),
        ("=1+1", "bad-amount"),
        (".", "bad-amount"),
    ],
)
def test_refuses_what_is_not(text: str, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        money.parse_minor(text, "COP")
    assert refusal.value.code == code


def test_a_known_decimal_mark_settles_the_ambiguous() -> None:
    assert money.parse_minor("1.500", "COP", ",") == 150000
    assert money.parse_minor("1,500", "COP", ".") == 150000
    with pytest.raises(Refusal, match="más decimales"):
        money.parse_minor("1.505", "COP", ".")


def test_a_column_proves_its_decimal_mark() -> None:
    assert money.decimal_mark_of(["1.500", "2.300", "1.234.567"]) == ","
    assert money.decimal_mark_of(["1.500", "20.5"]) == "."
    assert money.decimal_mark_of(["1.500", "2300"]) is None
    with pytest.raises(Refusal) as refusal:
        money.decimal_mark_of(["20.5", "20,5"])
    assert refusal.value.code == "mixed-decimal-marks"


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (123456700, "COP", "$\u00a01.234.567"),
        (123456789, "COP", "$\u00a01.234.567,89"),
        (-2055, "COP", "-$\u00a020,55"),
        (0, "COP", "$\u00a00"),
        (123450, "PEN", "S/\u00a01,234.50"),
        (100000, "PEN", "S/\u00a01,000.00"),
        (1234567, "CLP", "$\u00a01.234.567"),
        (1234567, "BRL", "R$\u00a012.345,67"),
    ],
)
def test_formats_as_the_country_writes(amount: int, currency: str, text: str) -> None:
    assert money.format_minor(amount, currency) == text


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1234.56, 123456), (1234.5600000000002, 123456), (0.1 + 0.2, 30), (Decimal("10.10"), 1010), (5, 500)],
)
def test_forgives_only_a_spreadsheets_noise(value: float, expected: int) -> None:
    assert money.minor_from_spreadsheet_number(value, "COP") == expected


@pytest.mark.parametrize(
    ("value", "code"),
    [(1234.567, "too-many-decimals"), (float("nan"), "bad-amount"), (float("inf"), "bad-amount"), (1e15, "bad-amount")],
)
def test_refuses_spreadsheet_numbers_that_are_no_amount(value: float, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        money.minor_from_spreadsheet_number(value, "COP")
    assert refusal.value.code == code


def test_plain_text_round_trips() -> None:
    assert money.plain_text(-123450, "COP") == "-1234.50"
    assert money.minor_from_plain_text("-1234.50", "COP") == -123450
    assert money.plain_text(1234, "CLP") == "1234"
    for bad in ("1,5", "NaN", "x", ""):
        with pytest.raises(Refusal) as refusal:
            money.minor_from_plain_text(bad, "COP")
        assert refusal.value.code == "bad-amount"


def test_splits_exactly() -> None:
    assert money.split_evenly(100, 3) == [34, 33, 33]
    assert money.split_by_weights(100, [1, 1, 1]) == [34, 33, 33]
    assert money.split_by_weights(10, [0, 3, 7]) == [0, 3, 7]
    with pytest.raises(ValueError, match="one part"):
        money.split_evenly(1, 0)
    with pytest.raises(ValueError, match="weights"):
        money.split_by_weights(1, [0, 0])


def test_rounds_to_a_unit_both_ways() -> None:
    assert money.round_to_unit(Decimal(150), 100, "half_up") == 200
    assert money.round_to_unit(Decimal(250), 100, "half_even") == 200
    assert money.round_to_unit(Decimal(250), 100, "half_up") == 300
    assert money.round_to_unit(Decimal("0.5"), 1, "half_even") == 0


def test_money_refuses_to_mix_currencies() -> None:
    assert money.Money(100, "COP") + money.Money(50, "COP") == money.Money(150, "COP")
    assert -money.Money(100, "COP") - money.Money(50, "COP") == money.Money(-150, "COP")
    assert str(money.Money(100, "COP")) == "$\u00a01"
    with pytest.raises(ValueError, match="mix"):
        money.Money(1, "COP") + money.Money(1, "PEN")
    with pytest.raises(Refusal) as refusal:
        money.Money(1, "XXX")
    assert refusal.value.code == "unknown-currency"
