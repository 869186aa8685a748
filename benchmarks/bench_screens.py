"""What a screen costs with 100,000 debtors (125,000 obligations): queries and time in the server, median of 20 warm requests.

Django's test client against an installation loaded through the product, after its day has run. Fails above 15 queries or 100 ms
for the queue, the debtor page and the search, and above 300 ms for the board and the portfolio; on a machine that others use,
the CPU of both processes is what is judged.
`--folder DIR` keeps or reuses the installation; `--explain` prints the slowest query's plan of each screen above its target.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import _lender

PEOPLE = 100_000
OBLIGATIONS = 125_000
REQUESTS = 20
QUERIES_MAX = 15
QUICK_MS, SLOW_MS = 100, 300


@dataclass(frozen=True, slots=True)
class Screen:
    """`urls` are asked in turn, so that no median is that of one person's page."""

    name: str
    username: str
    urls: list[str]
    max_ms: int
    max_queries: int | None = QUERIES_MAX


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--only", default="", help="screens whose name begins so")
    parser.add_argument("--explain", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="acuerdo-bench-") as name:
        folder = args.folder or Path(name)
        folder.mkdir(exist_ok=True)
        if not (folder / "data").exists():
            prepare(folder, args.people)
        with _lender.installation(folder):
            return _measure(args)


