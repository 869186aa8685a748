"""Two programs send the same request at the same instant: one acts, the other is told to wait; nothing is done twice."""

import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from acuerdo.api.idempotency import Answer, answer_once
from acuerdo.api.keys import create_key
from acuerdo.api.models import Answered, ApiKey
from acuerdo.kernel.errors import Refusal

NOW = datetime(2026, 7, 15, 15, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


def _elsewhere(key: ApiKey, results: list[str], act: Any) -> None:
    try:
        results.append(str(answer_once(key, "k", {"a": 1}, act, now=NOW)[0]))
    except Refusal as refusal:
        results.append(refusal.code)
    finally:
        connection.close()


def test_while_the_first_runs_the_second_is_told_so() -> None:
    key = create_key(name="caja", role="admin", actor="prueba", now=NOW).key
    started, may_end = threading.Event(), threading.Event()
    acts: list[int] = []

    def slow() -> Answer:
        acts.append(1)
        started.set()
        assert may_end.wait(20)
        return 201, {"done": True}

    first: list[str] = []
    thread = threading.Thread(target=_elsewhere, args=(key, first, slow))
    thread.start()
    assert started.wait(20)
    second: list[str] = []
    _elsewhere(key, second, slow)
    may_end.set()
    thread.join(20)
    assert (first, second, len(acts)) == (["201"], ["request-in-progress"], 1)
    assert answer_once(key, "k", {"a": 1}, slow, now=NOW) == (201, {"done": True})
    assert (len(acts), Answered.objects.count()) == (1, 1)


def test_an_act_that_fails_leaves_the_key_free() -> None:
    key = create_key(name="caja", role="admin", actor="prueba", now=NOW).key

    def breaks() -> Answer:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        answer_once(key, "k", {"a": 1}, breaks, now=NOW)
    assert answer_once(key, "k", {"a": 1}, lambda: (201, {}), now=NOW) == (201, {})
