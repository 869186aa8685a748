"""A small world for plans: obligations whose books Acuerdo keeps, and the offers made on them."""

from datetime import date, datetime, timedelta
from typing import Any

from acuerdo.ledger.models import Instalment
from acuerdo.ledger.public import record_payment
from acuerdo.negotiation import public as negotiation
from acuerdo.negotiation.models import PaymentPlan
from acuerdo.negotiation.rules.offers import OfferRequest
from acuerdo.portfolio.models import Obligation
from tests.factories import NOW, TODAY, make_obligation

LATE = {"rate": {"kind": "effective_annual", "value": "0.2"}, "cap": None}


def make_loan(debtor: Any = None, creditor: Any = None, *, first_due: int = -45, **fields: Any) -> Obligation:
    """Six monthly instalments of 180.000 kept by Acuerdo's own books, the first due `first_due` days from TODAY."""
    account = {
        "balance_source": "ledger", "core_as_of": None, "terms": {"late_interest": LATE}, "principal_minor": 864_000_00,
        "balance_minor": 0, "balance_due_minor": 0,
    }  # fmt: skip
    obligation = make_obligation(debtor, creditor, account=account, **fields)
    Instalment.objects.bulk_create(
        Instalment(
            account_id=obligation.pk, number=index + 1, due_on=TODAY + timedelta(days=first_due + 30 * index),
            principal_minor=144_000_00, contract_interest_minor=36_000_00, total_minor=180_000_00,
            cum_due_minor=180_000_00 * (index + 1),
        )
        for index in range(6)
    )  # fmt: skip
    return obligation


def propose(*obligations: Obligation, request: OfferRequest | None = None, **changes: Any) -> PaymentPlan:
    """Three monthly payments of what is due, unless another request is given."""
    asked = request or OfferRequest("plan", TODAY + timedelta(days=10), instalments=3)
    chosen = Obligation.objects.filter(pk__in=[obligation.pk for obligation in obligations])
    values = {"role": "agent", "actor": "gestor1", "now": NOW, "today": TODAY}
    return negotiation.propose_plan(chosen, asked, **{**values, **changes})


def accept(plan: PaymentPlan, **changes: Any) -> PaymentPlan:
    values = {"method": "voice", "proof": "grabación 17", "actor": "gestor1", "now": NOW, "today": TODAY}
    return negotiation.accept_plan(plan.pk, **{**values, **changes})


def pay(obligation: Obligation, amount_minor: int, on: date) -> Any:
    """A payment, with all that follows from it the same day."""
    return record_payment(
        obligation.pk, amount_minor=amount_minor, paid_on=on, source="banco", external_ref=f"{on}-{amount_minor}",
        now=at(on), actor="caja",
    )  # fmt: skip


def at(day: date) -> datetime:
    return NOW + (day - TODAY) + timedelta(hours=2)
