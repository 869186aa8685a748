"""Prices and repair against the best of all plans, found by trying every one; and what must never be."""

import tempfile
from collections import Counter
from itertools import product
from pathlib import Path

import narwhals as nw
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from acuerdo.strategy.engine.allocation import EVERYONE, Allocation, InMemory, Scale, Step, allocate, evaluate
from acuerdo.strategy.engine.allocation import _near as near
from acuerdo.strategy.engine.frames import Engine
from acuerdo.strategy.rules.allocation import Kind, Market, Pace, Resource

# One group of agents may work both kinds of call, the other only the second; a message limit; a budget.
KINDS = (
    Kind(uses=((3, 7),), groups=(0,), minutes=5),
    Kind(uses=((3, 5),), groups=(0, 1), minutes=4),
    Kind(uses=((2, 1), (3, 1))),
    Kind(),
)
SCHEMA = {"debtor_id": pl.Int64, "kind": pl.Int64, "worth": pl.Int64, "draw": pl.Int64}
people = st.lists(st.dictionaries(st.integers(0, 3), st.integers(1, 60), max_size=4), max_size=6)
capacities = st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(0, 3), st.integers(0, 20))


def market(limits: tuple[int, ...]) -> Market:
    return Market(tuple(Resource(f"r{index}", limit) for index, limit in enumerate(limits)), KINDS)


def rows(offers: list[dict[int, int]]) -> pl.DataFrame:
    found = [(person, kind, worth, person) for person, offer in enumerate(offers) for kind, worth in offer.items()]
    return pl.DataFrame(found, schema=SCHEMA, orient="row")


def run(options: pl.DataFrame, one: Market) -> tuple[Allocation, dict[int, int]]:
    with tempfile.TemporaryDirectory() as folder:
        engine = Engine("polars", Path(folder))
        found = allocate(engine, engine.lend(options, "options"), one, Scale(len(KINDS)))
        chosen = engine.collect(found.chosen).select("debtor_id", "kind")
    assert chosen.get_column("debtor_id").is_unique().all()
    return found, dict(chosen.iter_rows())


def fits(counts: Counter[int], limits: tuple[int, ...]) -> bool:
    """Whether so many contacts of each kind can be done: every way to share the calls of kind 1 between the groups."""
    if counts[2] > limits[2] or counts[0] * 7 + counts[1] * 5 + counts[2] > limits[3]:
        return False
    return any(
        counts[0] * 5 + own * 4 <= limits[0] and (counts[1] - own) * 4 <= limits[1] for own in range(counts[1] + 1)
    )


def best_of_all(offers: list[dict[int, int]], limits: tuple[int, ...]) -> int:
    plans = product(*([None, *offer] for offer in offers))
    return max(
        sum(offer[kind] for offer, kind in zip(offers, plan, strict=True) if kind is not None)
        for plan in plans
        if fits(Counter(kind for kind in plan if kind is not None), limits)
    )


@settings(max_examples=60)
@example(offers=[{0: 3}, {0: 2, 1: 1}], limits=(6, 5, 0, 14))  # a call given back to the group that had not made it
@given(offers=people, limits=capacities)
def test_the_plan_keeps_every_capacity_and_the_bound_is_above_the_best_of_all(
    offers: list[dict[int, int]], limits: tuple[int, int, int, int]
) -> None:
    found, chosen = run(rows(offers), market(limits))
    assert fits(Counter(chosen.values()), limits)
    assert found.value == sum(offers[person][kind] for person, kind in chosen.items())
    best = best_of_all(offers, limits)
    assert found.value <= best <= found.bound
    assert found.gap_ppm >= 0
    # At most one person a resource is split between two contacts at the best prices, so no more than that may be lost.
    most = max((worth for offer in offers for worth in offer.values()), default=0)
    assert best - found.value <= len(limits) * most


@settings(max_examples=15)
@given(offers=people, limits=capacities)
def test_the_order_of_the_options_does_not_matter(
    offers: list[dict[int, int]], limits: tuple[int, int, int, int]
) -> None:
    options = rows(offers)
    assert run(options, market(limits))[1] == run(options.reverse(), market(limits))[1]


@settings(max_examples=30)
@given(offers=people, prices=st.tuples(*[st.floats(0, 20)] * 4))
def test_a_step_counts_what_plain_python_counts(offers: list[dict[int, int]], prices: tuple[float, ...]) -> None:
    one = market((9, 9, 9, 9))
    step = evaluate(InMemory(), nw.from_native(rows(offers).lazy()), one, Scale(len(KINDS)), prices)
    counts, net = Counter[int](), 0
    for offer in offers:
        nets = {kind: worth - one.price_of(KINDS[kind], prices) for kind, worth in offer.items()}
        best = max(nets, key=lambda kind: (nets[kind], -kind), default=None)
        if best is not None and nets[best] > 0:
            counts[best] += 1
            net += nets[best]
    assert (step.counts, step.net) == (dict(counts), net)


