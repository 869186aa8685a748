"""The margin after pricing: people nearest to changing their mind are moved until every capacity is kept and none is idle.

Plain Python over the few people who matter; the many others stay with what they chose at the prices.
"""

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from acuerdo.strategy.rules.allocation import Kind, Market

NONE = -1  # no contact
FILL_PASSES, EXCHANGES = 2, 4


@dataclass(frozen=True, slots=True)
class Choice:
    """One possible contact of a person: its worth, and worth less price."""

    kind: int
    worth: int
    net: int


@dataclass(frozen=True, slots=True)
class Person:
    """`choices` by kind, of which `kind` (or NONE) was chosen at the prices."""

    id: int
    kind: int
    choices: Mapping[int, Choice]


@dataclass(slots=True)
class Room:
    """What is left of each resource; negative where too much was asked for."""

    market: Market
    left: list[float]

    def fits(self, kind: int) -> bool:
        if kind == NONE:
            return True
        found = self.market.kinds[kind]
        if any(self.left[index] < amount for index, amount in found.uses):
            return False
        return not found.minutes or any(self.left[index] >= found.minutes for index in found.groups)

    def is_short(self, kind: int) -> bool:
        """Whether the kind uses something of which too much was asked for."""
        if kind == NONE:
            return False
        found = self.market.kinds[kind]
        short = any(self.left[index] < 0 for index, amount in found.uses if amount)
        return short or bool(found.minutes and any(self.left[index] < 0 for index in found.groups))

    def needs(self, kind: int, resource: int) -> int:
        """How much of the resource one contact of the kind uses, of agents' minutes whoever's."""
        if kind == NONE:
            return 0
        found = self.market.kinds[kind]
        amount = sum(amount for index, amount in found.uses if index == resource)
        return amount or (found.minutes if resource in found.groups else 0)

    def take(self, kind: int) -> None:
        if kind != NONE:
            self._change(self.market.kinds[kind], -1)

    def give_back(self, kind: int) -> None:
        if kind != NONE:
            self._change(self.market.kinds[kind], 1)

    def _change(self, kind: Kind, sign: int) -> None:
        """Minutes are taken where most is left, and given back where least is."""
        for index, amount in kind.uses:
            self.left[index] += sign * amount
        if kind.minutes and kind.groups:
            group = min(kind.groups, key=lambda index: (sign * self.left[index], index))
            self.left[group] += sign * kind.minutes

    @property
    def is_kept(self) -> bool:
        return all(left >= 0 for left in self.left)


@dataclass(slots=True)
class Repaired:
    """`moved`: the person's id and their kind now. `gained`: the change of worth, negative when something was given up.

    `counts`: how many contacts of each kind the whole plan has. `is_staffed`: whether whole calls fit into the groups' minutes,
    which `room` shares out without looking whose they are.
    """

    room: Room
    moved: dict[int, int] = field(default_factory=dict)
    gained: int = 0
    counts: dict[int, int] = field(default_factory=dict)
    is_staffed: bool = True

    @property
    def is_kept(self) -> bool:
        return self.room.is_kept and self.is_staffed

    def copy(self) -> "Repaired":
        room = Room(self.room.market, list(self.room.left))
        return Repaired(room, dict(self.moved), self.gained, dict(self.counts), self.is_staffed)


def repair(market: Market, counts: Mapping[int, int], people: Sequence[Person], dear: Sequence[bool] = ()) -> Repaired:
    """Moves people off what is overused, the least loss first, then onto what is left over, the greatest gain first.

    `counts`: how many contacts of each kind everyone chose at the prices.
    `dear`: the resources whose price matters; where one is still left over, contacts that use it are forced in and others
    given up for them, as long as that gains.
    """
    room = Room(market, market.left(market.used(counts)))
    done = Repaired(room, {person.id: person.kind for person in people}, counts=dict(counts))
    _settle(done, people)
    for _ in range(EXCHANGES if done.room.is_kept else 0):
        tried = done.copy()
        _force(tried, people, [index for index, is_dear in enumerate(dear) if is_dear])
        _settle(tried, people)
        if not tried.room.is_kept or tried.gained <= done.gained:
            break
        done = tried
    _staff(done, people)
    done.moved = {person.id: done.moved[person.id] for person in people if done.moved[person.id] != person.kind}
    return done


