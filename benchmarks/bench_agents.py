"""Fifty agents at work at once against a real `acuerdo up` with 100,000 debtors: pages, the next person, outcomes.

Each agent takes the next person, reads the page and its parts, calls, records an outcome and goes on, with a pause between
steps as short as no human's (`--think`, seconds on average). Times are those of the client, so the driver's own CPU on the
same two cores counts against us. Fails, at full size on a quiet machine, above a p95 of 300 ms for a page, 150 ms for the
next person and 150 ms for an outcome.

`--folder DIR` keeps or reuses the installation of bench_screens; `--people`, `--agents`, `--seconds` for a smaller one.
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
from urllib.parse import urlencode

import _lender
from bench_screens import OBLIGATIONS, PEOPLE

AGENTS, SECONDS, THINK = 50, 120, 5.0
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
        self._connection.close()
        return attended

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
            _prepare(folder, args.people)
        with _lender.installation(folder):
            sessions = _sessions(args.agents)
            return _measure(args, sessions)


def _prepare(folder: Path, people: int) -> None:
    day = Path(__file__).with_name("bench_collection_day.py")
    base = [sys.executable, str(day), "--obligations", str(people * OBLIGATIONS // PEOPLE), "--folder", str(folder)]
    for step in ("make", "day"):
        subprocess.run([*base, "--step", step], check=True)


def _sessions(count: int) -> list[str]:
    """One signed-in session for each agent, without the cost of a password; the clock stands at ten of the day that was run."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from acuerdo.base import clock
    from acuerdo.base.models import User
    from acuerdo.strategy.models import Decision, DecisionRun

    on = DecisionRun.objects.latest("run_on").run_on
    clock.set_now(_lender.NOW + (on - _lender.DAY))
    # Agents of the run keep their calls; the others take what nobody holds.
    Decision.objects.filter(run_on=on, channel="call", is_lead=True).update(agent=None, state="planned")
    made = []
    for number in range(count):
        user, _new = User.objects.get_or_create(
            username=f"gestor{number}",
            defaults={"role": "agent", "full_name": f"Gestor {number}", "sees_all_creditors": True},
        )
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        made.append(session.session_key)
    waiting = Decision.objects.filter(run_on=on, channel="call", is_lead=True, state="planned").count()
    print(f"{waiting:,} calls wait on {on}; load {_lender.load_average()}", flush=True)
    return made


def _measure(args: argparse.Namespace, sessions: list[str]) -> int:
    port = _free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "acuerdo.config.cli.main", "up", "--port", str(port)],
        env={**os.environ, "ACUERDO_DAY_AT": ""}, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait_until_served(port)
        times = Times()
        agents = [Agent(port, session, times, seed) for seed, session in enumerate(sessions)]
        agents[0].ask("first", "/cola")
        until = time.monotonic() + args.seconds
        with ThreadPoolExecutor(max_workers=len(agents)) as pool:
            attended = sum(pool.map(lambda agent: agent.work(until, args.think), agents))
    finally:
        server.terminate()
        server.wait(timeout=60)
    return _report(args, times, attended)


def _report(args: argparse.Namespace, times: Times, attended: int) -> int:
    asked = sum(map(len, times.ms.values()))
    print(
        f"{args.agents} agents, {args.seconds} s, a pause of {args.think} s: {asked:,} requests, {attended:,} people attended"
    )
    above = []
    for kind, ms in sorted(times.ms.items()):
        ms.sort()
        p95 = ms[min(len(ms) - 1, int(len(ms) * 0.95))]
        limit = P95_MAX_MS.get(kind)
        is_above = limit is not None and p95 > limit
        above += [kind] * is_above
        mark = "← above" if is_above else ""
        print(f"  {kind:<12} {len(ms):>6,} times, median {statistics.median(ms):5.0f} ms, p95 {p95:5.0f} ms {mark}")
    for what, count in times.trouble.items():
        print(f"  not done: {what}, {count} times")
    print(f"above their target: {', '.join(above) or 'none'}; load {_lender.load_average()}")
    failed = bool(times.trouble) or (bool(above) and args.people == PEOPLE and args.agents == AGENTS)
    return 1 if failed else 0


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
