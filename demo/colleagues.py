"""While the demonstration is served: the visitor's colleagues have their pages open, so that the room shows people at work."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

from django.db import DatabaseError, connection

from acuerdo.base import clock
from acuerdo.base.models import Role, User
from acuerdo.portfolio.models import Obligation
from acuerdo.workspace.actions.presence import beat
from demo.around import VISITOR, at_work

BEAT_SECONDS = 30.0
STOP_SECONDS_MAX = 5.0
PEOPLE = 200


@contextmanager
def colleagues_at_work() -> Iterator[None]:
    must_stop = threading.Event()
    thread = threading.Thread(target=_work, args=(must_stop,), name="colleagues", daemon=True)
    thread.start()
    try:
        yield
    finally:
        must_stop.set()
        thread.join(STOP_SECONDS_MAX)


def _work(must_stop: threading.Event) -> None:
    random, shown = Random(7), dict[int, int | None]()
    while not must_stop.is_set():
        try:
            _tell(random, shown)
        except DatabaseError:
            pass  # the server is away: the next beat finds it
        finally:
            connection.close()
        must_stop.wait(BEAT_SECONDS)


def _tell(random: Random, shown: dict[int, int | None]) -> None:
    """Each page tells what it shows; now and then it goes on to another person."""
    today, now = clock.business_date(), clock.now()
    people = list(
        Obligation.objects.order_by("-account__days_past_due", "pk").values_list("debtor_id", flat=True)[:PEOPLE]
    )
    agents = User.objects.filter(role=Role.AGENT, is_active=True).exclude(username=VISITOR).order_by("pk")
    for agent in at_work(agents, today):
        if agent.pk not in shown or random.random() < 0.2:
            shown[agent.pk] = random.choice(people) if random.random() < 0.85 else None
        beat(agent, shown[agent.pk], now=now, today=today)
