"""A synthetic snapshot on disk, any size: whole-column arithmetic, a million obligations at a time, the same every time.

Four obligations for three people or so; three in ten past due; people reachable and consenting in the proportions of a
retail lender; contacts of the last month, episodes of the last year, some promises and holds. Twelve instalments for each
obligation and the payments of those that were met; half the books are our own with late interest under caps that change
each month, half carry the lender's figures. Fictional throughout.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

ON = date(2026, 7, 15)
NOW = datetime(2026, 7, 15, 10, 0, tzinfo=UTC)
DAY = ON.toordinal() - date(1970, 1, 1).toordinal()
US = 1_000_000
FOREVER = 9_000_000_000_000_000
CHUNK, BOOK_CHUNK = 1_000_000, 250_000
AGENTS_EACH = 25_000  # one agent for so many obligations


def write_snapshot(folder: Path, obligations: int) -> None:
    """The tables and the manifest, as `acuerdo snapshot` writes them."""
    folder.mkdir(parents=True, exist_ok=True)
    rows: dict[str, int] = {}
    with ExitStack() as files:
        writers: dict[str, pq.ParquetWriter] = {}
        for first in range(0, obligations, CHUNK):
            for name, table in _chunk(first, min(CHUNK, obligations - first)):
                arrow = table.to_arrow(compat_level=pl.CompatLevel.oldest())
                if name not in writers:
                    writer = pq.ParquetWriter(folder / f"{name}.1.parquet", arrow.schema, compression="zstd")
                    writers[name] = files.enter_context(writer)
                writers[name].write_table(arrow)
                rows[name] = rows.get(name, 0) + table.height
    for name, table in _small(obligations).items():
        table.write_parquet(folder / f"{name}.1.parquet")
        rows[name] = table.height
    parts = {name: {"file": f"{name}.1.parquet", "rows": count, "columns": ""} for name, count in rows.items()}
    told = {
        "format": 1,
        "on": ON.isoformat(),
        "taken_at": NOW.isoformat(),
        "identity": "bench",
        "horizon": 1,
        "parts": parts,
    }
    (folder / "manifest.json").write_text(json.dumps(told), "utf-8")


def draw(column: str, salt: int, n: int) -> pl.Expr:
    """0 … n−1, by the column's value."""
    return (pl.col(column).hash(salt) % n).cast(pl.Int64)


def whole(value: int | None) -> pl.Expr:
    return pl.lit(value, dtype=pl.Int64)


