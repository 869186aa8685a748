"""The state of an account whose figures the lender's core system rules, between one file and the next.

The file's amounts stand; what moves is the calendar and the money received since. Payments after the file cover its due
balance first, then the instalments that fell due later, oldest first. The next file replaces all of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from acuerdo.ledger.rules.buckets import bucket_of, stage_of
from acuerdo.ledger.rules.components import DEFAULT_WATERFALL, Amounts, no_amounts
from acuerdo.ledger.rules.statements import Statement


@dataclass(frozen=True, slots=True)
class CoreFigures:
    """What the file said: amounts in minor units, as of its date, and since when there are arrears (None when current)."""

    as_of: date | None
    balance_minor: int
    balance_due_minor: int
    due_since: date | None
    amounts: Amounts = field(default_factory=no_amounts)
    is_written_off: bool = False


@dataclass(frozen=True, slots=True)
class DueTotal:
    """One instalment as the file gave it."""

    due_on: date
    total_minor: int


def paid_since(figures: CoreFigures, payments: Iterable[tuple[date, int]], as_of: date) -> int:
    """Money received after the file's date, up to `as_of`; reversals are negative and count on their own date."""
    return sum(amount for on, amount in payments if on <= as_of and (figures.as_of is None or on > figures.as_of))


def core_statement(
    figures: CoreFigures, instalments: Sequence[DueTotal], payments: Iterable[tuple[date, int]], as_of: date
) -> Statement:
    """The statement of a `core` account. Instalments due up to the file's date are inside its figures already."""
    paid = max(paid_since(figures, payments, as_of), 0)
    later = sorted(
        (row for row in instalments if figures.as_of is None or row.due_on > figures.as_of), key=lambda row: row.due_on
    )
    still_due = max(figures.balance_due_minor - paid, 0)
    excess = max(paid - figures.balance_due_minor, 0)
    if figures.balance_minor <= paid and figures.balance_due_minor <= paid:
        # Settled: what is left of the schedule is no longer owed.
        later = []
    fallen = sum(row.total_minor for row in later if row.due_on <= as_of)
    behind, following, following_minor = _positions(later, excess, as_of)
    due_since = figures.due_since if still_due and figures.due_since else behind
    days = max((as_of - due_since).days, 0) if due_since else 0
    return Statement(
        as_of=as_of,
        balance=_amounts_left(figures, paid),
        balance_due=no_amounts() | {"principal": max(figures.balance_due_minor + fallen - paid, 0)},
        unallocated_minor=max(paid - figures.balance_minor, 0),
        due_since=due_since if days else None,
        days_past_due=days,
        bucket=bucket_of(days),
        stage=stage_of(days, following, as_of, is_written_off=figures.is_written_off),
        next_due_on=following,
        next_due_minor=following_minor,
        is_written_off=figures.is_written_off,
    )


def _positions(later: Sequence[DueTotal], excess: int, as_of: date) -> tuple[date | None, date | None, int]:
    """The first uncovered due date before `as_of`; the first one from `as_of` on with what it still takes."""
    covered = 0
    behind: date | None = None
    for row in later:
        covered += row.total_minor
        left = min(covered - excess, row.total_minor)
        if left <= 0:
            continue
        if row.due_on >= as_of:
            return behind, row.due_on, left
        behind = behind or row.due_on
    return behind, None, 0


def _amounts_left(figures: CoreFigures, paid: int) -> Amounts:
    """The file's components after the payments since, in the usual order; an unbroken-down balance counts as principal."""
    amounts = dict(figures.amounts)
    amounts["principal"] += figures.balance_minor - sum(figures.amounts.values())
    for component in DEFAULT_WATERFALL:
        used = max(min(paid, amounts[component]), 0)
        amounts[component] -= used
        paid -= used
    return amounts
