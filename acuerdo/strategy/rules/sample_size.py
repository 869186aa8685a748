"""How many people an experiment needs, and until when, before it may say anything.

Two-sided test of two proportions with unequal groups (Fleiss, Levin and Paik, *Statistical Methods for Rates and
Proportions*, 3rd ed., section 4.2, without the continuity correction): with base rate p₁, wished rate p₂ = p₁ + effect,
ratio k of the second group to the first, p̄ = (p₁ + k p₂) / (1 + k),

    n₁ = (z₁₋α/₂ √((1 + 1/k) p̄ (1 − p̄)) + z₁₋β √(p₁(1 − p₁) + p₂(1 − p₂)/k))² / effect²
"""

from dataclasses import dataclass
from math import ceil, sqrt
from statistics import NormalDist

from acuerdo.kernel.errors import Refusal

CONFIDENCE, POWER = 0.95, 0.8


@dataclass(frozen=True, slots=True)
class SampleSize:
    """People in the champion's group, in the challenger's, and days to gather both at `people_a_day` new ones."""

    champion: int
    challenger: int
    days: int | None

    @property
    def total(self) -> int:
        return self.champion + self.challenger


def people_needed(
    *,
    base_rate: float,
    effect: float,
    challenger_share: float = 0.5,
    confidence: float = CONFIDENCE,
    power: float = POWER,
    people_a_day: float | None = None,
) -> SampleSize:
    """Rates and shares between 0 and 1; `effect` is the difference worth seeing, in points of the rate.

    Refuses `bad-sample-size` for what makes no sense.
    """
    wished = base_rate + effect
    if not (0 < base_rate < 1 and 0 < wished < 1 and effect and 0 < challenger_share < 1):
        raise Refusal(
            "bad-sample-size",
            "La tasa y la tasa con el efecto deben quedar entre 0 y 100 %, y el efecto no puede ser 0.",
        )
    if not (0.5 < confidence < 1 and 0.5 <= power < 1):
        raise Refusal("bad-sample-size", "La confianza y la potencia deben estar entre 50 % y 100 %.")
    ratio = challenger_share / (1 - challenger_share)
    middle = (base_rate + ratio * wished) / (1 + ratio)
    confident, powerful = NormalDist().inv_cdf(1 - (1 - confidence) / 2), NormalDist().inv_cdf(power)
    under_equal = sqrt((1 + 1 / ratio) * middle * (1 - middle))
    under_wished = sqrt(base_rate * (1 - base_rate) + wished * (1 - wished) / ratio)
    champion = ceil((confident * under_equal + powerful * under_wished) ** 2 / effect**2)
    challenger = ceil(champion * ratio)
    days = ceil((champion + challenger) / people_a_day) if people_a_day else None
    return SampleSize(champion, challenger, days)


def difference_interval(
    *, kept_a: int, people_a: int, kept_b: int, people_b: int, confidence: float = CONFIDENCE
) -> tuple[float, float, float]:
    """(difference b − a, low, high) by Newcombe's hybrid score interval (Newcombe 1998, method 10), which holds at small counts."""
    rate_a, low_a, high_a = wilson(kept_a, people_a, confidence)
    rate_b, low_b, high_b = wilson(kept_b, people_b, confidence)
    difference = rate_b - rate_a
    low = difference - sqrt((rate_b - low_b) ** 2 + (high_a - rate_a) ** 2)
    high = difference + sqrt((high_b - rate_b) ** 2 + (rate_a - low_a) ** 2)
    return difference, low, high


def wilson(kept: int, people: int, confidence: float = CONFIDENCE) -> tuple[float, float, float]:
    """(rate, low, high) by Wilson's score interval (1927). Refuses `bad-sample-size` without people."""
    if people <= 0 or not 0 <= kept <= people:
        raise Refusal("bad-sample-size", "Hacen falta personas en los dos grupos para compararlos.")
    z = NormalDist().inv_cdf(1 - (1 - confidence) / 2)
    rate, weight = kept / people, z * z / people
    middle = (rate + weight / 2) / (1 + weight)
    half = z / (1 + weight) * sqrt(rate * (1 - rate) / people + weight / (4 * people))
    return rate, max(middle - half, 0.0), min(middle + half, 1.0)
