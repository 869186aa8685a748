"""Estimates of what another strategy would have earned: exact on small logs, honest on a world whose truth is known."""

import dataclasses
from decimal import Decimal

import numpy as np
import pytest

from acuerdo.kernel.errors import Refusal
from acuerdo.strategy.engine.learning.off_policy import Logged, evaluate_policy
from acuerdo.strategy.engine.learning.pretend import make_log, true_value
from acuerdo.strategy.rules.guarding import VariantFigures, breaches, cost_in_hundredths, of_all
from acuerdo.strategy.rules.limits import Guard
from acuerdo.strategy.rules.sample_size import difference_interval, people_needed, wilson


def log(**changes: object) -> Logged:
    """Four people, two actions, each with its chance; the strategy asked about always takes the second."""
    base = Logged(
        features=np.zeros((4, 1)), action=np.array([0, 1, 1, 0]), propensity=np.array([0.5, 0.5, 0.25, 0.75]),
        outcome=np.array([1.0, 1.0, 0.0, 0.0]), wished=np.array([[0.0, 1.0]] * 4), person=np.arange(4),
    )  # fmt: skip
    return dataclasses.replace(base, **changes)  # type: ignore[arg-type]


def test_by_hand() -> None:
    ips, snips, _robust = evaluate_policy(log())
    assert ips.value == pytest.approx((1 / 0.5 * 1 + 1 / 0.25 * 0) / 4)
    assert snips.value == pytest.approx((2 * 1 + 4 * 0) / (2 + 4))
    assert ips.effective == pytest.approx(6**2 / (4 + 16))
    assert not ips.is_reliable


def test_the_strategy_that_logged_earns_what_was_seen() -> None:
    world = make_log(3, 600)
    from acuerdo.strategy.engine.learning.pretend import logging_chances

    same = evaluate_policy(dataclasses.replace(world, wished=logging_chances(world.features)))
    assert [one.value for one in same[:2]] == pytest.approx([world.outcome.mean()] * 2)
    assert same[2].value == pytest.approx(world.outcome.mean(), abs=0.02)


@pytest.mark.parametrize(
    "changes",
    [
        {"propensity": np.array([0.5, 0.0, 0.25, 0.75])},
        {"propensity": np.array([0.5, 1.5, 0.25, 0.75])},
        {"wished": np.array([[0.5, 0.6]] * 4)},
        {"wished": np.array([[-0.5, 1.5]] * 4)},
        {"action": np.zeros(0, dtype=int)},
    ],
)
def test_a_log_that_cannot_be_used_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(Refusal) as refused:
        evaluate_policy(log(**changes))
    assert refused.value.code == "log-incomplete"


def coverage(logs: int, people: int, truth: float) -> dict[str, float]:
    hits: dict[str, int] = {}
    for seed in range(logs):
        for one in evaluate_policy(make_log(5_000 + seed, people)):
            hits[one.method] = hits.get(one.method, 0) + (one.low <= truth <= one.high)
    return {method: count / logs for method, count in hits.items()}


def test_intervals_cover_the_truth_at_small_size() -> None:
    """Deterministic; the bounds allow for 400 logs. The slow test holds them to 93–97 %."""
    covered = coverage(400, 1_000, true_value(draws=500_000))
    assert covered.keys() == {"ips", "snips", "dr"}
    assert all(0.92 <= share <= 0.98 for share in covered.values()), covered


@pytest.mark.slow
def test_intervals_cover_the_truth_at_their_nominal_rate() -> None:
    covered = coverage(2_000, 1_500, true_value())
    assert all(0.93 <= share <= 0.97 for share in covered.values()), covered


def test_the_doubly_robust_estimate_is_the_narrowest_and_unbiased() -> None:
    truth = true_value(draws=200_000)
    widths, errors = [], []
    for seed in range(30):
        found = evaluate_policy(make_log(seed, 800))
        widths.append([one.high - one.low for one in found])
        errors.append([one.value - truth for one in found])
    ips, snips, robust = np.mean(widths, axis=0)
    assert robust < snips < ips
    assert np.abs(np.mean(errors, axis=0)).max() < 0.01


# --- how many people, and when to stop


def test_people_needed_as_tabulated() -> None:
    """Fleiss, Levin and Paik give 0.60 against 0.70 at 95 % and 80 %: 356 in each group (without correction)."""
    found = people_needed(base_rate=0.6, effect=0.1, people_a_day=100)
    assert (found.champion, found.challenger, found.days) == (356, 356, 8)
    uneven = people_needed(base_rate=0.6, effect=0.1, challenger_share=0.2)
    assert uneven.total > found.total
    assert uneven.champion > uneven.challenger
    assert uneven.days is None


@pytest.mark.parametrize("rates", [(0.0, 0.1), (0.95, 0.1), (0.1, 0.0), (0.1, -0.1)])
def test_a_size_that_makes_no_sense_is_refused(rates: tuple[float, float]) -> None:
    with pytest.raises(Refusal):
        people_needed(base_rate=rates[0], effect=rates[1])
    with pytest.raises(Refusal):
        wilson(3, 0)


def test_difference_of_two_rates() -> None:
    """Newcombe 1998, table II, case (a): 56/70 against 48/80 gives 0.2 (0.0524, 0.3339)."""
    difference, low, high = difference_interval(kept_a=48, people_a=80, kept_b=56, people_b=70)
    assert (round(difference, 4), round(low, 4), round(high, 4)) == (0.2, 0.0524, 0.3339)


def test_a_guard_pauses_what_is_surely_worse() -> None:
    guard = Guard(metric="complaints_per_1000", worst="5", contacts_min=200)  # type: ignore[arg-type]
    cost = Guard(metric="cost_per_contact", worst="100")  # type: ignore[arg-type]

    def broken(**figures: int) -> list[str]:
        return [one.metric for one in breaches(VariantFigures("tono/b", **figures), [guard, cost])]

    assert broken(contacts=1_000, complaints=30) == ["complaints_per_1000"]
    assert broken(contacts=1_000, complaints=6) == []  # above, but it may be chance
    assert broken(contacts=199, complaints=100) == []  # too few to judge
    assert broken(contacts=1_000, cost_minor=150 * 100 * 1_000) == ["cost_per_contact"]
    sentence = breaches(VariantFigures("tono/b", contacts=1_000, complaints=30), [guard])[0].sentence
    assert sentence == "complaints_per_1000: 30.0, y se admite hasta 5"


def test_costs_of_two_currencies_are_not_added() -> None:
    costs = {("email", "COP"): "5", ("call", "COP"): "1800", ("call", "PEN"): "1.70"}
    made = [("email", "COP", 300), ("call", "COP", 100), ("call", "PEN", 100)]
    # 400 contacts in pesos cost 181 500: 453.75 each, and so do the 100 others.
    assert cost_in_hundredths(made, lambda channel, currency: Decimal(costs[channel, currency])) == 500 * 45_375
    assert cost_in_hundredths([], lambda *_: Decimal(1)) == 0


def test_a_strategy_is_judged_by_all_its_contacts() -> None:
    every = of_all([VariantFigures("", contacts=3, planned=5), VariantFigures("tono/b", contacts=4, complaints=1)])
    assert every == VariantFigures("", contacts=7, planned=5, complaints=1)
