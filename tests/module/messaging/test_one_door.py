"""One door: whatever is done in whatever order, nothing reaches a provider without a stored verdict that allows it.

A spy stands in the place of every provider and looks, at the moment it is handed a message, for the verdict, the reserved
attempt and the receipts; Hypothesis makes the days.
"""

import json
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from acuerdo.kernel.calendar import holidays
from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.models import Account
from acuerdo.messaging.models import Message, MessageState
from acuerdo.messaging.ports import Answer, Outgoing
from acuerdo.messaging.public import deliver_due, plan_batch, recover_stuck
from acuerdo.policy.models import Attempt, Receipt
from acuerdo.policy.public import (
    PlannedContact,
    grant_consent,
    mark_attempts,
    permit_and_log,
    place_hold,
    record_outcome,
    revoke_consent,
    set_own_hours,
    verify_receipts,
)
from tests.factories import NOW, make_contact_point

pytestmark = pytest.mark.django_db
BOGOTA = ZoneInfo("America/Bogota")
CHANNELS = ("sms", "email", "whatsapp", "voice", "letter")


@dataclass
class Spy:
    """A provider of every channel that believes nobody."""

    name: str = "spy"
    sent: list[Outgoing] = field(default_factory=list)

    def send(self, messages: Sequence[Outgoing]) -> Iterator[Sequence[Answer]]:
        for message in messages:
            self._look(message)
            self.sent.append(message)
            yield [Answer(message.uid, "ref", None)]

    def _look(self, message: Outgoing) -> None:
        row = Message.objects.select_related("attempt__verdict").get(uid=message.uid)
        assert row.state == MessageState.SENDING
        assert row.attempt is not None
        verdict = row.attempt.verdict
        assert verdict is not None
        assert (verdict.verdict, verdict.channel, verdict.debtor_id) == ("allow", message.channel, row.debtor_id)
        assert (row.attempt.status, row.attempt.direction, row.attempt.at) == ("reserved", "out", verdict.at)
        told = [json.loads(one) for one in Receipt.objects.values_list("payload", flat=True)]
        mine = [one for one in told if one.get("attempt") == str(row.attempt.uid)]
        assert [one["verdict"]["uid"] for one in mine if "verdict" in one] == [str(verdict.uid)]
        assert sum("text" in one for one in mine) == 1

    def sent_already(self, uids: Sequence[UUID]) -> AbstractSet[UUID] | None:
        return {one.uid for one in self.sent} & set(uids)


@dataclass
class Day:
    """One person's days, with their clock."""

    world: Any
    owed: Any
    spy: Spy = field(default_factory=Spy)
    now: datetime = NOW
    turn: int = 0

    def __post_init__(self) -> None:
        self.channels: dict[str, Any] = dict.fromkeys(CHANNELS, self.spy)
        make_contact_point(self.owed.debtor, "address", "Calle 1 # 2-3, Bogotá")

    def told(self) -> dict[str, Any]:
        return {"actor": "prueba", "now": self.now}

    def plan(self, channel: str) -> None:
        wish = {"channel": channel, "not_before": self.now, "plan_key": f"{self.owed.pk}:{self.turn}"}
        wish |= {"template": "tardia"} if channel == "letter" else {}
        plan_batch([self.world.wish(self.owed, **wish)], self.now)

    def deliver(self, _value: str = "") -> None:
        deliver_due(self.now, self.channels)

    def hold(self, kind: str) -> None:
        place_hold(self.owed.debtor_id, kind, reason="Lo pidió", ends_at=self.now + timedelta(days=2), **self.told())

    def revoke(self, channel: str) -> None:
        revoke_consent(self.owed.debtor_id, channel, **self.told())

    def grant(self, channel: str) -> None:
        grant_consent(self.owed.debtor_id, channel, source="portal", **self.told())

    def hours(self, opens: str) -> None:
        set_own_hours(self.owed.debtor_id, {"mon-sat": [[opens, "19:00"]]}, **self.told())

    def pay(self, _value: str) -> None:
        Account.objects.filter(pk=self.owed.pk).update(balance_due_minor=0)

    def crash(self, _value: str) -> None:
        """A worker died between handing over and writing down: what it held is settled later."""
        stuck = Message.objects.filter(debtor=self.owed.debtor, state="sending")
        stuck.update(updated_at=self.now - timedelta(hours=1))
        recover_stuck(self.now, self.channels)

    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    def call(self, code: str) -> None:
        contact = PlannedContact(self.owed.debtor_id, self.owed.creditor_id, "call", obligation_id=self.owed.pk)
        permit = permit_and_log(contact, actor="gestor", now=self.now)
        if permit.attempt is None:
            return
        if not code:
            mark_attempts([permit.attempt.pk], "cancelled", now=self.now)
            return
        try:
            record_outcome(permit.attempt.pk, code, actor="gestor", now=self.now)
        except Refusal:
            mark_attempts([permit.attempt.pk], "unanswered", now=self.now)


NOTHING = st.just("")
STEPS: dict[str, st.SearchStrategy[Any]] = {
    "plan": st.sampled_from(CHANNELS),
    "deliver": NOTHING,
    "hold": st.sampled_from(["do_not_contact", "dispute", "deceased", "insolvency", "complaint"]),
    "revoke": st.sampled_from(CHANNELS),
    "grant": st.sampled_from(CHANNELS),
    "hours": st.sampled_from(["12:00", "18:00"]),
    "call": st.sampled_from(["NC-NCO", "CD-NEG", ""]),
    "pay": NOTHING,
    "crash": NOTHING,
    "wait": st.sampled_from([5, 45, 300, 840, 2880, 10080]),
}
steps = st.sampled_from([*STEPS, "plan", "deliver", "wait"]).flatmap(lambda what: st.tuples(st.just(what), STEPS[what]))


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_channel_is_let_out_with_its_verdict(world: Any, channel: str) -> None:
    day = Day(world, world.obligation(debtor=world.debtor(CHANNELS)))
    day.plan(channel)
    day.deliver()
    assert [one.channel for one in day.spy.sent] == [channel]  # and the spy found what it looked for
    _check_law(day.owed)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(script=st.lists(steps, min_size=4, max_size=14))
def test_nothing_leaves_without_a_verdict_whatever_the_day_brings(world: Any, script: list[tuple[str, Any]]) -> None:
    day = Day(world, world.obligation(debtor=world.debtor(CHANNELS)))
    for day.turn, (what, value) in enumerate(script):
        getattr(day, what)(value)
    day.deliver()
    _check_law(day.owed)
    sent = {one.uid for one in day.spy.sent}
    assert len(sent) == len(day.spy.sent)  # nothing twice
    left = Message.objects.filter(debtor=day.owed.debtor, state__in=["sent", "delivered", "read"])
    assert set(left.values_list("uid", flat=True)) <= sent
    assert verify_receipts(day.owed.creditor_id).broken is None


def _check_law(owed: Any) -> None:
    """Ley 2300 told again by hand: hours, holidays, one contact a day."""
    days: list[Any] = []
    for attempt in Attempt.objects.filter(debtor=owed.debtor, direction="out").select_related("verdict"):
        local = attempt.at.astimezone(BOGOTA)
        assert attempt.verdict is not None
        assert attempt.verdict.verdict == "allow"
        opens, closes = (8, 15) if local.weekday() == 5 else (7, 19)
        assert local.weekday() != 6
        assert local.date() not in holidays("CO", local.year)
        assert opens <= local.hour < closes
        if attempt.counts:
            days.append(local.date())
    assert len(days) == len(set(days))
