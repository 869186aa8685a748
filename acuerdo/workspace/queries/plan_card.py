"""A running plan at one glance: what falls due next, what is paid, what is left."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from acuerdo.workspace.agreements.wording import KIND_WORDS, PLAN_STATES


@dataclass(frozen=True, slots=True)
class PlanCard:
    """Amounts in minor units of the plan's currency. `next_minor` is what is missing of the instalment that comes first."""

    plan: Any
    title: str
    word: str
    tone: str
    next_number: int | None
    next_on: date | None
    next_minor: int
    is_overdue: bool
    count: int
    paid_count: int
    left_minor: int

    @property
    def share_percent(self) -> int:
        total = self.plan.total_minor
        return min(100, self.plan.paid_minor * 100 // total) if total else 100


def card_of(plan: Any, today: date) -> PlanCard:
    """From a plan with its instalments at hand; no query."""
    word, tone = PLAN_STATES.get(plan.state, (plan.state, "quiet"))
    parts = sorted(plan.instalments.all(), key=lambda part: part.number)
    through, paid_count, following, missing = 0, 0, None, 0
    for part in parts:
        through += part.amount_minor
        if plan.paid_minor >= through:
            paid_count += 1
        elif following is None:
            following, missing = part, min(part.amount_minor, through - plan.paid_minor)
    return PlanCard(
        plan=plan, title=str(KIND_WORDS.get(plan.kind, plan.kind)), word=str(word), tone=tone,
        next_number=following.number if following else None, next_on=following.due_on if following else None,
        next_minor=missing, is_overdue=following is not None and following.due_on < today, count=len(parts),
        paid_count=paid_count, left_minor=max(plan.total_minor - plan.paid_minor, 0),
    )  # fmt: skip
