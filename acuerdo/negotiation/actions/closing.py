"""A completed plan that settles all of a debt closes it in the ledger before its term, so that none of the money waits as credit.

The plan's total was what closed the debt on the day it was made. Interest that ran from then to the last payment is forgiven:
it is what the person was promised. A debt whose own part has not come in whole (the money went to another one) stays open.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Max, Sum

from acuerdo.ledger.public import Payoff, payoffs, settle_in_full, waive_as_agreed
from acuerdo.ledger.rules.components import Component
from acuerdo.negotiation.models import PaymentPlan, PlanObligation

GROWS: tuple[Component, ...] = ("contract_interest", "late_interest")


def close_debts(plans: Sequence[PaymentPlan], *, today: date, now: datetime, actor: str) -> int:
    """How many obligations were closed; those of a creditor's core are closed there."""
    done = 0
    for plan in plans:
        if plan.closes_debt and plan.accepted_on is not None:
            for row in _with_received(plan, today):
                done += _close(plan, row, now=now, actor=actor)
    return done


def _with_received(plan: PaymentPlan, today: date) -> list[Any]:
    payments = "obligation__account__payments__"
    standing = {
        f"{payments}paid_on__gte": plan.accepted_on, f"{payments}paid_on__lte": today,
        f"{payments}reverses": None, f"{payments}reversal": None,
    }  # fmt: skip
    rows = PlanObligation.objects.filter(plan=plan, is_core=False, **standing).values(
        "obligation_id", "owed_minor", "waived"
    )
    return list(
        rows.annotate(received_minor=Sum(f"{payments}amount_minor"), last_on=Max(f"{payments}paid_on")).order_by(
            "obligation_id"
        )
    )


def _close(plan: PaymentPlan, row: dict[str, Any], *, now: datetime, actor: str) -> bool:
    obligation_id, on = row["obligation_id"], row["last_on"]
    figures = payoffs([obligation_id], on)[obligation_id]
    is_paid = row["received_minor"] >= row["owed_minor"] - sum(row["waived"].values())
    if not figures.is_open or not is_paid or figures.missing_minor > sum(figures.amounts[name] for name in GROWS):
        return False
    reason = f"acuerdo {plan.uid}"
    _forgive_growth(figures, obligation_id, on, agreement=plan.uid, now=now, actor=actor)
    settle_in_full(obligation_id, settled_on=on, reason=reason, now=now, actor=actor)
    return True


def _forgive_growth(
    figures: Payoff, obligation_id: int, on: date, *, agreement: object, now: datetime, actor: str
) -> None:
    missing = figures.missing_minor
    for component in GROWS:
        amount = min(missing, figures.amounts[component])
        if amount:
            waive_as_agreed(obligation_id, component, amount, waived_on=on, agreement=agreement, now=now, actor=actor)
            missing -= amount
