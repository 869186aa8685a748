"""A message by hand: the person's own figures, the tone, the gate's answer, once however often the button is pressed."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from pypdf import PdfReader

from acuerdo.base import clock
from acuerdo.base.models import AuditEntry
from acuerdo.messaging.adapters.sandbox import SandboxChannel
from acuerdo.messaging.models import Message, SandboxDelivery
from acuerdo.messaging.public import configured_channels, deliver_all_due, letter_batches, letter_file, load_templates
from acuerdo.policy.public import grant_consent, place_hold
from acuerdo.portfolio.models import ContactPoint
from tests import factories
from tests.http.conftest import CAST, World

HTMX = {"HX-Request": "true"}
KIND = "Con gusto revisamos juntos la fecha que mejor le quede."
CRUEL = "Pague hoy o le embargamos la casa."


@pytest.fixture
def reachable(world: World) -> World:
    load_templates()
    for channel in ("sms", "email", "whatsapp"):
        grant_consent(
            world.debtor.pk, channel, source="contrato", actor="prueba", now=factories.NOW - timedelta(days=9)
        )
    return world


def address(world: World, name: str = "write") -> str:
    return reverse(f"workspace:contact:{name}", args=[world.debtor.uid])


def send(world: World, who: str = "agent", **told: Any) -> Any:
    form = {"channel": "sms", "template": "mensaje_libre", "text": KIND, "token": str(uuid4()), **told}
    return world.client(who).post(address(world), form, headers=HTMX)


@pytest.mark.parametrize("name", ["write", "preview"])
def test_who_may_write(world: World, name: str) -> None:
    answers = tuple(world.client(who).get(address(world, name)).status_code for who in CAST)
    assert answers == (302, 200, 200, 403, 403, 403, 200, 404)


def test_a_rival_sends_nothing(reachable: World) -> None:
    assert send(reachable, "rival_agency_agent").status_code == 404
    assert not Message.objects.exists()


def test_own_words_arrive_with_who_writes_and_for_whom(reachable: World) -> None:
    answer = send(reachable, requested="on")
    assert answer.status_code == 200
    message = Message.objects.get()
    assert (message.state, message.purpose, message.channel) == ("scheduled", "requested", "sms")
    deliver_all_due(factories.NOW + timedelta(minutes=1), {"sms": SandboxChannel("sandbox")})
    message.refresh_from_db()
    assert (message.state, message.failure) == ("sent", "")
    body = SandboxDelivery.objects.get().body
    assert body.startswith("Carlos, le escribe Agent de Prueba, de Banco Ficticio del Valle. Con gusto revisamos")
    history = reachable.client("agent").get(reverse("workspace:timeline", args=[reachable.debtor.uid]))
    assert "SMS" in history.content.decode()
    entry = AuditEntry.objects.get(action="message.by-hand")
    assert (entry.actor, entry.payload["state"]) == ("agent", "scheduled")
    assert KIND not in str(entry.payload)


def test_a_second_press_sends_nothing_more(reachable: World) -> None:
    token = str(uuid4())
    assert [send(reachable, token=token).status_code for _ in range(2)] == [200, 200]
    assert Message.objects.count() == 1


def test_words_that_hurt_stay_here(reachable: World) -> None:
    shown = reachable.client("agent").get(address(reachable, "preview"), {"channel": "sms", "text": CRUEL})
    assert "Amenaza" in shown.content.decode()
    answer = send(reachable, text=CRUEL)
    assert answer.status_code == 422
    assert CRUEL in answer.content.decode()
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    "told",
    [{"text": "  "}, {"text": "a" * 501}, {"channel": "fax"}, {"template": "no_existe"}, {"template": "temprana_90"}],
)
def test_what_cannot_be_sent_says_why_and_stores_nothing(reachable: World, told: dict[str, str]) -> None:
    assert send(reachable, **told).status_code == 422
    assert not Message.objects.exists()


def test_an_approved_text_shows_the_person_s_own_figures(reachable: World) -> None:
    client = reachable.client("agent")
    page = client.get(address(reachable), {"channel": "email", "template": "temprana_8"}, headers=HTMX).content.decode()
    assert "Así lo leerá" in page
    assert "$ 180.000" in page
    assert "{" not in page.split("Así lo leerá")[1]
    assert send(reachable, channel="email", template="temprana_8").status_code == 200
    assert Message.objects.get().template.code == "temprana_8"  # type: ignore[union-attr]


def test_at_night_it_waits_for_the_next_permitted_morning(reachable: World) -> None:
    night = factories.NOW + timedelta(hours=10)  # Wednesday, 20:00 in Bogotá
    clock.set_now(night)
    answer = send(reachable)
    assert "Queda programado desde" in answer.content.decode()
    message = Message.objects.get()
    assert (message.state, message.scheduled_for) == ("scheduled", factories.NOW + timedelta(hours=21))  # 07:00
    deliver_all_due(night, {"sms": SandboxChannel("sandbox")})
    assert not SandboxDelivery.objects.exists()
    deliver_all_due(message.scheduled_for, {"sms": SandboxChannel("sandbox")})
    assert SandboxDelivery.objects.count() == 1


def test_without_authorisation_the_rule_is_named(world: World) -> None:
    load_templates()
    answer = send(world)
    assert answer.status_code == 422
    assert "No salió" in answer.content.decode()
    assert Message.objects.get().state == "blocked"


def test_a_letter_goes_to_the_letters_batch(reachable: World, settings: Any, tmp_path: Path) -> None:
    settings.DATA_FOLDER = tmp_path
    assert "Carta" not in reachable.client("agent").get(address(reachable)).content.decode()  # no address known
    ContactPoint.objects.create(
        debtor=reachable.debtor, kind="address", value="Calle 10 # 5-51, Bogotá", source="archivo",
        created_at=factories.NOW, updated_at=factories.NOW,
    )  # fmt: skip
    grant_consent(
        reachable.debtor.pk, "letter", source="contrato", actor="prueba", now=factories.NOW - timedelta(days=9)
    )
    seen = (
        reachable.client("agent")
        .get(address(reachable, "preview"), {"channel": "letter", "text": KIND})
        .content.decode()
    )
    assert "Calle 10 # 5-51, Bogotá" in seen
    assert KIND in seen
    done = send(reachable, channel="letter", requested="on")
    assert done.status_code == 200
    assert "lote de cartas" in done.content.decode()
    message = Message.objects.get()
    assert (message.channel, message.state) == ("letter", "scheduled")
    deliver_all_due(factories.NOW + timedelta(minutes=1), configured_channels())
    message.refresh_from_db()
    assert (message.state, message.attempt.channel) == ("sent", "letter")
    batch = letter_batches([reachable.creditor.pk])[0]
    assert (batch.name, batch.letters, batch.is_there) == (message.provider_ref, 1, True)
    text = PdfReader(letter_file(batch.name, "pdf")).pages[0].extract_text()
    assert KIND.rsplit(maxsplit=1)[-1] in text
    assert "Calle 10" in text


def test_the_gate_stops_a_letter_too(reachable: World) -> None:
    ContactPoint.objects.create(
        debtor=reachable.debtor, kind="address", value="Calle 10 # 5-51", source="archivo", created_at=factories.NOW,
        updated_at=factories.NOW,
    )  # fmt: skip
    place_hold(reachable.debtor.pk, "do_not_contact", reason="Lo pidió", actor="prueba", now=factories.NOW)
    assert send(reachable, channel="letter").status_code == 422
    assert Message.objects.get().state == "blocked"


def test_no_letters_where_nothing_prints_them(reachable: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ContactPoint.objects.create(
        debtor=reachable.debtor, kind="address", value="Calle 10 # 5-51", source="archivo", created_at=factories.NOW,
        updated_at=factories.NOW,
    )  # fmt: skip
    monkeypatch.setattr("acuerdo.workspace.contact.choices.configured_channels", lambda: {"sms": SandboxChannel("x")})
    assert "Carta" not in reachable.client("agent").get(address(reachable)).content.decode()
