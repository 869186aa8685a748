"""A worker of messages as a process of its own, for the chaos test: it sends until it is killed, or kills itself at a step.

Imported once by the fork server, so that each further worker is a fork and not a start of Django.
"""

import os
import signal
import smtplib
import ssl
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

if "pytest" not in sys.modules:  # in a test's own process Django is ready
    django.setup()

# Between every two steps of sending, in their order. A recovering worker may be killed too.
STEPS = (
    "before-taking",
    "permitted",  # the gate's answer is written and not committed
    "text-kept",  # all is written, a moment before the commit
    "taken",  # committed; the provider knows nothing
    "bound",  # connected and logged in
    "half-said",  # the receiver is named, or a submit is about to be written
    "said",  # the whole message is out; no answer was read
    "answered",  # the answer was read and is not recorded
    "recording",  # within the transaction that records it
    "recorded",
    "before-unlock",
    "settling",  # a message of a dead worker is being settled
    "settled",
)
SMPP_WINDOW = 5


@dataclass(frozen=True, slots=True)
class Orders:
    """Where everything is, what time it is at `begun` of the machine and how fast it runs, and where to die."""

    database: str
    centres: tuple[int, int]
    mail: int
    now: datetime
    begun: float
    speed: float
    limit: int = 20
    die_at: str = ""
    passages: int = 1

    def moment(self) -> datetime:
        return self.now + timedelta(seconds=(time.time() - self.begun) * self.speed)


def work(orders: Orders) -> None:
    """Sends what is due, again and again."""
    from django.db import connection, connections

    connections.settings["default"]["NAME"] = orders.database
    connection.settings_dict["NAME"] = orders.database
    if orders.die_at:
        _arm(orders.die_at, orders.passages)
    from acuerdo.messaging.public import deliver_due, recover_stuck

    channels = channels_of(orders)
    while True:
        recover_stuck(orders.moment(), channels)
        if not deliver_due(orders.moment(), channels, orders.limit).taken:
            time.sleep(0.1)


def channels_of(orders: Orders) -> dict[str, Any]:
    """Two message centres, the second for when the first is not there, and one mail server."""
    from acuerdo.messaging.adapters.smpp import SmppChannel
    from acuerdo.messaging.adapters.smpp_link import SmppServer
    from acuerdo.messaging.adapters.smtp import SmtpChannel, SmtpServer
    from acuerdo.messaging.ports import RATE_ALONE, Route
    from acuerdo.messaging.rules.routing import Lane

    def centre(name: str, port: int, priority: int) -> Route:
        server = SmppServer(
            "127.0.0.1", port, "banco", "clave", window=SMPP_WINDOW, answer_seconds=0.6, connect_seconds=1.0
        )
        return Route(Lane(name, priority, per_second=RATE_ALONE), SmppChannel(name, server))

    mail = SmtpServer("127.0.0.1", orders.mail, "none", "", "", "avisos@banco.invalid", timeout_seconds=1)
    insecure = ssl.create_default_context()
    return {
        "sms": [centre("uno", orders.centres[0], 1), centre("dos", orders.centres[1], 2)],
        "email": SmtpChannel(mail, insecure),
    }


def _arm(step: str, passages: int) -> None:
    """Wraps the functions of the steps; on the given passage of `step` the process kills itself as `kill -9` does."""
    from acuerdo.messaging.actions import claims, delivery, recording
    from acuerdo.messaging.adapters.smpp_link import SmppLink
    from acuerdo.messaging.adapters.smtp import _Session

    left = [passages]

    def passed(here: str) -> None:
        if here == step:
            left[0] -= 1
            if left[0] <= 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def wrap(
        place: Any, name: str, *, before: str = "", after: str = "", when: Callable[..., bool] | None = None
    ) -> None:
        inner = getattr(place, name)

        def outer(*args: Any, **options: Any) -> Any:
            counts = when is None or when(*args, **options)
            if before and counts:
                passed(before)
            result = inner(*args, **options)
            if after and counts:
                passed(after)
            return result

        setattr(place, name, outer)

    def is_submit(_link: Any, command: str, **_fields: Any) -> bool:
        return command == "submit_sm"

    wrap(delivery, "_take", before="before-taking")
    wrap(delivery, "permit_batch", after="permitted")
    wrap(delivery, "keep_texts", after="text-kept")
    wrap(delivery, "keep_pace", before="taken")
    wrap(SmppLink, "open", after="bound")
    wrap(_Session, "_connect", after="bound")
    wrap(SmppLink, "put", before="half-said", after="said", when=is_submit)
    wrap(smtplib.SMTP, "rcpt", after="half-said")
    wrap(smtplib.SMTP, "send", after="said", when=lambda _smtp, text: text[-5:] == b"\r\n.\r\n")
    wrap(delivery, "record", before="answered", after="recorded")
    wrap(recording, "_mark", after="recording")
    wrap(claims, "_free", before="before-unlock")
    wrap(delivery, "settle", before="settling", after="settled", when=lambda rows, *_rest, **_options: bool(rows))
