"""The gate's speed on two cores: pure checks a second, contacts let out in PostgreSQL a second, and the frame form.

Fails below 20,000 pure checks a second (all cores), 400 receipts a second, or above 30 s for 5,000,000 pairs of person and
channel. `--pairs 500000` for a quick look; `--only pure|receipts|frame`. The database is one of its own, durable as in
production.
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from itertools import batched
from pathlib import Path

NOW = datetime(2026, 7, 15, 15, tzinfo=UTC)
CHANNELS = ("sms", "email", "whatsapp", "voice", "call")
PURE_MIN, RECEIPTS_MIN, FRAME_SECONDS_MAX = 20_000, 400, 30
WORKERS = 8


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=5_000_000)
    parser.add_argument("--only", choices=("pure", "receipts", "frame"))
    args = parser.parse_args()
    measures: dict[str, Callable[[], bool]] = {
        "pure": pure,
        "frame": lambda: frame(args.pairs),
        "receipts": receipts,
    }
    chosen = [args.only] if args.only else list(measures)
    results = [measures[name]() for name in chosen]
    return 0 if all(results) else 1


def pure() -> bool:
    """Half of them denied with the search for the next moment, with three past contacts each. Judged by CPU time, so that
    a busy machine measures the same."""
    cores = os.cpu_count() or 1
    start = time.perf_counter()
    with ProcessPoolExecutor(cores) as pool:
        done = list(pool.map(_check_many, [40_000] * cores))
    checks, wall = sum(count for count, _ in done), time.perf_counter() - start
    speed = checks / sum(seconds for _, seconds in done) * cores
    print(
        f"pure: {speed:,.0f} checks/s on {cores} cores ({speed / PURE_MIN:.1f} × the target), {checks / wall:,.0f}/s by the clock"
    )
    return speed >= PURE_MIN


def _check_many(count: int) -> tuple[int, float]:
    """How many were judged, in how many seconds of one core."""
    from acuerdo.policy.rules import Consent, Facts, PastContact, Question, judge, load_pack

    pack = load_pack("co")
    consents = tuple(Consent(channel, NOW - timedelta(days=90)) for channel in CHANNELS)
    histories = [
        tuple(PastContact(NOW - timedelta(days=day + back), "call", right_party=day == 1) for day in (1, 3, 5))
        for back in (0, 2)
    ]
    asked = [
        (
            Question(NOW + timedelta(minutes=minute), channel, zones=("America/Bogota",)),
            Facts(consents, history=history),
        )
        for minute in range(0, 1440, 30)
        for channel in CHANNELS
        for history in histories
    ]
    start = time.process_time()
    for index in range(count):
        judge(pack, *asked[index % len(asked)])
    return count, time.process_time() - start


def frame(pairs: int) -> bool:
    """Persons × five channels, one past contact in two persons, consents for most, against the Colombian pack."""
    import narwhals as nw
    import polars as pl

    from acuerdo.policy.engine import Permissions, find_openings, judge_rows
    from acuerdo.policy.rules import load_pack

    tables = [nw.from_native(table.lazy()) for table in _tables(pairs // len(CHANNELS))]
    permissions, pack, on = Permissions(*tables[1:]), load_pack("co"), date(2026, 7, 15)

    def verdicts() -> str:
        native = (
            judge_rows(tables[0], permissions, pack, {}, on=on, has_all_rules=True).select("gate_rules").to_native()
        )
        assert isinstance(native, pl.LazyFrame)
        counted = native.group_by("gate_rules").len().collect(engine="streaming")
        return f"{counted.height} sets of rules"

    def openings() -> str:
        found = find_openings(tables[0], permissions, pack, {}, on=on)
        return f"{found['gate_next_us'].null_count():,} never"

    seconds = {name: _timed(name, pairs, work) for name, work in (("verdicts", verdicts), ("openings", openings))}
    return seconds["verdicts"] * 5_000_000 / pairs <= FRAME_SECONDS_MAX


def _timed(name: str, pairs: int, work: Callable[[], str]) -> float:
    start, spent = time.perf_counter(), time.process_time()
    said = work()
    seconds, cpu = time.perf_counter() - start, time.process_time() - spent
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    load = os.getloadavg()[0]
    print(
        f"frame, {name}: {pairs:,} pairs in {seconds:.1f} s ({cpu:.1f} s of CPU, load {load:.1f}), peak {peak:.1f} GiB, {said}",
        flush=True,
    )
    return seconds


def _tables(persons: int) -> Iterator["pl.DataFrame"]:  # noqa: F821 - polars is imported where it is used
    import polars as pl

    now_us = int(NOW.timestamp() * 1_000_000)
    forever = pl.lit(9_000_000_000_000_000)
    people = pl.DataFrame({"debtor_id": pl.int_range(persons, eager=True)})
    pairs = people.join(pl.DataFrame({"channel": list(CHANNELS)}), how="cross").with_row_index("row_id")
    nothing = pl.lit(None, dtype=pl.Int64)
    yield pairs.with_columns(
        pl.col("row_id").cast(pl.Int64), obligation_id=pl.lit(0), purpose=pl.lit("collection"), recipient=pl.lit("debtor"),
        at_us=now_us + pl.col("debtor_id") % 600 * 60_000_000,
        zone=pl.when(pl.col("debtor_id") % 10 == 0).then(pl.lit("America/Lima")).otherwise(pl.lit("America/Bogota")),
        zone_2=pl.lit(""), region=pl.lit(""), balance_minor=pl.lit(500), balance_due_minor=pl.lit(200),
        balance_stated_minor=nothing, point_is_valid=pl.lit(value=True), point_ownership=pl.lit(80),
        excluded_number=pl.lit(value=False), visit_authorisation=pl.lit(value=False), unreachable_documented=pl.lit(value=False),
    )  # fmt: skip
    draw = pl.struct("debtor_id", "channel").hash(7) % 100
    yield pairs.filter(draw < 70).select(
        "debtor_id", "channel", purpose=pl.lit("collection"), from_us=pl.lit(0), to_us=forever
    )
    yield people.filter(pl.col("debtor_id") % 50 == 0).select(
        "debtor_id",
        obligation_id=pl.lit(0),
        kind=pl.lit("dispute"),
        channel=pl.lit(""),
        from_us=pl.lit(0),
        to_us=forever,
    )
    yield people.filter(pl.col("debtor_id") % 100 == 1).select(
        "debtor_id", hours=pl.lit('{"mon-fri": [["18:00", "20:00"]]}'), has_instrument=pl.lit(value=True), from_us=pl.lit(0),
        to_us=forever,
    )  # fmt: skip
    yield people.filter(pl.col("debtor_id") % 2 == 0).select(
        "debtor_id", channel=pl.lit("call"), at_us=now_us - pl.col("debtor_id") % 8 * 86_400_000_000, is_out=pl.lit(value=True),
        is_two_way=pl.col("debtor_id") % 3 == 0, counts=pl.lit(value=True),
    )  # fmt: skip


def receipts() -> bool:
    """Contacts asked, judged, stored and reserved under the person's lock: batches of 500, then single clicks."""
    with tempfile.TemporaryDirectory(prefix="acuerdo-bench-") as name:
        Path(name).chmod(0o755)
        os.environ |= {
            "ACUERDO_DATA": str(Path(name) / "data"),
            "ACUERDO_SECRET_KEY": "benchmark-" + "0" * 40,
            "DJANGO_SETTINGS_MODULE": "acuerdo.config.settings",
        }
        sys.path.insert(0, str(Path(__file__).parent))
        from acuerdo.base.database import data_folder, ensure_server, release_server

        ensure_server(data_folder())
        try:
            return _receipts()
        finally:
            release_server(data_folder())


