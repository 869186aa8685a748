"""Refinancing and restructuring, once accepted: what is forgiven is posted, the old obligations close, a new one takes over.

Everything is dated on the day the offer was made, so that the new schedule is to the cent the one the person said yes to.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.money import plain_text
from acuerdo.ledger.public import instalments_after, waive_as_agreed
from acuerdo.ledger.rules.terms import ScheduleTerms
from acuerdo.negotiation.models import PaymentPlan
from acuerdo.negotiation.queries.cases import load_case, obligation_rows
from acuerdo.negotiation.rules.offers.documents import read_request
from acuerdo.negotiation.rules.offers.pricing import new_terms
from acuerdo.portfolio.public import NewTerms, replace_obligations

_HUNDREDTH = Decimal("0.01")
RESCHEDULED = frozenset({"refinancing", "restructuring"})


def carry_out(plan: PaymentPlan, *, actor: str, now: datetime) -> None:
    """Makes the plan's new obligation and names it in `plan.into`.

    Refuses `plan-figures-changed` when the ledger would make another schedule, and what `replace_obligations` refuses.
    """
    covered = list(plan.obligations.order_by("obligation_id"))
    ids = [row.obligation_id for row in covered]
    case = load_case(obligation_rows(ids), plan.made_on)
    terms = new_terms(case, read_request(plan.request))
    for row in covered:
        for component, amount in row.waived.items():
            waive_as_agreed(
                row.obligation_id, component, amount,
                waived_on=plan.made_on, agreement=plan.uid, now=now, actor=actor,
            )  # fmt: skip
    first = obligation_rows(ids).select_related("account").order_by("pk")[0]
    kept = {name: value for name, value in first.account.terms.items() if name != "schedule"}
    agreed = NewTerms(
        terms={**kept, "schedule": _document(terms)}, rate_text=_rate_text(terms), basis=f"acuerdo {plan.uid}"
    )
    new = replace_obligations(
        ids,
        agreed,
        kind="refinancing" if plan.kind == "refinancing" else "restructuring",
        replaced_on=plan.made_on,
        reason=f"acuerdo {plan.uid}",
        now=now,
        actor=actor,
    )
    _require_as_agreed(plan, new.pk)
    plan.into = new


def _require_as_agreed(plan: PaymentPlan, new_id: int) -> None:
    """The schedule in the ledger is the schedule that was shown."""
    made = instalments_after([new_id], plan.made_on)[new_id]
    shown = list(plan.instalments.order_by("number").values_list("due_on", "amount_minor"))
    if made != shown:
        raise Refusal("plan-figures-changed", "El saldo cambió desde la oferta: haga una nueva con las cifras de hoy.")


def _document(terms: ScheduleTerms) -> dict[str, Any]:
    """Schedule terms as an account keeps them; the principal follows from what passes on."""
    return {
        "disbursed_on": terms.disbursed_on.isoformat(),
        "first_due_on": terms.first_due_on.isoformat(),
        "instalments": terms.instalments,
        "frequency": terms.frequency.name,
        "method": terms.method,
        "rate": {"kind": terms.rate.kind, "value": str(terms.rate.value)},
        "day_count": terms.day_count,
        "rounding": terms.rounding,
        "unit": plain_text(terms.unit_minor, terms.currency),
    }


def _rate_text(terms: ScheduleTerms) -> str:
    percent = f"{(terms.rate.value * 100).quantize(_HUNDREDTH):f}".rstrip("0").rstrip(".")
    return f"{percent.replace('.', ',')} % E. A."
