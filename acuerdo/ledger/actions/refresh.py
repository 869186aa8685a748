"""The state of every account as of a date, in bulk: a few statements over all of them, whatever their number.

`core` accounts move with the calendar and the money received since the file; `ledger` accounts add late interest from their
last replay. What only a replay can tell (a pause, a credit waiting for a due date, a future payment whose day has come)
is played account by account, and those are few. Only rows that change are written.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import batched
from typing import Any

from django.db import connection, transaction

from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.actions import refresh_sql
from acuerdo.ledger.actions.payments import lock_accounts
from acuerdo.ledger.actions.posting import recompute
from acuerdo.ledger.queries import buckets_in_force, cap_tables
from acuerdo.ledger.rules.documents import read_obligation_terms
from acuerdo.ledger.rules.late_interest import DailyRates, daily_rates
from acuerdo.ledger.rules.rate_caps import CapTable, cap_table
from acuerdo.ledger.rules.terms import ObligationTerms

BATCH_ACCOUNTS = 500


@dataclass(slots=True)
class Refreshed:
    """How many accounts changed and how; `refused` counts accounts left as they were, by the reason's sentence."""

    core_changed: int = 0
    ledger_changed: int = 0
    replayed: int = 0
    refused: dict[str, int] = field(default_factory=dict)

    def refuse(self, message: str, count: int = 1) -> None:
        """Counts accounts that could not be brought to the date."""
        self.refused[message] = self.refused.get(message, 0) + count


@dataclass(frozen=True, slots=True)
class _Profile:
    """Accounts whose late interest runs alike: one row of rates serves them all."""

    number: int
    currency: str
    document: str
    terms: ObligationTerms


def refresh_states(as_of: date, *, now: datetime, actor: str = "day") -> Refreshed:
    """Brings all accounts to `as_of`. Running it again changes nothing; accounts without a certified cap stay and are counted."""
    report = Refreshed()
    with transaction.atomic(), connection.cursor() as cursor:
        # Nobody may record a payment between the reading and the writing of its account's state.
        cursor.execute("LOCK TABLE ledger_account IN EXCLUSIVE MODE")
        values = {"as_of": as_of, "now": now}
        buckets = buckets_in_force(as_of)
        cursor.execute(refresh_sql.TAKE_CORE_FIGURES, values)
        cursor.execute(refresh_sql.OPEN_NEW_ACCOUNTS, values)
        _write_profiles(cursor, as_of, report)
        cursor.execute(refresh_sql.NEEDS_REPLAY, values)
        cursor.execute(refresh_sql.LIST_REPLAY)
        to_replay = [row[0] for row in cursor.fetchall()]
        cursor.execute(refresh_sql.core_update(buckets), values)
        report.core_changed = cursor.rowcount
        cursor.execute(refresh_sql.OPEN_AMOUNTS, values)
        cursor.execute("ANALYZE refresh_open")
        _count_missing_caps(cursor, as_of, report)
        cursor.execute(refresh_sql.ledger_update(buckets), values)
        report.ledger_changed = cursor.rowcount
    for batch in batched(to_replay, BATCH_ACCOUNTS):
        _replay_batch(batch, as_of, now, actor, report)
    return report


def _replay_batch(account_ids: Sequence[int], as_of: date, now: datetime, actor: str, report: Refreshed) -> None:
    with transaction.atomic():
        accounts = lock_accounts(account_ids)
        dates = dict.fromkeys(accounts, as_of)
        done, refused = recompute(list(accounts.values()), as_of=dates, now=now, actor=actor, skips_refused=True)
    report.replayed += len(done)
    for refusal in refused.values():
        report.refuse(refusal.message)


def _write_profiles(cursor: Any, as_of: date, report: Refreshed) -> None:
    """Fills the temporary tables of profiles and of their rates of each day that is still to accrue."""
    cursor.execute(refresh_sql.CREATE_PROFILES)
    cursor.execute(refresh_sql.LIST_PROFILES)
    found = cursor.fetchall()
    cursor.execute(refresh_sql.FIRST_ACCRUED)
    first = cursor.fetchone()[0]
    caps = cap_tables()
    for profile in _profiles(found, report):
        late = profile.terms.late_interest
        is_simple = profile.terms.rounding == "half_up" and (late is None or late.base == "overdue_principal")
        key = (profile.number, profile.currency, profile.document, profile.terms.unit_minor, is_simple)
        cursor.execute(refresh_sql.INSERT_PROFILE, key)
        if late is not None and first is not None and first <= as_of:
            table = caps.get(late.cap, cap_table(late.cap, ())) if late.cap else None
            _write_rates(cursor, profile.number, daily_rates(late, table, first, as_of))
    cursor.execute("ANALYZE refresh_profile, refresh_rate")


def _profiles(found: Sequence[tuple[str, str, int]], report: Refreshed) -> Iterator[_Profile]:
    for number, (currency, document, count) in enumerate(found):
        try:
            yield _Profile(number, currency, document, read_obligation_terms(json.loads(document), currency))
        except Refusal as refusal:
            report.refuse(refusal.message, count)


def _write_rates(cursor: Any, profile: int, rates: DailyRates) -> None:
    start = rates.first_on.toordinal()
    with cursor.copy("COPY refresh_rate (profile, day, cumulative, missing) FROM STDIN") as copy:
        for index in range(1, len(rates.cumulative)):
            day = date.fromordinal(start + index - 1)
            copy.write_row((profile, day, rates.cumulative[index], rates.missing[index]))


def _count_missing_caps(cursor: Any, as_of: date, report: Refreshed) -> None:
    """Names, for each cap, the first month that accounts need and nobody certified."""
    cursor.execute(refresh_sql.MISSING_CAPS, {"as_of": as_of})
    for cap, day, count in cursor.fetchall():
        report.refuse(_missing_message(cap, day), count)


def _missing_message(cap: str, day: date) -> str:
    try:
        CapTable(cap, ()).require(day)
    except Refusal as refusal:
        return refusal.message
    raise AssertionError("an empty table has no cap")