def _staff(done: Repaired, people: Sequence[Person]) -> None:
    """Gives calls up, the least worth first, until the rest fit whole into the minutes of the groups that may make them."""
    kinds = done.room.market.kinds
    done.is_staffed = done.room.market.can_staff(done.counts)
    if done.is_staffed:
        return
    callers = [person for person in people if done.moved[person.id] != NONE and kinds[done.moved[person.id]].minutes]
    for person in sorted(callers, key=lambda one: (one.choices[done.moved[one.id]].worth, one.id)):
        _move(done, person, done.moved, NONE)
        done.is_staffed = done.room.market.can_staff(done.counts)
        if done.is_staffed:
            return


def _settle(done: Repaired, people: Sequence[Person]) -> None:
    _cut(done, people, done.moved)
    for _ in range(FILL_PASSES if done.room.is_kept else 0):
        if not _fill(done, people, done.moved):
            break


def _force(done: Repaired, people: Sequence[Person], dear: Sequence[int]) -> None:
    """Use what is left of each dear resource, nearest people first, whatever else that overuses."""
    for resource in dear:
        wishes = []
        for place, person in enumerate(people):
            held = done.moved[person.id]
            net = person.choices[held].net if held != NONE else 0
            if held == NONE or not done.room.needs(held, resource):
                wishes += [
                    (net - one.net, place, kind)
                    for kind, one in person.choices.items()
                    if done.room.needs(kind, resource)
                ]
        for _, place, kind in sorted(wishes):
            if done.room.left[resource] < done.room.needs(kind, resource):
                break
            if not done.room.needs(done.moved[people[place].id], resource):
                _move(done, people[place], done.moved, kind)


def _cut(done: Repaired, people: Sequence[Person], now: dict[int, int]) -> None:
    """Until nothing is short: whoever loses least by another contact that fits, or by none."""
    room = done.room
    queue = [(_loss(person, room), place) for place, person in enumerate(people) if room.is_short(person.kind)]
    heapq.heapify(queue)
    while queue and not room.is_kept:
        known, place = heapq.heappop(queue)
        person = people[place]
        if not room.is_short(now[person.id]):
            continue
        loss = _loss(person, room)
        if loss > known:  # what they would have taken has filled up meanwhile
            heapq.heappush(queue, (loss, place))
            continue
        _move(done, person, now, _best_that_fits(person, room))


def _loss(person: Person, room: Room) -> int:
    other = _best_that_fits(person, room)
    return person.choices[person.kind].net - (person.choices[other].net if other != NONE else 0)


def _best_that_fits(person: Person, room: Room) -> int:
    """The best other contact that uses nothing short and fits; NONE when no contact is worth its price."""
    best, found = 0, NONE
    for kind, choice in person.choices.items():
        if kind != person.kind and choice.net > best and not room.is_short(kind) and room.fits(kind):
            best, found = choice.net, kind
    return found


def _fill(done: Repaired, people: Sequence[Person], now: dict[int, int]) -> int:
    """One pass over every better contact that someone could have, the nearest to being chosen first; returns the moves."""
    wishes = []
    for place, person in enumerate(people):
        current = person.choices.get(now[person.id])
        worth, net = (current.worth, current.net) if current else (0, 0)
        wishes += [(net - one.net, place, kind) for kind, one in person.choices.items() if one.worth > worth]
    moves = 0
    for _, place, kind in sorted(wishes):
        person = people[place]
        held = now[person.id]
        if person.choices[kind].worth <= (person.choices[held].worth if held != NONE else 0):
            continue
        done.room.give_back(held)
        fits = done.room.fits(kind)
        done.room.take(held)
        if fits:
            _move(done, person, now, kind)
            moves += 1
    return moves


def _move(done: Repaired, person: Person, now: dict[int, int], kind: int) -> None:
    held = now[person.id]
    done.room.give_back(held)
    done.room.take(kind)
    for one, change in ((held, -1), (kind, 1)):
        if one != NONE:
            done.counts[one] = done.counts.get(one, 0) + change
    before = person.choices[held].worth if held != NONE else 0
    done.gained += (person.choices[kind].worth if kind != NONE else 0) - before
    now[person.id] = kind
