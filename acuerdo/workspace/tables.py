"""Read-only handles on the tables of other capabilities, for the joins that only screens make. Nothing here writes.

Changes go through each capability's `public` actions; a screen that needs one row's rules asks `public` too.
"""

from typing import Any

from django.apps import apps


def _table(name: str) -> Any:
    return apps.get_model(name)


Account = _table("ledger.Account")
Instalment = _table("ledger.Instalment")
Payment = _table("ledger.Payment")
Agency = _table("portfolio.Agency")
ContactPoint = _table("portfolio.ContactPoint")
Creditor = _table("portfolio.Creditor")
Debtor = _table("portfolio.Debtor")
ImportBatch = _table("portfolio.ImportBatch")
Obligation = _table("portfolio.Obligation")
ObligationParty = _table("portfolio.ObligationParty")
Placement = _table("portfolio.Placement")
Appointment = _table("agenda.Appointment")
Attempt = _table("policy.Attempt")
Hold = _table("policy.Hold")
Verdict = _table("policy.Verdict")
Promise = _table("negotiation.Promise")
PaymentPlan = _table("negotiation.PaymentPlan")
PlanObligation = _table("negotiation.PlanObligation")
Petition = _table("policy.Petition")
PetitionPaper = _table("policy.PetitionPaper")
Message = _table("messaging.Message")
Inbound = _table("messaging.Inbound")
Template = _table("messaging.Template")
Decision = _table("strategy.Decision")
DecisionRun = _table("strategy.DecisionRun")
Rehearsal = _table("strategy.Rehearsal")
Strategy = _table("strategy.Strategy")
