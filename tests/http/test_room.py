"""The supervisor's room, where agents are, two on one person, hours, notes; lists: named views, labels, many at once."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from acuerdo.agenda.models import Absence, Appointment, Shift
from acuerdo.base import clock
from acuerdo.base.models import AuditEntry
from acuerdo.policy.models import Attempt
from acuerdo.policy.public import grant_consent
from acuerdo.strategy.models import Decision
from acuerdo.workspace.actions.lists import forget_person
from acuerdo.workspace.models import CoachingNote, DebtorLabel, Presence, SavedFilter
from acuerdo.workspace.queries.room import room_of
from tests import factories
from tests.factories import NOW
from tests.http.conftest import World
from tests.http.worklist import plan_call

CAST = ("anonymous", "agent", "supervisor", "director", "compliance", "admin", "own_agency_agent", "rival_agency_agent")


def at(name: str, *args: Any) -> str:
    return reverse(f"workspace:{name}", args=args)


def beat(world: World, who: str, *, person: bool = True) -> str:
    told = {"person": str(world.debtor.uid)} if person else {}
    return world.client(who).post(at("room:presence"), told).content.decode()


def state_of(world: World, who: str = "agent") -> str:
    lines = {line.user.username: line.state for line in room_of(world.users["supervisor"], clock.now()).agents}
    return lines[who]


def test_who_may_open_what(world: World) -> None:
    agent = world.users["agent"].uid
    table = {
        at("room:room"): (302, 403, 200, 200, 403, 403, 403, 403),
        at("room:board"): (302, 403, 200, 200, 403, 403, 403, 403),
        at("room:agent", agent): (302, 403, 200, 200, 403, 403, 403, 403),
        at("room:notes"): (302, 200, 403, 403, 403, 403, 200, 200),
        at("queue_bulk"): (302, 403, 200, 403, 403, 403, 403, 403),
    }
    for path, answers in table.items():
        assert tuple(world.client(who).get(path).status_code for who in CAST) == answers, path
    posts = {
        at("room:presence"): (302, 200, 200, 403, 403, 403, 200, 200),
        at("room:state"): (302, 409, 409, 403, 403, 403, 409, 409),
        at("saved_filters"): (302, 302, 302, 403, 403, 403, 302, 302),
        at("room:listen", agent): (302, 403, 404, 403, 403, 403, 403, 403),
    }
    for path, answers in posts.items():
        assert tuple(world.client(who).post(path).status_code for who in CAST) == answers, path


def test_two_agents_on_one_person_are_told(world: World) -> None:
    other = factories.make_user("agent", username="otra", full_name="Otra Gestora")
    assert beat(world, "agent").strip() == ""
    page = world.client_of(other).post(at("room:presence"), {"person": str(world.debtor.uid)}).content.decode()
    assert world.users["agent"].full_name in page
    assert "Otra Gestora" in beat(world, "agent")
    clock.set_now(NOW + timedelta(minutes=2))  # the colleague closed the page
    assert beat(world, "agent").strip() == ""


def test_a_rival_neither_sees_nor_is_seen(world: World) -> None:
    beat(world, "agent")
    assert beat(world, "own_agency_agent").strip() == ""  # another house: no names
    assert beat(world, "rival_agency_agent").strip() == ""
    assert Presence.objects.get(agent=world.users["rival_agency_agent"]).debtor_id is None


def test_the_state_of_an_agent(world: World) -> None:
    assert state_of(world) == "away"
    beat(world, "agent", person=False)
    assert state_of(world) == "available"
    beat(world, "agent")
    assert state_of(world) == "with_person"
    grant_consent(world.debtor.pk, "call", source="contrato", actor="prueba", now=NOW - timedelta(days=1))
    world.client("agent").post(at("call", world.debtor.uid, world.phone.uid))
    assert state_of(world) == "on_call"
    Attempt.objects.update(status="unanswered", disposition="NC-NCO")
    assert world.client("agent").post(at("room:state"), {"state": "pause"}).status_code == 302
    assert state_of(world) == "pause"
    clock.set_now(NOW + timedelta(minutes=5))
    assert state_of(world) == "away"


def test_time_counts_while_pages_tell(world: World) -> None:
    beat(world, "agent")
    for seconds in (30, 60, 600):  # the last one after a silence that counts for nothing
        clock.set_now(NOW + timedelta(seconds=seconds))
        beat(world, "agent", person=seconds != 60)
    row = Presence.objects.get(agent=world.users["agent"])
    assert (row.online_seconds, row.busy_seconds) == (60, 60)
    clock.set_now(NOW + timedelta(days=1))
    beat(world, "agent")
    assert Presence.objects.get(agent=world.users["agent"]).online_seconds == 0


def test_the_room_counts_the_day(world: World) -> None:
    for disposition, status, right in (("NC-NCO", "unanswered", False), ("CD-PTP", "answered", True)):
        Attempt.objects.create(
            debtor=world.debtor, creditor=world.creditor, obligation=world.obligation, at=NOW - timedelta(hours=1),
            channel="call", status=status, disposition=disposition, right_party=right, actor="agent",
        )  # fmt: skip
    Appointment.objects.create(
        debtor=world.debtor, creditor=world.creditor, obligation=world.obligation, agent=world.users["agent"], kind="phone",
        state="missed", starts_at=NOW - timedelta(hours=2), minutes=15, made_by="agent", made_at=NOW, updated_at=NOW,
    )  # fmt: skip
    room = room_of(world.users["supervisor"], NOW)
    assert (room.calls, room.right_party, room.missed, room.abandon_share) == (2, 1, 1, None)
    Attempt.objects.create(
        debtor=world.debtor, creditor=world.creditor, at=NOW, channel="call", status="unanswered", disposition="NC-ABA",
        actor="system",
    )  # fmt: skip
    assert room_of(world.users["supervisor"], NOW).abandon_share == 0.5


def test_the_room_costs_the_same_with_many_agents(world: World) -> None:
    counts = []
    for _round in range(2):
        for _one in range(5):
            factories.make_user("agent")
        with CaptureQueriesContext(connection) as seen:
            room_of(world.users["supervisor"], NOW)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 12


def test_shifts_absences_skills_and_a_note(world: World) -> None:
    client, agent = world.client("supervisor"), world.users["agent"]
    path = at("room:agent", agent.uid)
    shifts = {"act": "shifts", "2-0-from": "08:00", "2-0-to": "12:00"}
    assert client.post(path, shifts).status_code == 302
    assert Shift.objects.get().weekday == 2
    assert client.post(path, {"act": "shifts", "2-0-from": "12:00", "2-0-to": "08:00"}).status_code == 422
    assert client.post(path, {"act": "shifts", "2-0-from": "8", "2-0-to": ""}).status_code == 422
    assert Shift.objects.count() == 1
    assert client.post(path, {"act": "absence", "from_on": "2026-07-15", "to_on": "2026-07-16"}).status_code == 302
    assert state_of(world) == "absent"
    assert client.post(path, {"act": "present", "absence": str(Absence.objects.get().uid)}).status_code == 302
    assert client.post(path, {"act": "profile", "skill": ["general"], "language": ["es", "en"]}).status_code == 302
    note = {"act": "note", "tone": "praise", "text": "Escuchó antes de proponer.", "action": "Contarlo al equipo"}
    assert client.post(path, note).status_code == 302
    assert client.post(path, {**note, "text": " "}).status_code == 422
    beat(world, "agent")
    assert "Con una persona" in client.get(at("room:board")).content.decode()
    page = client.get(path).content.decode()
    assert "240 minutos de turno hoy" in page
    assert "Escuchó antes de proponer." in page


def test_an_agent_reads_and_answers_only_their_own_notes(world: World) -> None:
    agent = world.users["agent"]
    note = CoachingNote.objects.create(
        agent=agent, author=world.users["supervisor"], tone="try", text="Pruebe", made_at=NOW
    )
    note.refresh_from_db()
    path = at("room:notes")
    assert world.client("own_agency_agent").post(path, {"note": str(note.uid)}).status_code == 404
    assert world.client("agent").post(path, {"note": str(note.uid), "answer": "Lo haré"}).status_code == 302
    note.refresh_from_db()
    assert note.answer == "Lo haré"
    assert note.read_at is not None


def test_a_note_names_only_a_contact_of_that_agent(world: World) -> None:
    attempt = Attempt.objects.create(
        debtor=world.debtor, creditor=world.creditor, at=NOW, channel="call", status="answered", disposition="CD-INT",
        actor="otra",
    )  # fmt: skip
    attempt.refresh_from_db()
    told = {"act": "note", "tone": "try", "text": "Pruebe", "attempt": str(attempt.uid)}
    assert world.client("supervisor").post(at("room:agent", world.users["agent"].uid), told).status_code == 404


# --- lists


def with_filters(world: World, who: str, query: str) -> Any:
    client = world.client(who)
    client.get(at("queue") + query)
    return client


@pytest.fixture
def two_calls(world: World) -> list[Decision]:
    other = factories.make_obligation(factories.make_debtor("Berta Dos Prueba"), world.creditor, stage="late")
    return [plan_call(world.obligation, agent=world.users["agent"]), plan_call(other, stage="late")]


def test_a_view_is_named_used_and_forgotten(world: World, two_calls: list[Decision]) -> None:
    client = with_filters(world, "agent", "?stage=late")
    client.post(at("saved_filters"), {"name": "Tardías"})
    saved = SavedFilter.objects.get()
    assert (saved.user, saved.query) == (world.users["agent"], "stage=late")
    assert "Tardías" in client.get(at("queue")).content.decode()
    world.client("supervisor").post(at("saved_filters"), {"forget": str(saved.uid)})
    assert SavedFilter.objects.exists()  # another's
    client.post(at("saved_filters"), {"forget": str(saved.uid)})
    assert not SavedFilter.objects.exists()


def test_calls_are_given_to_another_after_a_preview(world: World, two_calls: list[Decision]) -> None:
    other = factories.make_user("agent", username="otra", full_name="Otra Gestora")
    client = with_filters(world, "supervisor", f"?agent={world.users['agent'].uid}")
    page = client.get(at("queue_bulk")).content.decode()
    assert world.debtor.full_name in page
    assert "Berta Dos" not in page
    assert Decision.objects.get(pk=two_calls[0].pk).agent == world.users["agent"]  # a preview changes nothing
    told = {"act": "assign", "agent": str(other.uid), "obligation": [str(world.obligation.uid)]}
    assert client.post(at("queue_bulk"), told).status_code == 302
    assert Decision.objects.get(obligation=world.obligation).agent == other
    assert AuditEntry.objects.get(action="calls.reassigned").payload["count"] == 1


def test_only_people_of_the_own_team_get_calls(world: World, two_calls: list[Decision]) -> None:
    told = {
        "act": "assign",
        "agent": str(world.users["rival_agency_agent"].uid),
        "obligation": [str(world.obligation.uid)],
    }
    assert with_filters(world, "supervisor", "").post(at("queue_bulk"), told).status_code == 422


@pytest.mark.parametrize(
    "told", [{"act": "assign"}, {"act": "label", "label": "x", "obligation": ["no"]}, {"act": "borrar"}]
)
def test_what_a_bulk_needs(world: World, two_calls: list[Decision], told: dict[str, Any]) -> None:
    assert with_filters(world, "supervisor", "").post(at("queue_bulk"), told).status_code == 422


def test_a_label_is_put_found_and_removed_within_the_house(world: World, two_calls: list[Decision]) -> None:
    told = {"act": "label", "label": " Zona  norte ", "obligation": [str(world.obligation.uid)]}
    client = with_filters(world, "supervisor", "")
    assert client.post(at("queue_bulk"), told).status_code == 302
    assert DebtorLabel.objects.get().label == "Zona norte"
    assert client.post(at("queue_bulk"), told).status_code == 302  # twice changes nothing
    page = client.get(at("queue") + "?label=Zona+norte").content.decode()
    assert world.debtor.full_name in page
    assert "Berta Dos" not in page
    assert "Zona norte" not in world.client("own_agency_agent").get(at("queue")).content.decode()
    assert client.post(at("queue_bulk"), {**told, "act": "unlabel"}).status_code == 302
    assert not DebtorLabel.objects.exists()


def test_erasing_a_person_takes_labels_and_notes_along(world: World) -> None:
    DebtorLabel.objects.create(debtor=world.debtor, label="Zona norte", added_by="supervisor", added_at=NOW)
    attempt = Attempt.objects.create(
        debtor=world.debtor, creditor=world.creditor, at=NOW, channel="call", status="answered", disposition="CD-INT",
        actor="agent",
    )  # fmt: skip
    agent, boss = world.users["agent"], world.users["supervisor"]
    CoachingNote.objects.create(
        agent=agent, author=boss, attempt=attempt, tone="try", text="Carlos pidió…", made_at=NOW
    )
    assert forget_person(world.debtor.pk, now=NOW) == 2
    assert not DebtorLabel.objects.exists()
    assert CoachingNote.objects.get().text == ""


def test_agreed_calls_show_above_the_queue(world: World) -> None:
    Appointment.objects.create(
        debtor=world.debtor, creditor=world.creditor, obligation=world.obligation, agent=world.users["agent"], kind="phone",
        starts_at=NOW, minutes=15, made_by="agent", made_at=NOW, updated_at=NOW,
    )  # fmt: skip
    page = world.client("agent").get(at("queue")).content.decode()
    assert "Llamadas acordadas" in page
    assert "Es la hora" in page
    assert "Llamadas acordadas" not in world.client("supervisor").get(at("queue")).content.decode()
