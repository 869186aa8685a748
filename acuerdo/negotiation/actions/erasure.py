"""What agreements keep of a person in words goes when they are erased under the data law (policy.ports.ForgetPerson)."""

from datetime import datetime

from acuerdo.negotiation.models import DeclaredCapacity, PaymentPlan


def forget_person(debtor_id: int, *, now: datetime) -> int:
    """Empties how the person accepted and why somebody decided; amounts, dates and states stay, as books do. What
    they said they can pay goes."""
    DeclaredCapacity.objects.filter(debtor_id=debtor_id).delete()
    plans = PaymentPlan.objects.filter(debtor_id=debtor_id)
    return plans.update(acceptance={}, approval_reason="", decision_reason="", code_digest="", updated_at=now)
