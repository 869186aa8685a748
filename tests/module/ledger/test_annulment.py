"""Movements taken back: every balance as if they had never been, what was believed before unchanged, entries still in balance."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Sum

from acuerdo.base.models import AuditEntry, Role, User
from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.models import Account, AccountEvent, Entry
from acuerdo.ledger.public import (
    annul_event,
    charge_back,
    extend_due_dates,
    movements_of,
    pause_late_interest,
    post_fee,
    refresh_states,
    resume_late_interest,
    return_credit,
    settle_in_full,
    statement,
    waive,
    write_off,
)
from tests.factories import allow_fees
from tests.module.ledger.test_payments import late_minor, make_account, pay

NOW = datetime(2026, 3, 20, 15, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
TODAY = date(2026, 3, 20)
WHO: dict[str, Any] = {"now": NOW, "actor": "mesa"}
BY: dict[str, Any] = {"now": NOW, "by": User(username="mesa", role=Role.DIRECTOR)}
BACK: dict[str, Any] = {
    "reason": "se registró por error",
    "now": LATER,
    "by": User(username="supervisora", role=Role.DIRECTOR),
}
RESUMED: dict[str, Any] = {"reason": "se resolvió", "now": LATER, "actor": "supervisora"}

pytestmark = pytest.mark.django_db

ACTS: dict[str, Callable[[int], AccountEvent]] = {
    "fee": lambda _: post_fee(1, 1500, charged_on=TODAY, activity="llamada", **WHO),
    "waiver": lambda _: waive(1, "contract_interest", 1000, waived_on=TODAY, reason="x", **BY),
    "discount": lambda _: waive(1, "principal", 1000, waived_on=TODAY, reason="x", **BY),
    "pause": lambda _: pause_late_interest(1, from_on=date(2026, 3, 10), to_on=TODAY, reason="x", **WHO),
    "write_off": lambda _: write_off(1, written_off_on=TODAY, reason="x", **BY),
    "extension": lambda _: extend_due_dates(1, {3: date(2026, 5, 5)}, extended_on=TODAY, reason="x", **WHO),
    "refund": lambda _: return_credit(1, 300, returned_on=TODAY, reference="d1", reason="x", **WHO),
    "chargeback": lambda pk: charge_back(pk, 800, charged_back_on=TODAY, reference="c1", reason="x", **WHO),
    "settlement": lambda _: settle_in_full(1, settled_on=TODAY, reason="x", **WHO),
}


def state() -> dict[str, Any]:
    return Account.objects.values().get()


@pytest.mark.parametrize("kind", ACTS)
def test_taking_back_restores_everything_and_the_past_still_shows_it(kind: str) -> None:
    make_account()
    allow_fees(1)
    # Enough for all that has fallen due and, with what waits, for closing early; nothing is late so that a fee stays legal.
    amount = {"settlement": 31_000, "refund": 31_000, "waiver": 8_000}.get(kind, 15_000)
    done = pay(amount_minor=amount)
    before, owed = state(), statement(1, TODAY)
    event = ACTS[kind](done.payment_id)
    changed = statement(1, TODAY)
    annul_event(event.pk, **BACK)
    assert statement(1, TODAY) == owed
    assert statement(1, TODAY, known_at=NOW + timedelta(minutes=1)) == changed
    assert {name: value for name, value in state().items() if name != "updated_at"} == {
        name: value for name, value in before.items() if name != "updated_at"
    }
    legs = (
        Entry.objects.filter(event=event).values("component", "instalment_number").annotate(total=Sum("amount_minor"))
    )
    assert all(row["total"] == 0 for row in legs)
    sums = Entry.objects.values("transaction_uid").annotate(total=Sum("amount_minor"))
    assert all(row["total"] == 0 for row in sums)
    annul_event(event.pk, **BACK)
    assert AuditEntry.objects.filter(action="annul_event").count() == 1
    row = next(row for row in movements_of(1) if row.uid == str(event.uid))
    assert (row.undone_by, row.undone_why, row.may_undo) == ("supervisora", "se registró por error", False)
    earlier = next(row for row in movements_of(1, known_at=NOW + timedelta(minutes=1)) if row.uid == str(event.uid))
    assert (earlier.undone_at, earlier.may_undo) == (None, True)


def test_what_was_taken_back_may_be_recorded_again() -> None:
    make_account(late=None)
    first = write_off(1, written_off_on=TODAY, reason="x", **BY)
    annul_event(first.pk, **BACK)
    assert (Account.objects.get().status, Account.objects.get().written_off_on) == ("active", None)
    again = write_off(1, written_off_on=TODAY, reason="x", **BY)
    assert (again.pk != first.pk, Account.objects.get().status) == (True, "written_off")


def test_a_pause_ends_early_and_interest_runs_from_that_day() -> None:
    make_account()
    pause = pause_late_interest(1, from_on=date(2026, 2, 16), to_on=date(2026, 4, 30), reason="disputa", **WHO)
    kept = resume_late_interest(pause.pk, resumed_on=date(2026, 3, 11), **RESUMED)
    assert kept is not None
    assert (kept.happened_on, kept.until_on, kept.reason) == (date(2026, 2, 16), date(2026, 3, 10), "disputa")
    # Ten days before the pause and ten since; the second instalment, due on 5 March, ten of its own after it.
    whole = late_minor(8000, 20) + late_minor(8000, 10)
    assert abs(statement(1, TODAY).balance["late_interest"] - whole) <= 1
    refresh_states(date(2026, 3, 21), now=NOW + timedelta(days=1))
    assert Account.objects.get().late_interest_minor == statement(1, date(2026, 3, 21)).balance["late_interest"]
    assert resume_late_interest(kept.pk, resumed_on=date(2026, 2, 16), **RESUMED) is None


@pytest.mark.parametrize(
    ("attempt", "code"),
    [
        (lambda pk: annul_event(pk, **{**BACK, "reason": " "}), "reason-missing"),
        (lambda pk: annul_event(pk + 999, **BACK), "unknown-event"),
        (lambda pk: resume_late_interest(pk, resumed_on=TODAY, **RESUMED), "not-a-pause"),
        (lambda pk: resume_late_interest(pk + 999, resumed_on=TODAY, **RESUMED), "unknown-event"),
    ],
)
def test_refusals_change_nothing(attempt: Callable[[int], Any], code: str) -> None:
    make_account(late=None)
    event = waive(1, "principal", 100, waived_on=TODAY, reason="x", **BY)
    before = (state(), Entry.objects.count(), AccountEvent.objects.values().get())
    with pytest.raises(Refusal) as refusal:
        attempt(event.pk)
    assert refusal.value.code == code
    assert (state(), Entry.objects.count(), AccountEvent.objects.values().get()) == before


def test_a_day_outside_the_pause_is_refused() -> None:
    make_account()
    pause = pause_late_interest(1, from_on=date(2026, 2, 16), to_on=date(2026, 3, 10), reason="x", **WHO)
    with pytest.raises(Refusal) as refusal:
        resume_late_interest(pause.pk, resumed_on=date(2026, 3, 11), **RESUMED)
    assert refusal.value.code == "bad-dates"
