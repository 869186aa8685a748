"""The snapshot: whole the first time, then by what changed, and always equal to one made afresh."""

import json
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from django.db import connection, transaction

from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.models import Account
from acuerdo.policy.models import Attempt, Consent, Hold
from acuerdo.portfolio.models import ContactPoint
from acuerdo.strategy.engine import snapshot as module
from acuerdo.strategy.engine.snapshot import MANIFEST, Snapshot, read_snapshot
from acuerdo.strategy.public import take_snapshot
from acuerdo.strategy.snapshot import EXTRACTS
from tests import factories as make
from tests.module.strategy.world import DAWN, contacted, reachable

pytestmark = pytest.mark.django_db(transaction=True)


def contents(snapshot: Snapshot) -> dict[str, list[tuple[object, ...]]]:
    return {
        extract.name: sorted(pl.read_parquet(snapshot.path(extract.name)).iter_rows(), key=repr) for extract in EXTRACTS
    }


def test_an_incremental_snapshot_equals_a_fresh_one(tmp_path: Path) -> None:
    bank = make.make_creditor()
    debts = [reachable(bank, days) for days in (0, 1, 8, 40)]
    contacted(debts[0], DAWN - timedelta(days=34))
    first = take_snapshot(tmp_path / "kept", make.TODAY, DAWN)
    Account.objects.filter(id=debts[0].pk).update(balance_due_minor=77)  # no timestamp moves, and yet it is seen
    Account.objects.filter(id=debts[1].pk).update(status="paid")
    Consent.objects.filter(debtor=debts[2].debtor, channel="sms").update(revoked_at=DAWN)
    ContactPoint.objects.filter(debtor=debts[3].debtor, kind="email").delete()
    reachable(bank, 3)
    contacted(debts[2], DAWN - timedelta(days=1))
    Hold.objects.create(debtor=debts[3].debtor, kind="dispute", starts_at=DAWN, reason="r", placed_by="p")
    later = DAWN + timedelta(days=2)  # and one attempt leaves the window
    kept = take_snapshot(tmp_path / "kept", make.TODAY, later)
    fresh = take_snapshot(tmp_path / "fresh", make.TODAY, later)
    assert contents(kept) == contents(fresh)
    assert kept.parts["accounts"].rows == 4
    assert kept.parts["attempts"].rows == 1
    assert first.parts["creditors"].rows == 1


def test_what_did_not_change_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reachable(make.make_creditor(), 8)
    first = contents(take_snapshot(tmp_path, make.TODAY, DAWN))
    whole: list[str] = []
    original = module._read_whole

    def note(cursor: object, folder: Path, extract: module.Extract, since: int, recipe: str) -> module.Part:
        whole.append(extract.name)
        return original(cursor, folder, extract, since, recipe)

    monkeypatch.setattr(module, "_read_whole", note)
    second = take_snapshot(tmp_path, make.TODAY, DAWN)
    assert set(whole) == {extract.name for extract in EXTRACTS if not extract.is_incremental}
    # Another test's open transaction on the same server may hold the horizon back: then rows come again, never whole tables.
    assert contents(second) == first


def test_rows_of_a_transaction_that_was_open_at_the_time_come_with_the_next_refresh(tmp_path: Path) -> None:
    debt = reachable(make.make_creditor(), 8)
    with transaction.atomic():
        # Written with an old timestamp, committed after the snapshot: a clock-based refresh would lose it.
        Attempt.objects.create(
            debtor=debt.debtor,
            creditor=debt.creditor,
            at=DAWN - timedelta(hours=1),
            channel="sms",
            status="sent",
            actor="p",
        )
        during = take_snapshot(tmp_path, make.TODAY, DAWN)
        assert during.parts["attempts"].rows == 0
    after = take_snapshot(tmp_path, make.TODAY, DAWN + timedelta(minutes=1))
    assert after.parts["attempts"].rows == 1


def test_another_database_or_another_shape_is_read_whole(tmp_path: Path) -> None:
    reachable(make.make_creditor(), 8)
    take_snapshot(tmp_path, make.TODAY, DAWN)
    told = json.loads((tmp_path / MANIFEST).read_text())
    told["identity"] = "restored-elsewhere"
    (tmp_path / MANIFEST).write_text(json.dumps(told))
    again = take_snapshot(tmp_path, make.TODAY, DAWN)
    assert again.identity != "restored-elsewhere"
    (tmp_path / again.parts["accounts"].file).unlink()  # damaged: also read whole
    assert take_snapshot(tmp_path, make.TODAY, DAWN).parts["accounts"].rows == 1


def test_a_refresh_killed_half_way_leaves_the_old_snapshot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    debt = reachable(make.make_creditor(), 8)
    before = take_snapshot(tmp_path, make.TODAY, DAWN)
    Account.objects.filter(id=debt.pk).update(balance_due_minor=5)

    def die(snapshot: Snapshot) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "_write_manifest", die)
        with pytest.raises(KeyboardInterrupt):
            take_snapshot(tmp_path, make.TODAY, DAWN)
    assert contents(read_snapshot(tmp_path)) == contents(before)
    assert 5 in contents(take_snapshot(tmp_path, make.TODAY, DAWN))["books"][0]
    assert {path.name for path in tmp_path.glob("*.parquet")} == {
        part.file for part in read_snapshot(tmp_path).parts.values()
    }


def test_no_snapshot_and_a_broken_one_are_told_apart(tmp_path: Path) -> None:
    for text, code in (("", "snapshot-missing"), ("{", "snapshot-damaged"), ('{"format": 0}', "snapshot-format")):
        if text:
            (tmp_path / MANIFEST).write_text(text)
        with pytest.raises(Refusal) as refused:
            read_snapshot(tmp_path)
        assert refused.value.code == code


def test_the_draw_taken_in_sql_is_the_one_of_the_rules(tmp_path: Path) -> None:
    from acuerdo.strategy.rules.dice import dice_of

    debtor = reachable(make.make_creditor(), 8).debtor
    debtor.refresh_from_db()
    snapshot = take_snapshot(tmp_path, make.TODAY, DAWN)
    assert pl.read_parquet(snapshot.path("debtors")).get_column("dice").to_list() == [dice_of(debtor.uid)]


def test_nothing_is_written_to_the_database(tmp_path: Path) -> None:
    reachable(make.make_creditor(), 8)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id_if_assigned()")
        take_snapshot(tmp_path, make.TODAY, DAWN)
        cursor.execute("SELECT pg_current_xact_id_if_assigned()")
        assert cursor.fetchone()[0] is None
