"""Two at once: one run decides, the other is told; a row marked while the plan is replaced is neither lost nor doubled."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from django.db import connection

from acuerdo.kernel.errors import Refusal
from acuerdo.strategy.actions import day as actions
from acuerdo.strategy.models import Decision
from acuerdo.strategy.public import decide_day, mark
from tests import factories as make
from tests.module.strategy.world import DAWN, reachable

pytestmark = pytest.mark.django_db(transaction=True)


def alone[Answer](work: Callable[[], Answer]) -> Answer:
    """The work on a thread's own connection, closed afterwards."""
    try:
        return work()
    finally:
        connection.close()


def test_a_second_run_is_told_that_one_is_under_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reachable(make.make_creditor(), 1)
    loaded, go_on = Event(), Event()
    original = actions.load_aside

    def slow(*given: object) -> None:
        original(*given)  # type: ignore[arg-type]
        loaded.set()
        assert go_on.wait(30)

    monkeypatch.setattr(actions, "load_aside", slow)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(alone, lambda: decide_day(make.TODAY, DAWN, folder=tmp_path))
        assert loaded.wait(30)
        with pytest.raises(Refusal) as refused:
            decide_day(make.TODAY, DAWN, folder=tmp_path)
        go_on.set()
        assert first.result(30)["planned"] == 1
    assert refused.value.code == "decision-running"


def test_a_row_marked_while_the_plan_is_made_again_keeps_its_mark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    debt = reachable(make.make_creditor(), 1)
    decide_day(make.TODAY, DAWN, folder=tmp_path)
    original = actions.load_aside

    def mark_meanwhile(*given: object) -> None:
        original(*given)  # type: ignore[arg-type]
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(alone, lambda: mark(make.TODAY, [debt.pk], "queued")).result(30) == 1

    monkeypatch.setattr(actions, "load_aside", mark_meanwhile)
    assert decide_day(make.TODAY, DAWN, folder=tmp_path)["kept"] == 1
    assert Decision.objects.get(run_on=make.TODAY).state == "queued"
