"""What we change of an agreed hour reaches the person; what an absent agent promised is kept by somebody else, or listed."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from acuerdo.agenda import public as agenda
from acuerdo.agenda.public import Appointment, Span
from acuerdo.messaging.models import Message
from tests import factories
from tests.factories import NOW
from tests.module.agenda.test_appointments import (  # noqa: F401 - fixtures
    FRIDAY,
    agent,
    at_ten,
    book,
    book_silent,
    obligation,
)

pytestmark = pytest.mark.django_db
THAT_DAY = date(2026, 7, 17)


def cancel(row: Appointment) -> Appointment:
    return agenda.cancel_appointment(row.pk, reason="Cierra la oficina", actor="laura", now=NOW)


def newest() -> Message:
    return Message.objects.select_related("template").latest("pk")


def event_of(message: Message) -> Any:
    return Calendar.from_ical(message.context["calendar"]).walk("VEVENT")[0]


def test_a_cancelled_hour_is_told_with_the_calendars_own_cancel(obligation: Any, agent: Any) -> None:  # noqa: F811
    made = book(obligation, agent, "office")
    agenda.tell_appointment(made, now=NOW)
    told = agenda.tell_change(cancel(made), now=NOW)
    assert told is not None
    assert told.state == "scheduled"
    message = newest()
    assert (message.template.code, message.channel, message.purpose) == ("cita_cancelada", "email", "service")
    assert "canceló" in message.body or "Cancelamos" in message.body
    assert "METHOD:CANCEL" in message.context["calendar"]
    event = event_of(message)
    assert (event["STATUS"], int(event["SEQUENCE"]), str(event["UID"])) == ("CANCELLED", 1, f"{made.uid}@acuerdo")
    # What waited of the old hour no longer leaves.
    assert Message.objects.get(template__code="cita_confirmada").state == "cancelled"


def test_a_moved_hour_is_told_with_the_updated_invitation_once(obligation: Any, agent: Any) -> None:  # noqa: F811
    made = book(obligation, agent, "office")
    agenda.tell_appointment(made, now=NOW)
    moved = agenda.move_appointment(made.pk, FRIDAY + timedelta(hours=2), actor="laura", now=NOW)
    agenda.tell_change(moved, now=NOW)
    agenda.tell_change(moved, now=NOW)
    message = newest()
    assert (message.template.code, Message.objects.filter(template__code="cita_movida").count()) == ("cita_movida", 1)
    assert "13:00" in message.body
    event = event_of(message)
    assert (event.decoded("DTSTART"), int(event["SEQUENCE"])) == (FRIDAY + timedelta(hours=2), 1)
    assert "METHOD:REQUEST" in message.context["calendar"]


def test_what_is_over_or_reaches_nobody_is_told_to_nobody(obligation: Any, agent: Any) -> None:  # noqa: F811
    assert agenda.tell_change(cancel(book_silent(agent)), now=NOW) is None
    made = book(obligation, agent, "office")
    late = agenda.cancel_appointment(made.pk, reason="Ya pasó", actor="laura", now=FRIDAY)
    assert agenda.tell_change(late, now=FRIDAY + timedelta(minutes=1)) is None
    assert not Message.objects.exists()


def test_a_mistake_is_told_only_to_who_had_heard_of_it(obligation: Any, agent: Any) -> None:  # noqa: F811
    unheard = book(obligation, agent, "office")
    agenda.tell_appointment(unheard, now=NOW)
    assert agenda.untell_appointment(cancel(unheard), now=NOW) is None
    assert Message.objects.get().state == "cancelled"
    heard = book(obligation, agent, "office", FRIDAY + timedelta(hours=1))
    agenda.tell_appointment(heard, now=NOW)
    Message.objects.filter(pk=newest().pk).update(state="sent")
    told = agenda.untell_appointment(cancel(heard), now=NOW)
    assert told is not None
    assert newest().template.code == "cita_cancelada"


def away(who: Any, **fields: Any) -> Any:
    boss = factories.make_user("supervisor", **fields)
    return agenda.add_absence(who, THAT_DAY, THAT_DAY, by=boss, now=NOW)


def test_an_absent_agents_hours_go_to_who_works_then(obligation: Any, agent: Any) -> None:  # noqa: F811
    made = book(obligation, agent, "office")
    other_day = book(obligation, agent, "office", FRIDAY + timedelta(days=4))
    factories.make_user("agent", is_active=False)
    boss = factories.make_user("supervisor")
    at_night = factories.make_user("agent")
    agenda.set_shifts(at_night, [Span(4, time(14), time(20))], by=boss, now=NOW)
    busy, free = factories.make_user("agent"), factories.make_user("agent")
    book(obligation, busy, "office", FRIDAY + timedelta(minutes=10))
    covered = away(agent)
    made.refresh_from_db()
    other_day.refresh_from_db()
    assert (covered.moved, covered.left) == (1, 0)
    assert (made.agent, made.starts_at, made.state, made.sequence) == (free, FRIDAY, "booked", 1)
    assert other_day.agent == agent
    # The hour is the same: nobody is written to.
    assert not Message.objects.exists()


def test_what_nobody_can_keep_is_listed_for_the_supervisor(obligation: Any, agent: Any) -> None:  # noqa: F811
    made = book(obligation, agent, "office")
    stranger = factories.make_agency()
    factories.make_user("agent", agency=stranger)
    factories.make_user("agent", sees_all_creditors=False)
    covered = away(agent)
    boss = factories.make_user("supervisor")
    assert (covered.moved, covered.left) == (0, 1)
    assert list(agenda.uncovered_appointments(boss, NOW)) == [made]
    assert list(agenda.uncovered_appointments(factories.make_user("supervisor", agency=stranger), NOW)) == []
    newcomer = factories.make_user("agent")
    assert agenda.stand_ins(made) == [newcomer]
    agenda.move_appointment(made.pk, made.starts_at, agent=newcomer, actor="jefa", now=NOW)
    assert list(agenda.uncovered_appointments(boss, NOW)) == []


def test_language_goes_first_and_a_handed_hour_is_reminded_once(obligation: Any, agent: Any) -> None:  # noqa: F811
    made = book(obligation, agent, "office", FRIDAY + timedelta(days=3))
    obligation.debtor.language = "en"
    obligation.debtor.save()
    factories.make_user("agent")
    speaks = factories.make_user("agent", language="en")
    soon = made.starts_at - timedelta(hours=20)
    assert agenda.remind_due(soon) == 1
    boss = factories.make_user("supervisor")
    agenda.add_absence(agent, made.starts_at.date(), made.starts_at.date(), by=boss, now=soon)
    made.refresh_from_db()
    assert (made.agent, made.reminded_at) == (speaks, soon)
    assert agenda.remind_due(soon) == 0
