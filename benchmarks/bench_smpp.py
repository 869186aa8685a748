"""How many SMS a second leave over SMPP to a local message centre, each recorded and each receipt recorded.

`--messages 5000`; fails below 500 a second. The centre (smpp34) lives in this process in its own threads; the bare figure is
the same messages sent by the same adapter without a database. The database is one of its own, durable as in production.
"""

import argparse
import os
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

NOW = datetime(2026, 7, 15, 15, 0, tzinfo=UTC)
PER_SECOND_MIN = 500
WINDOW = 50


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=5_000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="acuerdo-bench-") as name:
        Path(name).chmod(0o755)
        os.environ["ACUERDO_DATA"] = str(Path(name) / "data")
        os.environ["ACUERDO_SECRET_KEY"] = "benchmark-" + "0" * 40
        os.environ["DJANGO_SETTINGS_MODULE"] = "acuerdo.config.settings"
        sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]
        from acuerdo.base.database import data_folder, ensure_server, release_server

        ensure_server(data_folder())
        try:
            return measured(args.messages)
        finally:
            release_server(data_folder())


def measured(count: int) -> int:
    import django

    django.setup()
    import worlds
    from django.core.management import call_command

    from tests.module.messaging.sms_peer import message_centre

    call_command("migrate", verbosity=0)
    worlds.fill(obligations=count * 12, on=NOW.date() - timedelta(days=1), now=NOW - timedelta(days=1))
    rows = _sending(count)
    with message_centre() as centre:
        centre.sends_receipts = False
        bare = _bare(centre.port, rows)
        centre.sends_receipts = True
        recorded, heard, cpu = _recorded(centre, rows)
    print(f"bare adapter: {bare:,.0f}/s")
    print(f"sent and recorded: {recorded:,.0f}/s ({recorded / bare:.0%} of bare)")
    print(
        f"until the last receipt was recorded: {heard:,.0f}/s; one core of this process: {cpu:,.0f}/s; load {os.getloadavg()[0]:.1f}"
    )
    print(f"{heard / PER_SECOND_MIN:.1f} × the target of {PER_SECOND_MIN}/s")
    return 0 if heard >= PER_SECOND_MIN else 1


def _sending(count: int) -> list[Any]:
    """Messages that the gate has let out and that wait for their provider."""
    from acuerdo.messaging.models import Message
    from acuerdo.portfolio.models import Obligation

    found = (
        Obligation.objects.order_by("debtor_id", "pk")
        .distinct("debtor_id")
        .values_list("debtor_id", "creditor_id", "pk")[:count]
    )
    Message.objects.bulk_create(
        Message(
            plan_key=f"medida:{debtor}", debtor_id=debtor, creditor_id=creditor, obligation_id=pk, channel="sms",
            receiver=f"+573500{number:06}"[:13], body="Su cuota de $ 180.000 vence hoy.", state="sending", provider="central",
            scheduled_for=NOW, created_at=NOW, updated_at=NOW, context={"obligations": [pk]},
        )
        for number, (debtor, creditor, pk) in enumerate(found, start=100)
    )  # fmt: skip
    return list(Message.objects.order_by("id"))


def _channel(port: int) -> Any:
    from acuerdo.messaging.adapters.smpp import SmppChannel
    from acuerdo.messaging.adapters.smpp_link import SmppServer

    return SmppChannel("central", SmppServer("127.0.0.1", port, "banco", "clave123", window=WINDOW))


def _outgoing(rows: list[Any]) -> list[Any]:
    from uuid import UUID

    from acuerdo.messaging.ports import Outgoing

    return [
        Outgoing(UUID(str(row.uid)), "sms", row.receiver, "Banco", "", "", row.body, "", NOW, sender="85123")
        for row in rows
    ]


def _bare(port: int, rows: list[Any]) -> float:
    start = time.perf_counter()
    sent = sum(len(group) for group in _channel(port).send(_outgoing(rows)))
    return sent / (time.perf_counter() - start)


def _recorded(centre: Any, rows: list[Any]) -> tuple[float, float, float]:
    from django.db import connection

    from acuerdo.messaging.actions.recording import record, uid_of
    from acuerdo.messaging.adapters.smpp_link import SmppServer
    from acuerdo.messaging.adapters.smpp_listener import SmppListener
    from acuerdo.messaging.models import Message
    from acuerdo.messaging.public import take_told

    must_stop, by_uid = threading.Event(), {uid_of(row): row for row in rows}
    listener = SmppListener(
        "central",
        SmppServer("127.0.0.1", centre.port, "banco", "clave123"),
        lambda told: take_told("central", told, NOW) and None,
        lambda: NOW,
    )

    def listen() -> None:
        listener.run(must_stop.is_set)
        connection.close()

    thread = threading.Thread(target=listen)
    thread.start()
    while not centre.receivers:
        time.sleep(0.05)
    cpu, start = time.process_time(), time.perf_counter()
    for answers in _channel(centre.port).send(_outgoing(rows)):
        record([(by_uid[answer.uid], answer) for answer in answers], NOW)
    sent_s = time.perf_counter() - start
    while Message.objects.filter(state="delivered").count() < len(rows) and time.perf_counter() - start < 300:
        time.sleep(0.05)
    heard_s, cpu_s = time.perf_counter() - start, time.process_time() - cpu
    must_stop.set()
    thread.join()
    return len(rows) / sent_s, len(rows) / heard_s, len(rows) / cpu_s


if __name__ == "__main__":
    sys.exit(main())
