"""What goes on around the calls of the invented month: people's hours, appointments, the supervisor's notes, who is in today.

All of it by the product's own actions, as its screens call them; what the law refuses simply does not happen.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from random import Random

from acuerdo.agenda.public import (
    Appointment,
    Span,
    Wish,
    add_absence,
    book_appointment,
    end_appointment,
    is_away,
    mark_missed,
    set_profile,
    set_shifts,
    tell_appointment,
)
from acuerdo.base import clock
from acuerdo.base.models import User
from acuerdo.kernel.errors import Refusal
from acuerdo.policy.models import Attempt
from acuerdo.portfolio.models import Obligation
from acuerdo.workspace.actions.coaching import answer_note, write_note
from acuerdo.workspace.actions.presence import beat, choose_state
from demo.build import LOGINS, local
from demo.world import TODAY

VISITOR = LOGINS[0].username
WEEK = [Span(day, time(8), time(17)) for day in range(5)] + [Span(5, time(8), time(12))]
AFTERNOONS = [Span(day, time(10), time(19)) for day in range(5)]
# Whose place in the list of agents, on which day from today, for how many days more.
ABSENCES = ((-1, -2, 5), (-2, -10, 2), (2, 6, 4))
TRIES = 25
KINDS = (("phone", ""), ("phone", ""), ("follow_up", ""), ("office", "Agencia principal"))
COMING_BOOKED = ((1, 9, "phone", ""), (1, 16, "office", "Agencia principal"), (2, 10, "phone", ""))
TODAY_BOOKED = (
    (10, 4, "phone", ""),
    (10, 40, "phone", ""),
    (11, 15, "phone", ""),
    (15, 0, "office", "Agencia principal"),
)
NOTES = (
    ("praise", "Escuchó sin interrumpir y resumió el acuerdo con fecha y valor.", ""),
    (
        "try",
        "Proponga primero la fecha que la persona nombró y después el valor.",
        "Empezar por «¿qué día le queda bien?»",
    ),
    ("praise", "Muy buena idea dividir el pago en las dos quincenas.", ""),
    (
        "try",
        "Antes de cerrar, repita el valor y la fecha despacio.",
        "Resumen del acuerdo en cada llamada de esta semana",
    ),
    ("praise", "Confirmó la identidad antes de decir una sola cifra.", ""),
)
ANSWERS = ("Gracias, lo seguiré haciendo.", "De acuerdo, lo probaré desde hoy.")
BEAT_SECONDS = 60


def plan_hours(agents: Iterable[User], now: datetime) -> None:
    """The week of each agent, who is away and when, and who speaks English; by the supervisor."""
    supervisor, own = _supervisor(), of_the_house(agents)
    for number, agent in enumerate(own):
        set_shifts(agent, AFTERNOONS if number == 1 else WEEK, by=supervisor, now=now)
        set_profile(agent, skills=[], languages=["es", "en"] if number in (0, 3) else ["es"], by=supervisor, now=now)
    for place, first, more in ABSENCES:
        start = TODAY + timedelta(days=first)
        add_absence(own[place], start, start + timedelta(days=more), by=supervisor, now=now)


def of_the_house(agents: Iterable[User]) -> list[User]:
    """The lender's own agents."""
    return [agent for agent in agents if agent.agency_id is None]


def at_work(agents: Iterable[User], day: date) -> list[User]:
    """The lender's agents who are there that day."""
    own = of_the_house(agents)
    away = is_away([agent.pk for agent in own], day)
    return [agent for agent in own if agent.pk not in away]


def keep_agenda(agents: list[User], account_ids: list[int], day: date, random: Random) -> None:
    """Yesterday's hours come to their end, and one is agreed for the next working day."""
    now = clock.now()
    for row in Appointment.objects.filter(state="booked", starts_at__lte=now).select_related("agent").order_by("pk"):
        fate = random.random()
        if row.kind != "phone" or fate < 0.85:
            end_appointment(row.pk, "hold" if fate < 0.7 else "absent", actor=row.agent.username, now=now)
    mark_missed(now)
    if day.weekday() < 5:
        kind, place = random.choice(KINDS)
        at = local(day + timedelta(days=3 if day.weekday() == 4 else 1), random.choice((9, 10, 11, 14, 15)), 30)
        _book(random.choice(agents), account_ids, at, kind, place, random)


def agree_hours(agents: list[User], account_ids: list[int], day: date, random: Random) -> None:
    """The hours that people asked for this morning, most of them the visitor's."""
    for number, (hour, minute, kind, place) in enumerate(TODAY_BOOKED):
        agent = agents[1] if number == 0 else agents[0]
        _book(agent, account_ids, local(day, hour, minute), kind, place, random)
    for number, (days, hour, kind, place) in enumerate(COMING_BOOKED):
        _book(
            agents[number % len(agents)], account_ids, local(day + timedelta(days=days), hour, 30), kind, place, random
        )


def write_notes(agents: list[User], random: Random, *, are_answered: bool = True) -> None:
    """The supervisor heard a call of one of them, and says so."""
    agent, now = random.choice(agents), clock.now()
    tone, text, action = random.choice(NOTES)
    heard = Attempt.objects.filter(actor=agent.username, channel="call").exclude(disposition="").order_by("-at").first()
    note = write_note(agent, text=text, tone=tone, action=action, attempt=heard, by=_supervisor(), now=now)
    if are_answered:
        answer_note(note.pk, answer=random.choice(("", *ANSWERS)), by=agent, now=now + timedelta(hours=1))


def sit_down(agents: list[User], account_ids: list[int], day: date, random: Random) -> None:
    """Whom each had on screen this morning, minute by minute, as their open pages told it."""
    people = list(
        Obligation.objects.filter(pk__in=random.sample(account_ids, min(40, len(account_ids)))).order_by("pk")
    )
    now = clock.now()
    for agent in agents:
        at, shown = local(day, 8, random.randint(0, 9)), None
        while at < now:
            if random.random() < 0.3:
                shown = random.choice(people).debtor_id if random.random() < 0.8 else None
            beat(agent, shown, now=at, today=day)
            at += timedelta(seconds=BEAT_SECONDS)
        beat(agent, shown, now=now, today=day)
    if len(agents) > 3:
        choose_state(agents[3], "pause", now=now, today=day)


def _book(agent: User, account_ids: list[int], at: datetime, kind: str, place: str, random: Random) -> None:
    """With the first of some people whose law and authorisation admit that hour."""
    now = clock.now()
    for pk in random.sample(account_ids, min(TRIES, len(account_ids))):
        with suppress(Refusal):
            made = book_appointment(
                Obligation.objects.get(pk=pk), Wish(kind, at, place=place), agent=agent, actor=agent.username, now=now
            )
            if kind != "follow_up":
                tell_appointment(made, now=now)
            return


def _supervisor() -> User:
    return User.objects.get(username=LOGINS[1].username)
