"""The ledger's engine twin for 1,000,000 obligations with 12 to 36 instalments, against a bare scan of the same Parquet columns.

Half the accounts are computed with late interest under caps that change each month, half carry the lender's figures with
payments since; some are paused. A sample is checked against the pure rules, row by row. `--obligations 100000` for a quick
look, `--engine duckdb` for the other engine.
"""

import argparse
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl

ON = date(2026, 3, 20)
EPOCH = date(1970, 1, 1)
DAY = (ON - EPOCH).days
SECONDS_MAX = 10
MEMORY_MIB_MAX = 3 * 1024
SAMPLE = 500
TERMS = (
    '{"late_interest": {"rate": {"kind": "effective_annual", "value": "0.3"}, "cap": "co/consumo_y_ordinario"},'
    ' "rounding": "%s", "unit": "%s"}'
)
KINDS = [TERMS % (rounding, unit) for rounding in ("half_up", "half_even") for unit in ("0.01", "1")]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--obligations", type=int, default=1_000_000)
    parser.add_argument("--engine", default="polars", choices=("polars", "duckdb"))
    args = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).parents[1]))
    with tempfile.TemporaryDirectory(prefix="acuerdo-bench-") as name:
        folder = Path(name)
        os.environ |= {"ACUERDO_DATA": name, "ACUERDO_SECRET_KEY": "benchmark-" + "0" * 40}
        os.environ["DJANGO_SETTINGS_MODULE"] = "acuerdo.config.settings"
        import django

        django.setup()
        # In a process of its own, so that the memory told is the run's.
        writer = multiprocessing.get_context("spawn").Process(target=write_books, args=(folder, args.obligations))
        writer.start()
        writer.join()
        return measure(folder, args.obligations, args.engine)


def measure(folder: Path, count: int, engine: str) -> int:
    lines = sum(pl.scan_parquet(folder / f"{name}.parquet").select(pl.len()).collect().item() for name in LINES)
    timed(lambda: bare_scan(folder))  # into the page cache
    scan_s, scan_cpu = timed(lambda: bare_scan(folder))
    run_s, run_cpu = timed(lambda: run(folder, engine))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{count:,} obligations, {lines:,} instalments, on {engine}; load {load} on {os.cpu_count()} cores")
    print(
        f"states of all: {run_s:.2f} s, {run_cpu:.2f} CPU-s, peak {peak} MiB (limits {SECONDS_MAX} s, {MEMORY_MIB_MAX} MiB)"
    )
    print(f"bare scan of the same columns: {scan_s:.2f} s, {scan_cpu:.2f} CPU-s; ratio {run_cpu / scan_cpu:.1f} in CPU")
    checked = check(folder, count)
    print(f"equal to the rules: {checked} of {checked} sampled accounts")
    return 0 if run_s <= SECONDS_MAX and peak <= MEMORY_MIB_MAX else 1


LINES = ("open_instalments", "instalments")
READ = ("books", *LINES, "payments", "account_events")


