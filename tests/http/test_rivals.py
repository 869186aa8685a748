"""A rival agency's agent learns nothing of others' persons: not by screen, API, search, export, file or the time of an error."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from acuerdo.agenda.models import Appointment
from acuerdo.policy.models import Attempt
from acuerdo.portfolio.models import Obligation
from tests import factories
from tests.factories import NOW
from tests.http.conftest import World
from tests.http.test_api import call, secrets

__all__ = ["secrets"]


def person_paths(resolver: URLResolver, prefix: str = "", names: str = "") -> list[tuple[str, list[str]]]:
    """(name, arguments) of every address that names a person or something of theirs."""
    found = []
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inside = f"{names}{entry.namespace}:" if entry.namespace else names
            found += person_paths(entry, prefix + str(entry.pattern), inside)
        elif isinstance(entry, URLPattern) and entry.name:
            path = prefix + str(entry.pattern)
            if "titulares/<uuid:uid>" in path:
                found.append((f"{names}{entry.name}", list(entry.pattern.regex.groupindex)))
    return found


@pytest.fixture
def known(world: World) -> dict[str, Any]:
    """Everything that hangs from the person: a contact, an appointment."""
    attempt = Attempt.objects.create(
        debtor=world.debtor, creditor=world.creditor, obligation=world.obligation, at=NOW - timedelta(days=1), channel="call",
        status="answered", disposition="CD-INT", actor="agent", note="Secreto de la persona",
    )  # fmt: skip
    appointment = Appointment.objects.create(
        debtor=world.debtor, creditor=world.creditor, obligation=world.obligation, agent=world.users["agent"], kind="office",
        place="Oficina Secreta", starts_at=NOW + timedelta(days=1), minutes=30, made_by="agent", made_at=NOW, updated_at=NOW,
    )  # fmt: skip
    for row in (attempt, appointment):
        row.refresh_from_db()
    return {"attempt": attempt, "appointment": appointment}


def addresses(world: World) -> list[str]:
    """Every screen below the person, with real identifiers where the address asks for more."""
    filled = {
        "point_uid": world.phone.uid, "obligation_uid": world.obligation.uid, "hold_uid": uuid4(), "paper_uid": uuid4(),
        "plan_uid": uuid4(), "payment_uid": uuid4(),
    }  # fmt: skip
    found = []
    for name, wanted in person_paths(get_resolver()):
        values = {"uid": world.debtor.uid}
        values |= {one: filled.get(one, uuid4()) for one in wanted if one != "uid"}
        try:
            found.append(reverse(name, kwargs=values))
        except Exception:  # noqa: BLE001 - an address with a word of its own; its own file tests it
            continue
    return found


def test_no_screen_of_the_person_opens_for_a_rival(world: World, known: dict[str, Any]) -> None:
    rival = world.client("rival_agency_agent")
    paths = addresses(world)
    assert len(paths) > 12
    for path in paths:
        for send in (rival.get, rival.post):
            answer = send(path)
            assert answer.status_code in (403, 404, 405), path
            text = answer.content.decode(errors="replace")
            assert [
                word for word in (world.debtor.full_name, world.debtor.id_number, "Secret") if word in text
            ] == [], path


def test_nothing_of_the_person_s_own_rows_opens(world: World, known: dict[str, Any]) -> None:
    rival = world.client("rival_agency_agent")
    appointment, attempt = known["appointment"].uid, known["attempt"].uid
    for path in (
        reverse("workspace:agenda:appointment", args=[appointment]),
        reverse("workspace:agenda:calendar", args=[appointment]),
        reverse("workspace:agenda:result", args=[appointment, "cumplida"]),
        reverse("workspace:record", args=[attempt]),
        reverse("workspace:give_up", args=[attempt]),
        reverse("workspace:undo", args=[attempt]),
    ):
        assert rival.post(path).status_code in (404, 405), path
        assert rival.get(path).status_code in (404, 405), path


@pytest.mark.parametrize(
    "path", ["cola", "agenda/?view=week&who=team", "sala/notas", "buscar?q=Carlos", "conversaciones/"]
)
def test_no_list_names_the_person(world: World, known: dict[str, Any], path: str) -> None:
    page = world.client("rival_agency_agent").get(f"/{path}").content.decode()
    assert world.debtor.full_name not in page
    assert "Secret" not in page


def test_no_export_and_no_bulk_of_the_rival_s_supervisor(world: World, known: dict[str, Any]) -> None:
    agency = world.users["rival_agency_agent"].agency
    client = world.client_of(factories.make_user("supervisor", agency=agency))
    for name in ("portfolio", "portfolio_export", "board_export", "decisions", "petitions_export", "queue_bulk"):
        text = client.get(reverse(f"workspace:{name}")).content.decode()
        assert [word for word in (world.debtor.full_name, world.obligation.number) if word in text] == [], name
    told = {"act": "label", "label": "mío", "obligation": [str(world.obligation.uid)]}
    assert client.post(reverse("workspace:queue_bulk"), told).status_code == 422
    room = client.get(reverse("workspace:room:room")).content.decode()
    assert str(world.users["agent"].uid) not in room


def test_no_answer_of_the_api(world: World, known: dict[str, Any], secrets: dict[str, str]) -> None:
    key, debtor, obligation = secrets["rival_agency"], world.debtor.uid, world.obligation.uid
    for path in (
        f"/debtors/{debtor}", f"/debtors/{debtor}/consents", f"/debtors/{debtor}/holds", f"/obligations/{obligation}",
        f"/obligations/{obligation}/statement", f"/obligations/{obligation}/schedule", f"/obligations/{obligation}/entries",
        f"/appointments/{known['appointment'].uid}",
    ):  # fmt: skip
        answer = call(key, path)
        assert answer.status_code == 404, path
        assert answer.json()["code"] == "not-found"
    for path in ("/appointments", "/promises", "/plans", "/decisions", "/messages"):
        answer = call(key, path)
        assert world.debtor.full_name not in answer.content.decode(), path
        assert str(debtor) not in answer.content.decode(), path


def test_a_refusal_tells_nothing_by_its_words_or_its_time(world: World, known: dict[str, Any]) -> None:
    """Somebody else's person and nobody at all: the same page, and the same steps, so that no time tells them apart."""
    rival = world.client("rival_agency_agent")
    other, nobody = (reverse("workspace:debtor", args=[uid]) for uid in (world.debtor.uid, uuid4()))
    pages = [rival.get(path).content.decode().replace(path, "") for path in (other, nobody)]
    assert _without_token(pages[0]) == _without_token(pages[1])
    assert _asked(rival, other) == _asked(rival, nobody)


def _asked(client: Client, path: str) -> list[str]:
    """The statements that a request takes, without their values: what takes the same steps takes the same time."""
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 404
    return [re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in seen.captured_queries]


def _without_token(page: str) -> str:
    return re.sub(r'(csrf-token" content="|csrfmiddlewaretoken" value="|nonce="|nonce-)[^"]+', "", page)


def test_a_file_of_the_person_is_not_served(world: World, known: dict[str, Any]) -> None:
    from acuerdo.portfolio.public import attach_paper, papers_of

    attach_paper(world.obligation, "Pagaré", [b"%PDF-1.4 secreto"], actor="agent", now=NOW)
    paper = papers_of(Obligation.objects.filter(pk=world.obligation.pk))[0]
    path = reverse("workspace:papers:download", args=[world.debtor.uid, paper.uid])
    answer: Any = world.client("agent").get(path)
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert world.client("rival_agency_agent").get(path).status_code == 404
    assert Client().get(path).status_code == 302
