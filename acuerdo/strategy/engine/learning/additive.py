"""An additive model that anyone can read: each feature falls in a band, each band adds its weight, the sum is a chance.

    chance = 1 / (1 + e^−(a · (intercept + Σ weight of the band of each feature) + b))

Bands are cut at quantiles of the training period, rare texts share one band, what is missing has its own. Weights are a
ridge-penalised logistic regression over the bands (scikit-learn); `a` and `b` calibrate on a later period (Platt 1999).
A trained model is plain numbers (JSON): scoring needs no scikit-learn, and a row's reasons are its bands' weights.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl

from acuerdo.kernel.errors import Refusal
from acuerdo.strategy.rules.facts import PROTECTED

BANDS, RARE_SHARE = 8, 0.005
OTHER, MISSING = "·other·", "·missing·"
STRENGTHS = (0.01, 0.1, 1.0)
type Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Feature:
    """`cuts` of a number or `levels` of a text; `shares` of the training rows in each band; the last band is what is missing."""

    name: str
    cuts: tuple[float, ...] | None
    levels: tuple[str, ...] | None
    shares: tuple[float, ...]
    weights: tuple[float, ...] = ()

    @property
    def bands(self) -> int:
        return (len(self.cuts) + 1 if self.cuts is not None else len(self.levels or ()) + 1) + 1


@dataclass(frozen=True, slots=True)
class Additive:
    """`scores` are the ends of the training period's ten equal parts by score, for watching drift."""

    features: tuple[Feature, ...]
    intercept: float
    slope: float = 1.0
    shift: float = 0.0
    scores: tuple[float, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_json(told: Mapping[str, Any]) -> "Additive":
        features = tuple(
            Feature(
                one["name"], _tuple(one["cuts"]), _tuple(one["levels"]), tuple(one["shares"]), tuple(one["weights"])
            )
            for one in told["features"]
        )
        return Additive(features, told["intercept"], told["slope"], told["shift"], tuple(told["scores"]))


def fit(train: pl.DataFrame, later: pl.DataFrame, features: Sequence[str], label: str) -> Additive:
    """Weights from `train`, strength and calibration from `later`. Refuses `protected-feature`, `too-little-history`."""
    refuse_protected(features)
    if train[label].n_unique() < 2 or later[label].n_unique() < 2:
        raise Refusal(
            "too-little-history", "Aún no hay historia suficiente para aprender: faltan casos de los dos resultados."
        )
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - heavy, and only for training

    shapes = [_shape(train[name]) for name in features]
    design, after = design_of(shapes, train), design_of(shapes, later)
    outcome, outcome_later = _floats(train[label]), _floats(later[label])
    best: tuple[float, Any] | None = None
    for strength in STRENGTHS:
        learner = LogisticRegression(C=strength, max_iter=200).fit(design, outcome)
        loss = log_loss(outcome_later, learner.predict_proba(after)[:, 1])
        if best is None or loss < best[0]:
            best = (loss, learner)
    assert best is not None
    learner = best[1]
    model = Additive(_weighted(shapes, learner.coef_[0]), float(learner.intercept_[0]))
    slope, shift = _calibrated(raw_scores(model, later), outcome_later)
    parts = np.quantile(
        chances(Additive(model.features, model.intercept, slope, shift), train), np.linspace(0.1, 0.9, 9)
    )
    return Additive(model.features, model.intercept, slope, shift, tuple(float(part) for part in parts))


def refuse_protected(features: Sequence[str]) -> None:
    """Sex, age, origin and the like are never inputs."""
    for name in features:
        if name.lower() in PROTECTED or any(part in PROTECTED for part in name.lower().split("_")):
            raise Refusal("protected-feature", f"«{name}» es una característica protegida: ningún modelo la usa.")


def chances(model: Additive, rows: pl.DataFrame) -> Array:
    """One chance a row."""
    linear = model.slope * raw_scores(model, rows) + model.shift
    found: Array = 1 / (1 + np.exp(-linear))
    return found


def raw_scores(model: Additive, rows: pl.DataFrame) -> Array:
    total = np.full(rows.height, model.intercept)
    for feature in model.features:
        total = total + np.asarray(feature.weights)[bands_of(feature, rows[feature.name])]
    return total


def reasons(model: Additive, row: Mapping[str, Any], most: int = 3) -> list[tuple[str, float]]:
    """The features that move this row's chance most against an average row, strongest first, with their push (log-odds)."""
    pushes = []
    for feature in model.features:
        band = int(bands_of(feature, pl.Series([row[feature.name]]))[0])
        average = float(np.dot(feature.weights, feature.shares))
        pushes.append((feature.name, model.slope * (feature.weights[band] - average)))
    return sorted(pushes, key=lambda push: -abs(push[1]))[:most]


def bands_of(feature: Feature, values: pl.Series) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The band of each value; the last is for what is missing, the one before for levels never seen."""
    missing = feature.bands - 1
    if feature.cuts is not None:
        numbers = values.cast(pl.Float64, strict=False).to_numpy()
        found = np.searchsorted(np.asarray(feature.cuts), np.nan_to_num(numbers), side="right")
        return np.where(np.isnan(numbers), missing, found).astype(np.int64)
    known = {level: index for index, level in enumerate(feature.levels or ())}
    texts = values.cast(pl.String).to_list()
    return np.array([missing if text is None else known.get(text, missing - 1) for text in texts], dtype=np.int64)


def design_of(features: Sequence[Feature], rows: pl.DataFrame) -> Array:
    """One column a band."""
    parts = [np.eye(feature.bands)[bands_of(feature, rows[feature.name])] for feature in features]
    found: Array = np.hstack(parts)
    return found


def log_loss(outcome: Array, chance: Array) -> float:
    """Mean of −log of the chance given to what happened."""
    safe = np.clip(chance, 1e-9, 1 - 1e-9)
    return float(-(outcome * np.log(safe) + (1 - outcome) * np.log(1 - safe)).mean())


def _shape(values: pl.Series) -> Feature:
    if values.dtype.is_numeric() or values.dtype == pl.Boolean:
        numbers = values.cast(pl.Float64).drop_nulls().to_numpy()
        quantiles = np.quantile(numbers, np.linspace(0, 1, BANDS + 1)[1:-1]) if len(numbers) else np.zeros(0)
        cuts = tuple(float(cut) for cut in np.unique(quantiles) if len(numbers) and cut > numbers.min())
        bare = Feature(values.name, cuts, None, ())
    else:
        counted = values.cast(pl.String).drop_nulls().value_counts(sort=True)
        often = counted.filter(pl.col("count") >= max(RARE_SHARE * len(values), 1))
        bare = Feature(values.name, None, tuple(sorted(often.get_column(values.name).to_list())), ())
    counts = np.bincount(bands_of(bare, values), minlength=bare.bands)
    return Feature(bare.name, bare.cuts, bare.levels, tuple(float(share) for share in counts / max(len(values), 1)))


def _weighted(shapes: Sequence[Feature], coefficients: Array) -> tuple[Feature, ...]:
    found, place = [], 0
    for shape in shapes:
        own = tuple(float(weight) for weight in coefficients[place : place + shape.bands])
        found.append(Feature(shape.name, shape.cuts, shape.levels, shape.shares, own))
        place += shape.bands
    return tuple(found)


def _calibrated(scores: Array, outcome: Array, rounds: int = 50) -> tuple[float, float]:
    """Slope and shift of the logistic curve over the scores, by Newton's method with a slight pull to (1, 0)."""
    design = np.column_stack([scores, np.ones_like(scores)])
    found, start = np.array([1.0, 0.0]), np.array([1.0, 0.0])
    for _round in range(rounds):
        chance = 1 / (1 + np.exp(-np.clip(design @ found, -30, 30)))
        slope = design.T @ (outcome - chance) - (found - start)
        curve = (design * (chance * (1 - chance))[:, None]).T @ design + np.eye(2)
        step = np.linalg.solve(curve, slope)
        found = found + step
        if float(np.abs(step).max()) < 1e-8:
            break
    if found[0] <= 0:  # the later period ranks the other way round: nothing was learnt that lasts, so all get its rate
        rate = float(np.clip(outcome.mean(), 1e-6, 1 - 1e-6))
        return 0.0, float(np.log(rate / (1 - rate)))
    return float(found[0]), float(found[1])


def _floats(values: pl.Series) -> Array:
    found: Array = values.cast(pl.Float64).to_numpy()
    return found


def _tuple(values: Sequence[Any] | None) -> tuple[Any, ...] | None:
    return None if values is None else tuple(values)
