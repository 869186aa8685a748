"""Which provider each message of a round goes to, and what the round learns about them.

Health is one row a provider, shared by all workers; it is written only when it changes. Rates are kept in the database
too: who sends `n` messages first reserves their time, so two workers together stay within what the provider accepts.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db import connection, transaction

from acuerdo.base.audit import write_audit
from acuerdo.base.models import Role, User
from acuerdo.kernel.errors import Refusal
from acuerdo.messaging.models import Message, ProviderState, SenderState
from acuerdo.messaging.ports import PROVIDER_TROUBLES, RATE_ALONE, Answer, Channels, MessageChannel, Route, routes_of
from acuerdo.messaging.rules.routing import (
    Health,
    Shares,
    after_success,
    after_trouble,
    choose,
    choose_sender,
    slow_rate,
)

# A round hands a provider what leaves within half a minute at its rate: the next round looks at its health anew.
ROUND_SECONDS = 30
WAIT_SECONDS_MAX = 60.0
SLOWED_AT = "YELLOW"
NOBODY_UP_AGAIN = timedelta(minutes=1)
SWITCHERS = frozenset({Role.ADMIN, Role.DIRECTOR})


@dataclass(slots=True)
class Switchboard:
    """The providers as they stand when the round begins."""

    routes: Mapping[str, Sequence[Route]]
    healths: dict[str, Health]
    grades: Mapping[tuple[str, str], str]
    shares: Shares = field(default_factory=Shares)

    def pick(self, row: Message, now: datetime) -> Route | None:
        """The provider that carries the message, None when none is up; raises NoRoom when all that are up have enough."""
        routes = {route.lane.provider: route for route in self.routes.get(row.channel, ())}
        tried = frozenset(row.tried.split(",")) - {""}
        lanes = choose((route.lane for route in routes.values()), self.healths, str(row.uid), now, without=tried)
        if not lanes:
            return None
        for lane in lanes:
            if self.shares.has_room(lane.provider):
                self.shares.take(lane.provider)
                return routes[lane.provider]
        raise NoRoom

    def sender_for(self, route: Route, row: Message) -> str:
        """The number a person always sees of this provider, unless it rests."""
        grades = {sender: self.grades.get((route.lane.provider, sender), "new") for sender in route.lane.senders}
        return choose_sender(route.lane.senders, grades, str(row.debtor_id))

    def has_other(self, row: Message, now: datetime) -> bool:
        """Whether a provider that has not failed this message yet is up."""
        tried = row.tried.split(",")
        lanes = (route.lane for route in self.routes.get(row.channel, ()) if route.lane.provider not in tried)
        return bool(choose(lanes, self.healths, str(row.uid), now))

    def named(self, provider: str) -> MessageChannel | None:
        every = (route for routes in self.routes.values() for route in routes)
        return next((route.channel for route in every if route.channel.name == provider), None)

    def learn(self, provider: str, answers: Sequence[Answer], now: datetime) -> None:
        """Moves the provider's health by the last word of a group of answers."""
        health = self.healths.get(provider, Health())
        troubles = [one.trouble for one in answers if one.trouble and one.trouble.code in PROVIDER_TROUBLES]
        if not troubles:
            if health.troubles:
                self.healths[provider] = after_success(health).health
                _store_health(provider, self.healths[provider], now, trouble="")
            return
        self.healths[provider] = after_trouble(health, now).health
        _store_health(provider, self.healths[provider], now, trouble=troubles[-1].code)


class NoRoom(Exception):
    """Every provider that is up has enough for this round: the message waits for the next."""


