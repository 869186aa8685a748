"""What must hold for every obligation and every history."""

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from acuerdo.kernel.rates import Rate
from acuerdo.ledger.rules.components import DEFAULT_WATERFALL
from acuerdo.ledger.rules.events import PauseEvent, PaymentEvent, ReversalEvent
from acuerdo.ledger.rules.late_interest import Pauses, accrue_late_interest, daily_rates, scaled_cap
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
