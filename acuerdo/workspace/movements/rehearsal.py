"""What a movement would change, found by doing it and undoing it: the figures shown are those that confirming gives."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from django.db import transaction

from acuerdo.kernel.money import format_minor
from acuerdo.ledger.public import Movement, Statement, statement
from acuerdo.workspace import wording
from acuerdo.workspace.movements.wording import COMPONENT_WORDS, FIGURE_WORDS
from acuerdo.workspace.tables import Account


@dataclass(frozen=True, slots=True)
class Line:
    """One figure before and after."""

    label: str
    before: str
    after: str

    @property
    def changes(self) -> bool:
        return self.before != self.after


def rehearse(account_id: int, currency: str, as_of: date, work: Callable[[], object]) -> list[Line]:
    """Each figure before and after `work`, which leaves no trace. Raises what `work` refuses."""
    before = statement(account_id, as_of)
    with transaction.atomic():
        work()
        after = statement(account_id, as_of)
        transaction.set_rollback(True)
    return _lines(before, after, currency)


def lock_account(account_id: int) -> None:
    """Until the transaction ends nobody else moves this account."""
    Account.objects.select_for_update().get(pk=account_id)


def mark_of(rows: list[Movement], answers: dict[str, Any]) -> str:
    """What a preview was made from: the movements there were and what was typed. Confirming anything else shows a new preview."""
    seen = [(row.uid, row.undone_at is not None) for row in rows]
    return sha256(
        repr((sorted(seen), sorted((name, str(value)) for name, value in answers.items()))).encode()
    ).hexdigest()


def _lines(before: Statement, after: Statement, currency: str) -> list[Line]:
    def money(minor: int) -> str:
        return format_minor(minor, currency)

    def following(told: Statement) -> str:
        return f"{wording.short_day(told.next_due_on)} · {money(told.next_due_minor)}" if told.next_due_on else "—"

    found = [
        (FIGURE_WORDS["balance"], money(before.balance_minor), money(after.balance_minor)),
        (FIGURE_WORDS["due"], money(before.balance_due_minor), money(after.balance_due_minor)),
        (FIGURE_WORDS["days"], str(before.days_past_due), str(after.days_past_due)),
        (FIGURE_WORDS["next"], following(before), following(after)),
        (FIGURE_WORDS["credit"], money(before.unallocated_minor), money(after.unallocated_minor)),
    ]
    found += [
        (COMPONENT_WORDS[part], money(before.balance[part]), money(amount))
        for part, amount in after.balance.items()
        if amount or before.balance[part]
    ]
    return [Line(str(label), was, now) for label, was, now in found]
