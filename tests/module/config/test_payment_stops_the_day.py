"""A payment between queueing and sending: nothing goes out to who owes nothing overdue any more, and promises are settled."""

from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from acuerdo.base import clock
from acuerdo.config.dispatch import dispatch
from acuerdo.ledger.public import record_payment, reverse_payment
from acuerdo.messaging.models import Message, SandboxDelivery
from acuerdo.messaging.public import deliver_all_due, load_templates
from acuerdo.messaging.tasks import configured_channels
from acuerdo.negotiation.models import Promise
from acuerdo.negotiation.public import make_promise
from acuerdo.portfolio.public import import_bank_file
from acuerdo.strategy.public import Decision, decide_day, queue_for, settle_payments
from tests import factories
from tests.factories import NOW, TODAY
from tests.http.worklist import plan_call, plan_nothing
from tests.module.portfolio.test_bank_import import asobancaria
from tests.module.strategy.world import DAWN, reachable

pytestmark = pytest.mark.django_db(transaction=True)
EVENING = NOW + timedelta(hours=6)
DUE = 180_000_00
SETTLE = partial(settle_payments, today=TODAY, now=NOW)


@pytest.fixture
def queued(tmp_path: Path) -> list[Any]:
    """Ten people one day late, each with a message that waits for its hour."""
    load_templates()
    creditor = factories.make_creditor(
        "Banco Andino",
        phone="+576015550100",
        email="servicio@bancoandino.example",
        ways_to_pay=[{"name": "PSE", "detail": ""}],
    )
    figures = {"core_as_of": TODAY - timedelta(days=3), "core_due_since": TODAY - timedelta(days=1)}
    obligations = [reachable(creditor, 1, account=figures) for _ in range(10)]
    clock.set_now(DAWN)
    decide_day(TODAY, DAWN, folder=tmp_path)
    assert dispatch(TODAY, DAWN)["planned"] == {"scheduled": 10}
    return obligations


def states(model: Any) -> dict[str, int]:
    found = list(model.objects.values_list("state", flat=True))
    return {state: found.count(state) for state in sorted(set(found))}


def test_a_bank_file_that_arrives_after_queueing_stops_what_was_queued(queued: list[Any], tmp_path: Path) -> None:
    paid, partly = queued[:4], queued[4]
    make_promise(obligation_id=paid[0].pk, amount_minor=DUE, due_on=TODAY, actor="gestor1", now=DAWN, today=TODAY)
    rows = [(one.number.replace("-", ""), DUE) for one in paid] + [(partly.number.replace("-", ""), 1_000_000)]
    (tmp_path / "recaudo.txt").write_bytes(asobancaria(rows, day="20260715"))
    report = import_bank_file(
        tmp_path / "recaudo.txt", format_name="asobancaria2001", creditor=paid[0].creditor, now=NOW, today=TODAY, actor="prueba",
    )  # fmt: skip
    assert report.recorded == 5
    assert states(Message) == {"cancelled": 4, "scheduled": 6}
    assert states(Decision) == {"queued": 6, "skipped": 4}
    assert set(Decision.objects.filter(state="skipped").values_list("reasons", flat=True).distinct()[0]) == {
        "paid-today"
    }
    assert Promise.objects.get().state == "kept"
    deliver_all_due(EVENING, configured_channels())
    written = set(SandboxDelivery.objects.values_list("receiver", flat=True))
    assert len(written) == 6
    assert written.isdisjoint(set(Message.objects.filter(state="cancelled").values_list("receiver", flat=True)))
    assert Message.objects.filter(state="cancelled").values_list("failure", flat=True).distinct().get() == "paid"


def tell_nobody(account_ids: Any, **_: Any) -> None:
    """A payment whose consequences get lost."""


def test_a_payment_of_which_nobody_told_the_outbox_stops_the_message_too(queued: list[Any], settings: Any) -> None:
    settings.AFTER_PAYMENTS = f"{__name__}.tell_nobody"
    record_payment(
        queued[0].pk, amount_minor=DUE, paid_on=TODAY, source="caja", external_ref="1", now=NOW, actor="caja"
    )
    deliver_all_due(EVENING, configured_channels())
    assert states(Message) == {"cancelled": 1, "sent": 9}


def test_settling_twice_changes_nothing_more(queued: list[Any]) -> None:
    payment = record_payment(
        queued[0].pk, amount_minor=DUE, paid_on=TODAY, source="caja", external_ref="1", now=NOW, actor="caja"
    )
    assert states(Message) == {"cancelled": 1, "scheduled": 9}
    assert states(Decision) == {"queued": 9, "skipped": 1}
    again = SETTLE([queued[0].pk])
    assert (again.contacts, again.messages) == (0, 0)
    reverse_payment(payment.payment_id, reversed_on=TODAY, external_ref="r1", now=NOW, actor="caja")
    assert (SETTLE([queued[0].pk]).contacts, SETTLE([]).contacts) == (0, 0)


def test_a_call_leaves_the_queue_or_passes_to_what_the_person_still_owes(db: None) -> None:
    creditor = factories.make_creditor()
    debtor = factories.make_debtor()
    figures = {"core_as_of": TODAY - timedelta(days=3), "core_due_since": TODAY - timedelta(days=12)}
    alone = factories.make_obligation(creditor=creditor, account=figures)
    first, second = (factories.make_obligation(debtor, creditor, account=figures) for _ in range(2))
    plan_call(alone)
    plan_call(first, score=900)
    plan_nothing(second, "joined")
    agent = factories.make_user("agent")
    for number, one in enumerate((alone, first)):
        record_payment(
            one.pk, amount_minor=DUE, paid_on=TODAY, source="caja", external_ref=str(number), now=NOW, actor="caja"
        )
    assert [(row.obligation_id, row.score, row.state) for row in queue_for(agent, TODAY)] == [
        (second.pk, 900, "planned")
    ]
