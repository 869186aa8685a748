"""How many SMS a second leave over SMPP to a real message centre on this machine, and are told delivered, all of it recorded.

`--messages 3000`; the centre (smpp34) runs in a process of its own, the receipts come in on a second link in another. Fails
below 500 a second, of sending and of receipts alike, judged by the clock of an unloaded machine: the load is told, and what
each process used of a processor, which a loaded clock hides. A bare client then asks the same centre as fast as it answers.
"""

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

ON = date(2026, 7, 15)
NOW = datetime(2026, 7, 15, 15, 0, tzinfo=UTC)
PER_SECOND_MIN = 500
WINDOW = 100


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=3_000)
    args = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).parent))
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    with tempfile.TemporaryDirectory(prefix="acuerdo-bench-") as name:
        Path(name).chmod(0o755)
        os.environ["ACUERDO_DATA"] = str(Path(name) / "data")
        os.environ["ACUERDO_SECRET_KEY"] = "benchmark-" + "0" * 40
        os.environ["DJANGO_SETTINGS_MODULE"] = "acuerdo.config.settings"
        from acuerdo.base.database import data_folder, ensure_server, release_server

        ensure_server(data_folder())
        context = multiprocessing.get_context("spawn")
        ports = context.Queue()
        stop = context.Event()
        is_heard = context.Event()
        centre = context.Process(target=_centre, args=(ports, is_heard, stop), daemon=True)
        centre.start()
        try:
            return measure(args.messages, ports.get(timeout=120), is_heard, centre.pid or 0)
        finally:
            stop.set()
            centre.join(10)
            release_server(data_folder())


def _centre(ports: Any, is_heard: Any, stop: Any) -> None:
    """Takes every message; says when somebody listens for its receipts, without whom it tells none."""
    from tests.module.messaging.sms_peer import message_centre

    with message_centre() as centre:
        centre.is_plain = True
        ports.put(centre.port)
        while not stop.wait(0.1):
            if centre.receivers:
                is_heard.set()


def measure(messages: int, port: int, is_heard: Any, centre_pid: int) -> int:
    import django

    django.setup()
    import worlds
    from django.core.management import call_command

    from acuerdo.messaging.adapters.smpp import SmppChannel
    from acuerdo.messaging.adapters.smpp_link import SmppServer
    from acuerdo.messaging.models import Message
    from acuerdo.messaging.ports import RATE_ALONE, Route
    from acuerdo.messaging.public import deliver_all_due, load_templates, plan_batch
    from acuerdo.messaging.rules.routing import Lane

    call_command("migrate", verbosity=0)
    load_templates()
    worlds.fill(obligations=messages * 12, on=ON - timedelta(days=1), now=NOW - timedelta(days=1))
    wishes = _wishes(messages)
    planned = [one for at in range(0, len(wishes), 500) for one in plan_batch(wishes[at : at + 500], NOW)]
    scheduled = sum(one.state == "scheduled" for one in planned)
    server = SmppServer("127.0.0.1", port, "banco", "clave", window=WINDOW)
    ear = multiprocessing.get_context("spawn").Process(target=_listen, args=(port,), daemon=True)
    ear.start()
    assert is_heard.wait(120), "nobody listens for receipts"
    before = _used_s(ear.pid, centre_pid)
    start = time.perf_counter()
    done = deliver_all_due(NOW, {"sms": [Route(Lane("centro", per_second=RATE_ALONE), SmppChannel("centro", server))]})
    sent_s = time.perf_counter() - start
    delivered = 0
    while delivered < done.sent and time.perf_counter() - start < 300:
        delivered = Message.objects.filter(state="delivered").count()
        time.sleep(0.05)
    told_s = time.perf_counter() - start
    used = {name: spent - before[name] for name, spent in _used_s(ear.pid, centre_pid).items()}
    ear.kill()
    ear.join(10)
    bare = _bare_speed(messages, server)
    speed = min(done.sent / sent_s, delivered / told_s)
    print(f"load {os.getloadavg()[0]:.1f}; {scheduled:,} scheduled, window {WINDOW}")
    print(f"sent {done.sent:,}: {done.sent / sent_s:,.0f}/s")
    print(f"receipts recorded {delivered:,}: {delivered / told_s:,.0f}/s from the first submit to the last receipt")
    for name, spent in used.items():
        print(f"{name}: {spent / max(done.sent, 1) * 1000:.2f} ms of a processor for each message")
    total = sum(used.values()) / max(done.sent, 1)
    print(f"all of it: {total * 1000:.2f} ms, so two processors alone would carry {2 / total:,.0f}/s at the most")
    print(f"a bare client on the same centre, nothing stored: {bare:,.0f}/s ({bare / speed:.1f} × ours)")
    print(f"end to end: {speed:,.0f}/s ({speed / PER_SECOND_MIN:.1f} × the target)")
    return 0 if speed >= PER_SECOND_MIN and delivered == done.sent else 1


