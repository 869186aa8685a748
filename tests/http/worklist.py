"""A worklist for tests, without running the engine: one row an obligation."""

from typing import Any

from django.db import connection

from acuerdo.base.models import User
from acuerdo.portfolio.models import Obligation
from acuerdo.strategy.engine.worklist import partition_name
from acuerdo.strategy.models import Decision
from tests import factories


def plan_call(obligation: Obligation, *, agent: User | None = None, score: int = 1_000, **fields: Any) -> Decision:
    """Today's row of the obligation: a call to make."""
    _partition()
    base = {
        "run_on": factories.TODAY, "obligation": obligation, "debtor": obligation.debtor, "creditor": obligation.creditor,
        "stage": "early", "segment": "general", "step": "temprana_8", "channel": "call", "template": "", "is_lead": True,
        "score": score, "reasons": ["step-due", "channel-first"], "balance_due_minor": obligation.account.balance_due_minor,
        "days_past_due": obligation.account.days_past_due, "planned_at": factories.NOW, "state": "planned", "agent": agent,
    }  # fmt: skip
    return Decision.objects.create(**{**base, **fields})


def plan_nothing(obligation: Obligation, reason: str) -> Decision:
    """Today's row of an obligation that is not contacted, and why."""
    return plan_call(
        obligation, channel="", state="skipped", is_lead=False, planned_at=None, reasons=[reason], segment="", step=""
    )


def _partition() -> None:
    with connection.cursor() as cursor:
        # The product's own name for it: a day that another test decided and left is the same table.
        name = partition_name(factories.TODAY)
        cursor.execute(
            f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF strategy_decision FOR VALUES IN ('{factories.TODAY}')"
        )
