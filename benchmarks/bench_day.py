"""How long a day's decision takes and how its memory grows: 10,000 and then 100,000 obligations of 24 instalments, end to end.

Each size runs in a process and database of its own, durable as in production: all phases, then decide once more (the first
snapshot is whole, the second by what changed). Fails above 60 s. `--obligations N` measures that size only.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

ON = date(2026, 7, 15)
NOW = datetime(2026, 7, 15, 10, 0, tzinfo=UTC)
SIZES = (10_000, 100_000)
SECONDS_MAX = 60


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--obligations", type=int)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        return measure(args.obligations)
    worst = 0.0
    for size in [args.obligations] if args.obligations else SIZES:
        command = [sys.executable, __file__, "--child", "--obligations", str(size)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        told = json.loads(done.stdout.splitlines()[-1])
        print(f"{size:>9,} obligations: " + ", ".join(f"{name} {value}" for name, value in told.items()), flush=True)
        worst = max(worst, told["day_s"])
    return 0 if args.obligations or worst < SECONDS_MAX else 1


def measure(obligations: int) -> int:
    with tempfile.TemporaryDirectory(prefix="acuerdo-bench-") as name:
        Path(name).chmod(0o755)
        os.environ["ACUERDO_DATA"] = str(Path(name) / "data")
        os.environ["ACUERDO_SECRET_KEY"] = "benchmark-" + "0" * 40
        os.environ["DJANGO_SETTINGS_MODULE"] = "acuerdo.config.settings"
        sys.path.insert(0, str(Path(__file__).parent))
        from acuerdo.base.database import data_folder, ensure_server, release_server

        ensure_server(data_folder())
        try:
            print(json.dumps(_measured(obligations)))
        finally:
            release_server(data_folder())
    return 0


def _measured(obligations: int) -> dict[str, float]:
    import django

    django.setup()
    import worlds
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    start = time.perf_counter()
    from acuerdo.messaging.public import load_templates

    load_templates()
    worlds.fill(obligations=obligations, on=ON - timedelta(days=1), now=NOW - timedelta(days=1))
    told = {"fill_s": round(time.perf_counter() - start, 1), "memory_before_mib": _peak()}
    from acuerdo.config.wiring import day_phases

    total = 0.0
    for phase in day_phases():
        start = time.perf_counter()
        phase.run(ON, NOW)
        seconds = time.perf_counter() - start
        total += seconds
        told |= {f"{phase.name}_s": round(seconds, 1), f"{phase.name}_mib": _peak()}
    told["day_s"] = round(total, 1)
    start = time.perf_counter()
    decide = next(phase for phase in day_phases() if phase.name == "decide")
    decide.run(ON, NOW)
    return {**told, "decide_again_s": round(time.perf_counter() - start, 1)}


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    sys.exit(main())
