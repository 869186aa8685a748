"""What must hold for every obligation and every history."""

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from acuerdo.kernel.rates import Rate
from acuerdo.ledger.rules.components import DEFAULT_WATERFALL
from acuerdo.ledger.rules.continuing import OpenLine, Standing, continue_from, may_continue
from acuerdo.ledger.rules.events import (
    ChargebackEvent,
    PauseEvent,
    PaymentEvent,
    RefundEvent,
    ReplacementEvent,
    ReversalEvent,
    SettlementEvent,
    WriteOffEvent,
)
from acuerdo.ledger.rules.late_interest import Pauses, accrue_late_interest, daily_rates, scaled_cap
from acuerdo.ledger.rules.prepayment import payoff
from acuerdo.ledger.rules.replay import Replayed, replay
from acuerdo.ledger.rules.terms import LateInterestTerms
from tests.properties.ledger_worlds import DAYS, FIRST, PlainLedger, World, caps_of, days, fractions, worlds


def play(world: World) -> Replayed:
    return replay(world.instalments, world.terms, world.events, [world.as_of], world.caps)


@given(worlds())
def test_a_slow_plain_ledger_agrees(world: World) -> None:
    plain = PlainLedger(world)
    plain.play()
    ours = play(
        replace(
            world, events=[event for event in world.events if isinstance(event, PauseEvent) or event.on <= world.as_of]
        )
    )
    statement = ours.statements[0]
    assert dict(statement.balance) == plain.balance()
    assert statement.days_past_due == plain.days_past_due()
    assert statement.unallocated_minor == sum(left for _, left in plain.credits)
    standing = {
        uid: sum(share.amount_minor for share in outcome.shares)
        for uid, outcome in ours.payments.items()
        if outcome.reversed_on is None
    }
    assert {uid: spent for uid, spent in standing.items() if spent} == plain.spent
    passed_on = [share.amount_minor for shares in ours.effects.transferred.values() for share in shares]
    assert sum(passed_on) == plain.passed_on
    assert sorted(ours.effects.settled) == sorted(plain.paid_off)


@given(worlds(), days)
def test_paying_off_closes_the_loan_for_exactly_what_it_costs(world: World, on: date) -> None:
    """A cent less than the payoff closes nothing; the payoff itself leaves nothing owed, nothing over, that day and for ever."""
    events = [event for event in world.events if isinstance(event, PauseEvent) or event.on <= on]
    events = [
        event
        for event in events
        if not isinstance(event, SettlementEvent | ReplacementEvent | RefundEvent | ChargebackEvent)
    ]
    before = replay(world.instalments, world.terms, events, [on], world.caps)
    missing = sum(payoff(before.book, on.toordinal()).values()) - before.statements[0].unallocated_minor
    assume(missing > 1)
    end = on + timedelta(days=90)

    def closed(amount_minor: int) -> Replayed:
        paid = [*events, PaymentEvent("zz", on, amount_minor), SettlementEvent("zz9", on)]
        return replay(world.instalments, world.terms, paid, [on, end], world.caps)

    whole, short = closed(missing), closed(missing - 1)
    assert "zz9" in whole.effects.settled
    assert "zz9" not in short.effects.settled
    for statement in whole.statements:
        assert (statement.balance_minor, statement.unallocated_minor, statement.next_due_on) == (0, 0, None)
    agreed = sum(row.contract_interest_minor for row in world.instalments)
    assert 0 <= whole.effects.settled["zz9"].spared_minor <= agreed


@given(worlds())
def test_an_allocation_spends_exactly_the_payment(world: World) -> None:
    for outcome in play(world).payments.values():
        assert outcome.unallocated_minor >= 0
        assert all(share.amount_minor > 0 for share in outcome.shares)
        spent = sum(share.amount_minor for share in outcome.shares)
        assert spent + outcome.unallocated_minor + outcome.returned_minor == outcome.amount_minor


@given(worlds(), st.integers())
def test_the_order_of_arrival_does_not_matter(world: World, seed: int) -> None:
    shuffled = list(world.events)
    random.Random(seed).shuffle(shuffled)
    ours, other = play(world), play(replace(world, events=shuffled))
    assert ours.statements == other.statements
    assert ours.payments == other.payments


@given(worlds(), days, st.integers(1, 300_000), st.integers(0, 60))
def test_reversing_restores_every_balance(world: World, paid_on: date, amount_minor: int, wait: int) -> None:
    reversed_on = paid_on + timedelta(days=wait)
    assume(world.as_of >= reversed_on)
    undone = [*world.events, PaymentEvent("extra", paid_on, amount_minor), ReversalEvent(reversed_on, "extra")]
    assert play(replace(world, events=undone)).statements == play(world).statements


