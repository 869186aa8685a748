"""A visit or a letter by hand: lawful or not stored, with its evidence, and only by whoever may see the person."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from acuerdo.policy.models import Attempt, Verdict
from acuerdo.policy.public import grant_consent
from acuerdo.portfolio.models import ContactPoint, Creditor, ObligationDocument
from tests import factories
from tests.factories import NOW
from tests.http.conftest import World

PHOTO = b"\x89PNG\r\n\x1a\nsobre"


@pytest.fixture
def peru(world: World, settings: Any, tmp_path: Any) -> World:
    """Peru, a Wednesday at ten: visits are lawful."""
    settings.MEDIA_ROOT = str(tmp_path)
    Creditor.objects.filter(pk=world.creditor.pk).update(country="PE", timezone="America/Lima")
    factories.make_contact_point(world.debtor, "address", "Av. Larco 123, Miraflores")
    for channel in ("visit", "letter"):
        grant_consent(world.debtor.pk, channel, source="contrato", actor="prueba", now=NOW - timedelta(days=9))
    return world


def send(world: World, who: str = "agent", **told: Any) -> Any:
    point = ContactPoint.objects.filter(kind="address").first()
    told = {"point": str(point.uid) if point else "", **told}
    return world.client(who).post(reverse("workspace:visit", args=[world.debtor.uid]), told)


def test_a_visit_is_logged_with_its_place(peru: World) -> None:
    assert send(peru, code="VI-AUS", position="-12.12, -77.03", note="Timbre dos veces").status_code == 302
    attempt = Attempt.objects.get()
    assert (attempt.channel, attempt.disposition, attempt.note) == ("visit", "VI-AUS", "Timbre dos veces")
    assert attempt.details["fields"] == {"position": "-12.12, -77.03"}


def test_a_sealed_letter_needs_its_photo_which_is_kept(peru: World) -> None:
    assert send(peru, code="VI-CAR").status_code == 422
    assert not Attempt.objects.exists()
    photo = SimpleUploadedFile("sobre.png", PHOTO, content_type="image/png")
    assert send(peru, code="VI-CAR", photo=photo).status_code == 302
    paper = ObligationDocument.objects.get()
    assert Attempt.objects.get().details["fields"] == {"photo": str(paper.uid)}
    assert paper.obligation == peru.obligation


def test_a_letter_is_logged_as_sent(peru: World) -> None:
    assert send(peru, code="carta").status_code == 302
    attempt = Attempt.objects.get()
    assert (attempt.channel, attempt.status) == ("letter", "sent")


@pytest.mark.parametrize("told", [{"code": ""}, {"code": "CD-PTP"}, {"code": "VI-TIT"}])
def test_what_is_missing_comes_back_and_nothing_is_stored(peru: World, told: dict[str, str]) -> None:
    answer = send(peru, **told)
    assert answer.status_code == 422
    assert not Attempt.objects.exists()


def test_colombia_says_no_and_keeps_the_verdict(world: World) -> None:
    """Ley 2300, art. 6: no attempt, no photo, and the refusal in the register."""
    factories.make_contact_point(world.debtor, "address", "Calle 7 # 12-34")
    answer = send(world, code="VI-AUS", position="4.65, -74.06")
    assert answer.status_code == 422
    assert "visitas" in answer.content.decode()
    assert not Attempt.objects.exists()
    assert Verdict.objects.get().verdict == "deny"


def test_who_may(peru: World) -> None:
    path = reverse("workspace:visit", args=[peru.debtor.uid])
    cast = (
        "anonymous",
        "agent",
        "supervisor",
        "director",
        "compliance",
        "admin",
        "own_agency_agent",
        "rival_agency_agent",
    )
    assert tuple(peru.client(who).get(path).status_code for who in cast) == (302, 200, 200, 403, 403, 403, 200, 404)
    assert send(peru, "rival_agency_agent", code="VI-AUS", position="x").status_code == 404
