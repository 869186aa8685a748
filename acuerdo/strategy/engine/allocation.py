"""Who gets what is scarce, over a data frame: each price step is one map-reduce, then the margin is repaired.

`options` has one row a person and possible contact: debtor_id, kind (its number in the market), worth (integer), draw
(0 … DRAWS − 1, the same for all of a person's rows). A step joins the kinds' prices, takes each person's best, and brings
back one row a kind: the same work on one machine or many. Prices start from yesterday's, or from a 2 % sample of people.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import narwhals as nw
import polars as pl

from acuerdo.strategy.engine.frames import Engine, Frame
from acuerdo.strategy.rules.allocation import Market, Pace, kind_bits
from acuerdo.strategy.rules.repair import NONE, Choice, Person, Repaired, Room, repair
from acuerdo.strategy.rules.scorecard import SCORE_MAX

WORTH_MAX = 2**52
EXACT_BITS = 52  # a person's best is one number, worth and kind together, that even floats hold exactly
DRAWS = 2**20
SAMPLE_OF = 50  # one person in so many
SAMPLE_FROM = 100_000  # fewer options than this are priced whole, in memory
LOCAL_STEPS, FULL_STEPS = 60, 8
ENOUGH_PPM = 5  # of the plan: what may be left to the repair
NEAR_ALL, EVERYONE = 500_000, 2**31 - 1
NEAR_MIN, NEAR_EACH, NEAR_MAX = 8_000, 2, 60_000  # people looked at for the repair, more where more is to repair
REFINE_STEPS, PATIENCE = 40, 12


class Lender(Protocol):
    """What a step needs of an engine."""

    def lend(self, rows: pl.DataFrame, name: str) -> Frame: ...
    def collect(self, frame: Frame) -> pl.DataFrame: ...


class InMemory:
    """A small table's steps, whatever the engine of the run."""

    def lend(self, rows: pl.DataFrame, name: str) -> Frame:
        return nw.from_native(rows.lazy())

    def collect(self, frame: Frame) -> pl.DataFrame:
        native: pl.LazyFrame = frame.to_native()
        return native.collect()


@dataclass(frozen=True, slots=True)
class Scale:
    """Worths have more digits than scores: below a score stands the person's draw, so that equals are not told by their id."""

    kinds: int

    @property
    def base(self) -> int:
        return 1 << kind_bits(self.kinds)

    @property
    def one(self) -> int:
        """A score of 1 as a worth."""
        return 1 << max(min(EXACT_BITS - SCORE_MAX.bit_length() - kind_bits(self.kinds), 10), 4)


@dataclass(frozen=True, slots=True)
class Step:
    """At these prices: how many people choose each kind, their total of worth less price, and what they use."""

    prices: list[float]
    counts: dict[int, int]
    net: int
    use: list[float]


@dataclass(frozen=True, slots=True)
class Priced:
    """The best step found, the least bound of all steps, and how many steps were taken over everyone."""

    step: Step
    bound: int
    steps: int


def price(engine: Engine, options: Frame, market: Market, scale: Scale, warm: Mapping[str, float]) -> Priced:
    """Prices (in worths a unit of each resource) at which about as much is asked for as there is."""
    free = evaluate(engine, options, market, scale, [0.0] * len(market.resources))
    bound = market.bound(free.prices, free.net)
    if not is_over(free.use, market):
        return Priced(free, bound, 1)  # enough of everything: nothing has a price
    rows = int(engine.collect(options.select(nw.len().alias("rows"))).item())
    start = [warm.get(one.code, 0.0) * scale.one for one in market.resources]
    if rows <= SAMPLE_FROM:
        held = _held(engine.collect(options))
        walk = _walk(
            market, _begun(start, free, market), LOCAL_STEPS, partial(evaluate, InMemory(), held, market, scale)
        )
    else:
        if not any(start):
            start = _sampled(engine, options, market, scale, free)
        walk = _walk(market, _begun(start, free, market), FULL_STEPS, partial(evaluate, engine, options, market, scale))
    bounds = [market.bound(step.prices, step.net) for step in walk]
    return Priced(_tightest(walk, market), min(bound, *bounds), 1 + len(walk))


