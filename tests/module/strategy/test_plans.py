"""A person whose plan is being kept is left alone by the day's run; one who fell behind is not."""

from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from acuerdo.ledger.models import Account
from acuerdo.negotiation.models import PaymentPlan, PlanInstalment
from acuerdo.negotiation.public import accept_plan, propose_plan
from acuerdo.negotiation.rules.offers import OfferRequest
from acuerdo.policy.public import open_petition
from acuerdo.policy.rules.petitions import REASONS
from acuerdo.portfolio.models import Obligation
from acuerdo.strategy.models import Decision
from acuerdo.strategy.public import decide_day
from acuerdo.strategy.rules.facts import CASE_REASONS
from tests import factories as make
from tests.factories import NOW, TODAY
from tests.module.strategy.world import DAWN, reachable

pytestmark = pytest.mark.django_db(transaction=True)


def agreed(obligation: Obligation) -> PaymentPlan:
    """Three monthly payments, accepted two days ago."""
    day, now = TODAY - timedelta(days=2), NOW - timedelta(days=2)
    Account.objects.filter(pk=obligation.pk).update(core_as_of=day)
    plan = propose_plan(
        Obligation.objects.filter(pk=obligation.pk), OfferRequest("plan", day + timedelta(days=5), instalments=3),
        role="agent", actor="gestor1", now=now, today=day,
    )  # fmt: skip
    return accept_plan(plan.pk, method="voice", proof="grabación 7", actor="gestor1", now=now, today=day)


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("accepted", "plan-running"),
        ("active", "plan-running"),
        ("paused", "plan-running"),
        ("late", "step-due"),
        ("broken", "step-due"),
    ],
)
def test_a_kept_plan_is_left_alone(tmp_path: Path, state: str, reason: str) -> None:
    make.make_user()
    owed = reachable(make.make_creditor(), 8)
    plan = agreed(owed)
    PaymentPlan.objects.update(state=state)
    if state == "broken":
        plan.obligations.update(is_in_force=False)
    decide_day(TODAY, DAWN, folder=tmp_path)
    assert Decision.objects.get(run_on=TODAY, obligation_id=owed.pk).reasons[0] == reason


def test_the_run_knows_the_next_instalment_that_is_not_paid(tmp_path: Path) -> None:
    owed = reachable(make.make_creditor(), 8)
    plan = agreed(owed)
    first = PlanInstalment.objects.get(plan=plan, number=1).amount_minor
    for paid, number in ((0, 1), (first - 1, 1), (first, 2), (plan.total_minor, None)):
        PaymentPlan.objects.update(paid_minor=paid)
        decide_day(TODAY, DAWN, folder=tmp_path)
        file = next(tmp_path.rglob("plans*.parquet"))
        due = PlanInstalment.objects.get(plan=plan, number=number).due_on if number else None
        expected = None if due is None else due.toordinal() - 719163
        assert pl.read_parquet(file).rows() == [(owed.pk, "kept", expected)]


def test_the_run_knows_the_last_case_and_its_reason(tmp_path: Path) -> None:
    owed = reachable(make.make_creditor(), 8)
    for ago, kind, reason in ((9, "dispute", "pago"), (3, "hardship", "cuota_menor"), (1, "access", "")):
        open_petition(
            owed.debtor_id, owed.creditor_id, kind, text="Dice", source="call", actor="gestor1", now=NOW,
            received_at=NOW - timedelta(days=ago), obligation_id=owed.pk, reason=reason,
        )  # fmt: skip
    decide_day(TODAY, DAWN, folder=tmp_path)
    file = next(tmp_path.rglob("cases*.parquet"))
    day = (TODAY - timedelta(days=3)).toordinal() - 719163
    assert pl.read_parquet(file).rows() == [(owed.debtor_id, "hardship", "cuota_menor", day)]


def test_the_reasons_of_cases_are_those_that_a_strategy_may_ask_for() -> None:
    told = {reason for reasons in REASONS.values() for reason in reasons}
    assert set(CASE_REASONS) == told | {"none"}
