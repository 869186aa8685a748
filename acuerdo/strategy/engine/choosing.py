"""From what falls today to one contact a person: candidates, the gate, the worth of each, and who is done by whom.

One candidate is an obligation on one channel of its step. An obligation takes its first permitted channel that is worth
it; a person takes the obligation that is worth most. Calls are then limited by the agents who may work the debt: those
left over fall to the person's best message.
"""

import heapq
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import narwhals as nw
import polars as pl

from acuerdo.strategy.engine.frames import Engine, Frame
from acuerdo.strategy.engine.gate import SITUATION, Law, ask_gate
from acuerdo.strategy.engine.moment import Moment
from acuerdo.strategy.engine.snapshot import Snapshot
from acuerdo.strategy.rules.document import Costs, StrategyDocument
from acuerdo.strategy.rules.facts import CHANNELS
from acuerdo.strategy.rules.scorecard import (
    CHANNELS_SCORED,
    FATIGUE_CONTACTS_MAX,
    SCORE_MAX,
    STAKE_MINOR_MAX,
    UNIT_MINOR,
    UPLIFT_BP,
)

ANY_CREDITOR = 0
REACH = {
    "email": "has_email", "sms": "has_mobile", "whatsapp": "has_mobile", "voice": "has_phone", "call": "has_phone",
    "letter": "has_address",
}  # fmt: skip
KEPT = [
    "obligation_id", "debtor_id", "creditor_id", "channel", "position", "minute", "score", "planned_us", "refused", "refused_by",
    "agency_id", "placed_agent_id",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Agent:
    """Who may call: for one agency (0: the lender itself), for every creditor or for those listed."""

    id: int
    agency_id: int
    creditors: frozenset[int]

    def may_work(self, agency_id: int, creditor_id: int, placed_agent_id: int) -> bool:
        if placed_agent_id:
            return self.id == placed_agent_id
        return self.agency_id == agency_id and (ANY_CREDITOR in self.creditors or creditor_id in self.creditors)


def judge_candidates(
    engine: Engine, placed: Frame, document: StrategyDocument, laws: Mapping[int, Law], law_frame: Frame, moment: Moment
) -> Frame:
    """One row an obligation and channel of its step: score, moment, and the refusal if it may not go."""
    frame = placed.filter(nw.col("blocker") == "")
    frame = frame.join(engine.lend(_step_channels(document), "step_channels"), on="step_index", how="inner")
    frame = frame.join(law_frame, on="creditor_id", how="inner")
    frame = frame.with_columns(
        law_region=nw.when(nw.col("is_regional")).then(nw.col("region")).otherwise(nw.lit("")),
        reachable=_by_channel({channel: nw.col(flag) for channel, flag in REACH.items()}),
        on_hold=_by_channel({channel: nw.col(f"hold_{channel}") for channel in CHANNELS}),
        may_channel=nw.when(nw.col("purpose") == "reminder")
        .then(_by_channel({channel: nw.col(f"reminder_{channel}") for channel in CHANNELS}))
        .otherwise(_by_channel({channel: nw.col(f"consent_{channel}") for channel in CHANNELS})),
    )
    frame = _with_score(frame, engine, document)
    stopped = nw.when(~nw.col("reachable")).then(nw.lit("no-contact-point"))
    frame = frame.with_columns(
        stopped=stopped.otherwise(nw.when(nw.col("on_hold")).then(nw.lit("hold-channel")).otherwise(nw.lit("")))
    )
    needed = sorted({*SITUATION, *KEPT, "stopped"} - {"planned_us", "refused", "refused_by"})
    candidates = engine.settle(frame.select(needed), "candidates")
    asked = ask_gate(engine, candidates.filter(nw.col("stopped") == ""), laws, moment)
    silent = candidates.filter(nw.col("stopped") != "").with_columns(
        planned_us=nw.lit(0).cast(nw.Int64), refused=nw.col("stopped"), refused_by=nw.lit("")
    )
    return engine.settle(nw.concat([asked.select(KEPT), silent.select(KEPT)]), "judged")


def _by_channel(flags: Mapping[str, nw.Expr]) -> nw.Expr:
    found: nw.Expr = nw.lit(value=False)
    for channel, flag in flags.items():
        found = nw.when(nw.col("channel") == channel).then(flag).otherwise(found)
    return found


def _step_channels(document: StrategyDocument) -> pl.DataFrame:
    rows = [
        (index, channel, position, step.purpose, step.minute)
        for index, step in enumerate(document.steps)
        for position, channel in enumerate(step.channels)
    ]
    names = ["step_index", "channel", "position", "purpose", "minute"]
    return pl.DataFrame(rows, schema=names, orient="row")


def _with_score(frame: Frame, engine: Engine, document: StrategyDocument) -> Frame:
    """`rules.scorecard` over the frame."""
    rates = engine.lend(_rates(document), "rates")
    frame = frame.join(rates, on=["stage", "channel", "currency"], how="left")
    stake = nw.min_horizontal(nw.max_horizontal(nw.col("stake"), nw.lit(0)), nw.lit(STAKE_MINOR_MAX))
    tired = nw.min_horizontal(nw.col("contacts_7_days"), nw.lit(FATIGUE_CONTACTS_MAX))
    uplift, cost = nw.col("uplift_bp").fill_null(0), nw.col("cost_minor").fill_null(0)
    gained = stake * uplift // 10_000 - cost - nw.col("fatigue_minor").fill_null(0) * tired
    frame = frame.with_columns(gained=nw.max_horizontal(gained, nw.lit(0)))
    points = nw.col("gained") * 100 // nw.col("unit_minor").fill_null(100)
    return frame.with_columns(score=nw.min_horizontal(points, nw.lit(SCORE_MAX)).cast(nw.Int64))


def _rates(document: StrategyDocument) -> pl.DataFrame:
    rows = []
    for stage, uplifts in UPLIFT_BP.items():
        for currency in sorted({*UNIT_MINOR, *document.costs}):
            costs = document.costs.get(currency, Costs())
            for channel, uplift in zip(CHANNELS_SCORED, uplifts, strict=True):
                cost = costs.minor(channel, currency) if channel in Costs.model_fields else 0
                fatigue = costs.minor("fatigue", currency)
                rows.append((stage, channel, currency, uplift, cost, fatigue, UNIT_MINOR.get(currency, 100)))
    names = ["stage", "channel", "currency", "uplift_bp", "cost_minor", "fatigue_minor", "unit_minor"]
    return pl.DataFrame(rows, schema=names, orient="row")


# --- one contact a person


def choose_leads(engine: Engine, judged: Frame, agents: list[Agent], document: StrategyDocument) -> pl.DataFrame:
    """The people's contacts: debtor, creditor, obligation, channel, position, score, planned_us, agent_id (0: none), is_refilled."""
    worth = judged.filter((nw.col("refused") == "") & (nw.col("score") > 0)).with_columns(rank=0 - nw.col("score"))
    first = engine.settle(_best(worth), "first")
    second = _best(worth.filter(nw.col("channel") != "call"))
    calls = engine.collect(first.filter(nw.col("channel") == "call"))
    assigned = assign_calls(calls, agents, document.capacity.calls_per_agent)
    messages = engine.collect(first.filter(nw.col("channel") != "call")).with_columns(is_refilled=pl.lit(value=False))
    left_over = calls.select("debtor_id").join(assigned, on="debtor_id", how="anti")
    refilled = engine.collect(second.join(engine.lend(left_over, "left_over"), on="debtor_id", how="inner"))
    messages = pl.concat([messages, refilled.with_columns(is_refilled=pl.lit(value=True)).select(messages.columns)])
    messages = _within_limits(messages, dict(document.capacity.messages.items()))
    done = calls.join(assigned, on="debtor_id", how="inner").with_columns(is_refilled=pl.lit(value=False))
    quiet = messages.with_columns(agent_id=pl.lit(0, pl.Int64))
    return pl.concat([done.select(quiet.columns), quiet]).sort("debtor_id")


def _best(worth: Frame) -> Frame:
    """Each obligation's first channel, then each person's most valuable obligation."""
    channel = worth.unique(subset=["obligation_id"], keep="first", order_by=["position"])
    person = channel.unique(subset=["debtor_id"], keep="first", order_by=["rank", "obligation_id"])
    return person.select(
        "debtor_id",
        "creditor_id",
        "obligation_id",
        "channel",
        "position",
        "score",
        "planned_us",
        "agency_id",
        "placed_agent_id",
    )


def assign_calls(calls: pl.DataFrame, agents: list[Agent], calls_per_agent: int) -> pl.DataFrame:
    """Calls to agents, the most valuable first, each to whoever of those who may work it has least; (debtor_id, agent_id)."""
    pools: dict[tuple[int, int, int], list[tuple[int, int]]] = {}
    load: dict[int, int] = defaultdict(int)
    rows: list[tuple[int, int]] = []
    ranked = _could_fit(calls, agents, calls_per_agent).sort(["score", "obligation_id"], descending=[True, False])
    for debtor_id, agency_id, creditor_id, placed_agent_id in ranked.select(
        "debtor_id", "agency_id", "creditor_id", "placed_agent_id"
    ).iter_rows():
        key = (agency_id, creditor_id, placed_agent_id)
        if key not in pools:
            pools[key] = [(0, agent.id) for agent in agents if agent.may_work(*key)]
            heapq.heapify(pools[key])
        agent_id = _least_loaded(pools[key], load, calls_per_agent)
        if agent_id:
            load[agent_id] += 1
            rows.append((debtor_id, agent_id))
    return pl.DataFrame(rows, schema={"debtor_id": pl.Int64, "agent_id": pl.Int64}, orient="row")


def _could_fit(calls: pl.DataFrame, agents: list[Agent], calls_per_agent: int) -> pl.DataFrame:
    """Only as many of each pool as its agents together could make: the loop's length is bounded by capacity, not portfolio."""
    keys = ["agency_id", "creditor_id", "placed_agent_id"]
    pools = calls.select(keys).unique()
    room = [calls_per_agent * sum(agent.may_work(*key) for agent in agents) for key in pools.iter_rows()]
    ranked = calls.join(pools.with_columns(room=pl.Series(room, dtype=pl.Int64)), on=keys)
    ranked = ranked.sort(["score", "obligation_id"], descending=[True, False])
    return ranked.filter(pl.int_range(pl.len()).over(keys) < pl.col("room"))


def _least_loaded(pool: list[tuple[int, int]], load: Mapping[int, int], limit: int) -> int:
    """The id of the agent with fewest calls (smallest id on a tie), 0 when all are full. Entries are brought up to date lazily."""
    while pool:
        known, agent_id = pool[0]
        if load.get(agent_id, 0) >= limit:
            heapq.heappop(pool)
        elif known != load.get(agent_id, 0):
            heapq.heapreplace(pool, (load[agent_id], agent_id))
        else:
            return agent_id
    return 0


def _within_limits(messages: pl.DataFrame, limits: Mapping[str, int]) -> pl.DataFrame:
    ranked = messages.sort(["score", "obligation_id"], descending=[True, False])
    place = pl.int_range(pl.len()).over("channel")
    allowed = pl.lit(value=True)
    for channel, limit in limits.items():
        allowed = allowed & ((pl.col("channel") != channel) | (place < limit))
    return ranked.filter(allowed)


def agents_of(snapshot: Snapshot) -> list[Agent]:
    """The agents of the snapshot, in the order of their ids."""
    rows = pl.read_parquet(snapshot.path("agents")).sort("agent_id", "creditor_id")
    found: dict[int, tuple[int, set[int]]] = {}
    for agent_id, agency_id, creditor_id in rows.select("agent_id", "agency_id", "creditor_id").iter_rows():
        found.setdefault(agent_id, (agency_id, set()))[1].add(creditor_id)
    return [Agent(agent_id, agency_id, frozenset(creditors)) for agent_id, (agency_id, creditors) in found.items()]
