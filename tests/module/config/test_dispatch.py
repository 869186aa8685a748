"""The day's last phase on a small portfolio: decided, planned, sent; again and after a crash, nobody is written to twice."""

from datetime import timedelta
from typing import Any

import pytest

from acuerdo.base import clock
from acuerdo.config.dispatch import dispatch
from acuerdo.messaging.actions import delivery
from acuerdo.messaging.models import Message, SandboxDelivery
from acuerdo.messaging.public import deliver_all_due, load_templates
from acuerdo.messaging.tasks import configured_channels
from acuerdo.negotiation.public import judge_after_payment, make_promise
from acuerdo.policy.models import Attempt, Consent
from acuerdo.portfolio.models import ContactPoint
from acuerdo.strategy.public import Decision, decide_day
from tests.factories import NOW, TODAY, make_creditor, make_payment
from tests.module.strategy.world import DAWN, reachable

pytestmark = pytest.mark.django_db(transaction=True)
EVENING = NOW + timedelta(hours=6)


@pytest.fixture
def decided(tmp_path: Any) -> list[Any]:
    """Ten people one day late, decided at dawn: each is due one message today."""
    load_templates()
    ways = [{"name": "PSE", "detail": ""}]
    creditor = make_creditor(
        "Banco Andino", phone="+576015550100", email="servicio@bancoandino.example", ways_to_pay=ways
    )
    obligations = [reachable(creditor, 1) for _ in range(10)]
    clock.set_now(DAWN)
    decide_day(TODAY, DAWN, folder=tmp_path)
    return obligations


def test_before_hours_all_is_planned_and_leaves_in_its_hour(decided: list[Any]) -> None:
    report = dispatch(TODAY, DAWN)
    assert report["planned"] == {"scheduled": 10}
    assert report["delivered"]["taken"] == 0
    assert set(Decision.objects.values_list("state", flat=True)) == {"queued"}
    assert deliver_all_due(EVENING, configured_channels()).sent == 10
    delivered = SandboxDelivery.objects.values_list("subject", flat=True)
    assert set(delivered) == {"Banco Andino: su cuota del 14 de julio de 2026 sigue pendiente"}


def test_what_is_permitted_leaves_at_once(decided: list[Any]) -> None:
    report = dispatch(TODAY, NOW)
    assert report["delivered"] == {"taken": 10, "sent": 10, "postponed": 0, "blocked": 0, "cancelled": 0, "failed": 0}
    assert Attempt.objects.filter(status="sent").count() == 10


def test_a_second_run_contacts_nobody_twice(decided: list[Any], tmp_path: Any) -> None:
    dispatch(TODAY, NOW)
    decide_day(TODAY, NOW, folder=tmp_path)
    again = dispatch(TODAY, NOW + timedelta(minutes=30))
    assert again["delivered"]["sent"] == 0
    assert SandboxDelivery.objects.count() == Attempt.objects.count() == Message.objects.count() == 10


class Killed(BaseException):
    """The process dies here."""


@pytest.mark.parametrize("step", ["_take", "record", "gather"])
def test_a_death_at_any_step_loses_nobody_and_doubles_nobody(
    decided: list[Any], monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    real = getattr(delivery, step)

    def die_after(*arguments: Any, **named: Any) -> Any:
        real(*arguments, **named)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(delivery, step, die_after)
        with pytest.raises(Killed):
            dispatch(TODAY, NOW)
    later = NOW + timedelta(minutes=11)
    dispatch(TODAY, later)
    assert SandboxDelivery.objects.count() == 10
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}
    assert Attempt.objects.filter(counts=True).count() == 10


def test_a_kept_promise_is_thanked_once_and_uses_up_no_contact(decided: list[Any]) -> None:
    obligation = decided[0]
    make_promise(
        obligation_id=obligation.pk, amount_minor=100_000_00, due_on=TODAY, actor="gestor1", now=DAWN, today=TODAY
    )
    make_payment(obligation, 100_000_00, paid_on=TODAY, recorded_at=NOW)
    judge_after_payment([obligation.pk], today=TODAY, now=NOW)
    assert dispatch(TODAY, NOW)["thanked"] == {"scheduled": 1}
    tomorrow = dispatch(TODAY + timedelta(days=1), NOW + timedelta(days=1))
    assert tomorrow["thanked"] == {"sent": 1}
    thanks = SandboxDelivery.objects.get(subject="Banco Andino: gracias, recibimos su pago")
    assert "Recibimos el pago que acordamos para el 15 de julio de 2026, por $ 100.000" in thanks.body
    assert Message.objects.get(template__code="promesa_cumplida").attempt.counts is False
    assert SandboxDelivery.objects.count() == 11  # the reminder of the day is not lost to it


def test_nobody_is_thanked_on_a_channel_they_did_not_authorise(decided: list[Any]) -> None:
    obligation = decided[0]
    Consent.objects.filter(debtor=obligation.debtor).update(revoked_at=DAWN)
    make_promise(
        obligation_id=obligation.pk, amount_minor=100_000_00, due_on=TODAY, actor="gestor1", now=DAWN, today=TODAY
    )
    make_payment(obligation, 100_000_00, paid_on=TODAY, recorded_at=NOW)
    judge_after_payment([obligation.pk], today=TODAY, now=NOW)
    assert dispatch(TODAY, NOW)["thanked"] == {}


def test_thanks_go_where_the_person_can_be_reached(decided: list[Any]) -> None:
    obligation = decided[0]
    ContactPoint.objects.filter(debtor=obligation.debtor, kind="email").delete()
    make_promise(
        obligation_id=obligation.pk, amount_minor=100_000_00, due_on=TODAY, actor="gestor1", now=DAWN, today=TODAY
    )
    make_payment(obligation, 100_000_00, paid_on=TODAY, recorded_at=NOW)
    judge_after_payment([obligation.pk], today=TODAY, now=NOW)
    assert set(dispatch(TODAY, NOW)["thanked"]) <= {"scheduled", "sent"}
    thanks = Message.objects.filter(template__code="promesa_cumplida")
    assert not thanks.filter(channel="email").exists()
    assert not thanks.filter(state="failed").exists()
