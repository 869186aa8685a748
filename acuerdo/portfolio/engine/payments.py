"""A batch of a payments file: row, obligation number, amount in minor units, date, reference."""

from datetime import date

import polars as pl

from acuerdo.portfolio.engine.batch import Batch, first_of
from acuerdo.portfolio.engine.plan import Plan

NEEDED = ("obligation_number", "payment_amount", "paid_on")


def payments_of(frame: pl.DataFrame, plan: Plan, today: date, exponent: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The payments and the rejects of one batch."""
    batch = Batch(frame, plan)
    number, account = batch.number("obligation_number"), batch.number("account_number")
    if "account_number" in plan.cells:
        number = first_of([pl.select(pl.concat_str(account, pl.lit("-"), number)).to_series(), number])
    amount, paid_on = batch.money("payment_amount", exponent), batch.date("paid_on")
    reference = batch.number("payment_reference").fill_null("")
    for field, series in (("obligation_number", number), ("payment_amount", amount), ("paid_on", paid_on)):
        batch.reject(series.is_null(), "cell-missing", field=field)
    batch.reject(amount <= 0, "payment-not-positive", field="payment_amount", value=batch.cells("payment_amount"))
    batch.reject(paid_on > today, "payment-future", field="paid_on", value=batch.cells("paid_on"))
    table = pl.DataFrame(
        {"row": batch.rows, "number": number, "amount_minor": amount, "paid_on": paid_on, "reference": reference}
    )
    rejects = batch.rejects()
    return table.filter(~pl.col("row").is_in(rejects["row"].implode())), rejects
