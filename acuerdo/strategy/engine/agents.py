"""Agents and the calls of the day: who may work which debt, and whose call it is."""

import heapq
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from acuerdo.strategy.engine.snapshot import Snapshot

ANY_CREDITOR = 0


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

    @property
    def group(self) -> str:
        """Agents of one group may work the same debts: agency, and its creditors or `*`."""
        named = "*" if ANY_CREDITOR in self.creditors else ",".join(map(str, sorted(self.creditors)))
        return f"{self.agency_id}:{named}"


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


def agents_of(snapshot: Snapshot) -> list[Agent]:
    """The agents of the snapshot, in the order of their ids."""
    rows = pl.read_parquet(snapshot.path("agents")).sort("agent_id", "creditor_id")
    found: dict[int, tuple[int, set[int]]] = {}
    for agent_id, agency_id, creditor_id in rows.select("agent_id", "agency_id", "creditor_id").iter_rows():
        found.setdefault(agent_id, (agency_id, set()))[1].add(creditor_id)
    return [Agent(agent_id, agency_id, frozenset(creditors)) for agent_id, (agency_id, creditors) in found.items()]
