"""The decision run alone, Parquet in and out, against a bare scan of the columns that it reads: seconds, CPU, memory, ratio.

Every obligation's figures are worked out anew from its instalments (twelve each) and payments. `--obligations 1000000`
(default 100,000; several sizes give the growth exponent), `--engine duckdb`. Each size runs in a process of its own, so that
the memory is its own. `--snapshots DIR` keeps the synthetic snapshots for another time.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from importlib.resources import files
from pathlib import Path

import polars as pl
from _measure import load, peak_mib
from _snapshot_world import NOW, write_snapshot

from acuerdo.config.cli.main import KEEP_FREED_PAGES

SECONDS_MAX = {1_000_000: 15, 10_000_000: 150}
MEMORY_MAX_MIB, EXPONENT_MAX, RATIO_MAX = 8_192, 1.1, 10
# Columns of the snapshot that this strategy's run never decodes; the scan leaves them out as well.
UNREAD = {
    "attempts": ("attempt_id", "disposition"), "consents": ("consent_id",), "contact_points": (), "debtors": (),
    "episodes": ("episode_id",), "holds": ("hold_id",), "obligations": ("kind", "product"), "payments": ("payment_id",),
    "accounts": ("paid_minor", "last_payment_day", "last_payment_minor", "disbursed_day"), "instalments": ("line_id",),
    "promises": ("promise_id", "debtor_id", "amount_minor", "currency", "made_day", "ends_day"),
    "books": ("is_written_off", "bucket"),
}  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--obligations", type=int, nargs="+", default=[100_000])
    parser.add_argument("--engine", default="polars")
    parser.add_argument("--snapshots", type=Path)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.measure:
        return measure(args.measure, args.engine)
    with tempfile.TemporaryDirectory(prefix="acuerdo-bench-") as temporary:
        base = args.snapshots or Path(temporary)
        found = [run(base / f"snapshot-{size}", size, args.engine) for size in args.obligations]
    pairs = zip(args.obligations, found, strict=True)
    failed = [size for size, one in pairs if min(one["run_s"], one["run_cpu"]) > SECONDS_MAX.get(size, math.inf)]
    failed += [size for size, one in zip(args.obligations, found, strict=True) if one["peak_mib"] > MEMORY_MAX_MIB]
    large = [one for size, one in zip(args.obligations, found, strict=True) if size in SECONDS_MAX]
    failed += [0 for one in large if one["run_cpu"] > RATIO_MAX * one["scan_cpu"]]
    if len(found) > 1:
        growth = math.log(found[-1]["run_cpu"] / found[0]["run_cpu"]) / math.log(
            args.obligations[-1] / args.obligations[0]
        )
        print(f"growth exponent of CPU: {growth:.2f}")
        failed += [0] if growth > EXPONENT_MAX else []
    return int(bool(failed))


def run(folder: Path, size: int, engine: str) -> dict[str, float]:
    if not (folder / "manifest.json").exists():
        write_snapshot(folder, size)
    command = [sys.executable, __file__, "--measure", str(folder), "--engine", engine]
    allocator = dict([KEEP_FREED_PAGES])  # as the `acuerdo` command sets it for itself
    answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=os.environ | allocator).stdout
    told: dict[str, float] = json.loads(answer.splitlines()[-1])
    print(
        f"{size:>11,} obligations on {engine}: {told['run_s']:.1f} s, {told['run_cpu']:.1f} CPU-s, peak {told['peak_mib']:,} MiB;"
        f" bare scan {told['scan_s']:.2f} s, {told['scan_cpu']:.2f} CPU-s; CPU ratio {told['run_cpu'] / told['scan_cpu']:.1f};"
        f" {told['planned']:,} contacts, gap {told['gap_ppm'] / 10_000:.4f} %; load {load()}"
    )
    return told


def measure(folder: Path, engine: str) -> int:
    os.environ |= {"ACUERDO_DATA": str(folder), "ACUERDO_SECRET_KEY": "benchmark-" + "0" * 40}
    os.environ["DJANGO_SETTINGS_MODULE"] = "acuerdo.config.settings"
    import django

    django.setup()
    from acuerdo.strategy.engine.run import decide
    from acuerdo.strategy.engine.snapshot import read_snapshot
    from acuerdo.strategy.rules.yaml_text import read_strategy

    text = files("acuerdo.strategy").joinpath("data", "estrategia_base.yaml").read_text("utf-8")
    scan_s, scan_cpu = timed(lambda: bare_scan(folder))
    document, snapshot = read_strategy(text), read_snapshot(folder)
    plans = []
    with tempfile.TemporaryDirectory(prefix="acuerdo-bench-") as out:
        run_s, run_cpu = timed(
            lambda: plans.append(
                decide(snapshot, document, now=NOW, zone="America/Bogota", engine_name=engine, folder=Path(out))
            )
        )
    plan = plans[0]
    told = {
        "run_s": run_s, "run_cpu": run_cpu, "scan_s": scan_s, "scan_cpu": scan_cpu, "peak_mib": peak_mib(),
        "planned": plan.funnel["planned"], "gap_ppm": plan.allocation["gap_ppm"],
    }  # fmt: skip
    print(json.dumps(told))
    return 0


def timed(work: object) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()  # type: ignore[operator]
    return time.perf_counter() - wall, time.process_time() - cpu


def bare_scan(folder: Path) -> None:
    for path in sorted(folder.glob("*.parquet")):
        unread = UNREAD.get(path.name.split(".")[0], ())
        pl.scan_parquet(path).drop(unread).select(pl.all().max()).collect(engine="streaming")


if __name__ == "__main__":
    sys.exit(main())
