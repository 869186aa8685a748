"""A batch of a portfolio file turned into facts: obligations, people, contact points and rejects. Columns, not rows.

The frames carry what the staging tables carry (imports/staging.py), amounts in minor units, missing figures still null.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from acuerdo.kernel.money import exponent_of
from acuerdo.portfolio.engine.batch import Batch, first_of, mapped
from acuerdo.portfolio.engine.people import CONTACT_SCHEMA, contacts, identities, parties
from acuerdo.portfolio.engine.plan import Plan
from acuerdo.portfolio.rules.cells import shown
from acuerdo.portfolio.rules.stops import FLAGS, stop_of_state
from acuerdo.portfolio.rules.words import currency_of

_LEFT_OUT = ("sold", "returned", "unassigned")
_BALANCES = {
    "balance_principal": "principal_balance_minor",
    "balance_contract_interest": "contract_interest_minor",
    "balance_late_interest": "late_interest_minor",
    "balance_insurance": "insurance_minor",
    "balance_collection_fee": "collection_fee_minor",
    "balance_other_fees": "fees_minor",
}
_DATES = ("disbursed_on", "first_due_on", "due_on", "overdue_since", "written_off_on", "settled_on", "last_payment_on")
_INTEGERS = ("term", "term_days", "instalments_overdue", "instalments_paid", "days_past_due")
_TEXTS = (
    "number", "role", "id_type", "id_number", "full_name", "search_name", "city", "region", "kind", "product", "branch", "currency",
    "status", "rate", "rate_kind", "late_rate", "frequency", "method", "extra", "stops",
)  # fmt: skip
_AMOUNTS = (
    "principal_minor",
    "instalment_minor",
    "last_payment_minor",
    *_BALANCES.values(),
    "balance_minor",
    "due_minor",
)
OBLIGATION_SCHEMA: dict[str, pl.DataType] = {
    "row": pl.Int64(),
    **dict.fromkeys(_TEXTS, pl.String()),
    **dict.fromkeys((*_AMOUNTS, *_INTEGERS), pl.Int64()),
    **dict.fromkeys((*_DATES, "due_since"), pl.Date()),
    **dict.fromkeys(("is_company",), pl.Boolean()),
}
# Amounts may disagree by rounding of each component.
_TOLERANCE_MINOR = 100


@dataclass(frozen=True, slots=True)
class Facts:
    """What one batch says. `seen` holds row and number of every row that was not left out, rejected ones too.

    `left_out` counts rows that the profile or the cut-off date leaves out on purpose.
    """

    obligations: pl.DataFrame
    parties: pl.DataFrame
    contacts: pl.DataFrame
    rejects: pl.DataFrame
    seen: pl.DataFrame
    left_out: dict[str, int]


def facts_of(frame: pl.DataFrame, plan: Plan) -> Facts:
    """Reads one batch. Rows of currencies with other decimals are read apart, because their amounts scale otherwise."""
    batch = Batch(frame, plan)
    currencies = _currencies(batch)
    exponents = {exponent_of(code) for code in currencies.drop_nulls().unique()}
    if len(exponents) <= 1:
        return _facts(batch, currencies, exponents.pop() if exponents else 2)
    parts: list[Facts] = []
    for exponent in sorted(exponents):
        codes = [code for code in currencies.drop_nulls().unique() if exponent_of(code) == exponent]
        rows = frame.filter(currencies.is_in(codes) | (currencies.is_null() if not parts else pl.lit(False)))
        part = Batch(rows, plan)
        parts.append(_facts(part, _currencies(part), exponent))
    return _joined(parts)


def _joined(parts: list[Facts]) -> Facts:
    left_out: dict[str, int] = {}
    for part in parts:
        for why, count in part.left_out.items():
            left_out[why] = left_out.get(why, 0) + count
    return Facts(
        pl.concat([part.obligations for part in parts]),
        pl.concat([part.parties for part in parts]),
        pl.concat([part.contacts for part in parts]),
        pl.concat([part.rejects for part in parts]),
        pl.concat([part.seen for part in parts]),
        left_out,
    )


def _currencies(batch: Batch) -> pl.Series:
    default = batch.plan.profile.currency
    raw = batch.text("currency", 30)
    found = mapped(raw, lambda text: currency_of(text, default))
    batch.reject(raw.is_not_null() & found.is_null(), "currency-unknown", field="currency", value=raw)
    return pl.select(pl.when(raw.is_null()).then(pl.lit(default)).otherwise(found)).to_series()


def _facts(batch: Batch, currencies: pl.Series, exponent: int) -> Facts:
    numbers = _numbers(batch)
    people = identities(batch)
    role = batch.choice("participant_role").fill_null("debtor")
    status = batch.choice("status")
    table = pl.DataFrame(
        {
            "row": batch.rows,
            "number": numbers,
            "role": role,
            **{name: people[name] for name in people.columns},
            "city": batch.text("city", 80).fill_null(""),
            "region": first_of([batch.text("department", 80), batch.text("province", 80)]).fill_null(""),
            "kind": batch.choice("kind").fill_null("loan"),
            "product": batch.text("product", 80).fill_null(""),
            "branch": batch.text("branch", 80).fill_null(""),
            "currency": currencies,
            "status": status,
            "stops": _stops(batch),
            "principal_minor": batch.money("principal", exponent),
            "instalment_minor": batch.money("instalment_amount", exponent),
            "last_payment_minor": batch.money("last_payment_amount", exponent),
            "rate": batch.rate("rate"),
            "rate_kind": batch.choice("rate_kind"),
            "late_rate": batch.rate("late_rate"),
            "frequency": batch.choice("frequency"),
            "method": batch.choice("method"),
            **{name: batch.date(name) for name in _DATES},
            **{name: batch.integer(name) for name in _INTEGERS},
            **{name: batch.money(field, exponent) for field, name in _BALANCES.items()},
            "balance_minor": batch.money("balance_total", exponent),
            "due_minor": batch.money("balance_due", exponent),
            "extra": _extra(batch),
        }
    )
    _judge_amounts(batch, table)
    named, points = parties(batch, numbers)
    points = [*contacts(batch, people), *points]
    return _sorted_out(batch, table, named, points)


def _numbers(batch: Batch) -> pl.Series:
    """The obligation's number; account and operation together where a file has both (Peru), since only the pair is unique."""
    number, account = batch.number("obligation_number"), batch.number("account_number")
    if "account_number" in batch.plan.cells and "obligation_number" in batch.plan.cells:
        number = first_of([pl.select(pl.concat_str(account, pl.lit("-"), number)).to_series(), number])
    number = first_of([number, account])
    batch.reject(number.is_null(), "cell-missing", field="obligation_number")
    return number.str.slice(0, 60)