def test_no_capacity_at_all_leaves_only_what_uses_nothing() -> None:
    offers = [{0: 50, 3: 2}, {1: 50}, {2: 50}]
    found, chosen = run(rows(offers), market((0, 0, 0, 0)))
    assert chosen == {0: 3}
    assert (found.value, found.bound) == (2, 2)


def test_enough_for_everyone_has_no_price_and_no_gap() -> None:
    found, chosen = run(rows([{0: 9, 3: 2}, {2: 5}]), market((99, 99, 99, 99)))
    assert chosen == {0: 0, 1: 2}
    assert (found.prices, found.gap_ppm) == ([0.0] * 4, 0)


def test_nobody_to_contact_is_an_empty_plan() -> None:
    found, chosen = run(rows([]), market((5, 5, 5, 5)))
    assert (chosen, found.value, found.bound, found.gap_ppm) == ({}, 0, 0, 0)


def test_minutes_are_shared_evenly_among_the_groups_that_may() -> None:
    one = market((100, 50, 9, 9))
    assert one.used({1: 30})[:2] == pytest.approx([80, 40])
    assert one.used({0: 16, 1: 15})[:2] == pytest.approx([93.33, 46.67], abs=0.01)


def test_a_price_rises_where_too_much_is_asked_and_answers_gentler_after_crossing() -> None:
    pace = Pace(market((10, 10, 10, 10)))
    first = pace.stepped([1.0, 1.0, 1.0, 1.0], [20, 5, 10, 0])
    assert first == [2.0, 0.5, 1.0, 0.25]
    again = pace.stepped([1.0, 1.0, 1.0, 1.0], [5, 5, 10, 0])
    assert 0.5 < again[0] < 1  # it crossed: half the answer
    assert again[1] < 0.5  # it did not: a longer one


def test_twenty_thousand_people_come_within_half_a_thousandth_of_the_bound() -> None:
    draws = pl.select(debtor_id=pl.int_range(20_000, dtype=pl.Int64)).with_columns(
        draw=pl.col("debtor_id") * 2_654_435_761 % 2**20
    )
    parts = [
        draws.filter(pl.col("draw") % (kind + 2) != 0).with_columns(
            kind=pl.lit(kind, pl.Int64), worth=(pl.col("draw") * (97 + kind) % 9_973) * (4 - kind) + 1
        )
        for kind in range(4)
    ]
    options = pl.concat(parts).select(list(SCHEMA))
    found, _chosen = run(options, market((9_000, 7_000, 1_500, 40_000)))
    assert min(found.left) >= 0
    assert found.gap_ppm <= 500


def nearest(offers: list[dict[int, int]], prices: list[float], limit: int) -> set[int]:
    """Who is looked at first for the repair. Calls of kind 0 take 5 minutes, of kind 1 four; kinds 2 and 3 use nothing scarce."""
    with tempfile.TemporaryDirectory() as folder:
        engine = Engine("polars", Path(folder))
        options = engine.lend(rows(offers), "options")
        found = near(engine, options, market((1_000, 1_000, 10**6, 10**6)), Step(prices, {}, 0, []), limit)
    return set(found.get_column("debtor_id"))


@pytest.mark.parametrize(
    ("offers", "expected"),
    [
        # A call worth 42 less 40 beats nothing by 2; whoever wavers between two contacts that use nothing scarce is far away.
        ([{1: 45, 2: 100, 3: 100}, {1: 42}, {1: 90, 3: 20}], {1}),
        # The same call, not worth it by 3, and by 7.
        ([{1: 33}, {1: 37}], {1}),
        # Between two sets of scarce minutes: 60 less 50 against 49 less 40.
        ([{0: 60, 1: 49}, {1: 42}], {0}),
        # Without a wish for anything scarce nobody is near.
        ([{2: 5, 3: 5}, {1: 400}], {1}),
    ],
)
def test_the_nearest_are_those_on_the_margin_of_what_is_scarce(
    offers: list[dict[int, int]], expected: set[int]
) -> None:
    assert nearest(offers, [10.0, 10.0, 0.0, 0.0], 1) == expected


def test_in_the_end_everybody_is_looked_at() -> None:
    assert nearest([{2: 5}, {1: 400}, {3: 1}], [10.0, 10.0, 0.0, 0.0], EVERYONE) == {0, 1, 2}


def test_contacts_that_use_the_same_of_what_is_scarce_are_of_one_class() -> None:
    one = market((1_000, 1_000, 50, 10**6))
    assert one.classes([10.0, 10.0, 0.0, 0.0]) == [1, 2, 0, 0]
    assert one.classes([0.0, 0.0, 3.0, 0.0]) == [0, 0, 1, 0]
    assert one.classes([0.0, 0.0, 0.0, 0.0]) == [0, 0, 0, 0]
