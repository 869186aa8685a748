"""A batch of an instalments file: one row a due date, amounts in minor units."""

from collections.abc import Sequence

import polars as pl

from acuerdo.ledger.rules.terms import Instalment
from acuerdo.portfolio.engine.batch import Batch, first_of
from acuerdo.portfolio.engine.plan import Plan

SCHEMA = {
    "row": pl.Int64(),
    "number": pl.String(),
    "instalment": pl.Int64(),
    "due_on": pl.Date(),
    "principal_minor": pl.Int64(),
    "contract_interest_minor": pl.Int64(),
    "insurance_minor": pl.Int64(),
    "fees_minor": pl.Int64(),
    "total_minor": pl.Int64(),
}
NEEDED = ("obligation_number", "instalment_due_on")
_PARTS = {
    "instalment_principal": "principal_minor",
    "instalment_contract_interest": "contract_interest_minor",
    "instalment_insurance": "insurance_minor",
    "instalment_other_fees": "fees_minor",
}


def instalments_of(frame: pl.DataFrame, plan: Plan, exponent: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The instalments and the rejects of one batch. A total without parts is principal."""
    batch = Batch(frame, plan)
    number, account = batch.number("obligation_number"), batch.number("account_number")
    if "account_number" in plan.cells:
        number = first_of([pl.select(pl.concat_str(account, pl.lit("-"), number)).to_series(), number])
    due_on = batch.date("instalment_due_on")
    order = batch.integer("instalment_number")
    parts = {name: batch.money(field, exponent) for field, name in _PARTS.items()}
    total = batch.money("instalment_total", exponent)
    batch.reject(number.is_null(), "cell-missing", field="obligation_number")
    batch.reject(due_on.is_null(), "cell-missing", field="instalment_due_on")
    for field, name in (*_PARTS.items(), ("instalment_total", "total_minor")):
        series = total if name == "total_minor" else parts[name]
        batch.reject(series < 0, "negative-balance", field=field, value=batch.cells(field))
    table = pl.DataFrame(
        {"row": batch.rows, "number": number, "instalment": order, "due_on": due_on, **parts, "total_minor": total}
    )
    table = _completed(table)
    batch.reject(table["total_minor"].is_null(), "cell-missing", field="instalment_total")
    rejects = batch.rejects()
    return table.filter(~pl.col("row").is_in(rejects["row"].implode())).select(list(SCHEMA)), rejects


def _completed(table: pl.DataFrame) -> pl.DataFrame:
    others = pl.sum_horizontal("contract_interest_minor", "insurance_minor", "fees_minor")
    all_parts = pl.col("principal_minor") + others
    table = table.with_columns(pl.coalesce("principal_minor", pl.col("total_minor") - others).alias("principal_minor"))
    return table.with_columns(
        pl.coalesce(all_parts, "total_minor", pl.col("principal_minor") + others).alias("total_minor"),
        pl.col("contract_interest_minor", "insurance_minor", "fees_minor").fill_null(0),
    )


def computed_frame(schedules: Sequence[tuple[str, Sequence[Instalment]]]) -> pl.DataFrame:
    """Schedules by obligation number, as staged; they come from no row of a file."""
    rows = [
        (None, number, one.number, one.due_on, one.principal_minor, one.contract_interest_minor, one.insurance_minor,
         one.fees_minor, one.total_minor)
        for number, schedule in schedules
        for one in schedule
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")
