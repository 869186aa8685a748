"""Promises on real PostgreSQL: made, moved, cancelled and judged; each refusal, and nothing changed by it."""

from datetime import date, timedelta
from typing import Any

import pytest

from acuerdo.base.audit import verify_chain
from acuerdo.kernel.errors import Refusal
from acuerdo.negotiation import public as negotiation
from acuerdo.negotiation.models import Promise
from acuerdo.negotiation.tasks import evaluate
from acuerdo.portfolio.models import Obligation
from tests.factories import NOW, TODAY, make_creditor, make_debtor, make_obligation, make_payment

pytestmark = pytest.mark.django_db

DUE = TODAY + timedelta(days=5)  # Monday 20 July 2026 is a holiday in Colombia: grace ends on Wednesday 22


def promise(obligation: Obligation, **changes: Any) -> Promise:
    values = {
        "obligation_id": obligation.pk, "amount_minor": 100_000_00, "due_on": DUE, "actor": "gestor1", "now": NOW, "today": TODAY,
    }  # fmt: skip
    return negotiation.make_promise(**{**values, **changes})


def pay(obligation: Obligation, amount_minor: int, on: date, **fields: Any) -> Any:
    recorded_at = fields.pop("recorded_at", NOW + (on - TODAY) + timedelta(hours=2))
    return make_payment(obligation, amount_minor, paid_on=on, recorded_at=recorded_at, **fields)


def at(day: date) -> Any:
    return NOW + (day - TODAY)


def test_a_promise_carries_the_terms_of_its_day() -> None:
    made = promise(make_obligation())
    assert (made.state, made.kept_from_minor, made.ends_on) == ("open", 95_000_00, date(2026, 7, 22))
    assert verify_chain("negotiation").entries == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount_minor": 0}, "promise-amount"),
        ({"amount_minor": 180_000_01}, "promise-amount-above-balance"),
        ({"due_on": TODAY - timedelta(days=1)}, "promise-date-past"),
        ({"due_on": TODAY + timedelta(days=31)}, "promise-date-far"),
        ({"obligation_id": 1}, "obligation-unknown"),
    ],
)
def test_what_cannot_be_promised_is_refused_and_changes_nothing(changes: dict[str, Any], code: str) -> None:
    obligation = make_obligation()
    with pytest.raises(Refusal) as refused:
        promise(obligation, **changes)
    assert refused.value.code == code
    assert not Promise.objects.exists()


def test_the_coming_instalment_may_be_promised_too_once_it_falls_due_by_then() -> None:
    obligation = make_obligation()  # 180.000 due now, 180.000 more in 18 days
    made = promise(obligation, amount_minor=360_000_00, due_on=TODAY + timedelta(days=18))
    assert made.amount_minor == 360_000_00


def test_someone_up_to_date_may_promise_the_next_instalment() -> None:
    obligation = make_obligation(days_past_due=0, balance_due_minor=0)
    assert promise(obligation, amount_minor=180_000_00).amount_minor == 180_000_00


@pytest.mark.parametrize("state", [{"status": "paid"}, {"status": "gone"}])
def test_a_closed_obligation_takes_no_promise(state: dict[str, str]) -> None:
    with pytest.raises(Refusal) as refused:
        promise(make_obligation(account=state))
    assert refused.value.code == "obligation-closed"


def test_an_obligation_has_one_open_promise() -> None:
    obligation = make_obligation()
    first = promise(obligation)
    with pytest.raises(Refusal) as refused:
        promise(obligation)
    assert refused.value.code == "promise-already-open"
    assert list(Promise.objects.all()) == [first]


def test_rescheduling_replaces_the_promise_once() -> None:
    first = promise(make_obligation())
    values = {"actor": "gestor1", "now": NOW, "today": TODAY}
    second = negotiation.reschedule_promise(first.pk, due_on=DUE + timedelta(days=4), **values)
    first.refresh_from_db()
    assert (first.state, second.state, second.reschedules_id, second.amount_minor) == (
        "rescheduled",
        "open",
        first.pk,
        100_000_00,
    )
    with pytest.raises(Refusal) as refused:
        negotiation.reschedule_promise(second.pk, due_on=DUE + timedelta(days=9), **values)
    assert refused.value.code == "promise-reschedule-limit"
    second.refresh_from_db()
    assert second.state == "open"


