"""An extension, once accepted: the dates of the instalments that had fallen due move in the ledger, as they were shown.

Dated on the day the offer was made, like a new schedule: the late interest of the days until the yes is not charged.
"""

from datetime import datetime

from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.public import extend_due_dates
from acuerdo.negotiation.models import PaymentPlan
from acuerdo.negotiation.queries.cases import load_case, obligation_rows
from acuerdo.negotiation.rules.offers.delaying import moves, put_off
from acuerdo.negotiation.rules.offers.documents import read_request


def put_off_dates(plan: PaymentPlan, *, actor: str, now: datetime) -> None:
    """Refuses `plan-figures-changed` when what had fallen due that day is no longer what was shown."""
    ids = list(plan.obligations.values_list("obligation_id", flat=True))
    case, first_on = load_case(obligation_rows(ids), plan.made_on), read_request(plan.request).first_on
    shown = list(plan.instalments.order_by("number").values_list("due_on", "amount_minor"))
    if [part for part in put_off(case, first_on) if part[1]] != shown:
        raise Refusal("plan-figures-changed", "El saldo cambió desde la oferta: haga una nueva con las cifras de hoy.")
    for obligation_id, dates in moves(case, first_on).items():
        extend_due_dates(
            obligation_id, dates, extended_on=plan.made_on, reason=f"acuerdo {plan.uid}", now=now, actor=actor
        )
