"""The whole collection day on portfolios loaded through the product: 10,000 and then 100,000 obligations of 24 instalments.

Each phase: seconds, CPU seconds of this process and of the server, peak memory; then the decision's CPU against a bare scan of
the same Parquet. Fails above 60 s, or when a phase other than the decision, which holds the engine's frames, takes
32 MiB more of this process for the larger portfolio: each phase is measured from what was resident when it began.
`--obligations N` for one size; `--folder DIR` keeps the installation (a second run works on the next date); `--profile`.
"""

import argparse
import cProfile
import json
import pstats
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import _lender

SIZES = (10_000, 100_000)
SECONDS_MAX = 60
GROWTH_MAX_MIB = 32
PEOPLE_SHARE = 0.8


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--obligations", type=int)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--profile", action="store_true", help="where the time goes")
    parser.add_argument("--step", choices=("make", "day"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.step:
        return _step(args)
    told = [_measured(size, args) for size in ([args.obligations] if args.obligations else SIZES)]
    if args.obligations:
        return 0
    small, large = told
    growth = large["others_mib"] - small["others_mib"]
    print(
        f"from {SIZES[0]:,} to {SIZES[1]:,}: phases without frames grow by {growth} MiB more; the decision by"
        f" {large['decide_mib'] - small['decide_mib']} MiB more, over frames read of {large['frames_mib'] - small['frames_mib']} MiB more"
    )
    return 0 if large["seconds"] < SECONDS_MAX and growth <= GROWTH_MAX_MIB else 1


def _measured(size: int, args: argparse.Namespace) -> dict[str, Any]:
    """One size: a process that makes the installation, unless it is there, and a fresh one that lives the day."""
    with tempfile.TemporaryDirectory(prefix="acuerdo-bench-") as name:
        folder = args.folder or Path(name)
        folder.mkdir(exist_ok=True)
        base = [sys.executable, __file__, "--obligations", str(size), "--folder", str(folder)]
        if not (folder / "data").exists():
            start = time.perf_counter()
            subprocess.run([*base, "--step", "make"], check=True)
            print(f"{size:,} obligations loaded in {time.perf_counter() - start:.1f} s with files and authorisations")
        extra = ["--profile"] if args.profile else []
        done = subprocess.run([*base, "--step", "day", *extra], check=True, stdout=subprocess.PIPE, text=True)
    *lines, last = done.stdout.splitlines()
    print("\n".join(lines), flush=True)
    told: dict[str, Any] = json.loads(last)
    return told


def _step(args: argparse.Namespace) -> int:
    with _lender.installation(args.folder):
        if args.step == "make":
            _lender.make(args.folder, args.obligations, max(1, int(args.obligations * PEOPLE_SHARE)))
        else:
            print(json.dumps(_live_day(args.obligations, has_profile=args.profile)))
    return 0


def _live_day(size: int, *, has_profile: bool) -> dict[str, Any]:
    from acuerdo.base.day import Phase, run_day
    from acuerdo.base.models import DayRun
    from acuerdo.config.wiring import day_phases

    print(f"{size:,} obligations; load {_lender.load_average()}; process before {_peak_mib()} MiB")
    profile = cProfile.Profile()

    def watched(phase: Phase) -> Phase:
        def run(on: Any, now: Any) -> Any:
            _forget_peak()
            before = _peak_mib()
            wall, cpu, server = time.perf_counter(), time.process_time(), _lender.server_cpu()
            if has_profile:
                profile.enable()
            report = phase.run(on, now)
            profile.disable()
            print(
                f"  {phase.name:<9} {time.perf_counter() - wall:6.1f} s, CPU {time.process_time() - cpu:5.1f} s here and"
                f" {_lender.server_cpu() - server:5.1f} s in the server, memory {before} → {_peak_mib()} MiB;"
                f" {json.dumps(report, default=str)}"
            )
            growths[phase.name] = _peak_mib() - before
            return report

        return Phase(phase.name, run)

    growths: dict[str, int] = {}
    on = _lender.DAY + timedelta(days=DayRun.objects.count())
    now = _lender.NOW + (on - _lender.DAY)
    start, cpu, server = time.perf_counter(), time.process_time(), _lender.server_cpu()
    report = run_day(on, [watched(phase) for phase in day_phases()], lambda: now)
    seconds, here, there = time.perf_counter() - start, time.process_time() - cpu, _lender.server_cpu() - server
    if report["status"] != "done":
        raise SystemExit(f"the day stopped: {report}")
    print(
        f"  the day   {seconds:6.1f} s, CPU {here:5.1f} s here and {there:5.1f} s in the server; load {_lender.load_average()}"
    )
    if has_profile:
        pstats.Stats(profile).sort_stats("tottime").print_stats(45)
        pstats.Stats(profile).sort_stats("cumulative").print_stats(70)
    decide = next(phase for phase in report["phases"] if phase["name"] == "decide")["seconds"]
    frames, scan_s, scan_cpu = _bare_scan()
    print(
        f"  frames {frames} MiB; a bare scan of the same Parquet {scan_s:.2f} s, CPU {scan_cpu:.2f} s: decide / scan {decide / scan_s:.0f}"
    )
    others = max(growth for name, growth in growths.items() if name != "decide")
    return {"seconds": round(seconds, 1), "decide_mib": growths["decide"], "others_mib": others, "frames_mib": frames}


def _bare_scan() -> tuple[int, float, float]:
    """Size of the snapshot's tables in memory, and how long reading every column of them takes."""
    import polars as pl

    from acuerdo.strategy.actions.day import snapshot_folder

    paths = sorted(snapshot_folder().rglob("*.parquet"))
    wall, cpu = time.perf_counter(), time.process_time()
    for path in paths:
        pl.scan_parquet(path).collect(engine="streaming")
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return round(sum(pl.read_parquet(path).estimated_size("mb") for path in paths)), wall, cpu


def _peak_mib() -> int:
    """The highest resident memory since `_forget_peak`."""
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) // 1024


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5", "ascii")


if __name__ == "__main__":
    sys.exit(main())