def test_a_refused_new_date_leaves_the_old_promise_standing() -> None:
    first = promise(make_obligation())
    with pytest.raises(Refusal) as refused:
        negotiation.reschedule_promise(
            first.pk, due_on=TODAY + timedelta(days=40), actor="gestor1", now=NOW, today=TODAY
        )
    assert refused.value.code == "promise-date-far"
    first.refresh_from_db()
    assert first.state == "open"
    assert Promise.objects.count() == 1


@pytest.mark.parametrize(
    ("today", "due_on", "code"),
    [
        (date(2026, 7, 23), date(2026, 7, 30), "promise-reschedule-late"),
        (TODAY, DUE, "promise-reschedule-same-date"),
    ],
)
def test_rescheduling_has_its_limits(today: date, due_on: date, code: str) -> None:
    first = promise(make_obligation())
    with pytest.raises(Refusal) as refused:
        negotiation.reschedule_promise(first.pk, due_on=due_on, actor="gestor1", now=at(today), today=today)
    assert refused.value.code == code


def test_cancelling_needs_a_known_reason_and_a_standing_promise() -> None:
    made = promise(make_obligation())
    values = {"actor": "gestor1", "now": NOW, "today": TODAY}
    with pytest.raises(Refusal) as refused:
        negotiation.cancel_promise(made.pk, reason="porque sí", **values)
    assert refused.value.code == "promise-cancel-reason"
    assert negotiation.cancel_promise(made.pk, reason="dispute", **values).state == "cancelled"
    with pytest.raises(Refusal) as refused:
        negotiation.cancel_promise(made.pk, reason="dispute", **values)
    assert refused.value.code == "promise-state"
    with pytest.raises(Refusal) as refused:
        negotiation.cancel_promise(0, reason="dispute", **values)
    assert refused.value.code == "promise-unknown"


@pytest.mark.parametrize(
    ("paid", "paid_on", "judged_on", "state"),
    [
        (95_000_00, DUE, DUE, "kept"),  # 95 % is enough, and decides at once
        (94_999_99, DUE, DUE, "open"),  # too little, and there is still time
        (94_999_99, DUE, date(2026, 7, 22), "open"),  # the last day that counts is not over
        (94_999_99, DUE, date(2026, 7, 23), "partly_kept"),
        (100_000_00, date(2026, 7, 22), date(2026, 7, 23), "kept"),  # paid in the grace
        (100_000_00, date(2026, 7, 23), date(2026, 7, 23), "broken"),  # paid too late
        (100_000_00, TODAY - timedelta(days=1), date(2026, 7, 23), "broken"),  # paid before it was promised
        (0, DUE, date(2026, 7, 23), "broken"),
    ],
)
def test_a_promise_is_judged_by_the_payments_of_its_window(
    paid: int, paid_on: date, judged_on: date, state: str
) -> None:
    obligation = make_obligation()
    made = promise(obligation)
    if paid:
        pay(obligation, paid, paid_on)
    evaluate(judged_on, at(judged_on))
    made.refresh_from_db()
    assert made.state == state
    assert (made.decided_on == judged_on) == (state != "open")


def test_a_payment_of_the_same_morning_does_not_keep_a_promise_made_after_it() -> None:
    obligation = make_obligation()
    pay(obligation, 100_000_00, TODAY, recorded_at=NOW - timedelta(hours=1))
    made = promise(obligation)
    evaluate(TODAY, NOW + timedelta(hours=5))
    made.refresh_from_db()
    assert (made.state, made.paid_minor) == ("open", 0)


def test_late_money_does_not_improve_a_broken_promise() -> None:
    obligation = make_obligation()
    made = promise(obligation)
    evaluate(date(2026, 7, 23), at(date(2026, 7, 23)))
    pay(obligation, 100_000_00, date(2026, 7, 24))
    negotiation.judge_after_payment([obligation.pk], today=date(2026, 7, 24), now=at(date(2026, 7, 24)))
    made.refresh_from_db()
    assert (made.state, made.decided_on) == ("broken", date(2026, 7, 23))


