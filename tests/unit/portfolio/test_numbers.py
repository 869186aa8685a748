"""How amounts are written: proofs of a style, what proves nothing, and what cannot be read."""

from decimal import Decimal

import pytest

from acuerdo.portfolio.rules.numbers import Evidence, NumberTrouble, decide_styles, parse_number, to_minor, weigh


@pytest.mark.parametrize(
    ("text", "comma", "dot", "ambiguous"),
    [
        ("1.234.567,89", 1, 0, 0),
        ("1,234,567.89", 0, 1, 0),
        ("1.234.567", 1, 0, 0),  # two groups: points cannot be decimals
        ("1,234,567", 0, 1, 0),
        ("0.235", 0, 1, 0),  # no group starts with zero
        ("1234,5", 1, 0, 0),
        ("12345.678", 0, 1, 0),  # a first group of five digits is none
        ("1.234", 0, 0, 1),
        ("1,234", 0, 0, 1),
        ("$ 1.234", 0, 0, 1),
        ("1234", 0, 0, 0),
        ("\x1fn1.234", 0, 0, 0),  # a workbook's number needs no style
        ("abc", 0, 0, 0),
    ],
)
def test_proofs(text: str, comma: int, dot: int, ambiguous: int) -> None:
    found = weigh([text])
    assert (found.comma, found.dot, found.ambiguous) == (comma, dot, ambiguous)


def test_a_column_without_proof_takes_the_files_style() -> None:
    styles = decide_styles({"a": Evidence(comma=3), "b": Evidence(ambiguous=2, example="1.234"), "c": Evidence()})
    assert {name: style.style for name, style in styles.items()} == {"a": "comma", "b": "comma", "c": "comma"}


def test_a_file_without_proof_is_asked_about_unless_the_profile_says() -> None:
    evidence = {"a": Evidence(ambiguous=1, example="1.234")}
    assert decide_styles(evidence)["a"].unknown
    assert decide_styles(evidence, given="dot")["a"].style == "dot"


def test_a_column_with_both_proofs_is_mixed() -> None:
    assert decide_styles({"a": Evidence(comma=1, dot=1)})["a"].mixed


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.234.567,89", "1234567.89"), ("(1.500,00)", "-1500.00"), ("250-", "-250"), ("S/ 12,5", "12.5"), ("COP 3.000", "3000"),
        ("1 234,5", "1234.5"), ("\x1fn71.405", "71.405"), (",5", "0.5"), ("1'234,50", "1234.50"),
    ],
)  # fmt: skip
def test_values_with_comma(text: str, value: str) -> None:
    assert parse_number(text, "comma") == Decimal(value)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1,234.50", "number-other-style"), ("1.23E+09", "number-scientific"), ("12.34.5", "number-malformed"), ("mil", "number-malformed"),
        ("-", "number-malformed"), ("1.2345,6", "number-malformed"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_with_comma(text: str, code: str) -> None:
    with pytest.raises(NumberTrouble, match=code):
        parse_number(text, "comma")


def test_rounding_is_half_up() -> None:
    assert [to_minor(Decimal(text)) for text in ("0.005", "0.0049", "-0.005", "1.995")] == [1, 0, -1, 200]
