"""From wishes to scheduled messages: what is planned, what is not and why, and that planning twice is planning once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from acuerdo.messaging.models import Message
from acuerdo.messaging.public import count_states, plan_batch
from acuerdo.policy.models import Hold, Verdict
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db


def test_a_wish_becomes_a_scheduled_message_that_says_all(world: Any) -> None:
    obligation = world.obligation()
    outcome = plan_batch([world.wish(obligation)], NOW)[0]
    message = Message.objects.get()
    assert (outcome.state, outcome.reason, outcome.message_id, outcome.scheduled_for) == (
        "scheduled",
        "",
        message.pk,
        NOW,
    )
    assert message.verdict.verdict == "allow"
    assert message.subject == "Banco Andino: busquemos la mejor forma de ponerse al día"
    for said in (
        "Ana María Prueba Soto",
        "Banco Andino",
        "$ 180.000",
        "3 de julio de 2026",
        "PSE o Efecty",
        "+57 601 5550100",
    ):
        assert said in message.body
        assert said.replace("$ ", "$\u00a0") in message.body_html
    assert obligation.number[-4:] in message.body
    assert obligation.number not in message.body


def test_an_sms_leaves_in_the_gsm_alphabet(world: Any) -> None:
    plan_batch([world.wish(world.obligation(), channel="sms")], NOW)
    message = Message.objects.get()
    assert message.receiver.startswith("+57")
    assert "dias" in message.body
    assert (message.subject, message.body_html) == ("", "")


def test_planning_twice_is_planning_once(world: Any) -> None:
    wish = world.wish(world.obligation())
    first = plan_batch([wish, wish], NOW)
    second = plan_batch([wish], NOW + timedelta(minutes=5))
    assert [outcome.state for outcome in first + second] == ["scheduled", "scheduled", "scheduled"]
    assert [outcome.reason for outcome in first + second] == ["", "known", "known"]
    assert {outcome.message_id for outcome in first + second} == {Message.objects.get().pk}
    assert Verdict.objects.count() == 1


def test_before_hours_the_message_waits_for_them(world: Any) -> None:
    early = datetime(2026, 7, 15, 10, 0, tzinfo=UTC)  # five in the morning in Bogotá
    outcome = plan_batch([world.wish(world.obligation(), not_before=early)], early)[0]
    assert (outcome.state, outcome.scheduled_for) == ("scheduled", datetime(2026, 7, 15, 12, 0, tzinfo=UTC))


def test_the_wished_hour_is_kept(world: Any) -> None:
    outcome = plan_batch([world.wish(world.obligation(), not_before=NOW + timedelta(hours=2))], NOW)[0]
    assert outcome.scheduled_for == NOW + timedelta(hours=2)


def test_what_may_not_go_today_is_blocked_with_its_rule(world: Any) -> None:
    sunday = datetime(2026, 7, 19, 15, 0, tzinfo=UTC)
    outcome = plan_batch([world.wish(world.obligation(), not_before=sunday)], sunday)[0]
    assert (outcome.state, outcome.reason) == ("blocked", "co.ley2300.art3.hours")
    message = Message.objects.get()
    assert (message.state, message.verdict.verdict) == ("blocked", "deny")


@pytest.mark.parametrize(
    ("fields", "wish", "state", "reason"),
    [
        ({"account": {"status": "paid"}}, {}, "cancelled", "paid"),
        ({"gone_on": TODAY}, {}, "cancelled", "paid"),
        ({}, {"template": "no_existe"}, "failed", "no-template"),
        ({}, {"channel": "voice", "template": "mensaje_libre"}, "failed", "no-template"),
        ({}, {"template": "recordatorio_promesa"}, "failed", "hole:promesa_fecha"),
    ],
)
def test_what_cannot_be_said_is_not_planned(world: Any, fields: Any, wish: Any, state: str, reason: str) -> None:
    outcome = plan_batch([world.wish(world.obligation(**fields), **wish)], NOW)[0]
    assert (outcome.state, outcome.reason) == (state, reason)
    assert not Verdict.objects.exists()


def test_without_a_contact_point_nothing_is_planned(world: Any) -> None:
    obligation = world.obligation()
    obligation.debtor.contact_points.filter(kind="email").update(is_valid=False)
    assert plan_batch([world.wish(obligation)], NOW)[0].reason == "no-contact-point"


def test_several_obligations_go_in_one_message_without_the_held_one(world: Any) -> None:
    debtor = world.debtor()
    first, second, held = (
        world.obligation(debtor=debtor, product=name) for name in ("Crédito uno", "Tarjeta dos", "Crédito tres")
    )
    Hold.objects.create(
        debtor=debtor,
        obligation=held,
        kind="dispute",
        starts_at=NOW - timedelta(days=1),
        reason="prueba",
        placed_by="prueba",
    )
    plan_batch([world.wish(first, second, held)], NOW)
    body = Message.objects.get().body
    assert "- Crédito uno, número terminado en" in body
    assert "- Tarjeta dos, número terminado en" in body
    assert "Crédito tres" not in body


def test_a_name_cannot_bring_fields_markup_or_headers(world: Any) -> None:
    name = "{saldo_total} <script>alert(1)</script>\r\nBcc: otro@ejemplo.invalid \u202egnp.exe " + "Ñ" * 300
    debtor = world.debtor(full_name=name[:200])
    plan_batch([world.wish(world.obligation(debtor=debtor), template="empresa")], NOW)
    message = Message.objects.get()
    assert message.subject.startswith("Banco Andino: estado de cuenta de {saldo_total} <script>")
    assert "\n" not in message.subject
    assert "\u202e" not in message.body + message.body_html
    assert "<script>" not in message.body_html
    assert "&lt;script&gt;" in message.body_html


def test_many_take_the_queries_of_one(world: Any, django_assert_num_queries: Any) -> None:
    wishes = [world.wish(world.obligation()) for _ in range(15)]
    # savepoint 2 · known · gather 3 · templates · points · gate: facts, savepoint 2, insert, salts, receipts · insert · ids
    with django_assert_num_queries(15):
        outcomes = plan_batch(wishes, NOW)
    assert count_states(outcomes) == {"scheduled": 15}


def test_a_thousand_is_the_limit(world: Any) -> None:
    wish = world.wish(world.obligation())
    with pytest.raises(ValueError, match="1000"):
        plan_batch([wish] * 1001, NOW)
