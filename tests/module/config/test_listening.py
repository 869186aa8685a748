"""The threads beside the worker that hear receipts and answers: one of them at a time, and another when it ends."""

import threading
import time
from typing import Any

import pytest

from acuerdo.config import listening
from acuerdo.messaging.models import Inbound, ProviderState
from tests.module.messaging.sms_peer import Centre, message_centre

pytestmark = pytest.mark.django_db(transaction=True)


def wait_for(condition: Any, seconds: float = 20.0) -> None:
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError("it did not come")
        time.sleep(0.05)


@pytest.fixture
def centre(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(listening, "_LOOK_AGAIN_SECONDS", 0.2)
    with message_centre() as found:
        settings.PROVIDERS = (
            f'[[provider]]\nname = "claro"\nkind = "smpp"\nhost = "127.0.0.1"\nport = {found.port}\n'
            'system_id = "banco"\npassword = "clave"\n'
        )
        yield found


def say(centre: Centre, text: str) -> None:
    centre.deliver(source_addr="573500000001", destination_addr="85123", short_message=text.encode(), data_coding=0)


def test_one_listens_and_another_follows_when_it_ends(centre: Centre) -> None:
    first_ends, second_ends = threading.Event(), threading.Event()
    first = listening.start_listeners(first_ends)
    wait_for(lambda: len(centre.receivers) == 1)
    second = listening.start_listeners(second_ends)
    say(centre, "Hola")
    assert [row.body for row in Inbound.objects.all()] == ["Hola"]  # acknowledged only once it was kept
    assert ProviderState.objects.get(name="claro").heard_at is not None
    time.sleep(0.6)
    assert len(centre.receivers) == 1
    first_ends.set()
    for thread in first:
        thread.join(15)
    wait_for(lambda: len(centre.receivers) == 2)
    say(centre, "Sigo")
    assert Inbound.objects.count() == 2
    second_ends.set()
    for thread in second:
        thread.join(15)
    assert not any(thread.is_alive() for thread in (*first, *second))
