"""Writes many rows in one statement each: columns travel as arrays, so a thousand accounts cost as many round trips as one.

The object mapper's own bulk update builds a CASE for every field and row, which took 60 times as long.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from psycopg.types.json import Jsonb

from acuerdo.base.pipeline import Sql, run_together
from acuerdo.ledger.models import Account

STATE_TYPES: dict[str, str] = {
    "state_as_of": "date", "principal_balance_minor": "bigint", "contract_interest_minor": "bigint", "late_interest_minor": "bigint",
    "insurance_minor": "bigint", "fees_minor": "bigint", "collection_fee_minor": "bigint", "balance_minor": "bigint",
    "balance_due_minor": "bigint", "unallocated_minor": "bigint", "paid_minor": "bigint", "due_since": "date",
    "days_past_due": "integer", "next_due_on": "date", "next_due_minor": "bigint", "last_payment_on": "date",
    "last_payment_minor": "bigint", "bucket": "text", "stage": "text", "status": "text", "written_off_on": "date",
    "core_figures": "jsonb", "core_taken_as_of": "date", "updated_at": "timestamptz",
}  # fmt: skip
_OPEN_TYPES: dict[str, str] = {
    "account_id": "bigint", "number": "integer", "due_on": "date", "principal_minor": "bigint", "contract_interest_minor": "bigint",
    "insurance_minor": "bigint", "fees_minor": "bigint", "collection_fee_minor": "bigint", "late_exact": "numeric",
    "late_settled_minor": "bigint", "accrued_through": "date",
}  # fmt: skip
_CHANGING = [name for name in _OPEN_TYPES if name not in {"account_id", "number", "due_on"}]
_ENTRY_TYPES: dict[str, str] = {
    "transaction_uid": "uuid", "account_id": "bigint", "kind": "text", "component": "text", "instalment_number": "integer",
    "amount_minor": "bigint", "currency": "text", "effective_on": "date", "recorded_at": "timestamptz", "recorded_by": "text",
    "payment_id": "bigint", "event_id": "bigint",
}  # fmt: skip

_PAYMENT_TYPES: dict[str, str] = {
    "id": "bigint", "uid": "uuid", "account_id": "bigint", "amount_minor": "bigint", "currency": "text", "paid_on": "date",
    "source": "text", "external_ref": "text", "recorded_at": "timestamptz", "recorded_by": "text",
}  # fmt: skip

# Their values hold no comma: one text that the server splits is written and read faster than an array of the driver's.
_BARE = frozenset({"bigint", "integer", "date", "numeric", "uuid"})


def _array(kind: str) -> str:
    """The placeholder of one column."""
    return f"string_to_array(%s, ',', '')::{kind}[]" if kind in _BARE else f"%s::{kind}[]"


def _arrays(types: Mapping[str, str]) -> str:
    return ", ".join(_array(kind) for kind in types.values())


# The texts put together here are our own column names; every value is a parameter.
_UPDATE_STATES = f"""
UPDATE ledger_account AS a SET {", ".join(f"{name} = f.{name}" for name in STATE_TYPES)}
FROM unnest(%s::bigint[], {_arrays(STATE_TYPES)}) AS f(id, {", ".join(STATE_TYPES)})
WHERE a.id = f.id
"""  # noqa: S608
_UPSERT_OPEN = f"""
INSERT INTO ledger_openinstalment AS o ({", ".join(_OPEN_TYPES)})
SELECT * FROM unnest({_arrays(_OPEN_TYPES)})
ON CONFLICT (account_id, number) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _OPEN_TYPES)}
WHERE (o.*) IS DISTINCT FROM (excluded.*)
"""  # noqa: S608
_DELETE_SETTLED = """
DELETE FROM ledger_openinstalment o WHERE o.account_id = ANY(%s::bigint[])
AND NOT EXISTS (
    SELECT 1 FROM unnest(string_to_array(%s, ',', '')::bigint[], string_to_array(%s, ',', '')::integer[]) AS f(account_id, number)
    WHERE f.account_id = o.account_id AND f.number = o.number)
