"""Agents and the calls of the day: who may work which debt, and whose call it is."""

import heapq
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from acuerdo.strategy.engine.snapshot import Snapshot

ANY_CREDITOR = 0
ABSENCE = 7  # the weekday of an absence in the extract


@dataclass(frozen=True, slots=True)
class Agent:
    """Who may call: for one agency (0: the lender itself), for every creditor or for those listed.

    `minutes` are those of the date's shifts without absences; None for whoever has no shifts: bound only by calls a day.
    """

    id: int
    agency_id: int
    creditors: frozenset[int]
    minutes: int | None = None

    def calls_max(self, calls_per_agent: int, minutes_per_call: int) -> int:
        """Calls that this agent can make on the date."""
        if self.minutes is None:
            return calls_per_agent
        return min(calls_per_agent, self.minutes // minutes_per_call)

    def may_work(self, agency_id: int, creditor_id: int, placed_agent_id: int) -> bool:
        if placed_agent_id:
            return self.id == placed_agent_id
        return self.agency_id == agency_id and (ANY_CREDITOR in self.creditors or creditor_id in self.creditors)

    @property
    def group(self) -> str:
        """Agents of one group may work the same debts: agency, and its creditors or `*`."""
        named = "*" if ANY_CREDITOR in self.creditors else ",".join(map(str, sorted(self.creditors)))
        return f"{self.agency_id}:{named}"


def assign_calls(
    calls: pl.DataFrame, agents: list[Agent], calls_per_agent: int, minutes_per_call: int = 1
) -> pl.DataFrame:
    """Calls to agents, the most valuable first, each to whoever of those who may work it has least; (debtor_id, agent_id)."""
    limits = {agent.id: agent.calls_max(calls_per_agent, minutes_per_call) for agent in agents}
    pools: dict[tuple[int, int, int], list[tuple[int, int]]] = {}
    load: dict[int, int] = defaultdict(int)
    rows: list[tuple[int, int]] = []
    ranked = _could_fit(calls, agents, limits).sort(["score", "obligation_id"], descending=[True, False])
    for debtor_id, agency_id, creditor_id, placed_agent_id in ranked.select(
        "debtor_id", "agency_id", "creditor_id", "placed_agent_id"
    ).iter_rows():
        key = (agency_id, creditor_id, placed_agent_id)
        if key not in pools:
            pools[key] = [(0, agent.id) for agent in agents if agent.may_work(*key)]
            heapq.heapify(pools[key])
        agent_id = _least_loaded(pools[key], load, limits)
        if agent_id:
            load[agent_id] += 1
            rows.append((debtor_id, agent_id))
    return pl.DataFrame(rows, schema={"debtor_id": pl.Int64, "agent_id": pl.Int64}, orient="row")


def _could_fit(calls: pl.DataFrame, agents: list[Agent], limits: Mapping[int, int]) -> pl.DataFrame:
    """Only as many of each pool as its agents together could make: the loop's length is bounded by capacity, not portfolio."""
    keys = ["agency_id", "creditor_id", "placed_agent_id"]
    pools = calls.select(keys).unique()
    room = [sum(limits[agent.id] for agent in agents if agent.may_work(*key)) for key in pools.iter_rows()]
    ranked = calls.join(pools.with_columns(room=pl.Series(room, dtype=pl.Int64)), on=keys)
    ranked = ranked.sort(["score", "obligation_id"], descending=[True, False])
    return ranked.filter(pl.int_range(pl.len()).over(keys) < pl.col("room"))


def _least_loaded(pool: list[tuple[int, int]], load: Mapping[int, int], limits: Mapping[int, int]) -> int:
    """The id of the agent with fewest calls (smallest id on a tie), 0 when all are full. Entries are brought up to date lazily."""
    while pool:
        known, agent_id = pool[0]
        if load.get(agent_id, 0) >= limits[agent_id]:
            heapq.heappop(pool)
        elif known != load.get(agent_id, 0):
            heapq.heapreplace(pool, (load[agent_id], agent_id))
        else:
            return agent_id
    return 0


def agents_of(snapshot: Snapshot) -> list[Agent]:
    """The agents of the snapshot with their minutes on its date, in the order of their ids."""
    rows = pl.read_parquet(snapshot.path("agents")).sort("agent_id", "creditor_id")
    minutes = _minutes_of(snapshot)
    found: dict[int, tuple[int, set[int]]] = {}
    for agent_id, agency_id, creditor_id in rows.select("agent_id", "agency_id", "creditor_id").iter_rows():
        found.setdefault(agent_id, (agency_id, set()))[1].add(creditor_id)
    return [
        Agent(agent_id, agency_id, frozenset(creditors), minutes.get(agent_id))
        for agent_id, (agency_id, creditors) in found.items()
    ]


def _minutes_of(snapshot: Snapshot) -> dict[int, int]:
    """By agent with shifts, or absent, the minutes of the date."""
    day, weekday = (snapshot.on - date(1970, 1, 1)).days, snapshot.on.weekday()
    hours = pl.read_parquet(snapshot.path("shifts"))
    is_absence = pl.col("weekday") == ABSENCE
    today = pl.col("since_day").le(day) & pl.col("until_day").ge(day)
    told = hours.group_by("agent_id").agg(
        minutes=pl.col("minutes").filter(pl.col("weekday") == weekday).sum(),
        has_shifts=(~is_absence).any(),
        is_absent=(is_absence & today).any(),
    )
    return {
        agent_id: 0 if is_absent else minutes
        for agent_id, minutes, has_shifts, is_absent in told.iter_rows()
        if has_shifts or is_absent
    }