def prepare(folder: Path, people: int) -> None:
    """In processes of their own, as an installation's other work is."""
    day = Path(__file__).with_name("bench_collection_day.py")
    base = [sys.executable, str(day), "--obligations", str(people * OBLIGATIONS // PEOPLE), "--folder", str(folder)]
    for step in ("make", "day"):
        subprocess.run([*base, "--step", step], check=True)


def _measure(args: argparse.Namespace) -> int:
    from acuerdo.base import clock
    from acuerdo.portfolio.models import Debtor
    from acuerdo.strategy.models import DecisionRun

    on = DecisionRun.objects.latest("run_on").run_on
    clock.set_now(_lender.NOW + (on - _lender.DAY))
    print(f"{Debtor.objects.count():,} debtors on {on}; load {_lender.load_average()}")
    screens = [screen for screen in _screens(on) if screen.name.startswith(args.only)]
    failed = [screen.name for screen in screens if not _is_within(screen, has_plans=args.explain)]
    print(f"above their target: {', '.join(failed) or 'none'}; load {_lender.load_average()}")
    return 1 if failed and args.people == PEOPLE else 0


def _screens(on: Any) -> Iterator[Screen]:
    from django.urls import reverse

    from acuerdo.portfolio.models import ContactPoint, Debtor, Obligation
    from acuerdo.strategy.models import Decision

    calls = Decision.objects.filter(run_on=on, channel="call", is_lead=True).select_related("debtor", "agent")
    if (lead := calls.exclude(agent=None).first()) is None:
        raise SystemExit("no agent has a call on that day")
    agent = lead.agent.username
    people = [row.debtor for row in calls[:: max(1, calls.count() // REQUESTS)]][:REQUESTS]
    pages = [reverse("workspace:debtor", args=[one.uid]) for one in people]
    queue, search = reverse("workspace:queue"), reverse("workspace:search")
    ids = [one.pk for one in people]
    phones = list(
        ContactPoint.objects.filter(debtor_id__in=ids, kind="phone").values_list("value", flat=True)[:REQUESTS]
    )
    numbers = list(Obligation.objects.filter(debtor_id__in=ids).values_list("number", flat=True)[:REQUESTS])
    one_family = Debtor.objects.get(pk=ids[0]).full_name.split()[-1]
    yield Screen("queue, an agent's", agent, [queue], QUICK_MS)
    yield Screen("queue, page 3", agent, [f"{queue}?page=3"], QUICK_MS)
    yield Screen("queue, a stage and a name", agent, [f"{queue}?stage=early&q={one_family}"], QUICK_MS)
    yield Screen("queue, a supervisor's", "medida-supervisor", [queue], QUICK_MS)
    yield Screen("queue, an agency's", "agencia", [queue], QUICK_MS)
    yield Screen("debtor", agent, pages, QUICK_MS)
    yield Screen("debtor, a supervisor's", "medida-supervisor", pages, QUICK_MS)
    yield Screen("debtor: semáforo", agent, [f"{page}/semaforo" for page in pages], QUICK_MS)
    yield Screen("debtor: history", agent, [f"{page}/historia" for page in pages], QUICK_MS)
    yield Screen("search: full name", agent, [f"{search}?q={one.full_name}" for one in people], QUICK_MS)
    yield Screen("search: one family name", agent, [f"{search}?q={one_family}"], QUICK_MS)
    yield Screen("search: nobody's name", agent, [f"{search}?q=zzyzx"], QUICK_MS)
    yield Screen("search: document", agent, [f"{search}?q={one.id_number}" for one in people], QUICK_MS)
    yield Screen("search: phone", agent, [f"{search}?q={one[-10:]}" for one in phones], QUICK_MS)
    yield Screen("search: obligation", agent, [f"{search}?q={one}" for one in numbers], QUICK_MS)
    yield Screen("search: name, an agency's", "agencia", [f"{search}?q={one_family}"], QUICK_MS)
    portfolio = reverse("workspace:portfolio")
    for query in ("", "?page=200", "?stage=early&bucket=1-30", "?sort=arrears", f"?q={one_family}", "?status=all"):
        yield Screen(f"portfolio {query}", "medida-supervisor", [portfolio + query], SLOW_MS)
    yield Screen("board", "medida-supervisor", [reverse("workspace:board")], SLOW_MS, None)
    yield Screen("board, a director's", "medida-director", [reverse("workspace:board")], SLOW_MS, None)


def _is_within(screen: Screen, *, has_plans: bool) -> bool:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from acuerdo.base.models import User

    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.get(username=screen.username))
    _ask(client, screen.urls[0])
    with CaptureQueriesContext(connection) as asked:
        _ask(client, screen.urls[-1])
        told = list(asked.captured_queries)  # the next request forgets them
    walls: list[float] = []
    here, server = time.process_time(), _lender.server_cpu()
    for index in range(REQUESTS):
        wall = time.perf_counter()
        _ask(client, screen.urls[index % len(screen.urls)])
        walls.append((time.perf_counter() - wall) * 1000)
    here_ms = (time.process_time() - here) * 1000 / REQUESTS
    server_ms = (_lender.server_cpu() - server) * 1000 / REQUESTS
    median, queries = statistics.median(walls), len(told)
    is_quick = min(median, here_ms + server_ms) <= screen.max_ms
    is_within = is_quick and (screen.max_queries is None or queries <= screen.max_queries)
    print(
        f"  {screen.name:<34} {queries:>3} queries, median {median:5.0f} ms, best {min(walls):5.0f} ms, CPU {here_ms:4.0f} ms here and"
        f" {server_ms:4.0f} ms in the database {'' if is_within else '← above'}",
        flush=True,
    )
    if has_plans and not is_within:
        _print_plan(max(told, key=lambda one: float(one["time"])))
    return is_within


def _ask(client: Any, url: str) -> None:
    answer = client.get(url)
    if answer.status_code not in (200, 302):
        raise SystemExit(f"{url} answered {answer.status_code}")
    if answer.status_code == 302 and "/titulares/" not in answer["Location"]:
        raise SystemExit(f"{url} led to {answer['Location']}")


def _print_plan(query: dict[str, str]) -> None:
    from django.db import connection

    print(f"{query['time']} s: {query['sql']}")
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, BUFFERS) " + query["sql"].replace("%", "%%"), [])
        print("\n".join(f"      {line}" for (line,) in cursor.fetchall()))


if __name__ == "__main__":
    sys.exit(main())