def _used_s(ear: int | None, centre: int) -> dict[str, float]:
    """Processor time so far of the sender, the listener, the centre and the database's processes."""
    from acuerdo.base.database import data_folder

    postmaster = int((data_folder() / "postgres" / "postmaster.pid").read_text().split()[0])
    return {
        "sender": time.process_time(),
        "listener": _processor_s(ear),
        "message centre": _processor_s(centre),
        "database": sum(_processor_s(pid, with_dead=pid == postmaster) for pid in [postmaster, *_children(postmaster)]),
    }


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _processor_s(pid: int | None, *, with_dead: bool = False) -> float:
    """User and system time of a process so far, with that of its children that have ended if asked."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(one) for one in fields[11 : 15 if with_dead else 13]) / os.sysconf("SC_CLK_TCK")


def _bare_speed(messages: int, server: Any) -> float:
    """What the centre takes from a client that only keeps the window full and reads the answers."""
    from acuerdo.messaging.adapters.smpp_link import SmppLink, destination_address, source_address

    fields = {**source_address("85123"), "short_message": b"Su cuota vence hoy.", "data_coding": 0, "esm_class": 0}
    waiting = put = 0
    with SmppLink(server, "transmitter") as link:
        start = time.perf_counter()
        while put < messages or waiting:
            while put < messages and waiting < WINDOW:
                link.put("submit_sm", **destination_address(f"+57350{put:07}"), **fields, registered_delivery=0)
                put, waiting = put + 1, waiting + 1
            pdu = link.take(30)
            assert pdu is not None, "the centre went silent"
            waiting -= pdu.command == "submit_sm_resp"
        return messages / (time.perf_counter() - start)


def _listen(port: int) -> None:
    """The worker's receiving side: one bound link, each batch of receipts stored before it is acknowledged."""
    import django

    django.setup()
    from acuerdo.messaging.adapters.smpp_link import SmppServer
    from acuerdo.messaging.adapters.smpp_listener import SmppListener
    from acuerdo.messaging.public import take_told

    server = SmppServer("127.0.0.1", port, "banco", "clave", window=WINDOW)
    SmppListener("centro", server, lambda told: take_told("centro", told, NOW), lambda: NOW).run(lambda: False)


def _wishes(count: int) -> list[Any]:
    """That many people with a telephone, something overdue and an authorisation."""
    from acuerdo.messaging.public import PlannedMessage
    from acuerdo.policy.models import Consent
    from acuerdo.portfolio.models import Obligation

    allowed = Consent.objects.filter(channel="sms").values("debtor_id")
    found = Obligation.objects.filter(
        account__balance_due_minor__gt=0, debtor__contact_points__kind="phone", debtor_id__in=allowed
    )
    rows = found.order_by("debtor_id", "pk").distinct("debtor_id").values_list("debtor_id", "creditor_id", "pk")[:count]
    return [
        PlannedMessage(f"medida:{debtor}", debtor, creditor, (pk,), "sms", "vencimiento", NOW)
        for debtor, creditor, pk in rows
    ]


if __name__ == "__main__":
    sys.exit(main())
