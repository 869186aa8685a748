"""Whole columns read as the plain rules read one cell."""

from datetime import date

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from acuerdo.portfolio.engine.columns import (
    parse_dates,
    parse_integers,
    parse_money,
    parse_numbers,
    parse_rates,
    present,
)
from acuerdo.portfolio.rules import dates, numbers
from acuerdo.portfolio.rules.dates import ColumnOrder
from acuerdo.portfolio.rules.numbers import ColumnStyle

DIGITS = st.text("0123456789", min_size=1, max_size=7)
WRITTEN = st.one_of(
    st.text("0123456789.,-$ ()E+", max_size=14),
    st.builds(lambda sign, head, groups, mark, tail: sign + head[:3] + "".join(mark[0] + group for group in groups) + mark[1] + tail,
              st.sampled_from(["", "-", "$ ", "S/ "]), DIGITS, st.lists(st.text("0123456789", min_size=3, max_size=3), max_size=3),
              st.sampled_from([".,", ",."]), DIGITS),
    st.floats(allow_nan=False, allow_infinity=False, min_value=-1e9, max_value=1e9).map(lambda value: f"\x1fn{value:.6f}"),
)  # fmt: skip
STYLES = st.sampled_from([ColumnStyle("comma"), ColumnStyle("dot"), ColumnStyle(None, mixed=True)])


def one_by_one(text: str, style: ColumnStyle) -> tuple[int | None, str | None]:
    try:
        return numbers.to_minor(numbers.parse_number(text, style.style)), None
    except numbers.NumberTrouble as trouble:
        return None, str(trouble)


@given(st.lists(WRITTEN.filter(bool), min_size=1, max_size=8), STYLES)
def test_money(texts: list[str], style: ColumnStyle) -> None:
    parsed = parse_money(pl.Series(texts, dtype=pl.String), style)
    assert list(zip(parsed.values, parsed.codes, strict=True)) == [one_by_one(text, style) for text in texts]


@given(
    st.lists(
        st.one_of(
            st.dates(date(1960, 1, 1), date(2060, 1, 1)).map(lambda day: f"{day:%d/%m/%Y}"),
            st.text("0123456789/-.", min_size=1, max_size=10),
        ),
        max_size=6,
    )
)
def test_dates(texts: list[str]) -> None:
    parsed = parse_dates(pl.Series(texts, dtype=pl.String), ColumnOrder("dmy"), today=date(2026, 3, 2))
    for text, value, code in zip(texts, parsed.values, parsed.codes, strict=True):
        expected, trouble = one_date(text)
        assert (value, code if code != "date-out-of-range" else None) == (expected, trouble)


def one_date(text: str) -> tuple[date | None, str | None]:
    try:
        return dates.parse_date(text, "dmy", today=date(2026, 3, 2)), None
    except dates.DateTrouble as trouble:
        return None, str(trouble)


def test_formulas_errors_and_words_for_nothing() -> None:
    column = present(pl.Series(["\x1ff", "\x1fe#N/A", "N/A", "-", "", None, "12", "99999999999999"]))
    parsed = parse_money(column, ColumnStyle("dot"))
    assert parsed.values.to_list() == [None, None, None, None, None, None, 1200, None]
    assert parsed.codes.to_list() == [
        "formula-without-result",
        "cell-error",
        None,
        None,
        None,
        None,
        None,
        "number-too-large",
    ]


def test_whole_numbers_rates_and_documents() -> None:
    whole = parse_integers(pl.Series(["36.0", "12", "\x1fn5", "1,00", "2,5", "1.234"]))
    assert whole.values.to_list() == [36, 12, 5, 1, None, None]
    assert whole.codes.to_list() == [None, None, None, None, "number-malformed", "number-ambiguous"]
    rates = parse_rates(pl.Series(["22,50%", "17.09", "1200"]), ColumnStyle(None, mixed=True), is_percent=True)
    assert rates.values.to_list() == ["0.225", "0.1709", None]
    assert rates.codes.to_list() == [None, None, "rate-out-of-range"]
    found = parse_numbers(
        pl.Series(["\x1fn1234567890", "1234567.0", "1,23E+09", "\x1fn12345678901234570", "A-1", "001", "12E5"])
    )
    assert found.values.to_list()[:2] == ["1234567890", "1234567"]
    assert found.codes.to_list() == [None, None, "id-scientific", "id-rounded", None, None, None]
