"""Whole columns of marked texts turned into integers and dates, by the rules of rules.numbers and rules.dates.

Well-formed cells take a vectorised path; every other cell goes to the plain rule, which gives the value or the reject
code. A test holds both to the same answer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl

from acuerdo.portfolio.rules import dates, numbers
from acuerdo.portfolio.rules.cells import ERROR, FORMULA, MARK, NULL_TEXTS, NUMBER
from acuerdo.portfolio.rules.dates import ColumnOrder, DateTrouble
from acuerdo.portfolio.rules.numbers import ColumnStyle, NumberTrouble

_INTEGER_DIGITS_MAX = 13
_EXACT = pl.Decimal(38, 12)
# Anything but an amount in digits and separators: only then are the costlier patterns tried.
_ODD = r"[^\d.,\-]|-$"
_SAYS_NOTHING = [form(word) for word in NULL_TEXTS for form in (str, str.upper, str.title, str.capitalize)]


@dataclass(frozen=True, slots=True)
class Parsed:
    """`values` with null where there is nothing or trouble; `codes` the reject code of each cell in trouble, else null."""

    values: pl.Series
    codes: pl.Series


def present(column: pl.Series) -> pl.Series:
    """The cells that say something, null for the others; formulas and errors stay."""
    return pl.select(pl.when(~column.is_in(_SAYS_NOTHING)).then(column)).to_series().alias(column.name)


def parse_money(column: pl.Series, style: ColumnStyle, exponent: int = 2) -> Parsed:
    """Minor units, rounded half up."""
    is_odd = bool(column.str.contains(_ODD).any())
    value = _plain_decimal(style, is_odd=is_odd).cast(_EXACT, strict=False)
    minor = (value * 10**exponent).round(0, mode="half_away_from_zero").cast(pl.Int64, strict=False)
    is_sound = value.abs() < 10**_INTEGER_DIGITS_MAX
    frame = pl.DataFrame({"raw": column}).with_columns(pl.when(is_sound).then(minor).alias("value"))

    def slow(text: str) -> int:
        amount = numbers.parse_number(text, style.style)
        if abs(amount) >= Decimal(10) ** _INTEGER_DIGITS_MAX:
            raise NumberTrouble("number-too-large")
        return numbers.to_minor(amount, exponent)

    return _finish(frame, slow, pl.Int64())


def _plain_decimal(style: ColumnStyle, *, is_odd: bool) -> pl.Expr:
    """The cell as `-1234.56`, null where the fast path does not apply. `is_odd`: some cell has more than digits and marks."""
    raw = pl.col("raw")
    bare = raw
    ornaments = (
        (numbers.ORNAMENTS, ""),
        (numbers.TRAILING_MINUS, "-${1}"),
        (numbers.PARENTHESES, "-${1}"),
    )
    for pattern, value in ornaments if is_odd else ():
        bare = bare.str.replace_all(pattern, value)
    from_comma = bare.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    from_dot = bare.str.replace_all(",", "", literal=True)
    is_plain = raw.str.contains(r"^-?\d+$")
    if style.style is None:
        written: pl.Expr = (
            pl.when(bare.str.contains(numbers.COMMA_PROOF))
            .then(from_comma)
            .when(bare.str.contains(numbers.DOT_PROOF))
            .then(from_dot)
        )
    else:
        fits = bare.str.contains(numbers.WELL_FORMED[style.style]) & bare.str.contains(r"\d")
        written = pl.when(fits).then(from_comma if style.style == "comma" else from_dot)
    if not is_odd:
        return pl.when(is_plain).then(raw).otherwise(written)
    typed = raw.str.starts_with(NUMBER)
    return pl.when(is_plain).then(raw).when(typed).then(raw.str.slice(len(NUMBER))).otherwise(written)


def _finish(frame: pl.DataFrame, slow: Callable[[str], object], dtype: pl.DataType) -> Parsed:
    """Sends the cells without value through the plain rule."""
    trouble = frame.filter(pl.col("raw").is_not_null() & pl.col("value").is_null())["raw"].unique()
    values: dict[str, object] = {}
    codes: dict[str, str] = {}
    for text in trouble:
        try:
            values[text] = _checked(text, slow)
        except (NumberTrouble, DateTrouble) as error:
            codes[text] = str(error)
    if values:
        mended = pl.DataFrame({"raw": list(values), "mended": pl.Series(list(values.values()), dtype=dtype)})
        frame = frame.join(mended, on="raw", how="left", maintain_order="left")
        frame = frame.with_columns(pl.coalesce("value", "mended").alias("value"))
    code = frame["raw"].replace_strict(list(codes), list(codes.values()), default=None, return_dtype=pl.String)
    return Parsed(frame["value"].cast(dtype), code.alias("code"))


def _checked(text: str, slow: Callable[[str], object]) -> object:
    if text.startswith(FORMULA):
        raise NumberTrouble("formula-without-result")
    if text.startswith(ERROR):
        raise NumberTrouble("cell-error")
    return slow(text)


def parse_dates(column: pl.Series, order: ColumnOrder, *, today: date) -> Parsed:
    """Dates; times of day are cut off. Dates repeat, so each distinct text is read once."""
    head = pl.when(pl.col("raw").str.contains(r"^\d{4}-\d{2}-\d{2}[ T]")).then(pl.col("raw").str.slice(0, 10))
    frame = pl.DataFrame({"raw": column}).with_columns(head.otherwise(pl.col("raw")).alias("raw"))
    frame = frame.with_columns(pl.lit(None, dtype=pl.Date).alias("value"))
    parsed = _finish(frame, lambda text: _date(text, order, today), pl.Date())
    odd = parsed.values.is_not_null() & ~parsed.values.is_between(date(1950, 1, 1), date(today.year + 60, 12, 31))
    codes = pl.select(pl.when(odd).then(pl.lit("date-out-of-range")).otherwise(parsed.codes)).to_series()
    return Parsed(parsed.values, codes)


def _date(text: str, order: ColumnOrder, today: date) -> date | None:
    return dates.parse_date(text, order.order, today=today)


def parse_integers(column: pl.Series) -> Parsed:
    """Whole numbers; "36.0" and "36,00" are whole, "1.234" is not understood."""
    raw = pl.col("raw")
    bare = pl.when(raw.str.starts_with(NUMBER)).then(raw.str.slice(len(NUMBER))).otherwise(raw)
    whole = bare.str.extract(r"^(-?\d{1,9})(?:[.,]0{1,6})?$", 1).cast(pl.Int64, strict=False)
    frame = pl.DataFrame({"raw": column}).with_columns(whole.alias("value"))
    return _finish(frame, _not_whole, pl.Int64())


def _not_whole(text: str) -> int:
    number = numbers.parse_number(text, None)
    if number != int(number):
        raise NumberTrouble("number-malformed")
    return int(number)


def parse_rates(column: pl.Series, style: ColumnStyle, *, is_percent: bool) -> Parsed:
    """Rates as exact decimal texts of a fraction ("0.2452"); a written % always means percent."""
    frame = pl.DataFrame({"raw": column}).with_columns(pl.lit(None, dtype=pl.String).alias("value"))

    def slow(text: str) -> str:
        percent = text.rstrip().endswith("%")
        number = numbers.parse_number(text.rstrip().removesuffix("%").rstrip(), style.style)
        rate = number / 100 if percent or is_percent else number
        if not 0 <= rate <= 10:
            raise NumberTrouble("rate-out-of-range")
        return f"{rate.normalize():f}"

    return _finish(frame, slow, pl.String())


# What a spreadsheet leaves on a number of a document: a mark, an apostrophe, decimals, an exponent; or a text too long.
_TOUCHED_NUMBER = r"[\x1f'.,+]|^.{61}"


def parse_numbers(column: pl.Series) -> Parsed:
    """Numbers of documents and obligations as text: what a spreadsheet did to them is undone or refused.

    A numeric cell of more than 15 digits was rounded by the spreadsheet, and 1.23E+09 has lost its digits.
    """
    if not column.str.contains(_TOUCHED_NUMBER).any():
        return Parsed(column, pl.Series([None], dtype=pl.String).new_from_index(0, len(column)))
    raw = pl.col("raw")
    bare = pl.when(raw.str.starts_with(NUMBER)).then(raw.str.slice(len(NUMBER))).otherwise(raw)
    bare = bare.str.replace(r"^(\d+)\.0+$", "${1}").str.replace(r"^'", "")
    code = (
        pl.when(raw.str.starts_with(FORMULA))
        .then(pl.lit("formula-without-result"))
        .when(raw.str.starts_with(ERROR))
        .then(pl.lit("cell-error"))
        .when(bare.str.contains(numbers.SCIENTIFIC))
        .then(pl.lit("id-scientific"))
        .when(raw.str.starts_with(NUMBER) & (bare.str.len_chars() > 15))
        .then(pl.lit("id-rounded"))
        .when(bare.str.len_chars() > 60)
        .then(pl.lit("text-too-long"))
    )
    frame = pl.DataFrame({"raw": column}).with_columns(bare.alias("value"), code.alias("code"))
    return Parsed(frame["value"], frame["code"])


def parse_texts(column: pl.Series, longest: int) -> Parsed:
    """Texts with single spaces; typed numbers lose their mark."""
    if not column.str.contains(r"[\x00-\x1f\x7f\ufffd]|\s\s|^.{" + str(longest + 1) + "}").any():
        return Parsed(column, pl.Series([None], dtype=pl.String).new_from_index(0, len(column)))
    raw = pl.col("raw")
    bare = pl.when(raw.str.starts_with(MARK)).then(raw.str.slice(2)).otherwise(raw)
    bare = bare.str.replace_all(r"\s+", " ").str.replace_all(r"[\x00-\x1f\x7f]", "").str.strip_chars()
    code = (
        pl.when(raw.str.starts_with(FORMULA))
        .then(pl.lit("formula-without-result"))
        .when(raw.str.starts_with(ERROR))
        .then(pl.lit("cell-error"))
        .when(raw.str.contains("\ufffd"))
        .then(pl.lit("text-unreadable"))
        .when(bare.str.len_chars() > longest)
        .then(pl.lit("text-too-long"))
    )
    frame = pl.DataFrame({"raw": column}).with_columns(bare.alias("value"), code.alias("code"))
    return Parsed(frame["value"], frame["code"])
