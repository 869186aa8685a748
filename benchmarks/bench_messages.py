"""How many messages a second are planned (text, gate, outbox) and delivered (re-read, gate again, text, sandbox) in batches.

`--messages 5000`; fails below 250 a second end to end on one process. Tone and text alone are told too. The database is one of
its own, durable as in production.
"""

import argparse
import cProfile
import os
import pstats
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

ON = date(2026, 7, 15)
NOW = datetime(2026, 7, 15, 15, 0, tzinfo=UTC)
PER_SECOND_MIN = 250


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=5_000)
    parser.add_argument("--profile", choices=("cumulative", "tottime"), help="where the time goes")
    args = parser.parse_args()
    pure()
    with tempfile.TemporaryDirectory(prefix="acuerdo-bench-") as name:
        Path(name).chmod(0o755)
        os.environ["ACUERDO_DATA"] = str(Path(name) / "data")
        os.environ["ACUERDO_SECRET_KEY"] = "benchmark-" + "0" * 40
        os.environ["DJANGO_SETTINGS_MODULE"] = "acuerdo.config.settings"
        sys.path.insert(0, str(Path(__file__).parent))
        from acuerdo.base.database import data_folder, ensure_server, release_server

        ensure_server(data_folder())
        try:
            return stored(args.messages, profiled=args.profile)
        finally:
            release_server(data_folder())


def pure() -> None:
    """Rendering and checking one SMS, without a database."""
    from acuerdo.messaging.rules.fields import sample_values
    from acuerdo.messaging.rules.library import library
    from acuerdo.messaging.rules.template import render
    from acuerdo.messaging.rules.tone import check_tone

    text = next(one for one in library() if (one.code, one.channel) == ("temprana_8", "sms"))
    values, items = sample_values()
    for name, work in (
        ("render", lambda: render(text.body, values, items)),
        ("tone", lambda: check_tone(text.body, channel="sms")),
    ):
        work()
        start = time.process_time()
        for _ in range(500):
            work()
        print(f"{name}: {(time.process_time() - start) / 500 * 1000:.2f} ms of one SMS", flush=True)


def stored(messages: int, *, profiled: str | None) -> int:
    import django

    django.setup()
    import worlds
    from django.core.management import call_command

    from acuerdo.messaging.adapters.sandbox import SandboxChannel
    from acuerdo.messaging.public import deliver_all_due, load_templates, plan_batch

    call_command("migrate", verbosity=0)
    load_templates()
    worlds.fill(obligations=messages * 12, on=ON - timedelta(days=1), now=NOW - timedelta(days=1))
    wishes = _wishes(messages)
    profile = cProfile.Profile()
    if profiled:
        profile.enable()
    cpu = time.process_time()
    start = time.perf_counter()
    outcomes = [one for at in range(0, len(wishes), 500) for one in plan_batch(wishes[at : at + 500], NOW)]
    planned_s = time.perf_counter() - start
    start = time.perf_counter()
    delivered = deliver_all_due(NOW, {"email": SandboxChannel()})
    delivered_s = time.perf_counter() - start
    if profiled:
        profile.disable()
        pstats.Stats(profile).sort_stats(profiled).print_stats(45)
    cpu_s = time.process_time() - cpu
    scheduled = sum(one.state == "scheduled" for one in outcomes)
    speed = len(wishes) / (planned_s + delivered_s)
    print(f"planned {len(wishes):,} ({scheduled:,} scheduled): {len(wishes) / planned_s:,.0f}/s")
    print(f"delivered {delivered.taken:,} ({delivered.sent:,} sent): {delivered.taken / delivered_s:,.0f}/s")
    print(f"one core of this process: {len(wishes) / cpu_s:,.0f}/s")
    print(f"end to end: {speed:,.0f}/s ({speed / PER_SECOND_MIN:.1f} × the target)")
    return 0 if speed >= PER_SECOND_MIN else 1


def _wishes(count: int) -> list[Any]:
    """That many people with an e-mail, something overdue and an authorisation."""
    from acuerdo.messaging.public import PlannedMessage
    from acuerdo.portfolio.models import Obligation

    found = Obligation.objects.filter(
        account__balance_due_minor__gt=0, debtor__contact_points__kind="email", account__due_since__isnull=False
    )
    rows = found.order_by("debtor_id", "pk").distinct("debtor_id").values_list("debtor_id", "creditor_id", "pk")[:count]
    return [
        PlannedMessage(f"medida:{debtor}", debtor, creditor, (pk,), "email", "temprana_8", NOW)
        for debtor, creditor, pk in rows
    ]


if __name__ == "__main__":
    sys.exit(main())
