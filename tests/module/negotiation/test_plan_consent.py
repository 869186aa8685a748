"""Whose yes a plan needs: an approver's above the agent's authority, and the customer's, proved."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from acuerdo.kernel.errors import Refusal
from acuerdo.negotiation import public as negotiation
from acuerdo.negotiation.models import PaymentPlan
from acuerdo.negotiation.rules.offers import OfferRequest
from acuerdo.portfolio.models import Obligation
from tests.factories import NOW, TODAY
from tests.module.negotiation.plans import accept, make_loan, propose

pytestmark = pytest.mark.django_db
WAIVED = OfferRequest("plan", TODAY + timedelta(days=10), instalments=3, waiver_share=Decimal("0.5"))
SUPERVISOR: dict[str, Any] = {"role": "supervisor", "actor": "supervisora1", "now": NOW, "today": TODAY}


def waiting() -> PaymentPlan:
    return propose(make_loan(), request=WAIVED, reason="Paga desde hace tres años")


def test_above_the_agents_authority_it_waits_for_the_supervisor_and_then_is_offered() -> None:
    plan = waiting()
    assert (plan.state, plan.approval_role) == ("pending_approval", "supervisor")
    everything = Obligation.objects.all()
    assert [one.pk for one in negotiation.waiting_for("supervisor", everything)] == [plan.pk]
    assert not negotiation.waiting_for("agent", everything)
    assert not negotiation.waiting_for("supervisor", Obligation.objects.none())
    approved = negotiation.approve_plan(plan.pk, **SUPERVISOR)
    assert (approved.state, approved.decided_by) == ("offered", "supervisora1")


def test_a_supervisor_may_grant_it_alone() -> None:
    assert propose(make_loan(), request=WAIVED, role="supervisor", actor="supervisora1").state == "offered"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"role": "agent", "actor": "gestor2"}, "approval-role"),
        ({"role": "compliance", "actor": "oficial"}, "approval-role"),
        ({"actor": "gestor1"}, "approval-own"),
        ({"today": TODAY + timedelta(days=8)}, "plan-offer-ended"),
    ],
)
def test_who_may_not_approve_changes_nothing(changes: dict[str, Any], code: str) -> None:
    plan = waiting()
    with pytest.raises(Refusal) as refused:
        negotiation.approve_plan(plan.pk, **{**SUPERVISOR, **changes})
    assert refused.value.code == code
    plan.refresh_from_db()
    assert plan.state == "pending_approval"


def test_a_no_says_what_would_be_possible() -> None:
    plan = waiting()
    with pytest.raises(Refusal) as refused:
        negotiation.refuse_plan(plan.pk, **SUPERVISOR, reason=" ")
    assert refused.value.code == "decision-reason"
    assert negotiation.refuse_plan(plan.pk, **SUPERVISOR, reason="Sí hasta el 25 %").state == "declined"


def test_the_code_accepts_once_and_is_never_kept() -> None:
    plan = propose(make_loan())
    code = negotiation.issue_code(plan.pk, actor="gestor1", now=NOW, today=TODAY).code
    plan.refresh_from_db()
    assert len(code) == 6
    assert code not in plan.code_digest
    accepted = accept(plan, method="code", proof=code)
    assert (accepted.state, accepted.code_digest, accepted.acceptance["method"]) == ("accepted", "", "code")
    with pytest.raises(Refusal) as refused:
        accept(plan, method="code", proof=code)
    assert refused.value.code == "plan-state"


def test_five_wrong_codes_and_another_must_be_sent() -> None:
    plan = propose(make_loan())
    code = negotiation.issue_code(plan.pk, actor="gestor1", now=NOW, today=TODAY).code
    wrong = "000000" if code != "000000" else "111111"
    codes = []
    for _ in range(6):
        with pytest.raises(Refusal) as refused:
            accept(plan, method="code", proof=wrong)
        codes.append(refused.value.code)
    assert codes == ["code-wrong"] * 5 + ["code-tries"]
    with pytest.raises(Refusal):
        accept(plan, method="code", proof=code)
    plan.refresh_from_db()
    assert plan.state == "offered"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"method": "code", "proof": "123456"}, "code-missing"),
        ({"proof": " "}, "voice-missing"),
        ({"today": TODAY + timedelta(days=8)}, "plan-offer-ended"),
    ],
)
def test_without_proof_or_out_of_time_nobody_has_accepted(changes: dict[str, Any], code: str) -> None:
    plan = propose(make_loan())
    with pytest.raises(Refusal) as refused:
        accept(plan, **changes)
    assert refused.value.code == code
    plan.refresh_from_db()
    assert plan.state == "offered"


def test_an_old_code_does_not_serve() -> None:
    plan = propose(make_loan())
    code = negotiation.issue_code(plan.pk, actor="gestor1", now=NOW, today=TODAY).code
    with pytest.raises(Refusal) as refused:
        accept(plan, method="code", proof=code, now=NOW + timedelta(minutes=16))
    assert refused.value.code == "code-expired"


def test_declining_asks_for_no_reason_and_cancelling_needs_one() -> None:
    declined = negotiation.decline_plan(
        propose(make_loan()).pk, actor="gestor1", now=NOW, today=TODAY, wish="45.000 cada quincena"
    )
    assert (declined.state, declined.decision_reason) == ("declined", "45.000 cada quincena")
    plan = accept(propose(make_loan()))
    with pytest.raises(Refusal) as refused:
        negotiation.cancel_plan(plan.pk, reason="", actor="gestor1", now=NOW, today=TODAY)
    assert refused.value.code == "plan-end-reason"
    cancelled = negotiation.cancel_plan(plan.pk, reason="fraud", actor="gestor1", now=NOW, today=TODAY)
    assert (cancelled.state, cancelled.ended_on) == ("cancelled", TODAY)
