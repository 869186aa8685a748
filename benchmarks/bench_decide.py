"""The decision run alone, Parquet in and out, against a bare scan of the same files: seconds, CPU, memory and the ratio.

`--obligations 1000000` (default 100,000), `--engine duckdb`. The portfolio is made with whole-column arithmetic and is the
same every time.
"""

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path

import polars as pl

ON = date(2026, 7, 15)
NOW = datetime(2026, 7, 15, 10, 0, tzinfo=UTC)
DAY = ON.toordinal() - date(1970, 1, 1).toordinal()
US = 1_000_000
FOREVER = 9_000_000_000_000_000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--obligations", type=int, default=100_000)
    parser.add_argument("--engine", default="polars")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="acuerdo-bench-") as name:
        os.environ |= {"ACUERDO_DATA": name, "ACUERDO_SECRET_KEY": "benchmark-" + "0" * 40}
        os.environ["DJANGO_SETTINGS_MODULE"] = "acuerdo.config.settings"
        import django

        django.setup()
        folder = Path(name) / "snapshot"
        folder.mkdir()
        write_snapshot(folder, args.obligations)
        scan_s, scan_cpu = timed(lambda: bare_scan(folder))
        before = peak()
        run_s, run_cpu = timed(lambda: decide_once(folder, args.engine))
    print(
        f"{args.obligations:>10,} obligations on {args.engine}: run {run_s:.2f} s, {run_cpu:.2f} CPU-s,"
        f" peak {peak()} MiB (before {before});"
        f" bare scan {scan_s:.2f} s, {scan_cpu:.2f} CPU-s; CPU ratio {run_cpu / scan_cpu:.1f}"
    )
    return 0


def timed(work: object) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()  # type: ignore[operator]
    return time.perf_counter() - wall, time.process_time() - cpu


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def bare_scan(folder: Path) -> None:
    for path in sorted(folder.glob("*.parquet")):
        pl.scan_parquet(path).select(pl.all().max()).collect(engine="streaming")


def decide_once(folder: Path, engine: str) -> None:
    from acuerdo.strategy.engine.run import decide
    from acuerdo.strategy.engine.snapshot import read_snapshot
    from acuerdo.strategy.rules.yaml_text import read_strategy

    document = read_strategy(files("acuerdo.strategy").joinpath("data", "estrategia_base.yaml").read_text("utf-8"))
    plan = decide(read_snapshot(folder), document, now=NOW, zone="America/Bogota", engine_name=engine)
    print(plan.funnel, file=sys.stderr)


def draw(column: str, salt: int, n: int) -> pl.Expr:
    return (pl.col(column).hash(salt) % n).cast(pl.Int64)


