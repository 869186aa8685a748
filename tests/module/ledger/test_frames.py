"""The engine twin: data frames equal, row by row, to the pure rules on random portfolios, on each engine that runs them."""

import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl
import pytest
from django.db import connection

from acuerdo.base.extracts import Extract
from acuerdo.ledger.actions.refresh import refresh_states
from acuerdo.ledger.engine.books import Books
from acuerdo.ledger.engine.states import FIGURES, account_states
from acuerdo.ledger.models import Account, CertifiedCap
from acuerdo.ledger.public import NewPayment, pause_late_interest, record_payments
from acuerdo.ledger.queries import cap_tables, load_accounts, state_of
from acuerdo.ledger.rules.statements import Statement
from acuerdo.ledger.snapshot import BOOK_EXTRACTS
from tests.module.ledger.test_refresh import FIRST, NOW, at, load_caps, make_account, make_portfolio, random_happenings

EPOCH = date(1970, 1, 1)
_TYPES = {16: pl.Boolean, 20: pl.Int64, 25: pl.String, 1043: pl.String}

pytestmark = pytest.mark.django_db


def rows_of(extract: Extract) -> pl.DataFrame:
    """The extract as a frame. A snapshot reads over a connection of its own, which would not see this test's rows."""
    columns = ", ".join(f"{sql} AS {name}" for name, sql in extract.columns.items())
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {extract.source} WHERE {extract.where}")
        schema = {column.name: _TYPES[column.type_code] for column in cursor.description}
        return pl.DataFrame(cursor.fetchall(), schema=schema, orient="row")


def states(folder: Path, as_of: date, backend: Any = "polars") -> dict[int, dict[str, Any]]:
    def lend(rows: pl.DataFrame, name: str) -> nw.LazyFrame[Any]:
        path = folder / f"{name}.{as_of}.parquet"
        rows.write_parquet(path)
        return nw.scan_parquet(str(path), backend=backend)

    frames = {extract.name: lend(rows_of(extract), extract.name) for extract in BOOK_EXTRACTS}
    frame = account_states(Books(**frames, lend=lend), as_of, cap_tables())
    return {row["obligation_id"]: row for row in frame.collect(backend="polars").to_native().to_dicts()}


def expected(statement: Statement) -> dict[str, Any]:
    following = statement.next_due_on
    return {
        "balance_minor": statement.balance_minor,
        "balance_due_minor": statement.balance_due_minor,
        "late_interest_minor": statement.balance["late_interest"],
        "days_past_due": statement.days_past_due,
        "next_due_day": (following - EPOCH).days if following else None,
        "next_due_minor": statement.next_due_minor,
        "bucket": statement.bucket,
    }


def check(found: dict[int, dict[str, Any]], day: date) -> int:
    """Every row against the rules; how many were stale. Those hold what was last written."""
    caps, stale = cap_tables(), 0
    for loaded in load_accounts(list(Account.objects.order_by("pk"))):
        row, account = found[loaded.account.pk], loaded.account
        told = {name: row[name] for name in (*FIGURES, "bucket")}
        if row["is_stale"]:
            stale += 1
            assert (told["balance_minor"], told["days_past_due"]) == (account.balance_minor, account.days_past_due)
        else:
            assert told == expected(state_of(loaded, day, caps)), account.pk
    return stale


@pytest.mark.parametrize("balance_source", ["core", "ledger"])
@pytest.mark.parametrize("seed", [11, 12])
def test_equals_the_rules_row_by_row_on_random_portfolios(balance_source: str, seed: int, tmp_path: Path) -> None:
    source, count = random.Random(seed), 60
    load_caps()
    make_portfolio(source, count, balance_source)
    day = FIRST
    for _ in range(5):
        refresh_states(day, now=at(day))
        assert check(states(tmp_path, day), day) == 0
        random_happenings(source, day, count)
        later = day + timedelta(days=source.choice([1, 4, 40]))
        # Days ahead without a refresh between: only what waits for a replay may stand still.
        assert check(states(tmp_path, later), later) < 2 * count // 3
        day += timedelta(days=source.choice([1, 3, 8]))


@pytest.mark.parametrize("balance_source", ["core", "ledger"])
def test_gives_the_same_on_duckdb(balance_source: str, tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    source, day = random.Random(5), FIRST + timedelta(days=33)
    load_caps()
    make_portfolio(source, 30, balance_source)
    refresh_states(FIRST, now=at(FIRST))
    random_happenings(source, FIRST, 30)
    assert states(tmp_path, day, "duckdb") == states(tmp_path, day)


def test_a_missing_cap_keeps_what_was_written(tmp_path: Path) -> None:
    load_caps()
    make_portfolio(random.Random(2), 20, "ledger")
    refresh_states(FIRST, now=NOW)
    CertifiedCap.objects.filter(from_on__gt=FIRST).delete()
    found = states(tmp_path, FIRST + timedelta(days=45))
    capped = Account.objects.filter(terms__late_interest__cap="co/prueba", balance_due_minor__gt=0)
    stale = [account.pk for account in capped if found[account.pk]["is_stale"]]
    assert stale
    assert all(found[pk]["balance_minor"] == Account.objects.get(pk=pk).balance_minor for pk in stale)


def test_pauses_that_overlap_stop_the_interest_once(tmp_path: Path) -> None:
    load_caps()
    source = random.Random(8)
    for account_id in range(1, 8):
        make_account(source, account_id, "ledger")
    refresh_states(FIRST, now=NOW)
    for account_id in range(1, 8):
        for start, length in ((1, 9), (5, 12), (17, 3), (60, 5)):
            first = FIRST + timedelta(days=start)
            pause_late_interest(
                account_id, from_on=first, to_on=first + timedelta(days=length), reason="disputa", now=NOW, actor="x"
            )
    for ahead in (0, 1, 7, 19, 30, 62, 90):
        day = FIRST + timedelta(days=ahead)
        assert check(states(tmp_path, day), day) == 0


def test_what_only_a_replay_can_tell_is_stale(tmp_path: Path) -> None:
    load_caps()
    make_portfolio(random.Random(4), 3, "ledger")
    day = FIRST + timedelta(days=2)
    assert [row["is_stale"] for row in states(tmp_path, day).values()] == [True] * 3  # never opened
    refresh_states(day, now=at(day))
    record_payments([NewPayment(1, 500, day + timedelta(days=5), "banco", "1")], now=at(day), actor="x")
    ahead = states(tmp_path, day + timedelta(days=5))
    assert [ahead[pk]["is_stale"] for pk in (1, 2, 3)] == [True, False, False]
    behind = states(tmp_path, day - timedelta(days=1))
    assert [row["is_stale"] for row in behind.values()] == [True] * 3
