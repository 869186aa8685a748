"""The links that bring what providers tell over SMPP: one thread a provider, beside the worker's jobs.

Several workers may run; an advisory lock on a connection of its own makes one of them the listener of each provider, and
another takes over when it dies.
"""

import logging
import threading
from collections.abc import Callable
from functools import partial

from django.db import close_old_connections, connection

from acuerdo.base import clock
from acuerdo.base.locks import only_one
from acuerdo.config.providers import configured_specs, smpp_server
from acuerdo.kernel.errors import Refusal
from acuerdo.messaging.ports import Told
from acuerdo.messaging.rules.providers import Smpp

log = logging.getLogger("acuerdo.listening")
_LOOK_AGAIN_SECONDS = 15.0


def start_listeners(must_stop: threading.Event) -> list[threading.Thread]:
    """Starts a thread for each SMPP provider; they end soon after `must_stop` is set."""
    threads = [
        threading.Thread(target=_listen, args=(spec, must_stop), name=f"listen-{spec.name}", daemon=True)
        for spec in configured_specs()
        if isinstance(spec, Smpp)
    ]
    for thread in threads:
        thread.start()
    return threads


def _listen(spec: Smpp, must_stop: threading.Event) -> None:
    while not must_stop.is_set():
        try:
            with only_one(f"listen:{spec.name}", code="listening", message="Ya hay quien escucha."):
                _hear(spec, must_stop.is_set)
        except Refusal:
            pass  # another worker listens, and this one looks again in case it dies
        except Exception:
            # A lost database must not end the thread for good: the centre keeps what was not acknowledged.
            log.exception("listening to %s stopped", spec.name)
        close_old_connections()
        must_stop.wait(_LOOK_AGAIN_SECONDS)
    connection.close()


def _hear(spec: Smpp, must_stop: Callable[[], bool]) -> None:
    from acuerdo.messaging.adapters.smpp_listener import SmppListener  # noqa: PLC0415 - only who has one pays for it

    listener = SmppListener(spec.name, smpp_server(spec), partial(_store, spec.name), clock.now, bind=spec.listen_as)
    listener.run(must_stop)


def _store(provider: str, told: Told) -> None:
    from acuerdo.messaging.public import take_told  # noqa: PLC0415 - after the apps are ready

    take_told(provider, told, clock.now())
