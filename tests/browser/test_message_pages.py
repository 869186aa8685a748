"""Pages of messages with rows in them: the letters, answers from nobody known, the one-click end, and a campaign on two channels.
axe-core finds nothing on them, wide and on a phone, light and dark, in both languages, and nothing is wider than the screen."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page

from acuerdo.messaging.actions.tokens import token_of
from acuerdo.messaging.adapters.letter import LetterChannel
from acuerdo.messaging.models import Inbound, Message
from acuerdo.messaging.ports import Outgoing
from acuerdo.messaging.public import (
    Addressed,
    CampaignText,
    approve_campaign,
    enrol_people,
    keep_preview,
    load_templates,
    preview_campaign,
    save_campaign,
    submit_campaign,
)
from acuerdo.workspace.actions.session import choose_language
from tests import factories
from tests.browser.conftest import SignIn
from tests.browser.test_accessibility import _visit, violations

pytestmark = pytest.mark.browser
NOW = factories.NOW


@dataclass(frozen=True)
class Written:
    """Where the pages are."""

    stop: str
    campaign: str


@pytest.fixture
def written(day: dict[str, Any], settings: Any, tmp_path: Path) -> Written:
    settings.DATA_FOLDER = tmp_path
    load_templates()
    sender = "Ñusta Ánimas de la Concepción <correo.larguisimo.de.una.persona@dominio.invalid>"
    for number, (channel, text) in enumerate((("sms", "No soy yo"), ("email", "Quiero pagar. " * 30))):
        Inbound.objects.create(
            provider="p", key=str(number), channel=channel, sender=sender if channel == "email" else "+573500000001",
            subject="Su aviso", body=text, at=NOW, received_at=NOW,
        )  # fmt: skip
    mail = _message(day, "email", "ana@correo.invalid")
    letter = _message(day, "letter", "Ana\nCalle 1")
    out = Outgoing(UUID(str(letter.uid)), "letter", letter.receiver, "Banco", "", "Aviso", "Hola", "", NOW)
    ((answer,),) = LetterChannel("papel", tmp_path / "letters").send([out])
    Message.objects.filter(pk=letter.pk).update(state="sent", sent_at=NOW, provider_ref=answer.provider_ref)
    token = token_of(UUID(str(mail.uid)), "unsubscribe")
    return Written(f"/baja/{token}", f"/campanas/{_campaign(day)}")


def _message(day: dict[str, Any], channel: str, receiver: str) -> Message:
    person = day["people"][0]
    row = Message.objects.create(
        plan_key=channel, debtor=person, creditor=day["creditor"], channel=channel, receiver=receiver, subject="Aviso",
        body="Hola", state="sent", sent_at=NOW, scheduled_for=NOW, created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    row.refresh_from_db()
    return row


def _campaign(day: dict[str, Any]) -> str:
    told = CampaignText(
        name="Ya puede pagar en Efecty", creditor_id=day["creditor"].pk, segment="days_past_due >= 0",
        template="nuevo_medio_pago", channel="email", further_channels=("sms",), starts_at=NOW,
        ends_at=NOW.replace(hour=21), subject_b="Pague donde le quede cerca",
        fields={"fecha_desde": "1 de agosto", "medio": "Efecty", "detalle": "Lleve su documento."},
    )  # fmt: skip
    row = save_campaign(told, by=day["users"]["supervisor"], now=NOW)
    people = [Addressed(one.pk, (one.obligations.first().pk,)) for one in day["people"]]
    keep_preview(row.pk, preview_campaign(row, people, NOW, message_costs_minor={"email": 100, "sms": 900}), NOW)
    submit_campaign(row.pk, by=day["users"]["supervisor"], now=NOW)
    approve_campaign(row.pk, by=day["users"]["director"], now=NOW)
    enrol_people(row.pk, people, NOW)
    return str(row.uid)


def _judge(page: Page, path: str, day: dict[str, Any]) -> None:
    for width in (1366, 390):
        page.set_viewport_size({"width": width, "height": 844})
        _visit(page, path, day)
        for theme in ("light", "dark"):
            page.evaluate(f"document.documentElement.dataset.bsTheme = '{theme}'")
            assert violations(page) == [], (path, width, theme)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (path, width)


@pytest.mark.parametrize("language", ["es", "en"])
def test_pages_of_messages(sign_in: SignIn, day: dict[str, Any], written: Written, language: str) -> None:
    choose_language(day["users"]["supervisor"], language)
    page = sign_in("supervisor")
    page.context.add_cookies([{"name": "django_language", "value": language, "url": page.url}])
    for path in (
        "/conversaciones/",
        "/conversaciones/sin-persona",
        "/proveedores/cartas",
        "/campanas/nueva?text=nuevo_medio_pago:email",
        written.campaign,
        written.stop,
    ):
        _judge(page, path, day)


def test_the_one_click_end_says_what_it_did(context: Any, written: Written, live_server: Any) -> None:
    """Opening it ends nothing: a person says so with its button, by keyboard alone."""
    page = context.new_page()
    page.goto(f"{live_server.url}{written.stop}")
    assert not Inbound.objects.filter(intent="stop").exists()
    page.locator("button[type=submit]").focus()
    page.keyboard.press("Enter")
    page.wait_for_load_state("networkidle")
    assert violations(page) == []
    assert Inbound.objects.filter(intent="stop").count() == 1
