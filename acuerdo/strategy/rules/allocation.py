"""Prices for what is scarce: the plain part of the allocation, without data frames.

Every contact uses some capacity: an agent's minutes, one message of a channel, some budget. Each person takes the contact
whose worth less the price of what it uses is greatest, or none. A price rises where more is asked for than there is and
falls where some is left over; at the right prices everyone choosing alone is the best plan for all (Lagrangian
relaxation of the multiple-choice knapsack; Everett 1963). Whatever the prices,

    Σ price × capacity + Σ over people of max(0, best worth less price)

is at least what any plan can bring: the bound to which the plan is compared. Worths are integers; a price is rounded down
in favour of the contact, which keeps the bound valid.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import log2

SHARE_ROUNDS = 6  # passes that even the load of groups of agents out
STEP_MIN, STEP_MAX = 0.25, 4.0
POWER_MIN, POWER_MAX = 0.01, 8.0
PRICE_FLOOR = 1e-6  # a price that fell this low can still rise again


@dataclass(frozen=True, slots=True)
class Resource:
    """`code` is stable from day to day: `agents:0:*`, `messages:sms`, `budget`. Capacity in its own unit, over the whole day."""

    code: str
    capacity: int


@dataclass(frozen=True, slots=True)
class Kind:
    """Contacts that use the same: `uses` are (resource, amount); of `groups`, any one group of agents does it in `minutes`."""

    uses: tuple[tuple[int, int], ...] = ()
    groups: tuple[int, ...] = ()
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Market:
    resources: tuple[Resource, ...]
    kinds: tuple[Kind, ...]

    def is_possible(self, kind: Kind) -> bool:
        """Whether one contact of the kind fits at all: capacity zero closes it."""
        fits = all(self.resources[index].capacity >= amount for index, amount in kind.uses)
        if not kind.minutes:
            return fits
        return fits and any(self.resources[index].capacity >= kind.minutes for index in kind.groups)

    def price_of(self, kind: Kind, prices: Sequence[float]) -> int:
        """What a contact of the kind pays, rounded down."""
        paid = sum(prices[index] * amount for index, amount in kind.uses)
        if kind.minutes:
            paid += kind.minutes * min((prices[index] for index in self._open_groups(kind)), default=0.0)
        return int(paid)

    def used(self, counts: Mapping[int, int]) -> list[float]:
        """How much of each resource so many contacts of each kind use, the agents' part shared out as evenly as may be."""
        use = [0.0] * len(self.resources)
        for index, count in counts.items():
            for resource, amount in self.kinds[index].uses:
                use[resource] += amount * count
        self._share_minutes(counts, use)
        return use

    def evened(self, prices: Sequence[float], counts: Mapping[int, int]) -> list[float]:
        """The prices with one price, the mean by capacity, for groups of agents that share the same calls at present."""
        shared = self._share_minutes(counts, [0.0] * len(self.resources))
        found = list(prices)
        for _ in range(SHARE_ROUNDS):
            for groups, amounts in shared.items():
                linked = [index for index, amount in zip(groups, amounts, strict=True) if amount > 0]
                whole = sum(self.resources[index].capacity for index in linked)
                if len(linked) > 1:
                    mean = sum(found[index] * self.resources[index].capacity for index in linked) / whole
                    found = [mean if index in linked else price for index, price in enumerate(found)]
        return found

    def left(self, use: Sequence[float]) -> list[float]:
        """Capacity less use, resource by resource; negative where too much is asked for."""
        return [one.capacity - used for one, used in zip(self.resources, use, strict=True)]

    def looseness(self, prices: Sequence[float], use: Sequence[float]) -> float:
        """Σ price × |capacity − use|: about what separates the plan at these prices from the bound."""
        return sum(price * abs(left) for price, left in zip(prices, self.left(use), strict=True))

    def dear(self, prices: Sequence[float]) -> list[bool]:
        """Whether each resource's price matters: all of it together costs at least the least worth."""
        return [price * one.capacity >= 1 for price, one in zip(prices, self.resources, strict=True)]

    def classes(self, prices: Sequence[float]) -> list[int]:
        """By kind, a number for what it uses of the resources whose price matters; 0 for nothing of them."""
        dear = self.dear(prices)
        known: dict[tuple[object, ...], int] = {((), (), 0): 0}
        found = []
        for kind in self.kinds:
            uses = tuple((index, amount) for index, amount in kind.uses if amount and dear[index])
            groups = tuple(index for index in kind.groups if dear[index]) if kind.minutes else ()
            found.append(known.setdefault((uses, groups, kind.minutes if groups else 0), len(known)))
        return found

    def with_capacities(self, capacities: Sequence[float]) -> "Market":
        """The same kinds over other capacities, none below zero."""
        named = zip(self.resources, capacities, strict=True)
        return Market(tuple(Resource(one.code, max(int(capacity), 0)) for one, capacity in named), self.kinds)

    def can_staff(self, counts: Mapping[int, int]) -> bool:
        """Whether so many whole calls fit into the groups' minutes: the kinds of fewest groups first, each where most is left.

        True is certain; with sets of groups that overlap without one holding the other, a plan that fits may be told False.
        """
        left = {index: self.resources[index].capacity for kind in self.kinds for index in kind.groups}
        calls = [(self.kinds[index], count) for index, count in counts.items() if count and self.kinds[index].minutes]
        for kind, asked in sorted(calls, key=lambda one: (len(one[0].groups), -one[0].minutes, one[0].groups)):
            waiting = asked
            for group in sorted(kind.groups, key=lambda index: (-left[index], index)):
                done = min(waiting, left[group] // kind.minutes)
                left[group] -= done * kind.minutes
                waiting -= done
            if waiting:
                return False
        return True

    def _open_groups(self, kind: Kind) -> list[int]:
        return [index for index in kind.groups if self.resources[index].capacity >= kind.minutes]

    def _share_minutes(self, counts: Mapping[int, int], use: list[float]) -> dict[tuple[int, ...], list[float]]:
        """Adds the agents' minutes to `use`; how much of each set's calls each of its groups makes."""
        asked: dict[tuple[int, ...], float] = {}
        for index in sorted(counts):
            kind = self.kinds[index]
            groups = tuple(self._open_groups(kind)) if kind.minutes else ()
            if groups:
                asked[groups] = asked.get(groups, 0.0) + kind.minutes * counts[index]
        order = sorted(asked, key=lambda groups: (len(groups), groups))
        given = {groups: [0.0] * len(groups) for groups in order}
        for _ in range(SHARE_ROUNDS if any(len(groups) > 1 for groups in order) else 1):
            for groups in order:
                for index, amount in zip(groups, given[groups], strict=True):
                    use[index] -= amount
                given[groups] = self._even(groups, asked[groups], use)
                for index, amount in zip(groups, given[groups], strict=True):
                    use[index] += amount
        return given

    def _even(self, groups: Sequence[int], amount: float, use: Sequence[float]) -> list[float]:
        """`amount` over the groups so that their loads end as equal, in parts of their capacity, as they can."""
        capacity = {index: self.resources[index].capacity for index in groups}
        filled = sorted(groups, key=lambda index: (use[index] / capacity[index], index))
        level, room = 0.0, list[int]()
        for place, index in enumerate(filled):
            room.append(index)
            level = (amount + sum(use[one] for one in room)) / sum(capacity[one] for one in room)
            following = filled[place + 1] if place + 1 < len(filled) else None
            if following is None or level <= use[following] / capacity[following]:
                break
        return [max(level * capacity[index] - use[index], 0.0) if index in room else 0.0 for index in groups]

    def bound(self, prices: Sequence[float], net: int) -> int:
        """At least what any plan brings, given the people's total of worth less price at these prices; rounded up."""
        return net + -int(-sum(price * one.capacity for price, one in zip(prices, self.resources, strict=True)) // 1)


@dataclass(slots=True)
class Pace:
    """Steps from prices to better ones: each price times (use ÷ capacity)^power, dearer where too much is asked for.

    A resource that stays on the same side of its capacity steps longer the next time, one that crosses it shorter.
    """

    market: Market
    powers: list[float] = field(default_factory=list)
    over: list[bool] = field(default_factory=list)

    def stepped(self, prices: Sequence[float], use: Sequence[float]) -> list[float]:
        over = [left < 0 for left in self.market.left(use)]
        powers = self.powers or [1.0] * len(prices)
        if self.over:
            turned = zip(powers, self.over, over, strict=True)
            powers = [
                max(power * 0.5, POWER_MIN) if was != is_ else min(power * 1.3, POWER_MAX) for power, was, is_ in turned
            ]
        self.powers, self.over = powers, over
        return [
            max(price * _factor(used, one.capacity, power), PRICE_FLOOR) if one.capacity else 0.0
            for price, used, one, power in zip(prices, use, self.market.resources, powers, strict=True)
        ]


def _factor(used: float, capacity: int, power: float) -> float:
    return min(max((used / capacity) ** power, STEP_MIN), STEP_MAX) if used > 0 else STEP_MIN


def kind_bits(kinds: int) -> int:
    """How many bits number so many kinds."""
    return max(int(log2(max(kinds - 1, 1))) + 1, 1)
