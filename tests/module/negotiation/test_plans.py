"""Plans on real PostgreSQL: offered, approved, accepted, kept and broken; each refusal, and nothing changed by it."""

from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from acuerdo.base.audit import verify_chain
from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.models import AccountEvent
from acuerdo.ledger.public import reverse_payment, statement
from acuerdo.negotiation import public as negotiation
from acuerdo.negotiation.models import PaymentPlan, PlanInstalment, PlanObligation
from acuerdo.negotiation.rules.offers import OfferRequest
from acuerdo.negotiation.rules.offers.documents import read_request, request_document
from tests.factories import NOW, TODAY, make_creditor, make_debtor, make_obligation
from tests.module.negotiation.plans import accept, at, make_loan, pay, propose

pytestmark = pytest.mark.django_db
FULL = OfferRequest("full_payment", TODAY + timedelta(days=5))


def test_a_plan_is_offered_with_its_dates_and_nothing_happens_in_the_ledger() -> None:
    loan = make_loan()
    due = statement(loan.pk, TODAY).balance_due_minor
    plan = propose(loan)
    amounts = list(PlanInstalment.objects.filter(plan=plan).order_by("number").values_list("amount_minor", flat=True))
    assert (plan.state, plan.owed_minor, plan.total_minor, sum(amounts)) == ("offered", due, due, due)
    assert amounts[0] == amounts[1] >= amounts[2]
    assert amounts[0] % 100_00 == 0
    assert not AccountEvent.objects.exists()
    assert verify_chain("negotiation").entries == 1


def test_a_request_survives_its_own_json() -> None:
    asked = OfferRequest("plan", TODAY, instalments=4, frequency="weekly", waiver_share=Decimal("0.25"), amount_minor=5)
    assert read_request(request_document(asked)) == asked


def test_accepting_stops_late_interest_until_the_next_date_and_its_grace() -> None:
    loan = make_loan()
    plan = accept(propose(loan))
    assert plan.state == "accepted"
    paused = AccountEvent.objects.get(account_id=loan.pk)
    # 25 July 2026 is a Saturday: two business days after it end on Tuesday 28.
    assert (paused.kind, paused.happened_on, paused.until_on) == (
        "pause",
        TODAY + timedelta(days=1),
        TODAY + timedelta(days=13),
    )
    later = TODAY + timedelta(days=12)
    assert statement(loan.pk, later).balance["late_interest"] == statement(loan.pk, TODAY).balance["late_interest"]


def test_a_kept_plan_is_completed_and_its_relief_is_posted_as_of_the_acceptance() -> None:
    loan = make_loan(first_due=-200)  # late, its last instalment due: closing the debt forgives all late interest
    plan = accept(propose(loan, request=FULL))
    assert (plan.kind, plan.waiver_minor > 0) == ("full_payment", True)
    day = TODAY + timedelta(days=5)
    pay(loan, plan.total_minor, day)
    plan.refresh_from_db()
    assert (plan.state, plan.paid_minor, plan.ended_on) == ("completed", plan.total_minor, day)
    after = statement(loan.pk, day)
    assert (after.balance_minor, after.unallocated_minor) == (0, 0)
    waived = AccountEvent.objects.get(account_id=loan.pk, kind="waiver")
    assert (waived.component, waived.amount_minor, waived.happened_on) == ("late_interest", plan.waiver_minor, TODAY)


def test_instalments_paid_on_time_keep_it_in_force_and_missing_them_breaks_it_after_a_warning() -> None:
    loan = make_loan()
    plan = accept(propose(loan))
    first = TODAY + timedelta(days=10)
    pay(loan, PlanInstalment.objects.get(plan=plan, number=1).amount_minor, first)
    assert _state(plan) == ("active", None)
    days = {
        first + timedelta(days=35): "late",
        first + timedelta(days=67): "late",  # two behind, both past their grace: the person is told today
        first + timedelta(days=71): "late",
        first + timedelta(days=72): "broken",
    }
    for day, expected in days.items():
        judged = negotiation.judge_plans(day, at(day))
        assert _state(plan)[0] == expected, day
        assert judged.at_risk == (day == first + timedelta(days=67))
    assert not PlanObligation.objects.filter(is_in_force=True).exists()
    again = negotiation.judge_plans(day, at(day))
    assert asdict(again) == dict.fromkeys(asdict(again), 0)


