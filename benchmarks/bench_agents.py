"""Fifty agents at work at once against a real `acuerdo up` with 100,000 debtors: pages, the next person, outcomes.

Each agent takes the next person, reads the page and its parts, calls, records an outcome and goes on. Pauses between steps
(`--think`, seconds on average, exponential) make the load: 20 s make one account a minute and agent, or sixty an hour. That is
several times what people do: an hour of telephone work holds 33 to 40 minutes of talk (contactcentrehelper.com, "How many calls
should an outbound agent make"), so at most twenty conversations of two minutes. Then the same with 5 s, and with none, which
says how much the installation can take. Times are the client's, whose processor time on the same cores counts against us; a
bare view of Django that asks `SELECT 1`, served the same way on the same server, says what the machine gives at that moment.

Fails, at full size, when a p95 of the first round is above 300 ms for a page, 150 ms for the next person and 150 ms for an
outcome. `--folder DIR` keeps or reuses the installation of bench_screens; `--people`, `--agents`, `--seconds` for a smaller one.
"""

import argparse
import http.client
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import _lender
from bench_screens import PEOPLE, prepare

AGENTS, SECONDS, THINK = 50, 180, 20.0
HURRIED, HURRIED_SECONDS, SATURATED_SECONDS = 5.0, 60, 30
BARE_REQUESTS = 300
P95_MAX_MS = {"page": 300, "next person": 150, "outcome": 150}
OUTCOMES = ("NC-NCO", "NC-NCO", "NC-BUZ", "CI-NOM", "CD-INT")
CSRF = "b" * 32


@dataclass(slots=True)
class Times:
    """Milliseconds by kind of request, and what came instead of success."""

    ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    trouble: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, kind: str, ms: float, status: int) -> None:
        with self.lock:
            if status < 400:
                self.ms[kind].append(ms)
            else:
                self.trouble[f"{kind}: {status}"] += 1


class Agent:
    """One browser: a kept connection and two cookies."""

    def __init__(self, port: int, session: str, times: Times, seed: int) -> None:
        self.times, self.dice = times, random.Random(seed)
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Cookie": f"sessionid={session}; csrftoken={CSRF}", "X-CSRFToken": CSRF, "Host": "localhost"}

    def ask(self, kind: str, path: str, told: dict[str, str] | None = None, **headers: str) -> tuple[int, str, str]:
        """(status, address it leads to, text)."""
        body = None if told is None else urlencode(told)
        more = {**self._headers, **headers}
        if body is not None:
            more["Content-Type"] = "application/x-www-form-urlencoded"
        method = "GET" if body is None else "POST"
        started = time.perf_counter()
        try:
            self._connection.request(method, path, body=body, headers=more)
            answer = self._connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):
            # The server closes a connection that rested; as a browser does, the next request opens another.
            self._connection.close()
            self._connection.request(method, path, body=body, headers=more)
            answer = self._connection.getresponse()
        text = answer.read().decode()
        self.times.note(kind, (time.perf_counter() - started) * 1000, answer.status)
        return answer.status, answer.headers.get("Location", ""), text

    def work(self, until: float, think: float) -> int:
        """One person after another; how many were attended."""
        attended, leave = 0, ""
        time.sleep(self.dice.random() * think)
        self.ask("page", "/cola")
        while time.monotonic() < until:
            _status, person, _text = self.ask("next person", "/cola/siguiente", {"leave": leave})
            if not person.startswith("/titulares/"):
                self._rest(think)
                continue
            leave = person.rpartition("/")[2]
            attended += self._attend(person, think)
        self.close()
        return attended

    def close(self) -> None:
        self._connection.close()

    def _attend(self, person: str, think: float) -> int:
        _status, _address, page = self.ask("page", person)
        for part in ("semaforo", "guion", "habito"):
            if f"{person}/{part}" in page or part == "semaforo":
                self.ask("part", f"{person}/{part}", **{"HX-Request": "true"})
        self._rest(think)
        call = re.search(rf'hx-post="({re.escape(person)}/llamar/[0-9a-f-]+)"', page)
        if call is None:
            return 0
        _status, _address, panel = self.ask("call", call.group(1), {}, **{"HX-Request": "true"})
        form = re.search(r'hx-post="(/gestiones/[0-9a-f-]+)"', panel)
        if form is None:
            return 0
        self._rest(think)
        self.ask("outcome", form.group(1), {"code": self.dice.choice(OUTCOMES)}, **{"HX-Request": "true"})
        self._rest(think / 2)
        return 1

    def _rest(self, think: float) -> None:
        time.sleep(self.dice.expovariate(1 / think) if think else 0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--agents", type=int, default=AGENTS)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    parser.add_argument("--think", type=float, default=THINK)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="acuerdo-bench-") as name:
        folder = args.folder or Path(name)
        folder.mkdir(exist_ok=True)
        if not (folder / "data").exists():
            prepare(folder, args.people)
        with _lender.installation(folder):
            sessions = _lender.signed_in(_agents(args.agents))
            return _measure(args, sessions)


def _agents(count: int) -> list[Any]:
    """The users who work; the clock stands at ten of the day that was run."""
    from django.db import connection

    from acuerdo.base import clock
    from acuerdo.base.models import User
    from acuerdo.policy.models import Attempt
    from acuerdo.strategy.models import Decision, DecisionRun
    from acuerdo.workspace.models import Reservation

    on = DecisionRun.objects.latest("run_on").run_on
    clock.set_now(_lender.NOW + (on - _lender.DAY))
    # Nobody holds a call: every agent's next person is sought among all that wait. Whom an earlier run called is done.
    calls = Decision.objects.filter(run_on=on, channel="call", is_lead=True)
    called = Attempt.objects.filter(channel="call", direction="out", at__date__gte=on).values("debtor_id")
    calls.exclude(debtor_id__in=called).update(agent=None, state="planned")
    calls.filter(debtor_id__in=called).update(agent=None, state="done")
    Reservation.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE strategy_decision")
    waiting = calls.filter(state="planned").count()
    print(f"{waiting:,} calls wait on {on}; load {_lender.load_average()}", flush=True)
    return [
        User.objects.get_or_create(
            username=f"gestor{number}",
            defaults={"role": "agent", "full_name": f"Gestor {number}", "sees_all_creditors": True},
        )[0]
        for number in range(count)
    ]


def _measure(args: argparse.Namespace, sessions: list[str]) -> int:
    port = _free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "acuerdo.config.cli.main", "up", "--port", str(port), "--json"],
        env={**os.environ, "ACUERDO_DAY_AT": ""}, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert server.stdout is not None
        if not server.stdout.readline():
            raise SystemExit("the server did not answer")
        failed = _rounds(args, port, sessions, server.pid)
    finally:
        server.terminate()
        server.wait(timeout=60)
        server.stdout.close()
    return failed


