"""A rehearsal over the days that were lived: asked, worked once, stored; the worklist stays as it was."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from acuerdo.kernel.errors import Refusal
from acuerdo.strategy.models import Decision, Rehearsal
from acuerdo.strategy.public import ask_rehearsal, base_strategy_text, days_kept, decide_day, run_rehearsal
from acuerdo.strategy.tasks import rehearse_job
from tests import factories as make
from tests.module.strategy.world import DAWN, reachable

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = make.TODAY


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path


def test_a_rehearsal_changes_nothing_and_tells_what_would(tmp_path: Path) -> None:
    bank = make.make_creditor()
    make.make_user()
    reachable(bank, 8)
    reachable(bank, 1)
    for day in range(2):
        decide_day(TODAY + timedelta(days=day), DAWN + timedelta(days=day))
    before = list(Decision.objects.order_by("run_on", "obligation_id").values())
    text = (
        base_strategy_text()
        .replace("calls_per_agent: 60", "calls_per_agent: 0")
        .replace("code: estrategia_base", "code: otra")
    )
    assert days_kept() == [TODAY, TODAY + timedelta(days=1)]
    row = ask_rehearsal(text, from_on=TODAY, to_on=TODAY + timedelta(days=9), actor="ana", now=DAWN)
    assert (row.state, row.to_on) == ("waiting", TODAY + timedelta(days=1))
    rehearse_job(row.pk)
    row.refresh_from_db()
    assert (row.state, row.days_done, row.code) == ("done", 2, "otra")
    assert row.result["total"]["portfolio"] == 4
    assert "call" not in row.result["total"]["contacts"]
    assert row.result["changes"].get("channel", 0) >= 1
    assert row.against is not None
    assert row.against.code == "estrategia_base"
    assert row.result["counts"]["left_out"] == 0
    finished_at = row.finished_at
    rehearse_job(row.pk)  # a second worker finds it done
    row.refresh_from_db()
    assert row.finished_at == finished_at
    assert list(Decision.objects.order_by("run_on", "obligation_id").values()) == before


def test_refusals_leave_no_row() -> None:
    for text, code in ((base_strategy_text(), "rehearsal-without-days"), ("code: x", "bad-strategy")):
        with pytest.raises(Refusal) as refused:
            ask_rehearsal(text, from_on=TODAY, to_on=TODAY, actor="ana", now=DAWN)
        assert refused.value.code == code
    assert not Rehearsal.objects.exists()


def test_a_snapshot_that_was_lost_is_told(tmp_path: Path) -> None:
    reachable(make.make_creditor(), 8)
    decide_day(TODAY, DAWN)
    row = ask_rehearsal(base_strategy_text(), from_on=TODAY, to_on=TODAY, actor="ana", now=DAWN)
    next(tmp_path.rglob(f"{TODAY.isoformat()}/accounts.*.parquet")).unlink()
    told = run_rehearsal(row.pk, lambda: DAWN)
    assert (told.state, bool(told.failure)) == ("failed", True)