def _stops(batch: Batch) -> pl.Series:
    """What each row says against contacting, as a JSON list; null everywhere when no column of the file could say it."""
    known = {*batch.plan.cells, *batch.plan.profile.constants, *batch.plan.profile.derived}
    said = [
        pl.when(batch.choice(field) == "1").then(pl.lit(stop)).alias(stop)
        for field, stop in FLAGS.items()
        if field in known
    ]
    if "status" in known:
        said.append(mapped(batch.text("status", 254), stop_of_state).alias("state"))  # type: ignore[arg-type]
    if not said:
        return batch.nothing(pl.String())
    every = pl.concat_list(said).list.drop_nulls().list.unique().list.sort()
    quoted = every.list.eval(pl.format('"{}"', pl.element())).list.join(",")
    return batch.frame.select(pl.format("[{}]", quoted)).to_series()


def _extra(batch: Batch) -> pl.Series:
    """The lender's own columns as a JSON object for each row."""
    if not batch.plan.extra:
        return batch.nothing(pl.String()).fill_null("{}")
    cells = [
        pl.when(pl.col(cell) != "")
        .then(pl.col(cell).str.replace(r"^\x1f.", "").str.replace_all("\x00", ""))
        .alias(name)
        for cell, name in batch.plan.extra.items()
    ]
    return batch.frame.select(pl.struct(cells).struct.json_encode().alias("extra"))["extra"]


def _judge_amounts(batch: Batch, table: pl.DataFrame) -> None:
    """What no portfolio may say: negative balances, more due than owed, parts above the whole."""
    for field, name in {
        **_BALANCES,
        "balance_total": "balance_minor",
        "balance_due": "due_minor",
        "principal": "principal_minor",
    }.items():
        batch.reject(
            table[name] < 0,
            "negative-balance",
            field=field,
            value=batch.cells(field).map_elements(shown, return_dtype=pl.String),
        )
    total, due = table["balance_minor"], table["due_minor"]
    batch.reject(
        due > total + _TOLERANCE_MINOR, "balance-below-due", field="balance_due", value=batch.cells("balance_total")
    )
    parts = table.select(pl.sum_horizontal(*_BALANCES.values())).to_series()
    batch.reject(
        parts > total + _TOLERANCE_MINOR,
        "components-above-total",
        field="balance_total",
        value=batch.cells("balance_total"),
    )


