"""The reminder of a plan's instalment: the day before, once, gate asked, with the plan's own figures, gone when it is paid."""

from datetime import date, timedelta
from typing import Any

import pytest

from acuerdo.base import clock
from acuerdo.config.dispatch import dispatch
from acuerdo.messaging.models import Message, SandboxDelivery
from acuerdo.messaging.public import deliver_all_due, load_templates, remind_of_instalments
from acuerdo.messaging.tasks import configured_channels
from acuerdo.negotiation.models import PaymentPlan, PlanInstalment
from acuerdo.negotiation.public import cancel_plan
from acuerdo.policy.public import place_hold
from acuerdo.portfolio.models import Obligation
from tests import factories
from tests.factories import NOW, TODAY
from tests.module.negotiation.plans import accept, at, make_loan, pay, propose
from tests.module.strategy.world import consent

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owed() -> Obligation:
    load_templates()
    creditor = factories.make_creditor("Banco Andino", phone="+576015550100", email="servicio@bancoandino.example")
    made = make_loan(creditor=creditor)
    factories.make_phone(made.debtor)
    factories.make_email(made.debtor)
    consent(made, "email", "sms", "whatsapp", "call")
    clock.set_now(NOW)
    return made


@pytest.fixture
def plan(owed: Obligation) -> PaymentPlan:
    """Accepted today; its summary, and all else of the day it was made, is out of the way."""
    made = accept(propose(owed))
    Message.objects.all().delete()
    return made


def first(plan: PaymentPlan) -> PlanInstalment:
    found: PlanInstalment = plan.instalments.order_by("number")[0]
    return found


def eve(plan: PaymentPlan) -> date:
    return first(plan).due_on - timedelta(days=1)


def reminders() -> Any:
    return Message.objects.filter(template__code="plan_cuota_por_vencer")


def test_the_day_before_it_is_reminded_once_with_the_plans_figures(plan: PaymentPlan) -> None:
    clock.set_now(at(eve(plan)))
    assert dispatch(eve(plan), at(eve(plan)))["reminded"] == {"scheduled": 1}
    dispatch(eve(plan), at(eve(plan)) + timedelta(minutes=5))
    message = reminders().get()
    assert (message.purpose, message.state, message.verdict.verdict) == ("reminder", "sent", "allow")
    assert "1 de 3" in message.body
    amount = f"{first(plan).amount_minor // 100:,}".replace(",", ".")
    assert amount in message.body
    assert SandboxDelivery.objects.filter(message_uid=message.uid).count() == 1


def test_other_days_are_quiet(plan: PaymentPlan) -> None:
    for days in (-2, 2, 5):
        on = first(plan).due_on + timedelta(days=days)
        assert remind_of_instalments(on, at(on)) == {}
    assert not reminders().exists()


def test_the_gate_stops_it_and_the_day_itself_is_tried(plan: PaymentPlan) -> None:
    ends_at = at(first(plan).due_on).replace(hour=6)
    place_hold(plan.debtor_id, "dispute", reason="Prueba", actor="prueba", now=NOW, ends_at=ends_at)
    assert remind_of_instalments(eve(plan), at(eve(plan))) == {}
    assert not reminders().exists()
    due = first(plan).due_on
    assert remind_of_instalments(due, at(due)) == {"scheduled": 1}


def test_who_may_not_be_contacted_is_not_reminded(plan: PaymentPlan) -> None:
    place_hold(plan.debtor_id, "do_not_contact", reason="Lo pidió", actor="prueba", now=NOW)
    assert remind_of_instalments(eve(plan), at(eve(plan))) == {}
    assert remind_of_instalments(first(plan).due_on, at(first(plan).due_on)) == {}
    assert not reminders().exists()


def test_a_paid_instalment_is_not_reminded(plan: PaymentPlan, owed: Obligation) -> None:
    pay(owed, first(plan).amount_minor, TODAY + timedelta(days=2))
    assert remind_of_instalments(eve(plan), at(eve(plan))) == {}


def test_a_payment_takes_the_waiting_reminder_back(plan: PaymentPlan, owed: Obligation) -> None:
    early = at(eve(plan)).replace(hour=11)  # before the law's hours: it waits for them
    assert remind_of_instalments(eve(plan), early) == {"scheduled": 1}
    pay(owed, first(plan).amount_minor, eve(plan))
    message = reminders().get()
    assert (message.state, message.failure) == ("cancelled", "paid")
    deliver_all_due(at(eve(plan)) + timedelta(hours=1), configured_channels())
    assert not SandboxDelivery.objects.filter(message_uid=message.uid).exists()


def test_part_of_it_leaves_the_reminder(plan: PaymentPlan, owed: Obligation) -> None:
    early = at(eve(plan)).replace(hour=11)
    remind_of_instalments(eve(plan), early)
    pay(owed, first(plan).amount_minor // 2, eve(plan))
    assert reminders().get().state == "scheduled"


def test_a_plan_that_ends_meanwhile_lets_nothing_leave(plan: PaymentPlan) -> None:
    early = at(eve(plan)).replace(hour=11)
    remind_of_instalments(eve(plan), early)
    cancel_plan(plan.pk, reason="customer_asked", actor="supervisor", now=early, today=eve(plan))
    deliver_all_due(at(eve(plan)) + timedelta(hours=1), configured_channels())
    message = reminders().get()
    assert (message.state, message.failure) == ("cancelled", "plan-changed")


def test_an_ended_plan_reminds_of_nothing(plan: PaymentPlan) -> None:
    cancel_plan(plan.pk, reason="customer_asked", actor="supervisor", now=NOW, today=TODAY)
    assert remind_of_instalments(eve(plan), at(eve(plan))) == {}


def test_many_plans_cost_what_one_does(plan: PaymentPlan, owed: Obligation, django_assert_max_num_queries: Any) -> None:
    for _number in range(3):
        other = make_loan(creditor=owed.creditor)
        factories.make_email(other.debtor)
        consent(other, "email")
        accept(propose(other))
    Message.objects.all().delete()
    with django_assert_max_num_queries(40):
        assert remind_of_instalments(eve(plan), at(eve(plan))) == {"scheduled": 4}