@given(worlds())
def test_no_balance_is_negative_and_the_parts_are_the_whole(world: World) -> None:
    statement = play(world).statements[0]
    assert min(statement.balance.values()) >= 0
    assert all(statement.balance_due[part] <= statement.balance[part] for part in DEFAULT_WATERFALL)
    assert (statement.days_past_due == 0) == (statement.due_since is None)


LATE = st.builds(
    LateInterestTerms,
    rate=st.builds(Rate, st.sampled_from(["effective_annual", "nominal_annual", "periodic"]), fractions),
    days_per_year=st.sampled_from([360, 365]),
)
OFFSETS = st.integers(0, DAYS)


@given(
    LATE,
    st.lists(fractions, min_size=12, max_size=12),
    st.integers(0, 10**13),
    st.tuples(OFFSETS, OFFSETS, OFFSETS),
    st.tuples(OFFSETS, OFFSETS),
)
def test_accrual_adds_up_wherever_it_is_split(
    late: LateInterestTerms, rates: list[Decimal], base: int, cuts: tuple[int, int, int], pause: tuple[int, int]
) -> None:
    start, middle, end = (FIRST.toordinal() + offset for offset in sorted(cuts))
    paused_from, paused_to = (FIRST + timedelta(days=offset) for offset in sorted(pause))
    pauses = Pauses.of([(paused_from, paused_to)])
    line = daily_rates(late, caps_of(rates)["xx/prueba"], FIRST, FIRST + timedelta(days=DAYS))
    whole = accrue_late_interest(base, line, pauses, start, end)
    assert whole == accrue_late_interest(base, line, pauses, start, middle) + accrue_late_interest(
        base, line, pauses, middle, end
    )


@given(LATE, st.lists(fractions, min_size=12, max_size=12), OFFSETS)
def test_no_day_bears_more_than_its_cap(late: LateInterestTerms, rates: list[Decimal], offset: int) -> None:
    table = caps_of(rates)["xx/prueba"]
    day = FIRST + timedelta(days=offset)
    line = daily_rates(late, table, FIRST, FIRST + timedelta(days=DAYS))
    assert line.over(day.toordinal() - 1, day.toordinal()) <= scaled_cap(table.require(day).annual)


def open_lines(played: Replayed, as_of: date) -> list[OpenLine]:
    day = as_of.toordinal()
    return [
        OpenLine(
            line.number, date.fromordinal(line.due), line.owed["principal"], line.owed["contract_interest"],
            line.owed["insurance"], line.owed["fees"], line.owed["collection_fee"], line.late_exact, line.late_settled,
            date.fromordinal(line.accrued_through),
        )
        for line in played.book.lines
        if played.book.is_open(line, day)
    ]  # fmt: skip


@given(worlds(), st.lists(st.tuples(st.integers(-20, 40), st.integers(1, 300_000)), min_size=1, max_size=3), st.data())
def test_going_on_from_the_open_lines_is_the_replay_of_everything(
    world: World, later: list[tuple[int, int]], data: st.DataObject
) -> None:
    """New payments on the state of any day, before it and after it, wherever `may_continue` allows."""
    state = world.as_of
    events = [event for event in world.events if isinstance(event, PauseEvent) or event.on <= state]
    before = replay(world.instalments, world.terms, events, [state], world.caps)
    paid = [
        PaymentEvent(f"z{index}", state + timedelta(days=days), amount) for index, (days, amount) in enumerate(later)
    ]
    first, as_of = min(payment.on for payment in paid), max([state, *(payment.on for payment in paid)])
    as_of += timedelta(days=data.draw(st.sampled_from([0, 0, 3, 33])))
    standing = Standing(
        state,
        before.statements[0].unallocated_minor,
        max((event.on for event in events if isinstance(event, PaymentEvent)), default=None),
        max((event.on for event in events if not isinstance(event, PauseEvent | PaymentEvent)), default=None),
        any(share.on > first for outcome in before.payments.values() for share in outcome.shares),
    )
    assume(may_continue(standing, world.terms, first, as_of))
    written_off = [event.on for event in events if isinstance(event, WriteOffEvent)]
    pauses = Pauses.of((event.from_on, event.to_on) for event in events if isinstance(event, PauseEvent))
    ours = continue_from(
        open_lines(before, state), world.terms, paid, pauses, as_of, world.caps,
        written_off_on=min(written_off, default=None),
    )  # fmt: skip
    whole = replay(world.instalments, world.terms, [*events, *paid], [as_of], world.caps)
    assert ours.statements == whole.statements
    assert ours.payments == {payment.uid: whole.payments[payment.uid] for payment in paid}
    assert all(whole.payments[uid] == outcome for uid, outcome in before.payments.items())
    assert open_lines(ours, as_of) == open_lines(whole, as_of)