def test_a_reversed_payment_reopens_a_completed_plan() -> None:
    loan = make_loan()
    plan = accept(propose(loan))
    paid = pay(loan, plan.total_minor, TODAY + timedelta(days=1))
    assert _state(plan)[0] == "completed"
    day = TODAY + timedelta(days=3)
    reverse_payment(paid.payment_id, reversed_on=day, external_ref="devuelto", now=at(day), actor="caja")
    assert _state(plan)[0] == "active"
    assert PlanObligation.objects.get().is_in_force


def test_a_promise_gives_way_to_the_plan() -> None:
    loan = make_loan()
    promise = negotiation.make_promise(
        obligation_id=loan.pk, amount_minor=100_000_00, due_on=TODAY, actor="gestor1", now=NOW, today=TODAY
    )
    accept(propose(loan))
    promise.refresh_from_db()
    assert (promise.state, promise.cancel_reason) == ("cancelled", "plan")


def test_two_obligations_join_in_one_plan_that_sums_exactly() -> None:
    debtor, creditor = make_debtor(), make_creditor()
    first, second = make_loan(debtor, creditor), make_loan(debtor, creditor, first_due=-20)
    plan = propose(first, second)
    assert sum(plan.obligations.values_list("owed_minor", flat=True)) == plan.owed_minor
    pay(second, plan.total_minor, TODAY)  # nothing was accepted: this money is of no plan
    assert _state(plan)[0] == "offered"
    with pytest.raises(Refusal) as refused:
        accept(plan)
    assert refused.value.code == "plan-figures-changed"


def test_a_core_obligation_keeps_its_ledger_alone_and_says_so() -> None:
    obligation = make_obligation(days_past_due=45, stage="middle", bucket="31-60")
    accept(propose(obligation))
    assert PlanObligation.objects.get().is_core
    assert not AccountEvent.objects.exists()


@pytest.mark.parametrize(
    ("request_changes", "changes", "code"),
    [
        ({"instalments": 13}, {}, "offer-instalments"),  # middle: up to 12
        ({"instalments": 1}, {}, "offer-instalments"),
        ({"first_on": TODAY - timedelta(days=1)}, {}, "offer-date-past"),
        ({"first_on": TODAY + timedelta(days=36)}, {}, "offer-date-far"),
        ({"waiver_share": Decimal("0.5")}, {}, "approval-reason"),  # a supervisor's, without saying why
        ({"discount_share": Decimal("0.5")}, {}, "offer-outside-policy"),
        ({"kind": "hardship_paused"}, {}, "offer-outside-policy"),  # nobody volunteered a difficulty
        ({"kind": "refinancing", "instalments": 12}, {}, "offer-outside-policy"),  # past 30 days it is a restructuring
    ],
)
def test_what_cannot_be_agreed_is_refused_and_changes_nothing(
    request_changes: dict[str, Any], changes: dict[str, Any], code: str
) -> None:
    asked = {"kind": "plan", "first_on": TODAY + timedelta(days=10), "instalments": 3, **request_changes}
    with pytest.raises(Refusal) as refused:
        propose(make_loan(), request=OfferRequest(**asked), **changes)
    assert refused.value.code == code
    assert not PaymentPlan.objects.exists()


def test_people_of_two_creditors_are_not_mixed() -> None:
    debtor = make_debtor()
    with pytest.raises(Refusal) as refused:
        propose(make_loan(debtor, make_creditor()), make_loan(debtor, make_creditor()))
    assert refused.value.code == "offer-several-creditors"


def test_one_plan_in_force_for_each_obligation() -> None:
    loan = make_loan()
    accept(propose(loan))
    with pytest.raises(Refusal) as refused:
        propose(loan)
    assert refused.value.code == "plan-in-force"


def _state(plan: PaymentPlan) -> tuple[str, Any]:
    plan.refresh_from_db()
    return str(plan.state), plan.notice_on


def test_a_programme_pauses_and_ends_on_its_review_day() -> None:
    loan = make_loan()
    asked = OfferRequest("hardship_paused", TODAY, months=2)
    plan = accept(propose(loan, request=asked, has_hardship=True))
    assert (plan.state, plan.review_on, plan.total_minor) == ("paused", TODAY.replace(month=9), 0)
    assert plan.review_on is not None
    negotiation.judge_plans(plan.review_on, at(plan.review_on))
    assert _state(plan)[0] == "completed"


def test_judging_many_plans_takes_the_queries_of_one(django_assert_num_queries: Any) -> None:
    for _ in range(3):
        accept(propose(make_loan()))
    # offers that end: transaction (2) and one read; a page: transaction (2), lock, plans with money, dates; an empty page (2 + 1)
    with django_assert_num_queries(11):
        assert negotiation.judge_plans(TODAY, at(TODAY)).looked_at == 3
