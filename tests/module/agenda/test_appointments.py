"""Appointments on the real database: the law of the hour, one meeting at a time, messages, missed calls, moving and erasing."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from acuerdo.agenda import public as agenda
from acuerdo.agenda.public import Appointment, Span, Wish
from acuerdo.base import clock
from acuerdo.base.models import AuditEntry
from acuerdo.kernel.errors import Refusal
from acuerdo.messaging.models import Conversation, Message
from acuerdo.messaging.public import load_templates
from acuerdo.policy.public import grant_consent, place_hold
from tests import factories
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db
# Friday, eleven in the morning in Bogotá.
FRIDAY = datetime(2026, 7, 17, 16, 0, tzinfo=NOW.tzinfo)


@pytest.fixture(autouse=True)
def at_ten() -> None:
    clock.set_now(NOW)


@pytest.fixture
def agent() -> Any:
    return factories.make_user("agent", full_name="Laura Prueba")


@pytest.fixture
def obligation() -> Any:
    made = factories.make_obligation(creditor=factories.make_creditor("Banco Ficticio", email="citas@banco.invalid"))
    factories.make_phone(made.debtor)
    factories.make_email(made.debtor, "ana@correo.invalid")
    for channel in ("call", "email"):
        grant_consent(made.debtor_id, channel, source="contrato", actor="prueba", now=NOW - timedelta(days=9))
    load_templates()
    return made


def book(obligation: Any, agent: Any, kind: str = "phone", at: datetime = FRIDAY, **wish: Any) -> Appointment:
    place = {"place": "Oficina Centro"} if kind in ("office", "visit") else {}
    return agenda.book_appointment(obligation, Wish(kind, at, **{**place, **wish}), agent=agent, actor="laura", now=NOW)


def refusal(act: Any) -> str:
    with pytest.raises(Refusal) as refused:
        act()
    return refused.value.code


def test_booked_and_written_down(obligation: Any, agent: Any) -> None:
    made = book(obligation, agent, "video")
    assert (made.state, made.minutes, made.sequence, len(made.room) >= 20) == ("booked", 30, 0, True)
    assert AuditEntry.objects.get(chain="agenda").action == "appointment.booked"


@pytest.mark.parametrize(
    ("kind", "at", "code"),
    [
        ("phone", FRIDAY.replace(hour=2), "appointment-not-permitted"),  # nine at night of the day before
        ("phone", datetime(2026, 7, 20, 15, tzinfo=NOW.tzinfo), "appointment-not-permitted"),  # a holiday in Colombia
        ("visit", FRIDAY, "appointment-not-permitted"),  # visits are off by law
        ("phone", NOW, "appointment-past"),
        ("office", FRIDAY, "appointment-place"),
        ("fax", FRIDAY, "appointment-kind"),
    ],
)
def test_hours_and_places_that_are_refused(obligation: Any, agent: Any, kind: str, at: datetime, code: str) -> None:
    place = {"place": ""} if code == "appointment-place" else {}
    assert refusal(lambda: book(obligation, agent, kind, at, **place)) == code
    assert not Appointment.objects.exists()


def test_who_asked_not_to_be_contacted_is_not_booked(obligation: Any, agent: Any) -> None:
    place_hold(obligation.debtor_id, "do_not_contact", reason="Lo pidió", actor="prueba", now=NOW)
    assert refusal(lambda: book(obligation, agent)) == "appointment-not-permitted"


def test_one_meeting_at_a_time_but_calls_may_share_an_hour(obligation: Any, agent: Any) -> None:
    book(obligation, agent, "office")
    assert refusal(lambda: book(obligation, agent, "office", FRIDAY + timedelta(minutes=29))) == "appointment-overlap"
    book(obligation, agent, "office", FRIDAY + timedelta(minutes=30))
    book(obligation, agent, "phone")
    book(obligation, agent, "phone")
    book(obligation, factories.make_user("agent"), "office")


def test_nobody_is_booked_while_away(obligation: Any, agent: Any) -> None:
    boss = factories.make_user("supervisor")
    agenda.add_absence(agent, date(2026, 7, 16), date(2026, 7, 18), by=boss, now=NOW)
    assert refusal(lambda: book(obligation, agent)) == "appointment-absent"


def test_the_confirmation_carries_the_calendar_entry_and_no_debt(obligation: Any, agent: Any) -> None:
    made = book(obligation, agent, "office")
    told = agenda.tell_appointment(made, now=NOW)
    again = agenda.tell_appointment(made, now=NOW)
    assert told is not None
    assert again is not None
    assert (told.state, again.reason) == ("scheduled", "known")
    message = Message.objects.get()
    assert (message.channel, message.purpose, message.template.code) == ("email", "requested", "cita_confirmada")
    assert "viernes 17 de julio de 2026" in message.body
    assert "11:00" in message.body
    assert "Oficina Centro" in message.body
    text = message.context["calendar"]
    event = Calendar.from_ical(text).walk("VEVENT")[0]
    assert (event.decoded("DTSTART"), event["ATTENDEE"]) == (FRIDAY, "mailto:ana@correo.invalid")
    assert "deuda" not in text.lower()
    assert obligation.number not in text


def test_nobody_reachable_is_told_nothing(agent: Any) -> None:
    made = book_silent(agent)
    assert agenda.tell_appointment(made, now=NOW) is None
    assert not Message.objects.exists()


def book_silent(agent: Any) -> Appointment:
    obligation = factories.make_obligation()
    return agenda.book_appointment(obligation, Wish("office", FRIDAY, place="Centro"), agent=agent, actor="x", now=NOW)


def test_the_day_before_is_reminded_once(obligation: Any, agent: Any) -> None:
    made = book(obligation, agent, "office", FRIDAY + timedelta(days=5))
    assert agenda.remind_due(NOW) == 0
    before = made.starts_at - timedelta(hours=20)
    assert [agenda.remind_due(before), agenda.remind_due(before)] == [1, 0]
    assert Message.objects.get().template.code == "cita_recordatorio"


def test_a_cancelled_one_is_not_reminded(obligation: Any, agent: Any) -> None:
    made = book(obligation, agent, "office", FRIDAY + timedelta(days=5))
    agenda.cancel_appointment(made.pk, reason="Prefiere escribir", actor="laura", now=NOW)
    assert agenda.remind_due(made.starts_at - timedelta(hours=20)) == 0
    assert refusal(lambda: agenda.move_appointment(made.pk, FRIDAY, actor="laura", now=NOW)) == "appointment-state"


def test_moving_keeps_its_identity_and_raises_the_sequence(obligation: Any, agent: Any) -> None:
    made = book(obligation, agent, "office")
    moved = agenda.move_appointment(made.pk, FRIDAY + timedelta(hours=2), actor="laura", now=NOW)
    assert (moved.uid, moved.sequence, moved.reminded_at) == (made.uid, 1, None)
    assert agenda.invitation_of(moved).uid == agenda.invitation_of(made).uid


def test_a_call_nobody_made_is_missed_and_can_still_be_made(obligation: Any, agent: Any) -> None:
    made = book(obligation, agent)
    assert agenda.mark_missed(FRIDAY + timedelta(minutes=29)) == 0
    assert [agenda.mark_missed(FRIDAY + timedelta(minutes=30)) for _ in range(2)] == [1, 0]
    made.refresh_from_db()
    assert made.state == "missed"
    assert list(agenda.calls_due(agent, FRIDAY + timedelta(hours=1))) == [made]


def test_ending_by_hand(obligation: Any, agent: Any) -> None:
    made = book(obligation, agent, "office")
    assert refusal(lambda: agenda.end_appointment(made.pk, "hold", actor="laura", now=NOW)) == "appointment-early"
    ended = agenda.end_appointment(made.pk, "absent", actor="laura", now=FRIDAY + timedelta(minutes=40))
    assert ended.state == "no_show"


def test_an_agency_s_supervisor_plans_only_its_own_agents(agent: Any) -> None:
    agency = factories.make_agency()
    stranger = factories.make_user("supervisor", agency=agency)
    spans = [Span(2, time(8), time(12))]
    assert refusal(lambda: agenda.set_shifts(agent, spans, by=stranger, now=NOW)) == "not-allowed"
    assert refusal(lambda: agenda.set_shifts(agent, spans, by=agent, now=NOW)) == "not-allowed"
    agenda.set_shifts(agent, spans, by=factories.make_user("supervisor"), now=NOW)
    assert agenda.hours_of([agent.pk], TODAY)[agent.pk].minutes == 240


def test_an_hour_asked_for_by_message_enters_once_with_somebody_to_keep_it(obligation: Any, agent: Any) -> None:
    other = factories.make_user("agent", full_name="Con la conversación")
    asked = Conversation.objects.create(
        debtor=obligation.debtor, creditor=obligation.creditor, channel="whatsapp", last_inbound_at=NOW, call_at=FRIDAY,
        updated_at=NOW,
    )  # fmt: skip
    assert [agenda.enter_asked_calls(NOW) for _ in range(2)] == [1, 0]
    row = Appointment.objects.get()
    assert (row.kind, row.starts_at, row.agent, row.made_by) == ("phone", FRIDAY, agent, "customer")
    asked.call_at, asked.assignee = FRIDAY + timedelta(hours=1), other
    asked.save()
    assert agenda.enter_asked_calls(NOW) == 1
    assert Appointment.objects.latest("pk").agent == other
    asked.call_at = FRIDAY.replace(hour=2)  # at night: the law says no, and nobody is promised a call
    asked.save()
    assert agenda.enter_asked_calls(NOW) == 0


def test_erasing_a_person_empties_the_words(obligation: Any, agent: Any) -> None:
    made = book(obligation, agent, "office", note="Viene con su hija")
    assert agenda.forget_person(obligation.debtor_id, now=NOW) == 1
    made.refresh_from_db()
    assert (made.note, made.place) == ("", "")