def open_switchboard(channels: Channels) -> Switchboard:
    """Two queries, one where no provider has several numbers."""
    routes = {name: routes_of(served) for name, served in channels.items()}
    every = [route for found in routes.values() for route in found]
    names = sorted({route.lane.provider for route in every})
    states = list(ProviderState.objects.filter(name__in=names))
    healths = {row.name: Health(row.is_on, row.troubles, row.resting_until) for row in states}
    slowed = {row.name for row in states if row.quality == SLOWED_AT}
    routes = {
        name: [_slowed(route) if route.lane.provider in slowed else route for route in found]
        for name, found in routes.items()
    }
    every = [route for found in routes.values() for route in found]
    grades: dict[tuple[str, str], str] = {}
    if any(len(route.lane.senders) > 1 for route in every):
        rows = SenderState.objects.filter(provider__in=names).values_list("provider", "sender", "grade")
        grades = {(provider, sender): grade for provider, sender, grade in rows}
    shares = Shares({route.lane.provider: route.lane.per_second * ROUND_SECONDS for route in every})
    # A provider that rested is tried with one message, not with five hundred.
    shares.left.update({name: 1 for name, health in healths.items() if health.is_on_trial})
    return Switchboard(routes, healths, grades, shares)


def _slowed(route: Route) -> Route:
    """A number that Meta rates yellow is spared until it is green again; red takes it out of service (`note_quality`)."""
    return replace(route, lane=replace(route.lane, per_second=slow_rate(route.lane.per_second)))


def keep_pace(route: Route, count: int) -> None:
    """Reserves the time that `count` messages take at the provider's rate, and waits until it begins."""
    rate = route.lane.per_second
    if rate >= RATE_ALONE or not count:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO messaging_providerstate AS p"
            " (name, is_on, troubles, last_trouble, quality, reason, changed_by, paced_until)"
            " VALUES (%(name)s, true, 0, '', '', '', '', clock_timestamp() + %(span)s * interval '1 second')"
            " ON CONFLICT (name) DO UPDATE SET paced_until ="
            " greatest(p.paced_until, clock_timestamp()) + %(span)s * interval '1 second'"
            " RETURNING extract(epoch FROM paced_until - clock_timestamp())::float8 - %(span)s",
            {"name": route.lane.provider, "span": count / rate},
        )
        wait = float(cursor.fetchone()[0])
    if wait > 0:
        time.sleep(min(wait, WAIT_SECONDS_MAX))


def _store_health(provider: str, health: Health, now: datetime, *, trouble: str) -> None:
    values = {"troubles": health.troubles, "resting_until": health.resting_until}
    seen = {"last_trouble": trouble, "last_trouble_at": now} if trouble else {"last_ok_at": now}
    ProviderState.objects.update_or_create(name=provider, defaults={**values, **seen})


@transaction.atomic
def switch_provider(name: str, *, is_on: bool, user: User, reason: str, now: datetime) -> ProviderState:
    """A person takes a provider out of service or back in, which also ends its rest.

    Refuses `provider-switch-not-permitted` and `provider-reason-missing`.
    """
    if user.role not in SWITCHERS:
        raise Refusal("provider-switch-not-permitted", "Solo administración o dirección apaga un proveedor.")
    if not is_on and not reason.strip():
        raise Refusal("provider-reason-missing", "Escriba por qué se apaga.")
    state, _made = ProviderState.objects.select_for_update().get_or_create(name=name)
    state.is_on, state.reason = is_on, reason.strip()[:200]
    state.changed_by, state.changed_at = user.username, now
    if is_on:
        state.troubles, state.resting_until, state.quality = 0, None, ""
    state.save()
    action = "provider-switched-on" if is_on else "provider-switched-off"
    write_audit(
        chain="messaging", action=action, actor=user.username, subject=("provider", name),
        payload={"reason": state.reason}, now=now,
    )  # fmt: skip
    return state


def note_quality(provider: str, *, quality: str, stopped: str, now: datetime) -> None:
    """WhatsApp's own word on the number: red, or a restricted account, takes it out of service until a person looks."""
    if not quality and not stopped:
        return
    values: dict[str, object] = {"heard_at": now}
    if quality:
        values["quality"] = quality
    if stopped or quality == "RED":
        why = f"Meta: {stopped}" if stopped else "Meta calificó el número en rojo."
        values |= {"is_on": False, "reason": why[:200], "changed_by": "system", "changed_at": now}
    ProviderState.objects.update_or_create(name=provider, defaults=values)