def _rounds(args: argparse.Namespace, port: int, sessions: list[str], server: int) -> int:
    _bare()
    failed = 0
    for think, seconds in ((args.think, args.seconds), (HURRIED, HURRIED_SECONDS), (0.0, SATURATED_SECONDS)):
        times, before = Times(), _cpu(server)
        agents = [Agent(port, session, times, seed) for seed, session in enumerate(sessions)]
        started = time.monotonic()
        with ThreadPoolExecutor(max_workers=len(agents)) as pool:
            attended = sum(pool.map(lambda agent: agent.work(started + seconds, think), agents))  # noqa: B023 - used at once
        spent = [after - first for first, after in zip(before, _cpu(server), strict=True)]
        above = _report(times, think, time.monotonic() - started, attended, spent)
        if think == args.think:
            failed = int(bool(times.trouble) or (above and args.people == PEOPLE and args.agents == AGENTS))
    return failed


def _report(times: Times, think: float, seconds: float, attended: int, spent: list[float]) -> bool:
    """Prints one round; whether anything was above its target."""
    asked = max(1, sum(map(len, times.ms.values())))
    print(
        f"a pause of {think:g} s: {asked:,} requests in {seconds:.0f} s, {asked / seconds:.1f}/s, {attended:,} people attended;"
        f" CPU a request {spent[0] / asked * 1000:.1f} ms in the web, {spent[1] / asked * 1000:.1f} ms in the database;"
        f" load {_lender.load_average()}"
    )
    is_above = False
    for kind, ms in sorted(times.ms.items()):
        ms.sort()
        p95 = ms[min(len(ms) - 1, int(len(ms) * 0.95))]
        limit = P95_MAX_MS.get(kind)
        is_above |= limit is not None and p95 > limit
        mark = "← above" if limit is not None and p95 > limit else ""
        print(f"  {kind:<12} {len(ms):>6,} times, median {statistics.median(ms):5.0f} ms, p95 {p95:5.0f} ms {mark}")
    for what, count in times.trouble.items():
        print(f"  not done: {what}, {count} times")
    return is_above


def _bare() -> None:
    """One after the other, a view that asks the same database for 1: what a request costs here at least."""
    port = _free_port()
    bare = subprocess.Popen([sys.executable, str(Path(__file__).with_name("_bare_view.py")), str(port)])
    try:
        _wait_until_served(port)
        client = Agent(port, "", times := Times(), 0)
        for _ in range(BARE_REQUESTS):
            client.ask("bare", "/")
        client.close()
    finally:
        bare.terminate()
        bare.wait(timeout=30)
    ms = sorted(times.ms["bare"])
    print(f"a bare view, one at a time: median {statistics.median(ms):.1f} ms, p95 {ms[int(len(ms) * 0.95)]:.1f} ms")


def _cpu(server: int) -> list[float]:
    """CPU seconds of the web processes of `acuerdo up`, and of the database."""
    webs = 0.0
    for path in Path("/proc").glob("[0-9]*"):
        told = _lender.stat(int(path.name))
        if told and told[1] == server and b"web" in (path / "cmdline").read_bytes().split(b"\0"):
            webs += sum(told[11:13]) / os.sysconf("SC_CLK_TCK")
    return [webs, _lender.server_cpu()]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_served(port: int) -> None:
    for _try in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit("the server did not answer")


if __name__ == "__main__":
    raise SystemExit(main())
