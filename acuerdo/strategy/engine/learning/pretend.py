"""A pretend collections world whose truth is known, to prove that estimates and their intervals are honest.

People differ in two features. Each may be sent one of three actions (nothing, a message, a call), the logging strategy
choosing by chance with probabilities that depend on the features. Whether a person pays depends on both, by a formula that
no linear model equals, so that the outcome model of the doubly robust estimate is wrong on purpose.
"""

import numpy as np

from acuerdo.strategy.engine.learning.off_policy import Array, Logged

ACTIONS = 3


def make_log(seed: int, people: int) -> Logged:
    """The same seed gives the same log. Half of the people appear twice, with the same features."""
    draw = np.random.default_rng(seed)
    person = np.concatenate([np.arange(people), np.arange(people // 2)])
    features = draw.normal(size=(people, 2))[person]
    chances = logging_chances(features)
    action = (draw.random(len(person))[:, None] > np.cumsum(chances, axis=1)).sum(axis=1)
    paid = draw.random(len(person)) < pay_chances(features)[np.arange(len(person)), action]
    return Logged(
        features=features, action=action, propensity=chances[np.arange(len(person)), action],
        outcome=paid.astype(np.float64), wished=wished_chances(features), person=person,
    )  # fmt: skip


def logging_chances(features: Array) -> Array:
    """Every action has at least one chance in ten."""
    scores = np.column_stack([np.zeros(len(features)), 0.7 * features[:, 0], 0.7 * features[:, 1]])
    soft = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    mixed: Array = 0.1 + 0.7 * soft
    return mixed


def wished_chances(features: Array) -> Array:
    """The strategy asked about: calls those with a high second feature, writes to those with a high first one."""
    call, write = features[:, 1] > 0.5, features[:, 0] > 0
    chosen = np.where(call, 2, np.where(write, 1, 0))
    found: Array = np.eye(ACTIONS)[chosen]
    return found


def pay_chances(features: Array) -> Array:
    """P(pays | features, action), between 0 and 1."""
    first, second = features[:, 0], features[:, 1]
    base = -1.0 + 0.8 * np.sin(first) + 0.3 * second**2
    lift = np.column_stack([np.zeros(len(features)), 0.4 + 0.5 * np.tanh(first), 0.9 * np.tanh(second)])
    found: Array = 1 / (1 + np.exp(-(base[:, None] + lift)))
    return found


def true_value(draws: int = 2_000_000, seed: int = 1) -> float:
    """The mean outcome under the wished strategy, over so many people that its error is below 0.0004."""
    features = np.random.default_rng(seed).normal(size=(draws, 2))
    return float((pay_chances(features) * wished_chances(features)).sum(axis=1).mean())
