"""When a guard metric pauses a variant: its figure is surely worse than what is admitted, not by chance.

A rate is judged by the lower end of Wilson's 95 % interval: only when even that lies above the limit, with the contacts
that the guard asks for behind it, is the variant paused. A cost is compared as it is.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from decimal import Decimal

from acuerdo.strategy.rules.limits import Guard
from acuerdo.strategy.rules.sample_size import wilson

# metric: (what is counted, of how many, how the limit is expressed)
RATES: dict[str, tuple[str, str, int]] = {
    "complaints_per_1000": ("complaints", "contacts", 1_000),
    "opt_outs_per_1000": ("opt_outs", "contacts", 1_000),
    "blocked_percent": ("blocked", "planned", 100),
    "broken_promise_percent": ("broken", "judged", 100),
}


@dataclass(frozen=True, slots=True)
class VariantFigures:
    """What happened to the people of one variant (empty: of the whole strategy).

    `cost_minor`: what its contacts cost, in hundredths of the currency in which most of them were made.
    """

    variant: str
    contacts: int = 0
    planned: int = 0
    complaints: int = 0
    opt_outs: int = 0
    blocked: int = 0
    judged: int = 0
    broken: int = 0
    cost_minor: int = 0


@dataclass(frozen=True, slots=True)
class Breach:
    """`value` and `worst` in the metric's own units."""

    variant: str
    metric: str
    value: Decimal
    worst: Decimal

    @property
    def sentence(self) -> str:
        return f"{self.metric}: {self.value:.1f}, y se admite hasta {self.worst}"


def breaches(figures: VariantFigures, guards: Iterable[Guard]) -> list[Breach]:
    """The guards that this variant breaks."""
    found = []
    for guard in guards:
        if figures.contacts < guard.contacts_min:
            continue
        value, is_worse = _judge(figures, guard)
        if is_worse:
            found.append(Breach(figures.variant, guard.metric, value, guard.worst))
    return found


def of_all(figures: Iterable[VariantFigures]) -> VariantFigures:
    """The whole strategy: every variant together, and those in none."""
    every = list(figures)
    names = [field.name for field in fields(VariantFigures) if field.name != "variant"]
    return VariantFigures("", **{name: sum(getattr(one, name) for one in every) for name in names})


def cost_in_hundredths(counts: Iterable[tuple[str, str, int]], cost_of: Callable[[str, str], Decimal]) -> int:
    """What contacts cost, from (channel, currency, how many); `cost_of` says a channel's cost in whole units of a currency.

    Amounts of two currencies are not added: every contact counts with what one costs on average in the commonest.
    """
    rows = list(counts)
    made = Counter[str]()
    for _channel, currency, contacts in rows:
        made[currency] += contacts
    if not made:
        return 0
    common = min(made, key=lambda currency: (-made[currency], currency))
    cost = sum(
        (cost_of(channel, common) * contacts for channel, currency, contacts in rows if currency == common), Decimal(0)
    )
    return int(cost * 100 * made.total() / made[common])


def figure_of(figures: VariantFigures, metric: str) -> Decimal | None:
    """The metric as it stands, in its own units; None while nothing was counted."""
    if metric == "cost_per_contact":
        return round(Decimal(figures.cost_minor) / Decimal(100 * figures.contacts), 1) if figures.contacts else None
    counted, of_how_many, unit = RATES[metric]
    base = getattr(figures, of_how_many)
    return round(Decimal(getattr(figures, counted)) * unit / Decimal(base), 1) if base else None


def _judge(figures: VariantFigures, guard: Guard) -> tuple[Decimal, bool]:
    if guard.metric == "cost_per_contact":
        value = Decimal(figures.cost_minor) / Decimal(100 * figures.contacts)
        return value, value > guard.worst
    counted, of_how_many, unit = RATES[guard.metric]
    base = getattr(figures, of_how_many)
    if not base:
        return Decimal(0), False
    rate, low, _high = wilson(min(getattr(figures, counted), base), base)
    return Decimal(str(round(rate * unit, 4))), Decimal(str(low * unit)) > guard.worst
