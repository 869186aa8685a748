"""What the installation's own log says: how the groups of the strategy in force fare, and what another would have earned."""

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings

from acuerdo.kernel.errors import Refusal
from acuerdo.strategy.engine.learning.compared import control_arms, main_currency, people_of, variant_arms
from acuerdo.strategy.engine.learning.counterfactual import Evidence
from acuerdo.strategy.models import Strategy
from acuerdo.strategy.queries import document_of, paused_variants, published_strategy, variant_figures
from acuerdo.strategy.rules.comparing import Arm, judge_arms
from acuerdo.strategy.rules.document import StrategyDocument
from acuerdo.strategy.rules.guarding import Breach, VariantFigures, breaches, of_all
from acuerdo.strategy.rules.limits import Guard

COMPARED_DAYS, HORIZON_DAYS, HORIZON_MAX = 90, 30, 60
ESTIMATE_HORIZON_DAYS = 7


@dataclass(frozen=True, slots=True)
class ExperimentCompared:
    """`goal` is what the arms' rates count; `figures` and `broken` are of their guards, by `experiment/variant`."""

    code: str
    title: str
    goal: str
    arms: list[Arm]
    paused: list[str]
    guards: tuple[Guard, ...]
    figures: dict[str, VariantFigures]
    broken: dict[str, list[Breach]]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`control`: the control group and everybody else, empty without one. `warnings`: guards of the whole strategy that it breaks."""

    strategy: Strategy
    document: StrategyDocument
    since: date
    until: date
    days: int
    currency: str
    people: int
    control: list[Arm]
    experiments: list[ExperimentCompared]
    whole: VariantFigures
    warnings: list[Breach]


def compare_variants(on: date, *, days: int = HORIZON_DAYS, since: date | None = None) -> Comparison | None:
    """The strategy in force over its own decisions until a date; None without one. Three statements, whatever the size.

    `days`: how long each person has to reach the goal. Refuses `comparison-days`, `comparison-empty`.
    """
    if not 1 <= days <= HORIZON_MAX:
        raise Refusal("comparison-days", f"Los días para ver el resultado van de 1 a {HORIZON_MAX}.")
    strategy = published_strategy()
    if strategy is None:
        return None
    document = document_of(strategy)
    since = since or on - timedelta(days=COMPARED_DAYS)
    rows = people_of(_alike(strategy, document), since=since, until=on, on=on, days=days)
    figures = {one.variant: one for one in variant_figures(since, document)}
    stopped = set(paused_variants(strategy.code))
    whole = of_all(figures.values())
    return Comparison(
        strategy=strategy, document=document, since=since, until=on, days=days, currency=main_currency(rows), people=rows.height,
        control=judge_arms(control_arms(rows, document)),
        experiments=[
            ExperimentCompared(
                code=one.code, title=one.title, goal=one.goal, arms=judge_arms(variant_arms(rows, document, one)),
                guards=one.guards,
                paused=sorted(name for name in stopped if name.startswith(f"{one.code}/")),
                figures={name: told for name, told in figures.items() if name.startswith(f"{one.code}/")},
                broken={
                    name: breaches(told, (*one.guards, *document.guards))
                    for name, told in figures.items() if name.startswith(f"{one.code}/")
                },
            )
            for one in document.experiments
        ],
        whole=whole, warnings=breaches(whole, document.guards),
    )  # fmt: skip


def evidence_for(document: StrategyDocument, today: date, horizon_days: int = ESTIMATE_HORIZON_DAYS) -> Evidence:
    """Where the days of an estimate are gathered; money is counted in the first currency of the document's costs, or Colombia's."""
    currency = next(iter(document.costs), "COP")
    return Evidence(horizon_days=horizon_days, currency=currency, zone=settings.TIME_ZONE, today=today)


def _alike(strategy: Strategy, document: StrategyDocument) -> list[int]:
    """This version and those before it of the same code that divided people alike, so that their log can be read together."""
    found = []
    for one in Strategy.objects.filter(code=strategy.code).exclude(published_at=None).order_by("-version"):
        try:
            other = document if one.pk == strategy.pk else document_of(one)
        except Refusal:  # written by an earlier release, in words that no longer read
            continue
        if _division(other) == _division(document):
            found.append(one.pk)
    return found


def _division(document: StrategyDocument) -> Any:
    """How chance divides people: the control group, and each experiment's share and variants."""
    return document.control_percent, [
        (one.code, one.share, [(variant.code, variant.percent) for variant in one.variants])
        for one in document.experiments
    ]


def arm_told(arm: Arm) -> dict[str, Any]:
    """An arm for machines."""
    told = asdict(arm)
    return {**told.pop("counted"), **told, "recovered_each_minor": arm.recovered_each_minor}
