"""What another strategy would have earned, from decisions logged with the probability of each choice.

A logged decision i has features, the action taken aᵢ with its probability pᵢ, and its outcome yᵢ. The strategy asked about
takes action a with probability πᵢ(a). With wᵢ = πᵢ(aᵢ) / pᵢ:

* IPS, inverse propensity (Horvitz and Thompson 1952): mean of wᵢ yᵢ, unbiased when each action it would take had a chance;
* SNIPS, self-normalised (Swaminathan and Joachims 2015): Σ wᵢ yᵢ / Σ wᵢ, less variance for a little bias;
* DR, doubly robust (Dudík, Langford and Li 2011): mean of Σₐ πᵢ(a) q(xᵢ, a) + wᵢ (yᵢ − q(xᵢ, aᵢ)), exact if either the
  probabilities or the outcome model q are right; q is fitted on the other folds (cross-fitting), never on the row itself.

Intervals are normal with the variance of the terms (for SNIPS by linearisation), clustered by person when people repeat.
`effective` is Kish's effective sample size (Σw)² / Σw²: when it is small, nothing should be concluded.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from acuerdo.kernel.errors import Refusal

CONFIDENCE = 0.95
FOLDS = 5
RIDGE = 1.0
EFFECTIVE_MIN = 50.0
type Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
type Indices = np.ndarray[tuple[int, ...], np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class Logged:
    """One row a decision. `features` n × d; `action` 0 … k−1; `propensity` of the action taken; `wished` n × k, rows sum to 1."""

    features: Array
    action: Indices
    propensity: Array
    outcome: Array
    wished: Array
    person: Indices


@dataclass(frozen=True, slots=True)
class Estimate:
    """The mean outcome a decision, with its interval. `is_reliable` false: too few effective decisions to conclude."""

    method: str
    value: float
    low: float
    high: float
    effective: float
    rows: int

    @property
    def is_reliable(self) -> bool:
        return self.effective >= EFFECTIVE_MIN


def evaluate_policy(logged: Logged, confidence: float = CONFIDENCE) -> list[Estimate]:
    """IPS, SNIPS and DR of the strategy that `wished` describes. Refuses `log-incomplete` for rows that cannot be used."""
    _check(logged)
    taken = logged.wished[np.arange(len(logged.action)), logged.action]
    weight = taken / logged.propensity
    effective = float(weight.sum() ** 2 / max(float((weight**2).sum()), 1e-300))
    ips = weight * logged.outcome
    share = float(weight.mean())
    snips = float(ips.mean()) / share if share > 0 else 0.0
    snips_terms = snips + weight * (logged.outcome - snips) / max(share, 1e-300)
    predicted = _predicted(logged)
    own = predicted[np.arange(len(logged.action)), logged.action]
    robust = (logged.wished * predicted).sum(axis=1) + weight * (logged.outcome - own)
    parts = (("ips", ips), ("snips", snips_terms), ("dr", robust))
    return [_estimate(name, terms, logged.person, effective, confidence) for name, terms in parts]


def _check(logged: Logged) -> None:
    """Probabilities in (0, 1], every wished action that could be seen, and rows of `wished` that sum to one."""
    if not len(logged.action):
        raise Refusal("log-incomplete", "No hay decisiones registradas que comparar.")
    if not ((logged.propensity > 0) & (logged.propensity <= 1)).all():
        raise Refusal("log-incomplete", "Hay decisiones sin la probabilidad con que se eligieron: no se pueden usar.")
    if not np.allclose(logged.wished.sum(axis=1), 1) or (logged.wished < 0).any():
        raise Refusal(
            "log-incomplete", "Las probabilidades de la estrategia que se evalúa deben sumar 1 en cada decisión."
        )


def _estimate(name: str, terms: Array, person: Indices, effective: float, confidence: float) -> Estimate:
    """Mean and normal interval, the variance between people: sums of a person's deviations are one observation."""
    value, rows = float(terms.mean()), len(terms)
    order, sums = np.unique(person, return_inverse=True)
    deviations = np.bincount(sums, weights=terms - value, minlength=len(order))
    people = max(len(order), 2)
    error = float(np.sqrt((deviations**2).sum() * people / (people - 1))) / rows
    half = NormalDist().inv_cdf(1 - (1 - confidence) / 2) * error
    return Estimate(name, value, value - half, value + half, effective, rows)


def _predicted(logged: Logged) -> Array:
    """q(x, a) for every row and action: ridge regression for each action, on the people of the other folds."""
    rows, actions = logged.wished.shape
    design = np.column_stack([np.ones(rows), logged.features])
    found = np.zeros((rows, actions))
    fold = logged.person % FOLDS
    for number in range(FOLDS):
        here, others = fold == number, fold != number
        for action in range(actions):
            found[here, action] = design[here] @ _ridge(
                design, logged.outcome, others & (logged.action == action), others
            )
    return found


def _ridge(design: Array, outcome: Array, chosen: Array, others: Array) -> Array:
    """Coefficients; an action that those folds never saw takes the mean of all."""
    width = design.shape[1]
    if not chosen.any():
        flat = np.zeros(width)
        flat[0] = outcome[others].mean() if others.any() else 0.0
        return flat
    x, y = design[chosen], outcome[chosen]
    penalty = RIDGE * np.eye(width)
    penalty[0, 0] = 0.0
    solved: Array = np.linalg.solve(x.T @ x + penalty + 1e-9 * np.eye(width), x.T @ y)
    return solved