"""
_INSERT_ENTRIES = f"""
INSERT INTO ledger_entry ({", ".join(_ENTRY_TYPES)}, memo)
SELECT *, '{{}}'::jsonb FROM unnest({_arrays(_ENTRY_TYPES)})
"""  # noqa: S608
_INSERT_PAYMENTS = f"""
INSERT INTO ledger_payment ({", ".join(_PAYMENT_TYPES)})
SELECT * FROM unnest({_arrays(_PAYMENT_TYPES)})
ON CONFLICT (source, external_ref) DO NOTHING RETURNING source, external_ref
"""  # noqa: S608
_CHANGE_OPEN = f"""
UPDATE ledger_openinstalment AS o SET {", ".join(f"{name} = f.{name}" for name in _CHANGING)}
FROM unnest({_arrays(_OPEN_TYPES)}) AS f({", ".join(_OPEN_TYPES)})
WHERE o.account_id = f.account_id AND o.number = f.number
"""  # noqa: S608
_DELETE_OPEN = """
DELETE FROM ledger_openinstalment o USING unnest(%s::bigint[], %s::integer[]) AS f(account_id, number)
WHERE o.account_id = f.account_id AND o.number = f.number
"""


class NewPaymentRow(NamedTuple):
    """A row of Payment on its way in."""

    id: int
    uid: UUID
    account_id: int
    amount_minor: int
    currency: str
    paid_on: date
    source: str
    external_ref: str
    recorded_at: datetime
    recorded_by: str


class NewEntry(NamedTuple):
    """One leg on its way in: making a model's instance of each took longer than working it out."""

    transaction_uid: UUID
    account_id: int
    kind: str
    component: str
    instalment_number: int | None
    amount_minor: int
    currency: str
    effective_on: date
    recorded_at: datetime
    recorded_by: str
    payment_id: int | None
    event_id: int | None


@dataclass(frozen=True, slots=True)
class OpenRow:
    """A row of OpenInstalment: a thousand accounts have tens of thousands, and a model's instance costs ten times as much."""

    account_id: int
    number: int
    due_on: date
    principal_minor: int
    contract_interest_minor: int
    insurance_minor: int
    fees_minor: int
    collection_fee_minor: int
    late_exact: int
    late_settled_minor: int
    accrued_through: date


@dataclass(slots=True)
class Batch:
    """What one recomputing writes; it goes to the server in one round trip."""

    entries: list[NewEntry] = field(default_factory=list)
    played_ids: list[int] = field(default_factory=list)
    open_instalments: list[OpenRow] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)


@dataclass(slots=True)
class ContinuedBatch:
    """New payments and what they change of accounts that go on from where they stood. `settled`: (account, instalment number)."""

    payments: list[NewPaymentRow] = field(default_factory=list)
    entries: list[NewEntry] = field(default_factory=list)
    changed: list[OpenRow] = field(default_factory=list)
    settled: list[tuple[int, int]] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)

    def statements(self) -> list[Sql]:
        """In order; the first answers with the (source, external_ref) of the payments that nobody had."""
        found: list[Sql] = [(_INSERT_PAYMENTS, _columns(self.payments, _PAYMENT_TYPES))]
        if self.entries:
            found.append((_INSERT_ENTRIES, _columns(self.entries, _ENTRY_TYPES)))
        if self.settled:
            found.append((_DELETE_OPEN, [list(column) for column in zip(*self.settled, strict=True)]))
        if self.changed:
            found.append((_CHANGE_OPEN, _columns(self.changed, _OPEN_TYPES)))
        if self.accounts:
            pks = [account.pk for account in self.accounts]
            found.append((_UPDATE_STATES, [pks, *_columns(self.accounts, STATE_TYPES)]))
        return found


def write_batch(batch: Batch) -> None:
    """Adds the legs, makes `open_instalments` all that the played accounts owe, and saves the accounts' state columns.

    Open instalments that stay as they were are not touched.
    """
    statements: list[Sql] = []
    if batch.entries:
        statements.append((_INSERT_ENTRIES, _columns(batch.entries, _ENTRY_TYPES)))
    if batch.played_ids:
        columns = _columns(batch.open_instalments, _OPEN_TYPES)
        statements += [(_DELETE_SETTLED, [batch.played_ids, columns[0], columns[1]]), (_UPSERT_OPEN, columns)]
    if batch.accounts:
        pks = [account.pk for account in batch.accounts]
        statements.append((_UPDATE_STATES, [pks, *_columns(batch.accounts, STATE_TYPES)]))
    if statements:
        run_together(statements)


def _columns(rows: Iterable[Any], types: Mapping[str, str]) -> list[Any]:
    """One array a column; JSON columns wrapped for the driver."""
    listed = list(rows)
    return [_column(list(map(attrgetter(name), listed)), kind) for name, kind in types.items()]


def _column(values: list[Any], kind: str) -> Any:
    if kind in _BARE:
        return ",".join(["" if value is None else str(value) for value in values])
    return [_wrapped(value, kind) for value in values]


def _wrapped(value: Any, kind: str) -> Any:
    if kind == "jsonb" and value is not None:
        return Jsonb(value)
    return value
