"""Paying all of a loan with instalments to come, and putting off what has fallen due: what the ledger is left with."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.models import Account, AccountEvent, Entry
from acuerdo.ledger.public import payoffs, reverse_payment, statement
from acuerdo.negotiation import public as negotiation
from acuerdo.negotiation.models import PaymentPlan
from acuerdo.negotiation.rules.offers import OfferRequest
from acuerdo.portfolio.models import Obligation
from tests.factories import NOW, TODAY, make_obligation
from tests.module.negotiation.plans import accept, at, pay, propose
from tests.module.negotiation.test_rescheduling import loan

pytestmark = pytest.mark.django_db
LATER = TODAY + timedelta(days=9)


def full(instalments: int = 1, **changes: Any) -> OfferRequest:
    return OfferRequest("full_payment", TODAY + timedelta(days=5), instalments=instalments, **changes)


def late_loan() -> Obligation:
    """Two instalments overdue and four to come."""
    return loan(first_due=-40)


def closed(row: Obligation, on: date) -> tuple[int, int, int, str]:
    figures = statement(row.pk, on)
    return (
        figures.balance_minor,
        figures.unallocated_minor,
        figures.days_past_due,
        Account.objects.get(pk=row.pk).status,
    )


def test_all_of_it_is_what_closes_the_debt_today_and_nothing_waits_as_credit() -> None:
    row = late_loan()
    closing = payoffs([row.pk], TODAY)[row.pk].missing_minor
    plan = accept(propose(row, request=full()))
    assert (plan.owed_minor, plan.closes_debt) == (closing, True)
    assert statement(row.pk, TODAY).balance_minor < closing  # the running instalment's interest counts too
    pay(row, plan.total_minor, LATER)
    plan.refresh_from_db()
    assert plan.state == "completed"
    assert closed(row, LATER) == (0, 0, 0, "paid")
    assert closed(row, LATER + timedelta(days=120)) == (0, 0, 0, "paid")
    assert sum(Entry.objects.values_list("amount_minor", flat=True)) == 0


def test_interest_of_the_days_until_the_payment_is_forgiven_and_no_more() -> None:
    row = late_loan()
    plan = accept(propose(row, request=full()))
    day = TODAY + timedelta(days=5)
    pay(row, plan.total_minor, day)
    forgiven = AccountEvent.objects.get(kind="waiver", component="contract_interest")
    # Five more days of the running instalment, which has 36,000.00 of interest over thirty.
    assert (forgiven.amount_minor, forgiven.happened_on) == (6_000_00, day)
    assert AccountEvent.objects.get(kind="settlement").happened_on == day


def test_several_payments_wait_and_close_it_with_the_last() -> None:
    row = late_loan()
    plan = accept(propose(row, request=full(2)))
    first, last = plan.instalments.order_by("number").values_list("due_on", "amount_minor")
    pay(row, first[1], first[0])
    assert not AccountEvent.objects.filter(kind="settlement").exists()
    pay(row, last[1], last[0])
    assert closed(row, last[0]) == (0, 0, 0, "paid")


def test_relief_of_principal_is_posted_before_it_closes() -> None:
    row = late_loan()
    Account.objects.filter(pk=row.pk).update(days_past_due=100, stage="late")
    asked = full(discount_share=Decimal("0.05"))
    plan = propose(loan(first_due=-100), request=asked, role="supervisor", actor="supervisora1")
    assert plan.discount_minor > 0
    owner = Obligation.objects.get(pk=plan.obligations.get().obligation_id)
    plan = accept(plan)
    pay(owner, plan.total_minor, LATER)
    assert closed(owner, LATER) == (0, 0, 0, "paid")


def test_a_payment_to_another_debt_closes_neither_by_forgiving_principal() -> None:
    one = late_loan()
    two = loan(one.debtor, one.creditor, first_due=-40)
    plan = accept(propose(one, two, request=full()))
    pay(one, plan.total_minor, LATER)
    assert statement(two.pk, LATER).balance_minor > 0
    assert AccountEvent.objects.filter(kind="waiver", account_id=two.pk, component="principal").count() == 0


def test_a_reversed_payment_opens_plan_and_debt_again() -> None:
    row = late_loan()
    plan = accept(propose(row, request=full()))
    paid = pay(row, plan.total_minor, LATER)
    day = LATER + timedelta(days=2)
    reverse_payment(paid.payment_id, reversed_on=day, external_ref="devuelto", now=at(day), actor="caja")
    plan.refresh_from_db()
    assert plan.state == "active"
    assert statement(row.pk, day).balance_minor > 0


# --- extensions


def extended(row: Obligation) -> PaymentPlan:
    return propose(row, request=OfferRequest("extension", TODAY + timedelta(days=12)))


def early_loan() -> Obligation:
    """One instalment overdue since five days, five to come."""
    return loan(first_due=-5)


def test_new_dates_end_the_arrears_and_late_interest_stands_still() -> None:
    row = early_loan()
    owed = statement(row.pk, TODAY)
    plan = extended(row)
    assert [(part.due_on, part.amount_minor) for part in plan.instalments.all()] == [
        (TODAY + timedelta(days=12), owed.balance_due_minor)
    ]
    accept(plan, now=NOW + timedelta(days=2), today=TODAY + timedelta(days=2))
    before, then = statement(row.pk, TODAY + timedelta(days=11)), statement(row.pk, TODAY + timedelta(days=12))
    assert (owed.days_past_due, before.days_past_due, then.days_past_due) == (5, 0, 0)
    assert (before.balance_due_minor, then.balance_due_minor) == (0, owed.balance_due_minor)
    assert then.balance["late_interest"] == owed.balance["late_interest"] > 0


def test_paid_on_its_new_date_it_is_kept_and_nothing_is_left_over() -> None:
    row = early_loan()
    plan = accept(extended(row))
    day = TODAY + timedelta(days=12)
    pay(row, plan.total_minor, day)
    plan.refresh_from_db()
    assert plan.state == "completed"
    figures = statement(row.pk, day)
    assert (figures.unallocated_minor, figures.days_past_due, figures.balance_due_minor) == (0, 0, 0)


def test_one_a_year_and_only_early_and_in_our_books() -> None:
    row = early_loan()
    accept(extended(row))
    negotiation.cancel_plan(
        PaymentPlan.objects.get().pk, reason="customer_asked", actor="supervisora1", now=NOW, today=TODAY
    )
    day = TODAY + timedelta(days=40)
    with pytest.raises(Refusal) as again:
        propose(row, request=OfferRequest("extension", day + timedelta(days=3)), today=day, now=at(day))
    assert again.value.code == "offer-extended"
    with pytest.raises(Refusal) as late:
        extended(loan(first_due=-70))
    assert late.value.code == "offer-not-in-stage"
    with pytest.raises(Refusal) as core:
        extended(make_obligation())
    assert core.value.code == "offer-no-schedule"
