"""The code that accepts an agreement, and the summary: what arrives, what is kept, what keeps them from leaving."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from acuerdo.kernel.errors import ExternalError, Refusal
from acuerdo.ledger.models import Account
from acuerdo.messaging import public as messaging
from acuerdo.messaging.adapters.sandbox import SandboxChannel
from acuerdo.messaging.models import Message, SandboxDelivery
from acuerdo.messaging.ports import Answer
from acuerdo.negotiation.models import PaymentPlan
from acuerdo.policy.models import Attempt
from acuerdo.policy.public import grant_consent, place_hold
from tests import factories
from tests.factories import NOW, TODAY
from tests.module.negotiation.plans import make_loan, propose

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan() -> PaymentPlan:
    messaging.load_templates()
    loan = make_loan()
    Account.objects.filter(pk=loan.pk).update(balance_minor=1_080_000_00, balance_due_minor=360_000_00)
    factories.make_phone(loan.debtor)
    factories.make_email(loan.debtor)
    for channel in ("sms", "email"):
        grant_consent(loan.debtor_id, channel, source="contrato", actor="prueba", now=NOW - timedelta(days=9))
    return propose(loan)


def send(plan: PaymentPlan, channel: str = "sms", **changes: Any) -> messaging.SentCode:
    return messaging.send_code(plan.uid, channel, **{"actor": "gestor1", "now": NOW, "today": TODAY, **changes})


def deliver(minutes: int = 0) -> None:
    sandbox = SandboxChannel("sandbox")
    messaging.deliver_all_due(NOW + timedelta(minutes=minutes), {"sms": sandbox, "email": sandbox})


def code_in(text: str) -> str:
    return next(word for word in text.replace(".", " ").split() if len(word) == 6 and word.isdigit())


def accept(plan: PaymentPlan, code: str) -> PaymentPlan:
    return messaging.accept_agreement(plan.pk, method="code", proof=code, actor="cliente", now=NOW, today=TODAY)


@pytest.mark.parametrize("channel", ["sms", "email"])
def test_the_code_arrives_and_accepts(plan: PaymentPlan, channel: str) -> None:
    sent = send(plan, channel)
    assert (sent.channel, sent.expires_at) == (channel, NOW + timedelta(minutes=15))
    deliver()
    code = code_in(SandboxDelivery.objects.get(channel=channel).body)
    accepted = accept(plan, f"{code[:3]} {code[3:]}")
    assert (accepted.state, accepted.acceptance["channel"]) == ("accepted", channel)


def test_nothing_of_ours_keeps_the_code(plan: PaymentPlan) -> None:
    send(plan, "email")
    assert Message.objects.get().secret
    deliver()
    code = code_in(SandboxDelivery.objects.get().body)
    assert code in SandboxDelivery.objects.get().body_html
    row = Message.objects.get()
    assert (row.state, row.secret) == ("sent", "")
    assert "******" in row.body
    assert "******" in row.body_html
    assert code not in _everything_but_the_persons_mailbox()


def _everything_but_the_persons_mailbox() -> str:
    """Every row of every table of ours as text; the sandbox plays the person's own telephone."""
    with connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names(cursor) if name != "messaging_sandboxdelivery"]
        found = []
        for name in tables:
            cursor.execute(f'SELECT t::text FROM "{name}" t')
            found += [str(row[0]) for row in cursor.fetchall()]
    return "\n".join(found)


def test_the_receipt_is_of_the_masked_text_and_the_contact_counts(plan: PaymentPlan) -> None:
    send(plan)
    deliver()
    attempt = Attempt.objects.get()
    assert (attempt.purpose, attempt.status, attempt.channel) == ("requested", "sent", "sms")


def test_another_code_waits_a_minute_and_there_are_five_a_day(plan: PaymentPlan) -> None:
    send(plan)
    with pytest.raises(Refusal) as soon:
        send(plan)
    assert soon.value.code == "code-too-soon"
    for minute in range(1, 5):
        send(plan, now=NOW + timedelta(minutes=minute))
    with pytest.raises(Refusal) as many:
        send(plan, now=NOW + timedelta(minutes=9))
    assert many.value.code == "code-sends"
    assert Message.objects.count() == 5
    send(plan, now=NOW + timedelta(days=1), today=TODAY + timedelta(days=1))


