"""What one pass of the run reads: the snapshot's tables, narrowed to the people of the pass.

A large portfolio is decided a part of its people at a time, so that memory stays flat and each join fits the processor's
cache. A part is a span of debtor ids: tables are written in the order of their keys, so whoever reads a span leaves most of
a file's row groups unread. Where they are not in order the answer is the same and only costs more.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import narwhals as nw
import polars as pl

from acuerdo.kernel.errors import Refusal
from acuerdo.strategy.engine.frames import Engine, Frame
from acuerdo.strategy.engine.snapshot import Snapshot

BY_PERSON = (
    "obligations",
    "debtors",
    "contact_points",
    "consents",
    "attempts",
    "shared_attempts",
    "cases",
    "preferences",
    "capacities",
)
BY_DEBT = (
    "accounts", "placements", "plans", "episodes", "promises", "books", "open_instalments", "instalments", "payments", "account_events",
)  # fmt: skip
# The columns that a run may read of each table: what `strategy.snapshot.EXTRACTS` writes, without the keys of no use here.
COLUMNS = {
    "account_events": ("obligation_id", "is_pause", "first_day", "last_day"),
    "accounts": (
        "obligation_id", "currency", "is_written_off", "paid_minor", "last_payment_day", "last_payment_minor", "disbursed_day",
    ),
    "agents": ("agent_id", "agency_id", "creditor_id"),
    "attempts": (
        "attempt_id", "debtor_id", "obligation_id", "channel", "at_us", "is_out", "is_two_way", "counts", "is_confirmation",
        "disposition",
    ),
    "books": (
        "obligation_id", "currency", "is_core", "state_day", "late_terms", "unallocated_minor", "core_day", "core_due_day",
        "core_principal", "core_contract_interest", "core_late_interest", "core_insurance", "core_fees", "core_collection_fee",
        "core_balance", "core_balance_due", "principal_minor", "collection_fee_minor", "balance_minor", "balance_due_minor",
        "late_interest_minor", "days_past_due", "next_due_day", "next_due_minor",
    ),
    "bucket_sets": ("from_day", "buckets"),
    "cases": ("debtor_id", "case_kind", "case_reason", "case_day"),
    "consents": ("debtor_id", "channel", "purpose", "from_us", "to_us"),
    "contact_points": ("contact_point_id", "debtor_id", "kind", "is_mobile"),
    "creditors": ("creditor_id", "creditor", "country"),
    "debtors": ("debtor_id", "company", "timezone", "region", "dice"),
    "episodes": ("obligation_id", "began_day", "ended_day", "contacts", "reminded"),
    "excluded_points": ("contact_point_id", "country", "effective_day"),
    "holds": ("debtor_id", "obligation_id", "kind", "channel", "from_us", "to_us"),
    "instalments": ("obligation_id", "number", "due_day", "total_minor"),
    "obligations": ("obligation_id", "debtor_id", "creditor_id", "kind", "product"),
    "open_instalments": (
        "line_id", "obligation_id", "number", "due_day", "principal_minor", "contract_interest_minor", "insurance_minor", "fees_minor",
        "collection_fee_minor", "late_high", "late_low", "late_settled_minor", "accrued_day",
    ),
    "payments": ("obligation_id", "paid_day", "amount_minor"),
    "placements": ("obligation_id", "agency_id", "placed_agent_id"),
    "plans": ("obligation_id", "standing", "due_day"),
    "preferences": ("debtor_id", "hours", "has_instrument", "from_us", "to_us"),
    "promises": ("obligation_id", "state", "amount_minor", "made_day", "due_day", "decided_day"),
    "rate_caps": ("cap", "from_day", "to_day", "annual"),
    "readings": ("reading_id", "creditor_id", "pack", "name", "value", "approved_by", "approved_day"),
    "registries": ("country", "loaded_us"),
    "shared_attempts": ("debtor_id", "obligation_id", "channel", "at_us", "is_two_way", "counts", "is_confirmation"),
    "shifts": ("agent_id", "weekday", "since_day", "until_day", "minutes"),
}  # fmt: skip
# Tables that snapshots of earlier releases do not have: they are read as empty.
LATER: dict[str, pl.Schema] = {
    "capacities": pl.Schema(
        {"debtor_id": pl.Int64, "currency": pl.String, "monthly_minor": pl.Int64, "declared_day": pl.Int64}
    )
}
PART_ROWS = 1_000_000  # obligations decided at once

type Span = tuple[int, int]  # both ends included


@dataclass(frozen=True, slots=True)
class Tables:
    """`people` and `debts`: spans of ids, None for all. `among`: a frame of `debtor_id`, the only people asked about.
    `currencies`, `zones` (of time): all of the portfolio, in order; a row holds its currency's number."""

    engine: Engine
    snapshot: Snapshot
    currencies: tuple[str, ...]
    zones: tuple[str, ...]
    people: Span | None = None
    debts: Span | None = None
    among: Frame | None = None

    def scan(self, name: str) -> Frame:
        """The rows of a table that belong to this pass."""
        if name in LATER and name not in self.snapshot.parts:
            return self.engine.lend(pl.DataFrame(schema=LATER[name]), name)
        frame = self.engine.scan(self.snapshot.path(name))
        if name in BY_PERSON:
            frame = _within(frame, "debtor_id", self.people)
            return frame if self.among is None else frame.join(self.among, on="debtor_id", how="semi")
        return _within(frame, "obligation_id", self.debts) if name in BY_DEBT else frame

    def of_people(self, frame: Frame) -> Frame:
        """Of a frame over everyone, the rows of the people of this pass."""
        return _within(frame, "debtor_id", self.people)

    def asking(self, people: Frame) -> "Tables":
        """The same for some people only."""
        return replace(self, among=people)


