"""The agenda over HTTP: booking beside the person, day and week, the outcome that books, the person's own page, the API."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar

from acuerdo.agenda.models import Appointment
from acuerdo.agenda.public import Wish, book_appointment, token_of
from acuerdo.base import clock
from acuerdo.policy.models import Attempt
from acuerdo.policy.public import grant_consent
from tests.factories import NOW
from tests.http.conftest import World
from tests.http.test_api import CALLERS, call, problem, secrets

__all__ = ["secrets"]
FRIDAY = datetime(2026, 7, 17, 16, 0, tzinfo=NOW.tzinfo)


@pytest.fixture(autouse=True)
def permitted(world: World) -> None:
    for channel in ("call", "email"):
        grant_consent(world.debtor.pk, channel, source="contrato", actor="prueba", now=NOW - timedelta(days=9))


def booked(world: World, kind: str = "phone", who: str = "agent", at: datetime = FRIDAY) -> Appointment:
    wish = Wish(kind, at, place="Oficina Centro" if kind == "office" else "")
    return book_appointment(world.obligation, wish, agent=world.users[who], actor=who, now=NOW)


def form(**changes: str) -> dict[str, str]:
    return {"kind": "office", "starts_at": "2026-07-17T11:00", "place": "Oficina Centro", "note": "", **changes}


def test_booking_beside_the_person(world: World) -> None:
    path = reverse("workspace:agenda:book", args=[world.debtor.uid])
    page = world.client("agent").post(path, form())
    assert page.status_code == 200
    row = Appointment.objects.get()
    assert (row.starts_at, row.agent, row.place) == (FRIDAY, world.users["agent"], "Oficina Centro")
    assert "Cita en la oficina" in page.content.decode()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"place": ""}, "Escriba el lugar"),
        ({"starts_at": "2026-07-10T11:00"}, "ya pasó"),
        ({"kind": "phone", "starts_at": "2026-07-17T22:00"}, "7:00"),
        ({"kind": "video"}, "Escoja una opción válida"),  # no video server
    ],
)
def test_what_cannot_be_booked_comes_back_with_why(world: World, changes: dict[str, str], sentence: str) -> None:
    page = world.client("agent").post(reverse("workspace:agenda:book", args=[world.debtor.uid]), form(**changes))
    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert not Appointment.objects.exists()


def test_who_may_do_what(world: World) -> None:
    row = booked(world)
    paths = {
        "week": reverse("workspace:agenda:week"),
        "book": reverse("workspace:agenda:book", args=[world.debtor.uid]),
        "person": reverse("workspace:agenda:person", args=[world.debtor.uid]),
        "appointment": reverse("workspace:agenda:appointment", args=[row.uid]),
        "calendar": reverse("workspace:agenda:calendar", args=[row.uid]),
    }
    table = {
        "week": (302, 200, 200, 403, 403, 403, 200, 200),
        "book": (302, 200, 200, 403, 403, 403, 200, 404),
        "person": (302, 200, 200, 403, 403, 403, 200, 404),
        "appointment": (302, 200, 200, 403, 403, 403, 200, 404),
        "calendar": (302, 200, 200, 403, 403, 403, 200, 404),
    }
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
    for name, path in paths.items():
        assert tuple(world.client(who).get(path).status_code for who in cast) == table[name], name


def test_the_rival_s_agenda_shows_nobody(world: World) -> None:
    booked(world)
    path = reverse("workspace:agenda:week") + "?view=week&day=2026-07-17&who=team"
    assert world.debtor.full_name in world.client("own_agency_agent").get(path).content.decode()
    assert world.debtor.full_name not in world.client("rival_agency_agent").get(path).content.decode()


def test_a_week_costs_the_same_with_many(world: World) -> None:
    path = reverse("workspace:agenda:week") + "?view=week&day=2026-07-17"
    client, counts = world.client("supervisor"), []
    for _round in range(2):
        booked(world)
        booked(world)
        with CaptureQueriesContext(connection) as seen:
            client.get(path)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 8


def test_moving_cancelling_and_ending(world: World) -> None:
    row, client = booked(world, "office"), world.client("agent")
    path = reverse("workspace:agenda:appointment", args=[row.uid])
    assert client.post(path, {"act": "move", "starts_at": "2026-07-17T15:00"}).status_code == 302
    row.refresh_from_db()
    assert row.starts_at == FRIDAY + timedelta(hours=4)
    assert client.post(path, {"act": "cancel", "reason": ""}).status_code == 422
    early = reverse("workspace:agenda:result", args=[row.uid, "cumplida"])
    assert client.post(early).status_code == 409
    clock.set_now(FRIDAY + timedelta(hours=5))
    assert client.post(early).status_code == 302
    row.refresh_from_db()
    assert row.state == "held"
    assert client.post(path, {"act": "cancel", "reason": "Ya no"}).status_code == 422


def record(world: World, **told: str) -> Any:
    client = world.client("agent")
    answer = client.post(reverse("workspace:call", args=[world.debtor.uid, world.phone.uid]))
    assert answer.status_code == 200
    attempt = Attempt.objects.latest("pk")
    return client.post(reverse("workspace:record", args=[attempt.uid]), told)


def test_a_call_back_is_booked_at_the_persons_hour_and_comes_first(world: World) -> None:
    answer = record(world, code="CD-VOL", call_at="2026-07-15T16:30")
    assert "Llamada acordada" in answer.content.decode()
    row = Appointment.objects.get()
    assert (row.kind, row.starts_at) == ("phone", datetime(2026, 7, 15, 21, 30, tzinfo=NOW.tzinfo))
    # The same day, although the law's one contact is used: they asked for it.
    clock.set_now(row.starts_at)
    assert (
        world.client("agent").post(reverse("workspace:next_person")).headers["Location"].endswith(str(world.debtor.uid))
    )
    record(world, code="CD-INT", next_on="2026-07-21")
    row.refresh_from_db()
    assert row.state == "held"
    follow_up = Appointment.objects.get(kind="follow_up")
    assert follow_up.starts_at.date().isoformat() == "2026-07-21"


def test_a_call_back_that_found_nobody(world: World) -> None:
    row = booked(world, at=NOW + timedelta(minutes=20))
    clock.set_now(row.starts_at)
    record(world, code="NC-NCO")
    row.refresh_from_db()
    assert (row.state, row.ended_by_id) == ("no_show", Attempt.objects.latest("pk").pk)


def test_a_follow_up_may_not_be_in_the_past(world: World) -> None:
    assert record(world, code="CD-INT", next_on="2026-07-15").status_code == 422


def test_an_appointment_by_outcome_needs_its_place(world: World) -> None:
    told = {"code": "CD-CIT", "kind": "office", "call_at": "2026-07-17T11:00"}
    assert record(world, **told).status_code == 422
    attempt = Attempt.objects.latest("pk")
    answer = world.client("agent").post(
        reverse("workspace:record", args=[attempt.uid]), {**told, "place": "Oficina Centro"}
    )
    assert answer.status_code == 200
    assert Appointment.objects.get().kind == "office"


def test_the_persons_own_page(world: World) -> None:
    row, anybody = booked(world, "office"), Client()
    path = reverse("workspace:public_appointment", args=[token_of(row)])
    page = anybody.get(path)
    assert page.status_code == 200
    text = page.content.decode()
    assert "Oficina Centro" in text
    assert world.obligation.number not in text
    assert "deuda" not in text.lower()
    assert not page.cookies
    file = anybody.get(path + "/calendario.ics")
    assert file["Content-Type"].startswith("text/calendar")
    assert Calendar.from_ical(file.content.decode()).walk("VEVENT")[0].decoded("DTSTART") == FRIDAY
    assert [anybody.post(path).status_code for _ in range(2)] == [200, 200]
    row.refresh_from_db()
    assert (row.state, row.cancel_reason) == ("cancelled", "La persona avisó que no puede")
    for wrong in (token_of(row)[:-1] + "x", "x", f"{world.debtor.uid}".replace("-", "")):
        assert anybody.get(reverse("workspace:public_appointment", args=[wrong])).status_code == 404


# --- the API

BODY = {"kind": "office", "starts_at": FRIDAY.isoformat(), "place": "Oficina Centro"}


def post(secret: str, path: str, body: dict[str, Any], key: str = "k1") -> Any:
    headers = {"Idempotency-Key": key, **({"Authorization": f"Bearer {secret}"} if secret else {})}
    return Client().post(f"/api/v1{path}", body, content_type="application/json", headers=headers)


def test_api_who_may(world: World, secrets: dict[str, str]) -> None:
    body = {**BODY, "kind": "phone", "obligation": str(world.obligation.uid)}
    answers = tuple(post(secrets[who], "/appointments", body).status_code for who in CALLERS)
    assert answers == (401, 201, 201, 403, 403, 403, 201, 404, 403, 401)
    uid = Appointment.objects.first().uid  # type: ignore[union-attr]
    answers = tuple(call(secrets[who], f"/appointments/{uid}").status_code for who in CALLERS)
    assert answers == (401, 200, 200, 200, 200, 200, 200, 404, 404, 401)
    assert call(secrets["rival_agency"], "/appointments").json()["items"] == []
    assert len(call(secrets["director"], "/appointments").json()["items"]) == 3


def test_api_once_moved_and_cancelled(world: World, secrets: dict[str, str]) -> None:
    body = {**BODY, "obligation": str(world.obligation.uid)}
    first, again = (post(secrets["agent"], "/appointments", body) for _ in range(2))
    assert (first.status_code, again.json()) == (201, first.json())
    assert Calendar.from_ical(first.json()["calendar"]).walk("VEVENT")[0]["LOCATION"] == "en Oficina Centro"
    assert problem(post(secrets["agent"], "/appointments", body, "k2")) == (409, "appointment-overlap")
    path = f"/appointments/{first.json()['uid']}/events"
    later = (FRIDAY + timedelta(hours=1)).isoformat()
    moved = post(secrets["agent"], path, {"event": "move", "starts_at": later}, "k3")
    assert (moved.status_code, moved.json()["sequence"]) == (200, 1)
    assert problem(post(secrets["rival_agency"], path, {"event": "cancel", "reason": "No"}, "k4")) == (404, "not-found")
    gone = post(secrets["agent"], path, {"event": "cancel", "reason": "Pidió otra"}, "k5")
    assert gone.json()["state"] == "cancelled"
    assert problem(post(secrets["agent"], path, {"event": "held"}, "k6"))[0] == 409