def timed(work: Callable[[], Any]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def bare_scan(folder: Path) -> None:
    """Decodes every column that the run reads: the least that any run must do."""
    for name in READ:
        pl.scan_parquet(folder / f"{name}.parquet").select(pl.all().max()).collect(engine="streaming")


def run(folder: Path, engine: str) -> None:
    from acuerdo.ledger.engine.books import Books
    from acuerdo.ledger.engine.states import account_states
    from acuerdo.ledger.rules.rate_caps import shipped_caps

    def scan(path: Path) -> Any:
        return nw.scan_parquet(str(path), backend=engine)  # type: ignore[arg-type]

    def lend(rows: pl.DataFrame, name: str) -> Any:
        rows.write_parquet(folder / f"lent_{name}.parquet")
        return scan(folder / f"lent_{name}.parquet")

    books = Books(**{name: scan(folder / f"{name}.parquet") for name in READ}, lend=lend)
    account_states(books, ON, shipped_caps()).sink_parquet(folder / "states.parquet")


def write_books(folder: Path, count: int) -> None:
    """Deterministic portfolios by whole-column arithmetic: three in ten are late by up to four instalments."""
    ids = pl.DataFrame({"obligation_id": pl.arange(1, count + 1, eager=True)})
    one = ids.with_columns(
        is_core=pl.col("obligation_id") % 2 == 0,
        count=12 + pl.col("obligation_id") * 7919 % 25,
        paid=pl.lit(6) - pl.when(pl.col("obligation_id") % 10 < 3).then(pl.col("obligation_id") % 4 + 1).otherwise(0),
        principal=20_000_000 + pl.col("obligation_id") * 104_729 % 9_000_000,
        first=DAY - 180 + pl.col("obligation_id") * 31 % 30,
        kind=pl.col("obligation_id") % len(KINDS),
    )
    for part, frame in enumerate(one.iter_slices(100_000)):
        _write_part(folder, part, frame)
    for name in READ:
        pl.scan_parquet(folder / f"{name}.*.part").sink_parquet(folder / f"{name}.parquet", compression="zstd")


def _write_part(folder: Path, part: int, one: pl.DataFrame) -> None:
    zero = pl.lit(0, pl.Int64)
    lines = one.with_columns(number=pl.int_ranges(1, pl.col("count") + 1)).explode("number")
    lines = lines.with_columns(
        line_id=pl.col("obligation_id") * 2**20 + pl.col("number"),
        due_day=pl.col("first") + 30 * pl.col("number"),
        interest=pl.col("principal") // 50,
    )
    open_ = lines.filter(~pl.col("is_core") & (pl.col("number") > pl.col("paid")))
    frames = {
        "open_instalments": open_.select(
            "line_id", "obligation_id", "number", "due_day", principal_minor="principal", contract_interest_minor="interest",
            insurance_minor=pl.lit(900_000, pl.Int64), fees_minor=zero, collection_fee_minor=zero, late_high=zero, late_low=zero,
            late_settled_minor=zero, accrued_day="due_day",
        ),
        "instalments": lines.select(
            "line_id", "obligation_id", "number", "due_day", total_minor=pl.col("principal") + pl.col("interest") + 900_000
        ),
        "books": _books(one, open_),
        "payments": one.filter(pl.col("is_core") & (pl.col("obligation_id") % 3 == 0)).select(
            payment_id="obligation_id", obligation_id="obligation_id", paid_day=pl.lit(DAY - 3, pl.Int64),
            amount_minor=pl.col("principal") * (pl.col("obligation_id") % 4) // 2 + 1,
        ),
        "account_events": one.filter(~pl.col("is_core") & (pl.col("obligation_id") % 50 == 1)).select(
            event_id="obligation_id", obligation_id="obligation_id", is_pause=pl.lit(value=True), first_day=pl.lit(DAY - 40, pl.Int64),
            last_day=pl.lit(DAY - 11, pl.Int64),
        ),
    }  # fmt: skip
    for name, frame in frames.items():
        frame.write_parquet(folder / f"{name}.{part:03}.part")


def _books(one: pl.DataFrame, open_: pl.DataFrame) -> pl.DataFrame:
    owed = open_.group_by("obligation_id").agg(principal_minor=pl.col("principal").sum())
    zero = pl.lit(0, pl.Int64)
    total = pl.col("principal") * 51 // 50 + 900_000
    behind = 6 - pl.col("paid")
    is_late = pl.col("is_core") & (behind > 0)
    joined = one.join(owed, on="obligation_id", how="left").with_columns(pl.col("principal_minor").fill_null(0))
    core = {
        "core_late_interest": pl.when(is_late).then(150_000).otherwise(0).cast(pl.Int64),
        "core_balance": pl.col("principal") * (pl.col("count") - pl.col("paid")),
        "core_balance_due": pl.when(is_late).then(total * behind).otherwise(0).cast(pl.Int64),
    }
    rest = {f"core_{name}": zero for name in ("principal", "contract_interest", "insurance", "fees", "collection_fee")}
    written = dict.fromkeys(
        ("balance_minor", "balance_due_minor", "late_interest_minor", "days_past_due", "next_due_minor"), zero
    )
    kinds = pl.DataFrame({"kind": range(len(KINDS)), "late_terms": KINDS})
    return joined.join(kinds, on="kind", how="left").select(
        "obligation_id", "is_core", "principal_minor", currency=pl.lit("COP"), is_written_off=pl.lit(value=False),
        state_day=pl.lit(DAY - 10, pl.Int64), late_terms=pl.when("is_core").then(pl.lit("")).otherwise("late_terms"),
        unallocated_minor=zero, core_day=pl.when("is_core").then(DAY - 10).cast(pl.Int64),
        core_due_day=pl.when(is_late).then(pl.col("first") + 30 * (pl.col("paid") + 1)).cast(pl.Int64), collection_fee_minor=zero,
        bucket=pl.lit("current"), next_due_day=pl.lit(None, pl.Int64), **core, **rest, **written,
    )  # fmt: skip


def check(folder: Path, count: int) -> int:
    """Works a sample out by the pure rules; raises SystemExit at the first difference."""
    ids = list(range(1, count + 1, max(count // SAMPLE, 1)))
    found = {row["obligation_id"]: row for row in _of(folder, "states", ids).to_dicts()}
    frames = {name: _of(folder, name, ids).partition_by("obligation_id", as_dict=True) for name in READ}
    for obligation_id in ids:
        key = (obligation_id,)
        parts = {name: frames[name][key].to_dicts() if key in frames[name] else [] for name in READ}
        statement = _by_rules(parts)
        following = statement.next_due_on
        told = (
            statement.balance_minor, statement.balance_due_minor, statement.balance["late_interest"], statement.days_past_due,
            (following - EPOCH).days if following else None, statement.next_due_minor, statement.bucket, False,
        )  # fmt: skip
        row = found[obligation_id]
        if told != tuple(row.values())[1:]:
            raise SystemExit(f"account {obligation_id}: the rules say {told}, the frames {row}")
    return len(ids)


def _of(folder: Path, name: str, ids: list[int]) -> pl.DataFrame:
    return pl.scan_parquet(folder / f"{name}.parquet").filter(pl.col("obligation_id").is_in(ids)).collect()


def _by_rules(parts: dict[str, list[dict[str, Any]]]) -> Any:
    import json

    from acuerdo.ledger.rules.core_figures import CoreFigures, DueTotal, core_statement
    from acuerdo.ledger.rules.documents import read_obligation_terms
    from acuerdo.ledger.rules.events import PauseEvent
    from acuerdo.ledger.rules.rate_caps import shipped_caps
    from acuerdo.ledger.rules.replay import replay
    from acuerdo.ledger.rules.terms import Instalment

    (book,) = parts["books"]
    if book["is_core"]:
        names = ("principal", "contract_interest", "late_interest", "insurance", "fees", "collection_fee")
        figures = CoreFigures(
            _date(book["core_day"]), book["core_balance"], book["core_balance_due"],
            _date(book["core_due_day"]) if book["core_due_day"] else None, {name: book[f"core_{name}"] for name in names},  # type: ignore[misc]
        )  # fmt: skip
        dues = [DueTotal(_date(row["due_day"]), row["total_minor"]) for row in parts["instalments"]]
        return core_statement(
            figures, dues, [(_date(row["paid_day"]), row["amount_minor"]) for row in parts["payments"]], ON
        )
    schedule = [
        Instalment(
            row["number"],
            _date(row["due_day"]),
            row["principal_minor"],
            row["contract_interest_minor"],
            row["insurance_minor"],
        )
        for row in parts["open_instalments"]
    ]
    terms = read_obligation_terms(json.loads(book["late_terms"]), book["currency"])
    pauses = [PauseEvent(_date(row["first_day"]), _date(row["last_day"])) for row in parts["account_events"]]
    return replay(schedule, terms, pauses, [ON], shipped_caps()).statements[0]


def _date(day: int) -> date:
    return EPOCH + timedelta(days=day)


if __name__ == "__main__":
    sys.exit(main())
