"""From candidates to one contact a person: what each contact is worth, what it uses, and who gets one.

A contact joins all that a person owes one creditor and may be told by one channel today: it is worth what every one of
those obligations is expected to bring, less its cost once. A step's channels stand in the order that its author prefers:
a later one is never worth more than an earlier one that may go, so it is taken only where the earlier one is scarce.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import narwhals as nw
import polars as pl

from acuerdo.kernel.money import minor_from_decimal
from acuerdo.strategy.engine.agents import Agent, assign_calls
from acuerdo.strategy.engine.allocation import DRAWS, Allocation, Scale, allocate, best_at, kind_of
from acuerdo.strategy.engine.choosing import slots_of
from acuerdo.strategy.engine.frames import Engine, Frame
from acuerdo.strategy.engine.gate import ALLOWED
from acuerdo.strategy.rules.allocation import Kind, Market, Resource
from acuerdo.strategy.rules.document import Costs, StrategyDocument
from acuerdo.strategy.rules.limits import Capacity
from acuerdo.strategy.rules.repair import Room
from acuerdo.strategy.rules.scorecard import CHANNELS_SCORED, SCORE_MAX

CHANNELS_A_STEP = 4
CALL = CHANNELS_SCORED.index("call")
PLACES = 8  # the draw's last digit tells an earlier channel of a step, and its own hour, from others of equal worth
KEY = ["creditor_id", "place", "currency_no", "agency_id", "placed_agent_id", "way"]
CONTACT = [
    "debtor_id", "creditor_id", "obligation_id", "place", "position", "score", "planned_us", "agency_id", "placed_agent_id",
    "currency_no", "dice", "way", "is_preferred",
]  # fmt: skip
LEAD = ["debtor_id", "creditor_id", "obligation_id", "place", "position", "score", "price", "planned_us", "agent_id"]


@dataclass(frozen=True, slots=True)
class Chosen:
    """`contacts`: every contact worth making. `leads`: those to be made, with `wished`, the channel if nothing were scarce.
    `currency`: the one of most contacts."""

    contacts: Frame
    leads: Frame
    market: Market
    allocation: Allocation
    scale: Scale
    currency: str


def choose_contacts(
    engine: Engine,
    contacts: Frame,
    agents: Sequence[Agent],
    document: StrategyDocument,
    currencies: Sequence[str],
    *,
    seed: int = 0,
    warm: Mapping[str, float] | None = None,
) -> Chosen:
    """One contact a person under the day's capacities. `contacts`: of all passes (see `contacts_of`), written and read again.
    `warm`: earlier prices, in scores a unit, by resource."""
    numbers = engine.collect(contacts.group_by(KEY).agg(rows=nw.len())).sort(KEY)
    keys = _named(numbers, slots_of(document), currencies)
    common = keys.group_by("currency").agg(pl.col("rows").sum()).sort("rows", "currency", descending=[True, False])
    currency = str(common.get_column("currency").first() or "")
    market = market_of(keys, agents, document)
    scale = Scale(len(market.kinds))
    numbered = engine.lend(numbers.select(KEY).with_row_index("kind").cast({"kind": pl.Int64}), "kinds")
    offered = engine.settle(contacts.join(numbered, on=KEY, how="inner").with_columns(_worth(scale, seed)), "numbered")
    options = offered.select("debtor_id", "kind", "worth", "draw")
    found = allocate(engine, options, market, scale, warm)
    priced = _Market(market, keys, found, scale, offered)
    leads = _leads(engine, priced, agents, document.capacity)
    return Chosen(contacts, leads, market, found, scale, currency)


def contacts_of(judged: Frame) -> Frame:
    """One row a person, creditor and channel that may go and is worth it, led by the obligation that brings most."""
    contact = ["debtor_id", "creditor_id", "place", "way"]
    allowed = judged.filter(nw.col("refusal") == ALLOWED)
    # Most people are contacted about one debt: only where several meet are they summed, and the one that brings most found.
    alone = allowed.filter(nw.col("meets") == 1).with_columns(brings=nw.col("points"))
    several = allowed.filter(nw.col("meets") > 1)
    sums = several.group_by(contact).agg(brings=nw.col("points").sum().cast(nw.Int64))
    lead = several.with_columns(rank=0 - nw.col("points"))
    lead = lead.unique(subset=contact, keep="first", order_by=["rank", "obligation_id"])
    joined = lead.join(sums, on=contact, how="inner")
    names = [*(name for name in CONTACT if name != "score"), "brings", "cost_points"]
    every = nw.concat([alone.select(names), joined.select(names)], how="vertical")
    score = nw.min_horizontal(nw.col("brings") - nw.col("cost_points"), nw.lit(SCORE_MAX))
    worth = every.with_columns(score=score.cast(nw.Int64)).filter(nw.col("score") > 0)
    called = nw.col("place") == CALL
    found = _in_order(worth).with_columns(
        agency_id=nw.when(called).then(nw.col("agency_id")).otherwise(nw.lit(0)),
        placed_agent_id=nw.when(called).then(nw.col("placed_agent_id")).otherwise(nw.lit(0)),
    )
    return found.select(CONTACT)


def _in_order(worth: Frame) -> Frame:
    """A later place of a step is worth at most what each earlier one is."""
    here = nw.col("position")
    least = {
        f"least_{place}": nw.when(here == place).then(nw.col("score")).otherwise(nw.lit(SCORE_MAX)).min()
        for place in range(CHANNELS_A_STEP - 1)
    }
    joined = worth.join(
        worth.group_by("debtor_id", "creditor_id").agg(**least), on=["debtor_id", "creditor_id"], how="inner"
    )
    score = nw.col("score")
    for place in range(CHANNELS_A_STEP - 1):
        score = nw.when(here > place).then(nw.min_horizontal(score, nw.col(f"least_{place}"))).otherwise(score)
    return joined.with_columns(score=score.cast(nw.Int64))


def _worth(scale: Scale, seed: int) -> list[nw.Expr]:
    """The score, then the person's draw, then the place of the channel: integers that hardly ever tie."""
    factor, added = 2 * (seed % 2**18) + 1, seed // 2**18 % DRAWS
    draw = (nw.col("dice") * factor + added) % DRAWS
    preferred = nw.when(nw.col("is_preferred")).then(nw.lit(1)).otherwise(nw.lit(0))
    place = 2 * (PLACES // 2 - 1 - nw.min_horizontal(nw.col("position"), nw.lit(PLACES // 2 - 1))) + preferred
    worth = nw.col("score") * scale.one + draw % (scale.one // PLACES) * PLACES + place
    return [draw.cast(nw.Int64).alias("draw"), worth.cast(nw.Int64).alias("worth")]


def _named(numbers: pl.DataFrame, slots: pl.DataFrame, currencies: Sequence[str]) -> pl.DataFrame:
    """The kinds of contact with their channel, currency, skill and hour in words."""
    ways = {way: (skill, hour) for way, skill, hour in slots.select("way", "skill", "hour").unique().iter_rows()}
    skills = [ways[way] for way in numbers.get_column("way")]
    return numbers.with_columns(
        channel=pl.Series([CHANNELS_SCORED[place] for place in numbers.get_column("place")], dtype=pl.String),
        currency=pl.Series([currencies[number] for number in numbers.get_column("currency_no")], dtype=pl.String),
        skill=pl.Series([skill for skill, _hour in skills], dtype=pl.String),
        hour=pl.Series([hour for _skill, hour in skills], dtype=pl.Int64),
    )


# --- what there is of each resource, and what each kind of contact uses


def market_of(keys: pl.DataFrame, agents: Sequence[Agent], document: StrategyDocument) -> Market:
    """The capacities of the document over the kinds of contact that occur."""
    capacity = document.capacity
    groups: dict[str, list[Agent]] = {}
    for agent in agents:
        groups.setdefault(agent.group, []).append(agent)
    minutes = capacity.minutes_per_call
    found = [
        Resource(f"agents:{name}", sum(one.calls_max(capacity.calls_per_agent, minutes) for one in group) * minutes)
        for name, group in groups.items()
    ]
    found += [
        Resource(f"minutes:{skill}:{int(hour):02}", limit)
        for skill, hours in capacity.agent_minutes.items()
        for hour, limit in hours.items()
    ]
    found += [Resource(f"messages:{channel}", limit) for channel, limit in capacity.messages.items()]
    found += [Resource(f"budget:{currency}", _minor(limit, currency)) for currency, limit in capacity.budget.items()]
    places = {resource.code: index for index, resource in enumerate(found)}
    members = list(groups.values())
    return Market(tuple(found), tuple(_kind(row, places, members, document) for row in keys.iter_rows(named=True)))


def _minor(amount: Decimal, currency: str) -> int:
    return minor_from_decimal(amount, currency)


def _kind(
    row: Mapping[str, Any], places: Mapping[str, int], groups: Sequence[Sequence[Agent]], document: StrategyDocument
) -> Kind:
    channel, currency = row["channel"], row["currency"]
    uses = []
    if (place := places.get(f"messages:{channel}")) is not None:
        uses.append((place, 1))
    if (place := places.get(f"budget:{currency}")) is not None and channel in Costs.model_fields:
        uses.append((place, document.costs.get(currency, Costs()).minor(channel, currency)))
    if channel != "call":
        return Kind(tuple(uses))
    if (place := places.get(f"minutes:{row['skill']}:{row['hour']:02}")) is not None:
        uses.append((place, document.capacity.minutes_per_call))
    key = (row["agency_id"], row["creditor_id"], row["placed_agent_id"])
    able = tuple(index for index, group in enumerate(groups) if any(agent.may_work(*key) for agent in group))
    return Kind(tuple(uses), able, document.capacity.minutes_per_call)


# --- from kinds back to contacts, and calls to agents


@dataclass(frozen=True, slots=True)
class _Market:
    """The market with the rows that its kinds stand for, the prices found (scores a contact), and the contacts numbered."""

    market: Market
    keys: pl.DataFrame
    found: Allocation
    scale: Scale
    offered: Frame

    def kinds(self, engine: Engine) -> Frame:
        """(kind, price), in scores."""
        costs = [self.market.price_of(kind, self.found.prices) // self.scale.one for kind in self.market.kinds]
        rows = pl.DataFrame({"kind": range(len(costs)), "price": costs}, schema={"kind": pl.Int64, "price": pl.Int64})
        return engine.lend(rows, "kind_prices")


def _leads(engine: Engine, priced: _Market, agents: Sequence[Agent], capacity: Capacity) -> Frame:
    """The chosen contacts, calls with their agent; whoever's call no agent could take gets another contact that still fits."""
    chosen = priced.offered.join(priced.found.chosen, on=["debtor_id", "kind"], how="inner")
    chosen = engine.settle(
        chosen.join(priced.kinds(engine), on="kind", how="inner").select(*CONTACT, "kind", "price"), "priced"
    )
    calls = engine.collect(chosen.filter(nw.col("place") == CALL))
    assigned = assign_calls(calls, list(agents), capacity.calls_per_agent, capacity.minutes_per_call)
    made = calls.join(assigned, on="debtor_id", how="inner").select(LEAD)
    others = _others(engine, calls.join(assigned, on="debtor_id", how="anti"), priced)
    quiet = chosen.filter(nw.col("place") != CALL).with_columns(agent_id=nw.lit(0).cast(nw.Int64)).select(LEAD)
    leads = nw.concat([quiet, engine.lend(pl.concat([made, others]), "spoken").select(LEAD)])
    return engine.settle(leads.join(_wished(engine, priced), on="debtor_id", how="left"), "leads")


def _wished(engine: Engine, priced: _Market) -> Frame:
    """(debtor_id, wished): the channel that each person would have if nothing were scarce."""
    best = best_at(engine, priced.offered, priced.market, priced.scale, [0.0] * len(priced.market.resources))
    places = priced.keys.select(pl.int_range(pl.len(), dtype=pl.Int64).alias("kind"), wished=pl.col("place"))
    named = engine.lend(places, "kind_places")
    return (
        best.select("debtor_id", kind=kind_of(priced.scale))
        .join(named, on="kind", how="inner")
        .select("debtor_id", "wished")
    )


def _others(engine: Engine, calls: pl.DataFrame, priced: _Market) -> pl.DataFrame:
    """The best contact other than a call that fits in what is left, for the people of these calls, in order of worth."""
    room = Room(priced.market, list(priced.found.left))
    for kind in calls.get_column("kind"):
        room.give_back(kind)
    people = engine.lend(calls.select("debtor_id"), "unassigned")
    rows = engine.collect(
        priced.offered.filter(nw.col("place") != CALL)
        .join(people, on="debtor_id", how="inner")
        .join(priced.kinds(engine), on="kind", how="inner")
        .select(*CONTACT, "kind", "price", "worth")
    )
    ranked = rows.sort(["worth", "debtor_id", "kind"], descending=[True, False, False])
    done, kept = set[int](), []
    for place, (debtor_id, kind) in enumerate(ranked.select("debtor_id", "kind").iter_rows()):
        if debtor_id not in done and room.fits(kind):
            room.take(kind)
            done.add(debtor_id)
            kept.append(place)
    return ranked[kept].with_columns(agent_id=pl.lit(0, pl.Int64)).select(LEAD)