def _within(frame: Frame, column: str, span: Span | None) -> Frame:
    return frame if span is None else frame.filter((nw.col(column) >= span[0]) & (nw.col(column) <= span[1]))


def check_tables(snapshot: Snapshot) -> None:
    """Refuses `snapshot-incomplete` for a table that is not there and `snapshot-column-missing` for a column of one."""
    if missing := sorted(set(COLUMNS) - set(snapshot.parts)):
        raise Refusal(
            "snapshot-incomplete", f"A la foto de la cartera le falta: {', '.join(missing)}. Créela de nuevo."
        )
    for name, columns in COLUMNS.items():
        path = snapshot.path(name)
        try:
            found = pl.read_parquet_schema(path)
        except (OSError, pl.exceptions.PolarsError):
            raise Refusal(
                "snapshot-damaged",
                f"De la foto de la cartera no se puede leer «{path.name}». Créela de nuevo con «acuerdo snapshot».",
            ) from None
        if absent := [column for column in columns if column not in found]:
            named = ", ".join(f"«{column}»" for column in absent)
            raise Refusal(
                "snapshot-column-missing",
                f"En la foto de la cartera, a la tabla «{name}» ({path.name}) le falta {named}."
                " Bórrela y créela de nuevo con «acuerdo snapshot --out».",
            )


def whole(engine: Engine, snapshot: Snapshot) -> Tables:
    """The whole portfolio in one pass."""
    currencies, zones = (
        sorted(engine.collect(engine.scan(snapshot.path(name)).select(column).unique()).get_column(column))
        for name, column in (("accounts", "currency"), ("debtors", "timezone"))
    )
    return Tables(engine, snapshot, tuple(currencies), tuple(zones))


def passes(engine: Engine, snapshot: Snapshot, rows: int = PART_ROWS) -> Iterator[Tables]:
    """The whole portfolio, each person in one pass: one on an engine that divides the work itself or when it is small."""
    every = whole(engine, snapshot)
    parts = -(-snapshot.parts["obligations"].rows // rows)
    if engine.name != "polars" or parts < 2:
        yield every
        return
    owed = pl.scan_parquet(snapshot.path("obligations")).select("debtor_id", "obligation_id")
    people = owed.select("debtor_id").collect(engine="streaming").get_column("debtor_id").sort()
    ends = [int(people[min((part + 1) * rows, len(people)) - 1]) for part in range(parts)]
    starts = [int(people[0]), *(end + 1 for end in ends[:-1])]
    del people
    for first, last in zip(starts, ends, strict=True):
        if first > last:
            continue
        mine = owed.filter(pl.col("debtor_id").is_between(first, last)).select(
            low=pl.col("obligation_id").min(), high=pl.col("obligation_id").max()
        )
        low, high = mine.collect(engine="streaming").row(0)
        yield replace(every, people=(first, last), debts=(int(low), int(high)))
