"""The parts of a debt, and the order in which a payment covers them.

Colombia's usual contract order is fees, insurance, late interest, contract interest, principal; without agreement the law
sets late interest, contract interest, principal (SFC, Concepto 97043798-3; C.C. art. 1653). The order used is disclosed.
"""

from typing import Literal

from acuerdo.kernel.errors import Refusal

type Component = Literal["collection_fee", "insurance", "fees", "late_interest", "contract_interest", "principal"]
type AllocationOrder = Literal["oldest_instalment_first", "component_first"]

COMPONENTS: tuple[Component, ...] = (
    "principal",
    "contract_interest",
    "late_interest",
    "insurance",
    "fees",
    "collection_fee",
)
DEFAULT_WATERFALL: tuple[Component, ...] = (
    "collection_fee",
    "insurance",
    "fees",
    "late_interest",
    "contract_interest",
    "principal",
)
# What the contract itself makes due on a date; days past due look at these alone.
CONTRACTUAL: tuple[Component, ...] = ("principal", "contract_interest", "insurance", "fees")
ORDERS: tuple[AllocationOrder, ...] = ("oldest_instalment_first", "component_first")

type Amounts = dict[Component, int]


def no_amounts() -> Amounts:
    """Zero of every component."""
    return dict.fromkeys(COMPONENTS, 0)


def complete_waterfall(named: tuple[str, ...]) -> tuple[Component, ...]:
    """The agreed order with each component exactly once; agreed instalment fees follow insurance when not named.

    Refuses `bad-waterfall` for an unknown, repeated or missing component.
    """
    order = list(named)
    if "fees" not in order:
        order.insert(order.index("insurance") + 1 if "insurance" in order else 0, "fees")
    if sorted(order) != sorted(COMPONENTS):
        wanted = ", ".join(component for component in DEFAULT_WATERFALL if component != "fees")
        raise Refusal("bad-waterfall", f"El orden de imputación debe nombrar una sola vez cada concepto: {wanted}.")
    return tuple(component for name in order for component in COMPONENTS if component == name)