def test_only_the_newest_code_serves(plan: PaymentPlan) -> None:
    send(plan)
    deliver()
    old = code_in(SandboxDelivery.objects.get().body)
    send(plan, "email", now=NOW + timedelta(minutes=1))
    with pytest.raises(Refusal) as refused:
        accept(plan, old)
    assert refused.value.code == "code-wrong"


def test_a_code_that_would_leave_too_late_does_not(plan: PaymentPlan) -> None:
    send(plan)
    deliver(minutes=16)
    row = Message.objects.get()
    assert (row.state, row.failure, row.secret) == ("cancelled", "too-late", "")
    assert not SandboxDelivery.objects.exists()


def test_a_rule_that_forbids_it_withdraws_the_code_and_stays_on_record(plan: PaymentPlan) -> None:
    place_hold(plan.debtor_id, "deceased", reason="Prueba", actor="prueba", now=NOW)
    with pytest.raises(Refusal) as refused:
        send(plan)
    assert refused.value.code == "code-not-now"
    plan.refresh_from_db()
    row = Message.objects.get()
    assert (plan.code_digest, plan.code_sends, row.state, row.secret) == ("", 0, "blocked", "")


def test_without_that_channel_nothing_is_sent(plan: PaymentPlan) -> None:
    plan.debtor.contact_points.filter(kind="email").delete()
    for channel in ("email", "letter", ""):
        with pytest.raises(Refusal) as refused:
            send(plan, channel)
        assert refused.value.code == "code-channel"
    assert not Message.objects.exists()


class Down:
    """A provider that takes nothing for now."""

    name = "caido"

    def send(self, messages: Any) -> Any:
        trouble = ExternalError("provider-throttled", "lleno", permanent=False)
        yield [Answer(one.uid, trouble=trouble) for one in messages]

    def sent_already(self, uids: Any) -> None:
        return None


def test_a_later_try_carries_the_same_code(plan: PaymentPlan) -> None:
    send(plan)
    messaging.deliver_all_due(NOW, {"sms": Down()})
    assert (Message.objects.get().state, bool(Message.objects.get().secret)) == ("scheduled", True)
    deliver(minutes=10)
    assert accept(plan, code_in(SandboxDelivery.objects.get().body)).state == "accepted"


def test_the_summary_goes_out_with_the_acceptance_once(plan: PaymentPlan) -> None:
    send(plan)
    deliver()
    accept(plan, code_in(SandboxDelivery.objects.get().body))
    row = Message.objects.get(template__code="acuerdo_aceptado")
    assert (row.channel, row.purpose, row.state) == ("sms", "service", "scheduled")
    deliver(minutes=1)
    assert "quedo en firme" in SandboxDelivery.objects.latest("received_at").body.lower().replace("ó", "o")


def test_a_refused_acceptance_sends_no_summary(plan: PaymentPlan) -> None:
    send(plan)
    with pytest.raises(Refusal):
        accept(plan, "12")
    assert not Message.objects.filter(template__code="acuerdo_aceptado").exists()


def test_what_was_to_be_sent_to_collect_does_not_leave_after_the_yes(plan: PaymentPlan) -> None:
    owed = plan.obligations.get().obligation
    other = factories.make_obligation(owed.debtor, owed.creditor)
    for key, ids in (("una", (owed.pk,)), ("otra", (other.pk,)), ("ambas", (owed.pk, other.pk))):
        wish = messaging.PlannedMessage(key, owed.debtor_id, owed.creditor_id, ids, "email", "temprana_8", NOW)
        messaging.plan_batch([wish], NOW)
    Message.objects.update(state="scheduled", failure="")
    messaging.accept_agreement(plan.pk, method="voice", proof="grabación 7", actor="gestor1", now=NOW, today=TODAY)
    states = dict(Message.objects.exclude(template__code="acuerdo_aceptado").values_list("plan_key", "state"))
    assert states == {"una": "cancelled", "otra": "scheduled", "ambas": "scheduled"}
    assert Message.objects.get(plan_key="una").failure == "agreed"