def _receipts() -> bool:
    import django

    django.setup()
    import worlds
    from django.core.management import call_command

    from acuerdo.policy.public import PlannedContact, permit_and_log, permit_batch
    from acuerdo.portfolio.models import Obligation

    call_command("migrate", verbosity=0)
    worlds.fill(obligations=16_000, on=NOW.date(), now=NOW)
    owed = Obligation.objects.order_by("pk").values_list("debtor_id", "creditor_id", "pk")
    contacts = [PlannedContact(debtor, creditor, "email", obligation_id=pk) for debtor, creditor, pk in owed]
    lots = [list(lot) for lot in batched(contacts[:12_000], 500, strict=False)]

    def send(lot: list[PlannedContact]) -> None:
        permit_batch(lot, actor="medida", now=NOW)

    def click(contact: PlannedContact) -> None:
        permit_and_log(contact, actor="medida", now=NOW)

    speeds = [
        _let_out("batches of 500", send, lots, each=500),
        _let_out("single clicks", click, contacts[12_000:], each=1),
    ]
    return min(speeds) >= RECEIPTS_MIN


def _let_out[T](label: str, work: Callable[[T], None], things: list[T], *, each: int) -> float:
    """Contacts let out a second that two whole cores carry, by the CPU time that program and server spent on each; beside it
    what the clock says, which on a busy machine says more of the others."""
    cores, server = os.cpu_count() or 1, _server_processes()
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(work, things[:WORKERS]))  # connections and plans are made once
        start, spent = time.perf_counter(), time.process_time() + _server_seconds(server())
        list(pool.map(work, things[WORKERS:]))
        seconds = time.perf_counter() - start
        cpu = time.process_time() + _server_seconds(server()) - spent
    count = (len(things) - WORKERS) * each
    speed = cores * count / cpu
    share = f"{speed / RECEIPTS_MIN:.1f} × the target; {cpu / count * 1000:.2f} ms each"
    clocked = f"{count / seconds:,.0f}/s by the clock at load {os.getloadavg()[0]:.1f}"
    print(f"receipts, {label}: {speed:,.0f}/s of {cores} cores' time ({share}), {clocked}", flush=True)
    return speed


def _server_processes() -> Callable[[], set[int]]:
    """The server of this benchmark with its back ends, as they are when asked."""
    from acuerdo.base.database import data_folder

    pid_file = next(Path(data_folder()).rglob("postmaster.pid"))
    first = int(pid_file.read_text().split()[0])

    def found() -> set[int]:
        parents = {int(path.name): _stat(path) for path in Path("/proc").iterdir() if path.name.isdigit()}
        return {first} | {pid for pid, fields in parents.items() if fields and int(fields[1]) == first}

    return found


def _stat(process: Path) -> list[str]:
    try:
        return (process / "stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return []


def _server_seconds(processes: set[int]) -> float:
    """CPU seconds that these processes have spent."""
    told = [fields for pid in processes if (fields := _stat(Path("/proc") / str(pid)))]
    return sum(int(fields[11]) + int(fields[12]) for fields in told) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main())