def _sorted_out(batch: Batch, table: pl.DataFrame, named: pl.DataFrame, points: list[pl.DataFrame]) -> Facts:
    rejects = batch.rejects()
    as_of = batch.plan.as_of
    is_future = table["disbursed_on"].fill_null(as_of) > as_of
    is_skipped = table["status"].is_in(list(_skipped(batch)))
    left_out = {"future": int(is_future.sum()), "status": int((is_skipped & ~is_future).sum())}
    keeps = ~is_future.fill_null(False) & ~is_skipped.fill_null(False)
    rejects = rejects.filter(pl.col("row").is_in(table["row"].filter(keeps).implode()))
    bad = rejects["row"].implode()
    kept = table.filter(keeps).filter(~pl.col("row").is_in(bad))
    rows = kept["row"].implode()
    contact = pl.concat(points) if points else pl.DataFrame(schema=CONTACT_SCHEMA)
    return Facts(
        _completed(kept, as_of, is_core=batch.plan.profile.balance_source == "core").select(
            pl.col(name).cast(dtype) for name, dtype in OBLIGATION_SCHEMA.items()
        ),
        named.filter(pl.col("row").is_in(rows)),
        contact.filter(pl.col("row").is_in(rows)).with_columns(pl.col("value").str.slice(0, 254)),
        rejects,
        table.filter(keeps).select("row", "number"),
        {why: count for why, count in left_out.items() if count},
    )


def _skipped(batch: Batch) -> set[str]:
    return {*batch.plan.profile.skip.get("status", ()), *_LEFT_OUT}


def _completed(table: pl.DataFrame, as_of: date, *, is_core: bool) -> pl.DataFrame:
    """Figures that follow from others, as a person would fill them: totals from parts, arrears from dates."""
    parts = pl.sum_horizontal(*(pl.col(name).fill_null(0) for name in _BALANCES.values()))
    others = parts - pl.col("principal_balance_minor").fill_null(0)
    has_parts = pl.any_horizontal(pl.col(name).is_not_null() for name in _BALANCES.values())
    table = table.with_columns(
        pl.coalesce(
            "balance_minor",
            pl.when(has_parts).then(pl.max_horizontal(parts, pl.col("due_minor").fill_null(0))),
            "due_minor",
        ).alias("balance_minor")
    )
    is_paid = (pl.col("status") == "paid").fill_null(False) | (pl.col("settled_on") <= as_of).fill_null(False)
    is_written_off = ((pl.col("status") == "written_off") | (pl.col("written_off_on") <= as_of)).fill_null(False)
    if is_core:
        is_paid = is_paid | ((pl.col("balance_minor") == 0).fill_null(False) & ~is_written_off)
    table = table.with_columns(
        pl.when(is_paid)
        .then(pl.lit("paid"))
        .when(is_written_off)
        .then(pl.lit("written_off"))
        .otherwise(pl.lit("active"))
        .alias("status"),
        pl.coalesce("first_due_on", pl.when(pl.col("kind") == "invoice").then(pl.col("due_on"))).alias("first_due_on"),
        pl.coalesce(
            "due_on", pl.when((pl.col("kind") == "invoice") | (pl.col("term") == 1)).then(pl.col("first_due_on"))
        ).alias("due_on"),
    )
    table = table.with_columns(_days_past_due(as_of).alias("days_past_due"))
    table = table.with_columns(
        pl.coalesce("principal_balance_minor", pl.col("balance_minor") - others).alias("principal_balance_minor"),
        _due().alias("due_minor"),
        *(pl.col(name).fill_null(0) for name in _BALANCES.values() if name != "principal_balance_minor"),
    )
    since = pl.lit(as_of) - pl.duration(days=pl.col("days_past_due"))
    table = table.with_columns(pl.when(pl.col("days_past_due") > 0).then(since).cast(pl.Date).alias("due_since"))
    return _nothing_owed_when_paid(table)


def _days_past_due(as_of: date) -> pl.Expr:
    """The lender's own days; else since the arrears began; else since an unpaid due date went by."""
    from_due = pl.when((pl.col("due_minor").fill_null(1) > 0) & (pl.col("due_on") < as_of)).then(
        pl.lit(as_of) - pl.col("due_on")
    )
    since = (pl.lit(as_of) - pl.col("overdue_since")).dt.total_days()
    return pl.max_horizontal(pl.coalesce("days_past_due", since, from_due.dt.total_days(), pl.lit(0)), pl.lit(0))


def _due() -> pl.Expr:
    """What is due now when the file does not say: overdue instalments, or all of a debt with one due date."""
    by_instalments = pl.min_horizontal(
        pl.col("instalments_overdue").fill_null(1) * pl.col("instalment_minor"), pl.col("balance_minor")
    )
    return (
        pl.when(pl.col("due_minor").is_not_null())
        .then(pl.col("due_minor"))
        .when(pl.col("days_past_due") <= 0)
        .then(0)
        .otherwise(pl.coalesce(by_instalments, "balance_minor"))
    )


def _nothing_owed_when_paid(table: pl.DataFrame) -> pl.DataFrame:
    paid = pl.col("status") == "paid"
    zero = [pl.when(paid).then(0).otherwise(pl.col(name)).alias(name)
            for name in ("balance_minor", "due_minor", "days_past_due", *_BALANCES.values())]  # fmt: skip
    return table.with_columns(*zero, pl.when(~paid).then(pl.col("due_since")).alias("due_since"))