def _chunk(first: int, count: int) -> Iterator[tuple[str, pl.DataFrame]]:
    """Obligations first + 1 … first + count and their people, who owe only among themselves."""
    people, base = max(count * 3 // 4, 1), first * 3 // 4
    debts = pl.select(obligation_id=pl.int_range(first + 1, first + count + 1, dtype=pl.Int64))
    persons = pl.select(debtor_id=pl.int_range(base + 1, base + people + 1, dtype=pl.Int64))
    bank = 1 + draw("obligation_id", 4, 3)
    yield "accounts", debts.select(
        "obligation_id", currency=_currency(bank), is_written_off=draw("obligation_id", 14, 100) == 0,
        paid_minor=SIZE * draw("obligation_id", 18, 24), last_payment_day=DAY - draw("obligation_id", 19, 400), last_payment_minor=SIZE,
        disbursed_day=DAY - 30 - draw("obligation_id", 21, 1_000),
    )  # fmt: skip
    for part in debts.iter_slices(BOOK_CHUNK):
        yield from _books(part, bank)
    yield "obligations", debts.select(
        "obligation_id", debtor_id=base + 1 + draw("obligation_id", 6, people), creditor_id=bank, kind=pl.lit("loan"),
        product=pl.lit("Libre inversión"),
    )  # fmt: skip
    yield "debtors", persons.select(
        "debtor_id", company=draw("debtor_id", 7, 100) < 5, timezone=pl.lit("America/Bogota"), region=pl.lit(""),
        dice=draw("debtor_id", 8, 2**32),
    )  # fmt: skip
    yield from _reach(persons)
    yield from _history(debts, persons, base)


SIZE = 5_000_000 + draw("obligation_id", 2, 70_000_000)  # an instalment
LATE = draw("obligation_id", 1, 10) < 3
DAYS_LATE = pl.when(LATE).then(1 + draw("obligation_id", 3, 150)).otherwise(0)
BEHIND = pl.when(LATE).then(DAYS_LATE // 30 + 1).otherwise(0)  # instalments that have fallen due unpaid
AHEAD = 1 + draw("obligation_id", 15, 13)
MET = draw("obligation_id", 16, 9)
# The due date of the first instalment unpaid.
FIRST = pl.when(LATE).then(DAY - DAYS_LATE).otherwise(DAY + draw("obligation_id", 5, 30))
TERMS = (
    '{"late_interest": {"rate": {"kind": "effective_annual", "value": "0.3"}, "cap": "co/consumo_y_ordinario"},'
    ' "rounding": "half_up", "unit": "0.01"}'
)


def _currency(bank: pl.Expr) -> pl.Expr:
    return pl.when(bank == 3).then(pl.lit("PEN")).otherwise(pl.lit("COP"))


def _books(debts: pl.DataFrame, bank: pl.Expr) -> Iterator[tuple[str, pl.DataFrame]]:
    is_core, nothing = pl.col("obligation_id") % 2 == 0, whole(0)
    known = debts.with_columns(
        is_core=is_core, size=SIZE, first=FIRST, behind=BEHIND, met=MET, count=MET + BEHIND + AHEAD
    )
    owed = pl.col("count") - pl.col("met")
    written = dict.fromkeys(
        ("balance_minor", "balance_due_minor", "late_interest_minor", "days_past_due", "next_due_minor"), nothing
    )
    parts = ("principal", "contract_interest", "late_interest", "insurance", "fees", "collection_fee")
    yield "books", known.select(
        "obligation_id", currency=_currency(bank), is_core="is_core", is_written_off=pl.lit(value=False), state_day=whole(DAY - 1),
        late_terms=pl.when("is_core").then(pl.lit("")).otherwise(pl.lit(TERMS)), unallocated_minor=nothing,
        core_day=pl.when("is_core").then(whole(DAY - 2)), core_due_day=pl.when(pl.col("is_core") & (pl.col("behind") > 0)).then("first"),
        **{f"core_{name}": nothing for name in parts}, core_balance=pl.col("size") * owed,
        core_balance_due=pl.col("size") * pl.col("behind"),
        principal_minor=pl.col("size") * 9 // 10 * owed, collection_fee_minor=nothing, bucket=pl.lit("current"), next_due_day=whole(None),
        **written,
    )  # fmt: skip
    lines = known.with_columns(number=pl.int_ranges(1, pl.col("count") + 1)).explode("number").with_columns(
        line_id=pl.col("obligation_id") * 2**20 + pl.col("number"), due_day=pl.col("first") + 30 * (pl.col("number") - pl.col("met") - 1)
    )  # fmt: skip
    yield "instalments", lines.select("line_id", "obligation_id", "number", "due_day", total_minor="size")
    open_ = lines.filter(~pl.col("is_core") & (pl.col("number") > pl.col("met")))
    principal = pl.col("size") * 9 // 10
    yield "open_instalments", open_.select(
        "line_id", "obligation_id", "number", "due_day", principal_minor=principal, contract_interest_minor=pl.col("size") - principal,
        insurance_minor=nothing, fees_minor=nothing, collection_fee_minor=nothing, late_high=nothing, late_low=nothing,
        late_settled_minor=nothing, accrued_day="due_day",
    )  # fmt: skip
    paid = lines.filter(pl.col("number") <= pl.col("met"))
    yield (
        "payments",
        paid.select(payment_id="line_id", obligation_id="obligation_id", paid_day="due_day", amount_minor="size"),
    )


def _reach(persons: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    kinds = ((70, "email", False), (90, "phone", True))
    points = [
        persons.filter(draw("debtor_id", 9 + index, 100) < share).select(
            contact_point_id=pl.col("debtor_id") * 2 + index,
            debtor_id="debtor_id",
            kind=pl.lit(kind),
            is_mobile=pl.lit(is_mobile),
        )
        for index, (share, kind, is_mobile) in enumerate(kinds)
    ]
    yield "contact_points", pl.concat(points)
    shares = (("email", 75), ("sms", 70), ("whatsapp", 40), ("call", 65))
    consents = [
        persons.filter(draw("debtor_id", 20 + index, 100) < share).select(
            consent_id=pl.col("debtor_id") * 4 + index, debtor_id="debtor_id", channel=pl.lit(channel), purpose=pl.lit("collection"),
            from_us=(DAY - 30 - draw("debtor_id", 60 + index, 700)) * 86_400 * US, to_us=whole(FOREVER),
        )
        for index, (channel, share) in enumerate(shares)
    ]  # fmt: skip
    yield "consents", pl.concat(consents)


def _history(debts: pl.DataFrame, persons: pl.DataFrame, base: int) -> Iterator[tuple[str, pl.DataFrame]]:
    attempts = [
        persons.filter(draw("debtor_id", 30 + index, 100) < 35).select(
            attempt_id=pl.col("debtor_id") * 3 + index, debtor_id="debtor_id", channel=pl.lit(channel),
            at_us=(int(NOW.timestamp()) - 3_600 * (24 + draw("debtor_id", 40 + index, 720))) * US, is_out=pl.lit(value=True),
            is_two_way=draw("debtor_id", 50 + index, 5) == 0, counts=pl.lit(value=True), disposition=pl.lit(""), obligation_id=whole(0),
            is_confirmation=pl.lit(value=False),
        )
        for index, channel in enumerate(("email", "sms", "call"))
    ]  # fmt: skip
    yield "attempts", pl.concat(attempts)
    yield "episodes", debts.filter(draw("obligation_id", 22, 10) < 4).select(
        "obligation_id", episode_id="obligation_id", began_day=DAY - 20 - draw("obligation_id", 23, 300),
        ended_day=DAY - draw("obligation_id", 24, 20), contacts=draw("obligation_id", 25, 4), reminded=draw("obligation_id", 26, 3) == 0,
    )  # fmt: skip
    yield "promises", debts.filter(draw("obligation_id", 11, 50) == 0).select(
        "obligation_id", promise_id="obligation_id", debtor_id=whole(base + 1), state=pl.lit("open"), amount_minor=whole(1_000),
        currency=pl.lit("COP"), made_day=whole(DAY - 4), due_day=DAY - 1 + draw("obligation_id", 12, 12), ends_day=whole(DAY + 20),
        decided_day=whole(None),
    )  # fmt: skip
    yield "holds", persons.filter(draw("debtor_id", 13, 80) == 0).select(
        "debtor_id", hold_id="debtor_id", obligation_id=whole(0), kind=pl.lit("dispute"), channel=pl.lit(""), from_us=whole(US),
        to_us=whole(FOREVER),
    )  # fmt: skip


def _small(obligations: int) -> dict[str, pl.DataFrame]:
    agents = max(obligations // AGENTS_EACH, 4)
    texts = ("pack", "name", "value", "approved_by")
    return {
        "creditors": pl.DataFrame(
            {"creditor_id": [1, 2, 3], "creditor": ["A", "B", "C"], "country": ["CO", "CO", "PE"],
             "creditor_timezone": ["America/Bogota"] * 3}
        ),
        "agents": pl.select(agent_id=pl.int_range(1, agents + 1, dtype=pl.Int64), agency_id=whole(0), creditor_id=whole(0)),
        "placements": pl.DataFrame(schema={"obligation_id": pl.Int64, "agency_id": pl.Int64, "placed_agent_id": pl.Int64}),
        "cases": pl.DataFrame(
            schema={"debtor_id": pl.Int64, "case_kind": pl.String, "case_reason": pl.String, "case_day": pl.Int64}
        ),
        "plans": pl.DataFrame(schema={"obligation_id": pl.Int64, "standing": pl.String, "due_day": pl.Int64}),
        "shifts": pl.DataFrame(schema=dict.fromkeys(("agent_id", "weekday", "since_day", "until_day", "minutes"), pl.Int64)),
        "preferences": pl.DataFrame(
            schema={"debtor_id": pl.Int64, "hours": pl.String, "has_instrument": pl.Boolean, "from_us": pl.Int64, "to_us": pl.Int64}
        ),
        "account_events": pl.DataFrame(
            {"event_id": [1], "obligation_id": [1], "is_pause": [True], "first_day": [DAY - 40], "last_day": [DAY - 35]}
        ),
        "bucket_sets": pl.DataFrame(schema={"from_day": pl.Int64, "buckets": pl.String}),
        "rate_caps": pl.DataFrame(
            [("co/consumo_y_ordinario", day, day + 29, f"0.{2500 + (DAY - day) // 30}") for day in range(DAY - 600, DAY + 60, 30)],
            schema={"cap": pl.String, "from_day": pl.Int64, "to_day": pl.Int64, "annual": pl.String}, orient="row",
        ),
        "shared_attempts": pl.DataFrame(
            schema=dict.fromkeys(("shared_id", "debtor_id", "obligation_id", "at_us"), pl.Int64)
            | {"channel": pl.String} | dict.fromkeys(("is_two_way", "counts", "is_confirmation"), pl.Boolean)
        ),
        "excluded_points": pl.DataFrame(schema={"contact_point_id": pl.Int64, "country": pl.String, "effective_day": pl.Int64}),
        "registries": pl.DataFrame(schema={"country": pl.String, "loaded_us": pl.Int64}),
        "readings": pl.DataFrame(
            schema={"reading_id": pl.Int64, "creditor_id": pl.Int64, **dict.fromkeys(texts, pl.String), "approved_day": pl.Int64}
        ),
    }  # fmt: skip
