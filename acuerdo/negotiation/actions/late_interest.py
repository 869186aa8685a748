"""Late interest stands still while an agreement is kept: paused step by step, each time up to the next date with its grace.

A pause in the ledger is an event that nothing takes back, so no longer one is posted than what the person has earned by
keeping the plan. Obligations whose books are the lender's core have no pause here: the lender's core must make it.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from acuerdo.kernel.calendar import add_business_days
from acuerdo.ledger.public import pause_late_interest
from acuerdo.negotiation.models import PaymentPlan
from acuerdo.negotiation.queries.plans import instalment_rows
from acuerdo.negotiation.rules.plan_judging import paid_instalments
from acuerdo.negotiation.rules.plan_terms import plan_terms_on


def keep_late_interest_still(plans: Sequence[PaymentPlan], *, now: datetime, actor: str) -> int:
    """Extends the pause of each plan in force that stops late interest; gives how many obligations were paused."""
    parts = instalment_rows([plan.pk for plan in plans if plan.stops_late_interest])
    done = 0
    for plan in plans:
        until = _until(plan, parts.get(plan.pk, []))
        # The figures of the day it was made hold that day's interest already.
        start = (plan.late_stopped_until or plan.made_on) + timedelta(days=1)
        if until is None or until < start:
            continue
        for row in plan.obligations.filter(is_core=False):
            pause_late_interest(
                row.obligation_id, from_on=start, to_on=until, reason=f"acuerdo {plan.uid}", now=now, actor=actor
            )
            done += 1
        plan.late_stopped_until = until
        plan.save(update_fields=["late_stopped_until"])
    return done


def _until(plan: PaymentPlan, instalments: Sequence[tuple[date, int]]) -> date | None:
    """The next unpaid date with its grace, or the day before the review of a programme; None where nothing stands still."""
    if not plan.stops_late_interest:
        return None
    unpaid = instalments[paid_instalments(instalments, plan.paid_minor) :]
    if unpaid:
        terms = plan_terms_on(plan.made_on, plan.creditor.country)
        return add_business_days(unpaid[0][0], terms.grace_days, plan.creditor.country)
    return plan.review_on - timedelta(days=1) if plan.review_on else None
