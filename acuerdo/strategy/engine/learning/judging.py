"""How good a model is on a period it never saw, against plain rules; how it drifts; how it treats groups of people.

Figures are of the last period alone. A model beats a plain rule when its log loss is smaller by a margin whose 95 %
interval over the rows lies above zero; until then it stays off.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import polars as pl

from acuerdo.kernel.errors import Refusal
from acuerdo.strategy.engine.learning.additive import Additive, Array, bands_of, chances, fit, log_loss

TRAIN, LATER = 0.6, 0.8  # shares of the rows in order of time: train, calibrate, judge
ROWS_MIN, POSITIVES_MIN = 400, 40
PARTS = 10
PSI_WATCH, PSI_ALARM = 0.1, 0.25  # usual reading: below 0.1 stable, above 0.25 another population (Siddiqi 2006)
TOP_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Trained:
    """The model, its figures, and whether it may be switched on."""

    model: Additive
    report: dict[str, Any]

    @property
    def beats_the_rule(self) -> bool:
        return bool(self.report["beats_the_rule"])


def train_and_judge(
    rows: pl.DataFrame, features: Sequence[str], label: str, when: str, rule: Sequence[str] = ()
) -> Trained:
    """Train on the first part in time, calibrate on the next, judge on the last.

    `rule` names the features of the plain rule: the rate of the label among equals in the past (none: the overall rate).
    Refuses `too-little-history`, `protected-feature`.
    """
    ordered = rows.drop_nulls([label, when]).sort(when, maintain_order=True)
    positives = int(ordered[label].cast(pl.Int64).sum())
    if ordered.height < ROWS_MIN or min(positives, ordered.height - positives) < POSITIVES_MIN:
        raise Refusal(
            "too-little-history",
            f"Aún no hay historia suficiente: hacen falta {ROWS_MIN} casos y {POSITIVES_MIN} de cada resultado.",
        )
    first, second = int(ordered.height * TRAIN), int(ordered.height * LATER)
    train, later, last = ordered[:first], ordered[first:second], ordered[second:]
    model = fit(train, later, features, label)
    outcome = last[label].cast(pl.Float64).to_numpy()
    chance, plain = chances(model, last), plain_rule(ordered[:second], last, label, rule)
    report = figures(outcome, chance)
    margin = _margin(outcome, chance, plain)
    report |= {
        "rows": ordered.height,
        "rows_judged": last.height,
        "from": str(last[when][0]),
        "to": str(last[when][-1]),
        "rule": list(rule),
        "rates": rates_by(last, label, rule),
        "rule_log_loss": round(log_loss(outcome, plain), 6),
        "margin": margin,
        "beats_the_rule": margin["low"] > 0,
        "weights": strongest(model),
        "drift": {name: round(value, 4) for name, value in drift(model, last).items()},
    }
    return Trained(model, report)


def plain_rule(past: pl.DataFrame, rows: pl.DataFrame, label: str, rule: Sequence[str]) -> Array:
    """The rate of the label in the past among rows with the same values, pulled to the overall rate where they are few."""
    overall = float(past[label].cast(pl.Float64).mean() or 0.0)  # type: ignore[arg-type]
    if not rule:
        return np.full(rows.height, overall)
    weight = 20.0
    rates = past.group_by(list(rule)).agg(
        chance_=(pl.col(label).cast(pl.Float64).sum() + weight * overall) / (pl.len() + weight)
    )
    found = rows.select(list(rule)).join(rates, on=list(rule), how="left", maintain_order="left", nulls_equal=True)
    told: Array = found["chance_"].fill_null(overall).to_numpy()
    return told


def rates_by(rows: pl.DataFrame, label: str, rule: Sequence[str]) -> dict[str, float]:
    """How often the label held for each value of a rule of one feature; empty for other rules."""
    if len(rule) != 1:
        return {}
    told = rows.group_by(rule[0]).agg(rows=pl.len(), rate=pl.col(label).cast(pl.Float64).mean()).sort(rule[0])
    return {str(value): round(rate, 4) for value, rows_, rate in told.iter_rows() if rows_ >= PARTS and rate}


def figures(outcome: Array, chance: Array) -> dict[str, Any]:
    """Log loss, Brier, area under the curve, lift of the best tenth, and the reliability of ten equal parts."""
    table = reliability(outcome, chance)
    error = sum(part["rows"] * abs(part["expected"] - part["seen"]) for part in table) / len(outcome)
    return {
        "log_loss": round(log_loss(outcome, chance), 6),
        "brier": round(float(((chance - outcome) ** 2).mean()), 6),
        "auc": round(area(outcome, chance), 4),
        "lift": round(lift(outcome, chance), 3),
        "calibration_error": round(error, 4),
        "rate": round(float(outcome.mean()), 4),
        "reliability": table,
    }


def reliability(outcome: Array, chance: Array, parts: int = PARTS) -> list[dict[str, Any]]:
    """What was expected and what was seen in equal parts, the lowest chances first."""
    order = np.argsort(chance, kind="stable")
    return [
        {
            "rows": len(part),
            "expected": round(float(chance[part].mean()), 4),
            "seen": round(float(outcome[part].mean()), 4),
        }
        for part in np.array_split(order, parts)
        if len(part)
    ]


def area(outcome: Array, chance: Array) -> float:
    """Area under the ROC curve: the chance that a positive is ranked above a negative (ties count half)."""
    ranks = pl.Series(chance).rank("average").to_numpy()
    positives = float(outcome.sum())
    negatives = len(outcome) - positives
    if not positives or not negatives:
        return 0.5
    return float((ranks[outcome > 0].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def lift(outcome: Array, chance: Array, share: float = TOP_SHARE) -> float:
    """How many times the overall rate is the rate of the best-ranked share."""
    count = max(int(len(chance) * share), 1)
    best = np.argsort(-chance, kind="stable")[:count]
    return float(outcome[best].mean() / max(outcome.mean(), 1e-12))


def drift(model: Additive, rows: pl.DataFrame) -> dict[str, float]:
    """Population stability index of each feature and of the score (`score`) against the training period."""
    found = {}
    for feature in model.features:
        counts = np.bincount(bands_of(feature, rows[feature.name]), minlength=feature.bands)
        found[feature.name] = psi(np.asarray(feature.shares), counts / max(rows.height, 1))
    parts = np.bincount(np.searchsorted(np.asarray(model.scores), chances(model, rows)), minlength=PARTS)
    found["score"] = psi(np.full(PARTS, 1 / PARTS), parts[:PARTS] / max(rows.height, 1))
    return found


def psi(expected: Array, seen: Array) -> float:
    """Σ (seen − expected) · ln(seen / expected), empty bands counted as a ten-thousandth."""
    a, b = np.maximum(expected, 1e-4), np.maximum(seen, 1e-4)
    return float(((b - a) * np.log(b / a)).sum())


def parity(chance: Array, outcome: Array, groups: Sequence[str], share: float = TOP_SHARE) -> list[dict[str, Any]]:
    """How groups of people that are never inputs fare: chance given, what was seen, and who is among the best share.

    `ratio` compares a group's share among the chosen with the largest group's; below 0.8 it is worth a look (four-fifths).
    """
    chosen = np.zeros(len(chance), dtype=bool)
    chosen[np.argsort(-chance, kind="stable")[: max(int(len(chance) * share), 1)]] = True
    table = pl.DataFrame({"group": list(groups), "chance": chance, "outcome": outcome, "chosen": chosen})
    told = table.group_by("group").agg(
        rows=pl.len(), chance=pl.col("chance").mean(), seen=pl.col("outcome").mean(), chosen=pl.col("chosen").mean()
    ).sort(["rows", "group"], descending=[True, False])  # fmt: skip
    first = float(told["chosen"][0]) if told.height else 0.0
    return [
        {
            **{name: round(row[name], 4) if name != "group" else row[name] for name in row},
            "ratio": round(row["chosen"] / first, 3) if first else None,
        }
        for row in told.iter_rows(named=True)
    ]


def strongest(model: Additive, most: int = 12) -> list[dict[str, Any]]:
    """The features by how far their bands differ, for people."""
    spans = [
        (feature.name, max(feature.weights) - min(feature.weights)) for feature in model.features if feature.weights
    ]
    return [{"feature": name, "span": round(span, 3)} for name, span in sorted(spans, key=lambda one: -one[1])[:most]]


def _margin(outcome: Array, chance: Array, plain: Array) -> dict[str, float]:
    """By how much the model's log loss is smaller, with its 95 % interval over the rows."""

    def loss(told: Array) -> Array:
        safe = np.clip(told, 1e-9, 1 - 1e-9)
        found: Array = -(outcome * np.log(safe) + (1 - outcome) * np.log(1 - safe))
        return found

    gain = loss(plain) - loss(chance)
    half = NormalDist().inv_cdf(0.975) * float(gain.std(ddof=1)) / float(np.sqrt(len(gain)))
    mean = float(gain.mean())
    return {"mean": round(mean, 6), "low": round(mean - half, 6), "high": round(mean + half, 6)}


def watch(values: Mapping[str, float]) -> list[tuple[str, float, str]]:
    """Features whose population moved: `watch` or `alarm`, the furthest first."""
    moved = [
        (name, value, "alarm" if value >= PSI_ALARM else "watch")
        for name, value in values.items()
        if value >= PSI_WATCH
    ]
    return sorted(moved, key=lambda one: -one[1])
