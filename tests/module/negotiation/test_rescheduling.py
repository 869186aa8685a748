"""Refinancing and restructuring accepted: the new obligation's schedule is the one that was shown, to the cent."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.models import Account, Entry
from acuerdo.ledger.public import instalments_after, statement
from acuerdo.negotiation.models import PaymentPlan
from acuerdo.negotiation.rules.offers import OfferRequest
from acuerdo.portfolio.models import Obligation
from tests.factories import NOW, TODAY, make_creditor, make_debtor, make_obligation
from tests.module.negotiation.plans import LATE, accept, make_loan, propose

pytestmark = pytest.mark.django_db
SCHEDULE = {
    "principal": "864000.00", "disbursed_on": "2026-05-01", "first_due_on": "2026-05-31", "instalments": 6, "frequency": "monthly",
    "method": "french", "rate": {"kind": "effective_annual", "value": "0.24"}, "unit": "1.00",
}  # fmt: skip
TWELVE = OfferRequest("restructuring", TODAY + timedelta(days=20), instalments=12)


def loan(*owner: Any, rate: str = "0.24", **fields: Any) -> Obligation:
    made = make_loan(*owner, **fields)
    schedule = {**SCHEDULE, "rate": {"kind": "effective_annual", "value": rate}}
    Account.objects.filter(pk=made.pk).update(terms={"late_interest": LATE, "schedule": schedule})
    return made


def shown(plan: PaymentPlan) -> list[tuple[Any, int]]:
    return list(plan.instalments.order_by("number").values_list("due_on", "amount_minor"))


def test_the_ledger_makes_the_schedule_that_was_shown_and_the_old_one_owes_nothing() -> None:
    old = loan(first_due=-70)
    plan = propose(old, request=TWELVE)
    assert (plan.state, len(shown(plan))) == ("offered", 12)
    accept(plan, now=NOW + timedelta(days=3), today=TODAY + timedelta(days=3))
    new = Obligation.objects.get(uid=plan_into(plan))
    assert instalments_after([new.pk], TODAY)[new.pk] == shown(plan)
    assert statement(old.pk, TODAY).balance_minor == 0
    old.refresh_from_db()
    assert (old.gone_on, new.number, new.debtor_id) == (TODAY, f"{old.number}-R1", old.debtor_id)
    assert sum(Entry.objects.values_list("amount_minor", flat=True)) == 0


def plan_into(plan: PaymentPlan) -> str:
    plan.refresh_from_db()
    assert (plan.state, plan.ended_on) == ("completed", TODAY + timedelta(days=3))
    assert plan.into is not None
    return str(plan.into.uid)


def test_what_is_forgiven_of_late_interest_is_not_in_the_new_schedule() -> None:
    old = loan(first_due=-70)  # 70 days: late, where restructuring forgives half of late interest
    late = statement(old.pk, TODAY).balance["late_interest"]
    plan = propose(old, request=TWELVE)
    assert plan.waiver_minor == (late + 1) // 2
    assert plan.total_minor == plan.owed_minor - plan.waiver_minor + plan.charge_minor == sum(a for _, a in shown(plan))


def test_two_loans_join_at_the_lower_of_their_rates() -> None:
    debtor, creditor = make_debtor(), make_creditor()
    dear, cheap = loan(debtor, creditor, rate="0.30", first_due=-70), loan(debtor, creditor, rate="0.18", first_due=-40)
    plan = propose(dear, cheap, request=TWELVE)
    alone = propose(dear, request=TWELVE)
    assert plan.charge_minor * alone.owed_minor < alone.charge_minor * plan.owed_minor
    accept(plan)
    assert Obligation.objects.filter(gone_on=TODAY).count() == 2


def test_a_core_loan_gets_its_new_dates_in_the_core() -> None:
    with pytest.raises(Refusal) as refused:
        propose(make_obligation(days_past_due=45, stage="middle"), request=TWELVE)
    assert refused.value.code == "offer-no-schedule"


def test_up_to_thirty_days_it_is_a_refinancing() -> None:
    young = loan(first_due=-20)
    with pytest.raises(Refusal):
        propose(young, request=TWELVE)
    assert propose(young, request=replace(TWELVE, kind="refinancing")).state == "offered"