def reverse(payment: Any, on: date) -> None:
    make_payment(
        payment.account.obligation if hasattr(payment.account, "obligation") else Obligation.objects.get(pk=payment.account_id),
        -payment.amount_minor, reverses=payment, paid_on=on, recorded_at=at(on) + timedelta(hours=1),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("reversed_on", "state"),
    [(DUE + timedelta(days=1), "open"), (date(2026, 7, 24), "broken")],
)
def test_a_reversed_payment_is_judged_again(reversed_on: date, state: str) -> None:
    obligation = make_obligation()
    made = promise(obligation)
    payment = pay(obligation, 100_000_00, DUE)
    evaluate(DUE, at(DUE))
    reverse(payment, reversed_on)
    report = negotiation.judge_after_payment(
        [obligation.pk], today=reversed_on, now=at(reversed_on) + timedelta(hours=2)
    )
    made.refresh_from_db()
    assert (made.state, made.paid_minor) == (state, 0)
    assert report.reopened == (1 if state == "open" else 0)


def test_a_reversed_promise_with_a_successor_is_not_reopened() -> None:
    obligation = make_obligation()
    first = promise(obligation)
    payment = pay(obligation, 100_000_00, TODAY + timedelta(days=1))
    evaluate(TODAY + timedelta(days=1), at(TODAY + timedelta(days=1)))
    day = TODAY + timedelta(days=2)
    second = promise(obligation, today=day, now=at(day), due_on=DUE + timedelta(days=3))
    reverse(payment, day)
    evaluate(day, at(day) + timedelta(hours=2))
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("broken", "open")


def test_said_paid_waits_and_is_judged_by_the_money() -> None:
    obligation = make_obligation()
    made = promise(obligation)
    negotiation.mark_said_paid(made.pk, actor="gestor1", now=NOW)
    evaluate(DUE, at(DUE))
    made.refresh_from_db()
    assert made.state == "verifying"
    pay(obligation, 100_000_00, DUE)
    evaluate(date(2026, 7, 21), at(date(2026, 7, 21)))
    made.refresh_from_db()
    assert made.state == "kept"


def test_judging_twice_changes_nothing() -> None:
    obligation = make_obligation()
    promise(obligation)
    assert evaluate(date(2026, 7, 23), at(date(2026, 7, 23)))["broken"] == 1
    before = list(Promise.objects.values())
    assert evaluate(date(2026, 7, 23), at(date(2026, 7, 23)) + timedelta(hours=1))["broken"] == 0
    assert list(Promise.objects.values()) == before
    assert verify_chain("negotiation").broken is None


def test_judging_many_takes_the_queries_of_one(django_assert_num_queries: Any) -> None:
    creditor = make_creditor()
    for _ in range(12):
        obligation = make_obligation(creditor=creditor)
        promise(obligation)
        pay(obligation, 100_000_00, DUE)
    # page: savepoint or transaction (2), read, write, audit (lock, last, insert); then an empty page (2 + 1);
    # of plans, which nobody has: offers that end (2 + 1) and an empty page (2 + 1)
    with django_assert_num_queries(16):
        assert evaluate(DUE, at(DUE))["kept"] == 12


def test_lists_and_labels(django_assert_num_queries: Any) -> None:
    debtor = make_debtor()
    creditor = make_creditor()
    kept, broken = make_obligation(debtor, creditor), make_obligation(debtor, creditor)
    promise(kept)
    promise(broken, due_on=TODAY + timedelta(days=1))
    assert [row.obligation_id for row in negotiation.promises_due(TODAY, TODAY + timedelta(days=1))] == [broken.pk]
    assert negotiation.next_promise_date(debtor.pk) == TODAY + timedelta(days=1)
    pay(kept, 100_000_00, DUE)
    evaluate(date(2026, 7, 23), at(date(2026, 7, 23)))
    with django_assert_num_queries(1):
        record = negotiation.records_of([debtor.pk])[debtor.pk]
    assert record == negotiation.Record(kept=1, broken=1)
    figures = negotiation.kept_figures(TODAY, date(2026, 7, 31), currency="COP")
    assert figures == negotiation.KeptFigures(1, 0, 1, 200_000_00, 100_000_00)
    assert negotiation.standing_promises([kept.pk, broken.pk]) == {}
    assert [row.state for row in negotiation.promises_of(debtor.pk)] == ["broken", "kept"]
