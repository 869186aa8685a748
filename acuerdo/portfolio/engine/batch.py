"""One batch being read: its cells by field, the values made so far, and the rejects found on the way."""

from collections.abc import Callable, Sequence
from datetime import date

import polars as pl

from acuerdo.portfolio.engine import columns
from acuerdo.portfolio.engine.columns import Parsed
from acuerdo.portfolio.engine.plan import Plan
from acuerdo.portfolio.rules.dates import ColumnOrder
from acuerdo.portfolio.rules.numbers import ColumnStyle
from acuerdo.portfolio.rules.words import choice_of

_NO_STYLE = ColumnStyle(None, mixed=True)


class Batch:
    """Reads fields of one frame of the spool. Rejects are collected, never raised; each names the file's own column."""

    def __init__(self, frame: pl.DataFrame, plan: Plan) -> None:
        self.frame = frame
        self.plan = plan
        self.rows = frame["row"]
        self._rejects: list[pl.DataFrame] = []

    def nothing(self, dtype: pl.DataType) -> pl.Series:
        return pl.Series([None], dtype=dtype).new_from_index(0, self.frame.height)

    def cells(self, field: str, index: int = 0) -> pl.Series:
        """The cells of a field: the file's column, else what the profile derives, else its constant; null for nothing."""
        names = self.plan.cells.get(field, ())
        found = columns.present(self.frame[names[index]]) if index < len(names) else self.nothing(pl.String())
        if index == 0:
            found = self._derived(field, found)
            constant = self.plan.profile.constants.get(field)
            if constant is not None:
                found = found.fill_null(constant)
        return found

    def _derived(self, field: str, found: pl.Series) -> pl.Series:
        rule = self.plan.profile.derived.get(field)
        if rule is None or found.null_count() == 0:
            return found
        if "copy" in rule:
            return pl.select(pl.coalesce(found, self.cells(str(rule["copy"])))).to_series()
        if "words" in rule:
            position = next((cell for cell, name in self.plan.headers.items() if name == rule["column"]), None)
            if position is None:
                return found
            words = {str(theirs): str(ours) for theirs, ours in rule["words"].items()}
            made = self.frame[position].replace_strict(
                list(words), list(words.values()), default=None, return_dtype=pl.String
            )
            return pl.select(pl.coalesce(found, made)).to_series()
        if "text" in rule:
            return pl.select(pl.coalesce(found, self._text(str(rule["text"])))).to_series()
        return found

    def _text(self, template: str) -> pl.Series:
        """A template such as "Cliente {id_number}" for every row; null where a part is missing."""
        parts: list[pl.Series | pl.Expr] = []
        for index, piece in enumerate(template.replace("}", "{").split("{")):
            parts.append(self.number(piece, is_quiet=True) if index % 2 else pl.lit(piece))
        return pl.select(pl.concat_str(parts)).to_series()

    def reject(
        self, where: pl.Series | pl.Expr, code: str | pl.Series, *, field: str = "", value: pl.Series | None = None
    ) -> None:
        """Rows where the mask holds are out, with a code and the file's column."""
        column = self.plan.header_of(field) if field else ""
        found = pl.select(
            self.rows.alias("row"),
            pl.lit(column).alias("column"),
            (pl.lit(code) if isinstance(code, str) else code).alias("code"),
            (value.cast(pl.String) if value is not None else pl.lit("", dtype=pl.String)).fill_null("").alias("value"),
        ).filter(where)
        if found.height:
            self._rejects.append(found)

    def _taken(self, parsed: Parsed, field: str, raw: pl.Series, index: int = 0) -> pl.Series:
        names = self.plan.cells.get(field, ())
        header = self.plan.headers[names[index]] if index < len(names) else self.plan.header_of(field)
        found = pl.select(
            self.rows.alias("row"),
            pl.lit(header).alias("column"),
            parsed.codes.alias("code"),
            raw.fill_null("").alias("value"),
        ).filter(pl.col("code").is_not_null())
        if found.height:
            self._rejects.append(found)
        return parsed.values

    def _style(self, field: str) -> ColumnStyle:
        names = self.plan.cells.get(field, ())
        if not names:  # a constant or a derived copy
            rule = self.plan.profile.derived.get(field, {})
            return self._style(str(rule["copy"])) if "copy" in rule else ColumnStyle("dot")
        return self.plan.styles.get(names[0], _NO_STYLE)

    def money(self, field: str, exponent: int) -> pl.Series:
        raw = self.cells(field)
        return self._taken(columns.parse_money(raw, self._style(field), exponent), field, raw)

    def date(self, field: str) -> pl.Series:
        raw = self.cells(field)
        parsed = columns.parse_dates(raw, self._order(field), today=self.plan.as_of)
        return self._shifted(field, self._taken(parsed, field, raw))

    def _order(self, field: str) -> ColumnOrder:
        names = self.plan.cells.get(field, ())
        rule = self.plan.profile.derived.get(field, {})
        if not names and "copy" in rule:
            return self._order(str(rule["copy"]))
        return self.plan.orders.get(names[0] if names else "", ColumnOrder("dmy"))

    def _shifted(self, field: str, found: pl.Series) -> pl.Series:
        """A date derived from another: so many days or months after it."""
        rule = self.plan.profile.derived.get(field, {})
        for unit, suffix in (("add_days", "d"), ("add_months", "mo")):
            if unit in rule:
                by = str(rule[unit])
                count = self.nothing(pl.Int64()).fill_null(int(by)) if by.isdigit() else self.integer(by)
                offsets = pl.select(count.cast(pl.String) + suffix).to_series()
                moved = pl.select(pl.lit(self.date(str(rule["from"]))).dt.offset_by(pl.lit(offsets))).to_series()
                return pl.select(pl.coalesce(found, moved)).to_series()
        return found

    def integer(self, field: str) -> pl.Series:
        raw = self.cells(field)
        return self._taken(columns.parse_integers(raw), field, raw)

    def rate(self, field: str) -> pl.Series:
        raw = self.cells(field)
        names = self.plan.cells.get(field, ())
        is_percent = self.plan.percent.get(names[0], True) if names else self.plan.profile.rate_unit != "fraction"
        return self._taken(columns.parse_rates(raw, self._style(field), is_percent=is_percent), field, raw)

    def number(self, field: str, *, is_quiet: bool = False) -> pl.Series:
        """An identifier as text; `is_quiet` leaves its rejects to whoever reads the field itself."""
        raw = self.cells(field)
        parsed = columns.parse_numbers(raw)
        return parsed.values if is_quiet else self._taken(parsed, field, raw)

    def text(self, field: str, longest: int, index: int = 0) -> pl.Series:
        raw = self.cells(field, index)
        return self._taken(columns.parse_texts(raw, longest), field, raw, index)

    def choice(self, field: str) -> pl.Series:
        """Our word for the file's; a word nobody knows is a reject."""
        own = self.plan.profile.values.get(field, {})
        return self.each(field, lambda text: choice_of(field, text, own), "choice-unknown")

    def each(self, field: str, rule: Callable[[str], str | None], code: str) -> pl.Series:
        """Applies a rule to each distinct cell of a field; None from the rule is a reject with `code`."""
        raw = self.text(field, 254)
        made = mapped(raw, rule)
        self.reject(raw.is_not_null() & made.is_null(), code, field=field, value=raw)
        return made

    def rejects(self) -> pl.DataFrame:
        """row, column, code, value; the first trouble of each row, in file order."""
        if not self._rejects:
            return pl.DataFrame(schema={"row": pl.Int64, "column": pl.String, "code": pl.String, "value": pl.String})
        return pl.concat(self._rejects).unique("row", keep="first", maintain_order=True).sort("row")


def mapped(texts: pl.Series, rule: Callable[[str], str | None]) -> pl.Series:
    """`rule` over the distinct texts of a series."""
    distinct = texts.drop_nulls().unique().to_list()
    return texts.replace_strict(distinct, [rule(text) for text in distinct], default=None, return_dtype=pl.String)


def first_of(series: Sequence[pl.Series]) -> pl.Series:
    """The first that is not null, row by row."""
    return pl.select(pl.coalesce(*series)).to_series()


def days_between(later: date, earlier: pl.Series) -> pl.Series:
    """Whole days from each date to `later`."""
    return pl.select((pl.lit(later) - earlier).dt.total_days()).to_series()