def write_snapshot(folder: Path, count: int) -> None:
    people = max(count * 3 // 4, 1)
    debts = pl.select(obligation_id=pl.int_range(1, count + 1, dtype=pl.Int64))
    persons = pl.select(debtor_id=pl.int_range(1, people + 1, dtype=pl.Int64))
    late = draw("obligation_id", 1, 10) < 3
    size = 5_000_000 + draw("obligation_id", 2, 100) * 700_000
    days = pl.when(late).then(1 + draw("obligation_id", 3, 120)).otherwise(0)
    bank = 1 + draw("obligation_id", 4, 3)
    tables = {
        "accounts": debts.select(
            "obligation_id", pl.when(bank == 3).then(pl.lit("PEN")).otherwise(pl.lit("COP")).alias("currency"),
            pl.lit(value=False).alias("is_written_off"), (size * 12).alias("balance_minor"),
            pl.when(late).then(size).otherwise(0).alias("balance_due_minor"), days.alias("days_past_due"),
            pl.lit("1-30").alias("bucket"),
            (DAY + draw("obligation_id", 5, 30)).alias("next_due_day"), size.alias("next_due_minor"),
            pl.lit(DAY - 20).cast(pl.Int64).alias("last_payment_day"), size.alias("last_payment_minor"),
            pl.lit(DAY - 400).cast(pl.Int64).alias("disbursed_day"),
        ),
        "obligations": debts.select(
            "obligation_id", (1 + draw("obligation_id", 6, people)).alias("debtor_id"), bank.alias("creditor_id"),
            pl.lit("loan").alias("kind"), pl.lit("Libre inversión").alias("product"),
        ),
        "creditors": pl.DataFrame(
            {"creditor_id": [1, 2, 3], "creditor": ["A", "B", "C"], "country": ["CO", "CO", "PE"],
                "creditor_timezone": ["America/Bogota"] * 3}
        ),
        "debtors": persons.select(
            "debtor_id", (draw("debtor_id", 7, 100) < 5).alias("company"), pl.lit("America/Bogota").alias("timezone"),
            pl.lit("").alias("region"),
            draw("debtor_id", 8, 2**32).alias("dice"),
        ),
        "contact_points": pl.concat(
            [
                persons.filter(draw("debtor_id", 9, 100) < 70).select("debtor_id", kind=pl.lit("email"), is_mobile=pl.lit(value=False)),
                persons.filter(draw("debtor_id", 10, 100) < 90).select("debtor_id", kind=pl.lit("phone"), is_mobile=pl.lit(value=True)),
            ]
        ).with_row_index("contact_point_id").cast({"contact_point_id": pl.Int64}),
        "consents": pl.concat(
            [
                persons.filter(draw("debtor_id", 20 + index, 100) < share).select("debtor_id", channel=pl.lit(channel))
                for index, (channel, share) in enumerate([("email", 75), ("sms", 70), ("whatsapp", 40), ("call", 65)])
            ]
        ).select(pl.int_range(pl.len(), dtype=pl.Int64).alias("consent_id"), "debtor_id", "channel",
            pl.lit("collection").alias("purpose"),
                 pl.lit(US).cast(pl.Int64).alias("from_us"), pl.lit(FOREVER).cast(pl.Int64).alias("to_us")),
        "attempts": pl.concat(
            [
                persons.filter(draw("debtor_id", 30 + index, 100) < 35).select(
                    "debtor_id", channel=pl.lit(channel), at_us=(int(NOW.timestamp()) - 86_400 * (1 + draw("debtor_id", 40 + index,
                    30))) * US,
                    is_two_way=draw("debtor_id", 50 + index, 5) == 0,
                )
                for index, channel in enumerate(["email", "sms", "call"])
            ]
        ).with_columns(attempt_id=pl.int_range(pl.len(), dtype=pl.Int64), is_out=pl.lit(value=True), counts=pl.lit(value=True)),
        "promises": debts.filter(draw("obligation_id", 11, 50) == 0).select(
            pl.col("obligation_id").alias("promise_id"), pl.lit(1).cast(pl.Int64).alias("debtor_id"), "obligation_id",
            pl.lit("open").alias("state"),
            pl.lit(1000).cast(pl.Int64).alias("amount_minor"), pl.lit("COP").alias("currency"),
            pl.lit(DAY - 4).cast(pl.Int64).alias("made_day"),
            (DAY - 1 + draw("obligation_id", 12, 12)).alias("due_day"), pl.lit(DAY + 20).cast(pl.Int64).alias("ends_day"),
            pl.lit(None).cast(pl.Int64).alias("decided_day"),
        ),
        "holds": persons.filter(draw("debtor_id", 13, 80) == 0).select(
            pl.col("debtor_id").alias("hold_id"), "debtor_id", pl.lit(0).cast(pl.Int64).alias("obligation_id"),
            pl.lit("dispute").alias("kind"),
            pl.lit("").alias("channel"), pl.lit(US).cast(pl.Int64).alias("from_us"), pl.lit(FOREVER).cast(pl.Int64).alias("to_us"),
        ),
        "agents": pl.select(agent_id=pl.int_range(1, 41, dtype=pl.Int64)).with_columns(agency_id=pl.lit(0).cast(pl.Int64),
        creditor_id=pl.lit(0).cast(pl.Int64)),
        "placements": pl.DataFrame(schema={"obligation_id": pl.Int64, "agency_id": pl.Int64, "placed_agent_id": pl.Int64}),
        "preferences": pl.DataFrame(
            schema={"debtor_id": pl.Int64, "hours": pl.String, "has_instrument": pl.Boolean, "from_us": pl.Int64, "to_us": pl.Int64}
        ),
        "readings": pl.DataFrame(
            schema={
                "reading_id": pl.Int64, "creditor_id": pl.Int64, "pack": pl.String, "name": pl.String, "value": pl.String,
                "approved_by": pl.String, "approved_day": pl.Int64,
            }
        ),
    }  # fmt: skip
    parts = {}
    for name, table in tables.items():
        table.write_parquet(folder / f"{name}.1.parquet")
        parts[name] = {"file": f"{name}.1.parquet", "rows": table.height, "columns": ""}
    told = {
        "format": 1,
        "on": ON.isoformat(),
        "taken_at": NOW.isoformat(),
        "identity": "bench",
        "horizon": 1,
        "parts": parts,
    }
    (folder / "manifest.json").write_text(json.dumps(told), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