def evaluate(
    lender: Lender, options: Frame, market: Market, scale: Scale, prices: Sequence[float], part: int = 1
) -> Step:
    """Everyone's best at these prices. `part`: the options are one person in so many."""
    best = best_at(lender, options, market, scale, prices)
    counted = best.select(kind=kind_of(scale), net=nw.col("packed") // scale.base)
    grouped = counted.group_by("kind").agg(people=nw.len(), net=nw.col("net").sum().cast(nw.Int64))
    rows = lender.collect(grouped).select(pl.col("kind", "people", "net").cast(pl.Int64))
    counts = {kind: people * part for kind, people, _ in rows.iter_rows()}
    return Step(list(prices), counts, int(rows.get_column("net").sum()) * part, market.used(counts))


def best_at(lender: Lender, options: Frame, market: Market, scale: Scale, prices: Sequence[float]) -> Frame:
    """(debtor_id, packed) of those for whom something is worth more than its price; `packed` holds net worth and kind."""
    frame = priced_options(lender, options, market, prices).filter(nw.col("net") > 0)
    return frame.group_by("debtor_id").agg(packed=packed(scale).max())


def priced_options(lender: Lender, options: Frame, market: Market, prices: Sequence[float]) -> Frame:
    """The options with `price` and `net`, worth less price."""
    costs = [market.price_of(kind, prices) for kind in market.kinds]
    table = pl.DataFrame({"kind": range(len(costs)), "price": costs}, schema={"kind": pl.Int64, "price": pl.Int64})
    joined = options.join(lender.lend(table, "prices"), on="kind", how="inner")
    return joined.with_columns(net=nw.col("worth") - nw.col("price"))


def packed(scale: Scale) -> nw.Expr:
    """One number by which a person's positive options compare: net worth, the lower kind first on a tie."""
    return nw.col("net") * scale.base + (scale.base - 1 - nw.col("kind"))


def kind_of(scale: Scale) -> nw.Expr:
    return scale.base - 1 - nw.col("packed") % scale.base


def is_over(use: Sequence[float], market: Market) -> bool:
    return any(used > one.capacity for used, one in zip(use, market.resources, strict=True))


def _walk(market: Market, start: Sequence[float], steps: int, tried: Callable[[Sequence[float]], Step]) -> list[Step]:
    """Steps from `start`; ends early when what is left over or short no longer matters, or no longer shrinks."""
    prices, walked, pace = list(start), list[Step](), Pace(market)
    for _ in range(steps):
        walked.append(tried(prices))
        loose = [market.looseness(step.prices, step.use) for step in walked]
        best = min(range(len(loose)), key=loose.__getitem__)
        if loose[best] * 1_000_000 < ENOUGH_PPM * walked[-1].net or len(walked) - best > PATIENCE:
            break
        prices = market.evened(pace.stepped(prices, walked[-1].use), walked[-1].counts)
    return walked


def _tightest(walk: Sequence[Step], market: Market) -> Step:
    """The step whose prices leave least, at those prices, too much or too little asked for."""
    return min(walk, key=lambda step: market.looseness(step.prices, step.use))


def _held(rows: pl.DataFrame) -> Frame:
    return nw.from_native(rows.lazy())


def _sampled(engine: Engine, options: Frame, market: Market, scale: Scale, free: Step) -> list[float]:
    """Prices from one person in fifty, who stand for all."""
    sample = engine.collect(options.filter((nw.col("draw") // 2**10) % SAMPLE_OF == 0))
    start = _begun([0.0] * len(market.resources), free, market)
    walk = _walk(
        market, start, LOCAL_STEPS, partial(evaluate, InMemory(), _held(sample), market, scale, part=SAMPLE_OF)
    )
    return _tightest(walk, market).prices


def _begun(start: Sequence[float], free: Step, market: Market) -> list[float]:
    """Where a resource has no price yet: what everyone's contacts are worth on average a unit, or a hundredth if it suffices."""
    found = []
    for known, used, resource in zip(start, free.use, market.resources, strict=True):
        mean = free.net / max(used, resource.capacity, 1)
        found.append(known if known > 0 else mean if used > resource.capacity else mean / 100)
    return found


# --- from prices to a plan that keeps every capacity


@dataclass(frozen=True, slots=True)
class Allocation:
    """`chosen`: (debtor_id, kind), each person's contact. `bound` and `value` are worths; `prices` worths a unit."""

    chosen: Frame
    prices: list[float]
    left: list[float]
    bound: int
    value: int
    steps: int

    @property
    def gap_ppm(self) -> int:
        """(bound − value) ÷ bound in millionths, rounded up."""
        return -(-(self.bound - self.value) * 1_000_000 // self.bound) if self.bound > 0 else 0


def allocate(
    engine: Engine, options: Frame, market: Market, scale: Scale, warm: Mapping[str, float] | None = None
) -> Allocation:
    """Each person's one contact under the capacities. `warm`: earlier prices (scores a unit) by the resource's code."""
    possible = [index for index, kind in enumerate(market.kinds) if market.is_possible(kind)]
    if len(possible) < len(market.kinds):
        options = options.filter(nw.col("kind").is_in(possible))
    priced = price(engine, options, market, scale, warm or {})
    repaired, moved = Repaired(Room(market, market.left(priced.step.use))), dict[int, int]()
    if is_over(priced.step.use, market) or any(market.dear(priced.step.prices)):
        priced, repaired = _repaired(engine, options, market, scale, priced)
        moved = repaired.moved
    step = priced.step
    value = step.net + sum(market.price_of(market.kinds[kind], step.prices) * n for kind, n in step.counts.items())
    best = best_at(engine, options, market, scale, step.prices).select("debtor_id", kind=kind_of(scale))
    chosen = engine.settle(_moved(engine, best, moved), "chosen")
    return Allocation(chosen, step.prices, repaired.room.left, priced.bound, value + repaired.gained, priced.steps)


def _repaired(engine: Engine, options: Frame, market: Market, scale: Scale, priced: Priced) -> tuple[Priced, Repaired]:
    """Finer prices from the nearest people, then those people moved; ever more of them until every capacity is kept."""
    limit = _nearest(market, priced.step)
    while True:
        near = _near(engine, options, market, priced.step, limit)
        priced = _refined(engine, options, market, scale, priced, near)
        people = _as_people(InMemory().collect(priced_options(InMemory(), _held(near), market, priced.step.prices)))
        done = repair(market, priced.step.counts, people, market.dear(priced.step.prices))
        if done.is_kept:
            return priced, done
        # Too few to keep every capacity: more of them, in the end everyone.
        limit = limit * 8 if limit < NEAR_ALL else EVERYONE


def _moved(engine: Engine, best: Frame, moved: Mapping[int, int]) -> Frame:
    if not moved:
        return best
    rows = pl.DataFrame(
        {"debtor_id": moved.keys(), "kind": moved.values()}, schema={"debtor_id": pl.Int64, "kind": pl.Int64}
    )
    kept = best.join(engine.lend(rows, "moved"), on="debtor_id", how="anti")
    return nw.concat([kept, engine.lend(rows.filter(pl.col("kind") != NONE), "moved_to").select("debtor_id", "kind")])


def _near(engine: Engine, options: Frame, market: Market, step: Step, limit: int) -> pl.DataFrame:
    """All options of those who would first use other scarce resources than they do, were the prices a little different.

    Who wavers only between contacts that use the same of what is scarce (two free channels, say) is no nearer for it.
    """
    classes = market.classes(step.prices)
    table = pl.DataFrame({"kind": range(len(classes)), "class": classes}, schema={"kind": pl.Int64, "class": pl.Int64})
    priced = priced_options(engine, options, market, step.prices)
    offered = priced.join(engine.lend(table, "classes"), on="kind", how="inner")
    best = engine.settle(offered.group_by("debtor_id", "class").agg(net=nw.col("net").max()), "offered")
    dear, net = nw.col("class") > 0, nw.col("net")
    # Using nothing scarce is open to everyone: by a contact that is free of it, or by none.
    free = nw.when(dear).then(nw.lit(0)).otherwise(nw.max_horizontal(net, nw.lit(0))).max()
    people = best.group_by("debtor_id").agg(free=free, top=nw.when(dear).then(net).max())
    if limit != EVERYONE:
        people = people.filter(~nw.col("top").is_null())
    people = people.with_columns(top=nw.col("top").fill_null(-WORTH_MAX))
    if max(classes, default=0) > 1:
        beside = best.filter(dear).join(people, on="debtor_id", how="inner").filter(net < nw.col("top"))
        second = beside.group_by("debtor_id").agg(second=net.max())
        people = people.join(second, on="debtor_id", how="left")
        people = people.with_columns(other=nw.max_horizontal(nw.col("second").fill_null(-WORTH_MAX), nw.col("free")))
    else:
        people = people.with_columns(other=nw.col("free"))
    uses = nw.col("top") > nw.col("free")
    gap = nw.when(uses).then(nw.col("top") - nw.col("other")).otherwise(nw.col("free") - nw.col("top"))
    near = people.with_columns(distance=gap).sort("distance", "debtor_id").head(limit)
    columns = ["debtor_id", "kind", "worth", "draw"]
    return engine.collect(options.select(columns).join(near.select("debtor_id"), on="debtor_id", how="inner"))


def _nearest(market: Market, step: Step) -> int:
    """How many people to fetch: some, and several for each contact too many or too few."""
    people = max(sum(step.counts.values()), 1)
    scarce = [
        abs(left) / max(used / people, 1e-9)
        for left, used, dear in zip(market.left(step.use), step.use, market.dear(step.prices), strict=True)
        if dear
    ]
    return NEAR_MIN + min(int(sum(scarce)) * NEAR_EACH, NEAR_MAX)


def _refined(
    engine: Engine, options: Frame, market: Market, scale: Scale, priced: Priced, near: pl.DataFrame
) -> Priced:
    """The prices at which the nearest people use just what all the others leave, tried on everyone."""
    lender, held, step = InMemory(), _held(near), priced.step
    own = evaluate(lender, held, market, scale, step.prices)
    rest = market.with_capacities([left + mine for left, mine in zip(market.left(step.use), own.use, strict=True)])
    walk = _walk(rest, step.prices, REFINE_STEPS, partial(evaluate, lender, held, rest, scale))
    finer = _tightest(walk, rest)
    tried = evaluate(engine, options, market, scale, finer.prices)
    bound = market.bound(tried.prices, tried.net)
    return Priced(_tightest([tried, step], market), min(bound, priced.bound), priced.steps + 1)


def _as_people(rows: pl.DataFrame) -> list[Person]:
    rows = rows.select("debtor_id", "kind", "worth", "net").sort("debtor_id", "kind")
    found: dict[int, dict[int, Choice]] = {}
    for debtor_id, kind, worth, net in rows.iter_rows():
        found.setdefault(debtor_id, {})[kind] = Choice(kind, worth, net)
    people = []
    for debtor_id, choices in found.items():
        best = max(choices.values(), key=lambda one: (one.net, -one.kind))
        people.append(Person(debtor_id, best.kind if best.net > 0 else NONE, choices))
    return people
