"""The groups in which chance may put a person under a strategy: its variants, its control group, or none of them.

A group's chance is known exactly, because the draws that make it are. What the strategy would do with a person in another
group than their own is found by running it with everybody put into that group.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from acuerdo.strategy.rules.document import StrategyDocument
from acuerdo.strategy.rules.experiment import HUNDRED, lanes, probability_of

CONTROL = "control"
NOBODY = Decimal(0)


@dataclass(frozen=True, slots=True)
class Group:
    """`code`: `experiment/variant`, empty for whoever is in no experiment, or `control`."""

    code: str
    chance: float


def groups_of(document: StrategyDocument, on: date, paused: Collection[str] = ()) -> list[Group]:
    """The groups with a chance above zero on a date; their chances sum to one."""
    control = float(document.control_percent / HUNDRED)
    found = lanes(document.experiments, on, paused)
    names = dict.fromkeys(["", *(name for lane in found for name, _upper in lane.variants if name)])
    divided = sum(probability_of(name, found) for name in names if name)
    chances = {name: probability_of(name, found) if name else 1 - divided for name in names}
    groups = [Group(name, (1 - control) * chance) for name, chance in chances.items() if chance > 1e-9]
    return [*groups, Group(CONTROL, control)] if control else groups


def with_all_in(document: StrategyDocument, group: str) -> StrategyDocument:
    """The same strategy with everybody in one group, and nobody in the control group."""
    code, _slash, chosen = group.partition("/")
    experiments = []
    for one in document.experiments:
        mine = one.code == code
        variants = tuple(
            variant.model_copy(update={"percent": HUNDRED if variant.code == chosen else NOBODY})
            for variant in one.variants
        )
        changes = {"share": HUNDRED, "variants": variants, "paused": ()} if mine else {"share": NOBODY}
        experiments.append(one.model_copy(update=changes))
    return document.model_copy(update={"experiments": tuple(experiments), "control_percent": NOBODY})
