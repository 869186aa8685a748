"""How long `acuerdo ledger` takes: cold start, and a loan of 360 instalments with 1,000 events.

Run: python benchmarks/bench_ledger_replay.py. Prints seconds beside the contract's limits.
"""

import json
import os
import random
import resource
import subprocess
import sys
import time
from datetime import date, timedelta
from typing import Any

START = date(1996, 1, 5)


def question(events: int, seed: int = 7) -> dict[str, Any]:
    """A thirty-year loan paid more or less on time, with fees and reversals, in random order."""
    source = random.Random(seed)
    happened: list[dict[str, Any]] = []
    for number in range(events):
        on = (START + timedelta(days=source.randint(31, 10_900))).isoformat()
        kind = source.choices(["payment", "fee", "reversal"], [8, 1, 1])[0]
        if kind == "reversal" and happened and happened[-1]["type"] == "payment":
            paid = happened[-1]
            back = date.fromisoformat(paid["on"]) + timedelta(days=source.randint(1, 9))
            happened.append({"type": "reversal", "of": paid["uid"], "on": back.isoformat()})
        elif kind == "fee":
            happened.append({"type": "fee", "on": on, "amount": "5000.00", "activity": f"a{number}"})
        else:
            happened.append(
                {"type": "payment", "on": on, "uid": f"p{number}", "amount": f"{source.randint(50_000, 400_000)}.00"}
            )
    source.shuffle(happened)
    schedule = {
        "principal": "50000000.00", "first_due_on": "1996-02-05", "instalments": 360, "frequency": "monthly", "method": "french",
        "rate": {"kind": "effective_annual", "value": "0.12"},
    }  # fmt: skip
    late = {"rate": {"kind": "effective_annual", "value": "0.2"}}
    return {
        "currency": "COP",
        "obligation": {"disbursed_on": START.isoformat(), "schedule": schedule, "late_interest": late},
        "events": happened,
        "as_of": [date(year, 12, 31).isoformat() for year in range(1996, 2026)],
    }


def run(word: str, document: dict[str, Any]) -> tuple[float, float]:
    """Wall and processor seconds of one command from a cold start."""
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "acuerdo.config.cli.main", "ledger", word]
    subprocess.run(command, input=json.dumps(document), capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    worked = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - started, worked


def main() -> None:
    small = question(0) | {"as_of": []}
    terms = small["obligation"]["schedule"] | {"currency": "COP", "disbursed_on": START.isoformat(), "instalments": 12}
    cold, worked = min(run("schedule", terms) for _ in range(5))
    print(f"ledger schedule, 12 instalments, cold: {cold:.3f} s, {worked:.3f} s of processor (limit 0.3 s)")
    long, worked = min(run("replay", question(1000)) for _ in range(3))
    print(
        f"ledger replay, 360 instalments, 1,000 events, 30 statements, cold: {long:.3f} s, {worked:.3f} s of processor (limit 1 s); "
        f"load {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    main()
