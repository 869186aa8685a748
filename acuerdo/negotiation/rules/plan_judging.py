"""How a plan in force is judged from the money received since it was accepted: each peso pays the oldest instalment first.

Computing stands here; writing stands in the action. Judging the same facts twice says the same. A plan is broken only after
the person was told that it is at risk and had `notice_days` to answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from acuerdo.kernel.calendar import add_business_days
from acuerdo.negotiation.rules.plan_states import PlanState, next_plan_state
from acuerdo.negotiation.rules.plan_terms import PlanTerms


@dataclass(frozen=True, slots=True)
class PlanStanding:
    """What judging needs. `instalments` are (due date, amount in minor units) in order; `notice_on` the day of the warning."""

    state: PlanState
    instalments: tuple[tuple[date, int], ...]
    paid_minor: int
    review_on: date | None = None
    notice_on: date | None = None


@dataclass(frozen=True, slots=True)
class PlanJudgement:
    """The state that the facts bring about. `is_at_risk`: tolerance is used up and the person must be told, from `notice_on`."""

    state: PlanState
    paid_instalments: int
    behind: int
    notice_on: date | None

    @property
    def is_at_risk(self) -> bool:
        return self.state == "late" and self.notice_on is not None


def paid_instalments(instalments: Sequence[tuple[date, int]], paid_minor: int) -> int:
    """How many instalments, from the first, the money covers whole."""
    covered = 0
    for count, (_due_on, amount) in enumerate(instalments):
        covered += amount
        if covered > paid_minor:
            return count
    return len(instalments)


def judge_plan(plan: PlanStanding, terms: PlanTerms, today: date, country: str) -> PlanJudgement:
    """The judgement on the business date `today`. Plans that are not in force, and running pauses, stay as they are."""
    paid = paid_instalments(plan.instalments, plan.paid_minor)
    unpaid = plan.instalments[paid:]
    past = [due for due, _ in unpaid if today > add_business_days(due, terms.grace_days, country)]
    same = PlanJudgement(plan.state, paid, len(past), plan.notice_on)
    if plan.state == "completed":
        return replace(same, state=next_plan_state("completed", "reverse_payment")) if unpaid else same
    if plan.state == "paused":
        is_over = plan.review_on is not None and today >= plan.review_on
        return replace(same, state=next_plan_state("paused", "resume" if unpaid else "complete")) if is_over else same
    if plan.state not in ("accepted", "active", "late"):
        return same
    if not unpaid:
        return replace(same, state=next_plan_state(plan.state, "complete"), notice_on=None)
    if plan.state == "accepted":
        return _first(same, unpaid[0][0], terms, today)
    return _in_force(same, past, terms, today)


def _first(same: PlanJudgement, due_on: date, terms: PlanTerms, today: date) -> PlanJudgement:
    """An accepted plan waits for its first payment."""
    if same.paid_instalments:
        return replace(same, state=next_plan_state("accepted", "pay_first"))
    if today > due_on + timedelta(days=terms.accepted_days):
        return replace(same, state=next_plan_state("accepted", "expire"))
    return same


def _in_force(same: PlanJudgement, past: Sequence[date], terms: PlanTerms, today: date) -> PlanJudgement:
    if not past:
        state = next_plan_state("late", "catch_up") if same.state == "late" else same.state
        return replace(same, state=state, notice_on=None)
    late = next_plan_state("active", "miss") if same.state == "active" else same.state
    is_beyond = len(past) >= terms.tolerance_instalments or (today - past[0]).days > terms.tolerance_days
    if not is_beyond:
        return replace(same, state=late, notice_on=None)
    if same.notice_on is None:
        return replace(same, state=late, notice_on=today)
    if today >= same.notice_on + timedelta(days=terms.notice_days):
        return replace(same, state=next_plan_state(late, "break"))
    return replace(same, state=late)
