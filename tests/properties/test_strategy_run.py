"""The decision run over random portfolios: equal on two engines, equal to plain Python, and what must never be."""

import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from acuerdo.strategy.engine.agents import Agent, assign_calls
from acuerdo.strategy.engine.run import COLUMNS, Plan, decide
from acuerdo.strategy.engine.snapshot import read_snapshot
from acuerdo.strategy.engine.tables import COLUMNS as TABLES
from acuerdo.strategy.engine.tables import LATER, PART_ROWS
from acuerdo.strategy.rules.document import StrategyDocument
from acuerdo.strategy.rules.reasons import REASONS
from acuerdo.strategy.rules.yaml_text import read_strategy
from acuerdo.strategy.snapshot import EXTRACTS
from tests.properties.strategy_worlds import DAWN, World, make_world, plain_facts, plain_place

BASE = files("acuerdo.strategy").joinpath("data", "estrategia_base.yaml").read_text("utf-8")
WITH_CONTROL = BASE.replace("control_percent: 0", "control_percent: 20").replace(
    "calls_per_agent: 60", "calls_per_agent: 2\n  messages: {sms: 3}"
)
seeds = st.integers(0, 2**32)


def run(world: World, document: StrategyDocument, engine: str = "polars", part_rows: int = PART_ROWS) -> Plan:
    with tempfile.TemporaryDirectory() as folder:
        snapshot = world.write(Path(folder))
        return decide(snapshot, document, now=DAWN, zone="America/Bogota", engine_name=engine, part_rows=part_rows)


@pytest.mark.parametrize("text", [BASE, WITH_CONTROL], ids=["base", "control"])
@settings(max_examples=2)
@given(seed=seeds)
def test_two_engines_give_the_same_rows(text: str, seed: int) -> None:
    world, document = make_world(seed, people=120), read_strategy(text)
    one, two = run(world, document), run(world, document, "duckdb")
    assert one.rows.equals(two.rows)
    assert one.funnel == two.funnel


@settings(max_examples=8)
@given(seed=seeds)
def test_segment_step_and_reason_are_what_plain_python_reads(seed: int) -> None:
    world, document = make_world(seed), read_strategy(WITH_CONTROL)
    for row in run(world, document).rows.iter_rows(named=True):
        facts = plain_facts(world, row["obligation_id"], document)
        blocker, segment, step, age = plain_place(facts, document)
        assert (row["stage"], row["segment"], row["step"]) == (facts["stage"], segment, step), facts
        assert (row["reasons"][0] == blocker) == bool(blocker), (row, facts)
        if row["channel"]:
            assert row["reasons"][0] == ("step-carried" if age else "step-due")


@settings(max_examples=8)
@example(seed=1600)  # a stop on one channel for one obligation
@given(seed=seeds)
def test_what_must_never_be(seed: int) -> None:
    world, document = make_world(seed), read_strategy(WITH_CONTROL)
    plan = run(world, document)
    rows, tables = plan.rows, world.tables
    assert rows.schema == COLUMNS
    assert rows.get_column("obligation_id").to_list() == [row["obligation_id"] for row in tables["obligations"]]
    actions = rows.filter(pl.col("channel") != "")
    assert actions.get_column("debtor_id").is_unique().all()
    assert actions.get_column("is_lead").all()
    assert actions.get_column("planned_at").null_count() == 0
    assert rows.filter(pl.col("channel") == "").get_column("planned_at").null_count() == rows.height - actions.height
    reasons = rows.get_column("reasons").to_list()
    assert all(codes for codes in reasons)
    assert all(_is_known(code) for codes in reasons for code in codes)
    assert actions.get_column("agent_id").value_counts().filter(pl.col("agent_id").is_not_null()).get_column(
        "count"
    ).max() in (None, 1, 2)
    assert actions.filter(pl.col("channel") == "sms").height <= 3
    assert actions.filter(pl.col("channel") == "call").get_column("agent_id").null_count() == 0
    assert sum(plan.funnel["drops"].values()) + plan.funnel["planned"] == plan.funnel["portfolio"] == rows.height  # type: ignore[attr-defined, operator]
    for row in actions.iter_rows(named=True):
        _permitted(row, tables)


def _is_known(code: str) -> bool:
    bare = code.rpartition(":")[2]
    return bare in REASONS or "." in bare


def _permitted(row: dict[str, Any], tables: dict[str, list[dict[str, Any]]]) -> None:
    debtor_id, channel = row["debtor_id"], row["channel"]
    now = int(DAWN.timestamp()) * 1_000_000
    held = [
        hold for hold in tables["holds"] if hold["debtor_id"] == debtor_id and hold["from_us"] <= now < hold["to_us"]
    ]
    assert not [
        hold for hold in held if hold["obligation_id"] in (0, row["obligation_id"]) and hold["channel"] in ("", channel)
    ]
    consents = [
        one
        for one in tables["consents"]
        if one["debtor_id"] == debtor_id and one["channel"] == channel and one["to_us"] > now
    ]
    country = {1: "CO", 2: "PE"}[row["creditor_id"]]  # a country without rules is never contacted
    if country == "CO":
        assert {one["purpose"] for one in consents} & {"", "collection", "reminder"}
    assert row["planned_at"] >= DAWN
    kinds = {"email": "email", "letter": "address"}
    points = [
        one
        for one in tables["contact_points"]
        if one["debtor_id"] == debtor_id and one["kind"] == kinds.get(channel, "phone")
    ]
    assert [one for one in points if one["is_mobile"] or channel not in ("sms", "whatsapp")]


def test_the_same_snapshot_gives_the_same_plan() -> None:
    world, document = make_world(11), read_strategy(BASE)
    assert run(world, document).rows.equals(run(world, document).rows)


def test_deciding_a_part_of_the_people_at_a_time_changes_nothing() -> None:
    world, document = make_world(13, people=90), read_strategy(WITH_CONTROL)
    whole, parts = run(world, document), run(world, document, part_rows=25)
    assert whole.rows.equals(parts.rows)
    assert (whole.funnel, whole.allocation) == (parts.funnel, parts.allocation)


def test_the_order_of_the_tables_does_not_matter() -> None:
    world, document = make_world(12), read_strategy(WITH_CONTROL)
    turned = World({name: rows[::-1] for name, rows in world.tables.items()})
    assert run(world, document).rows.equals(run(turned, document).rows)


def test_an_empty_portfolio_is_an_empty_plan() -> None:
    plan = run(World({}), read_strategy(BASE))
    assert plan.rows.height == 0
    assert plan.funnel == {"portfolio": 0, "people": 0, "drops": {}, "contacts": {}, "planned": 0, "models": {}}


def test_no_capacity_sends_calls_to_messages_or_names_it(tmp_path: Path) -> None:
    document = read_strategy(BASE.replace("calls_per_agent: 60", "calls_per_agent: 0"))
    plan = run(make_world(3, people=200), document)
    told = {code for codes in plan.rows.get_column("reasons").to_list() for code in codes}
    assert "call" not in plan.rows.get_column("channel").to_list()
    assert {"call-full", "capacity-reached"} <= told


def test_a_run_reads_only_what_a_snapshot_holds() -> None:
    held = {extract.name: set(extract.columns) for extract in EXTRACTS}
    assert set(TABLES) | set(LATER) == set(held)
    assert {name for name, schema in LATER.items() if not set(schema) <= held[name]} == set()
    assert {name: set(columns) - held[name] for name, columns in TABLES.items() if not set(columns) <= held[name]} == {}


def test_a_snapshot_without_a_table_or_a_column_is_refused(tmp_path: Path) -> None:
    from acuerdo.kernel.errors import Refusal

    snapshot = make_world(1, people=3).write(tmp_path)
    del snapshot.parts["consents"]
    with pytest.raises(Refusal) as refused:
        decide(snapshot, read_strategy(BASE), now=DAWN, zone="America/Bogota")
    assert (refused.value.code, refused.value.message) == (
        "snapshot-incomplete",
        "A la foto de la cartera le falta: consents. Créela de nuevo.",
    )
    snapshot = read_snapshot(tmp_path)
    path = snapshot.path("consents")
    pl.read_parquet(path).drop("purpose", "to_us").write_parquet(path)
    with pytest.raises(Refusal) as narrow:
        decide(snapshot, read_strategy(BASE), now=DAWN, zone="America/Bogota")
    assert narrow.value.code == "snapshot-column-missing"
    assert "a la tabla «consents» (consents.1.parquet) le falta «purpose», «to_us». Bórrela y" in narrow.value.message
    path.write_bytes(b"PAR1")
    with pytest.raises(Refusal) as unreadable:
        decide(snapshot, read_strategy(BASE), now=DAWN, zone="America/Bogota")
    assert unreadable.value.code == "snapshot-damaged"
    (tmp_path / "accounts.1.parquet").unlink()
    with pytest.raises(Refusal) as damaged:
        read_snapshot(tmp_path)
    assert damaged.value.code == "snapshot-damaged"


@given(
    scores=st.lists(st.tuples(st.integers(1, 50), st.sampled_from([(0, 1), (0, 2), (9, 1)])), max_size=40),
    limit=st.integers(0, 4),
)
def test_calls_go_to_those_who_may_the_most_valuable_first(
    scores: list[tuple[int, tuple[int, int]]], limit: int
) -> None:
    agents = [Agent(1, 0, frozenset({0})), Agent(2, 0, frozenset({2})), Agent(3, 9, frozenset({0}))]
    rows = [(n, n, score, agency, creditor, 0) for n, (score, (agency, creditor)) in enumerate(scores, 1)]
    names = ["debtor_id", "obligation_id", "score", "agency_id", "creditor_id", "placed_agent_id"]
    calls = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.Int64), orient="row")
    given_to = dict(assign_calls(calls, agents, limit).iter_rows())
    by_id = {agent.id: agent for agent in agents}
    for debtor_id, agent_id in given_to.items():
        _, _, _, agency, creditor, placed = rows[debtor_id - 1]
        assert by_id[agent_id].may_work(agency, creditor, placed)
    loads = {agent.id: list(given_to.values()).count(agent.id) for agent in agents}
    assert all(load <= limit for load in loads.values())
    for debtor_id, _, score, agency, creditor, placed in rows:
        if (
            debtor_id not in given_to
        ):  # left out only because everyone who may is full with calls worth at least as much
            able = [agent.id for agent in agents if agent.may_work(agency, creditor, placed)]
            assert all(loads[agent_id] == limit for agent_id in able)
            assert all(rows[other - 1][2] >= score for other, agent_id in given_to.items() if agent_id in able)


def test_minutes_counted_by_skill_and_hour_are_kept() -> None:
    minutes = 'calls_per_agent: 60\n  minutes_per_call: 5\n  agent_minutes: {general: {"09": 0, "10": 10, "15": 5}}'
    document = read_strategy(BASE.replace("calls_per_agent: 60", minutes))
    world = make_world(3, people=200)
    plan = run(world, document)
    zones = {row["debtor_id"]: ZoneInfo(row["timezone"]) for row in world.tables["debtors"]}
    calls = plan.rows.filter(pl.col("channel") == "call").select("debtor_id", "planned_at")
    hours = [at.astimezone(zones[debtor_id]).hour for debtor_id, at in calls.iter_rows()]
    assert 0 < hours.count(10) <= 2
    assert hours.count(15) <= 1
    assert set(hours) <= {10, 15}
    used = {one["code"]: one["used"] for one in plan.allocation["resources"]}  # type: ignore[attr-defined]
    assert used["minutes:general:10"] == 5 * hours.count(10)


@pytest.mark.parametrize(
    ("minutes", "calls"),
    [
        (None, 60),  # no shifts: bound by calls a day only
        (20, 5),
        (3, 0),
        (0, 0),  # absent
        (10_000, 60),
    ],
)
def test_an_agent_s_shift_bounds_their_calls(minutes: int | None, calls: int) -> None:
    assert Agent(1, 0, frozenset({0}), minutes).calls_max(60, 4) == calls


def test_an_absent_agent_is_given_nobody() -> None:
    names = ["debtor_id", "obligation_id", "score", "agency_id", "creditor_id", "placed_agent_id"]
    rows = [(n, n, n, 0, 1, 0) for n in range(1, 9)]
    calls = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.Int64), orient="row")
    agents = [Agent(1, 0, frozenset({0}), 0), Agent(2, 0, frozenset({0}), 12), Agent(3, 0, frozenset({0}))]
    given_to = list(assign_calls(calls, agents, 4, 4).get_column("agent_id"))
    assert {agent: given_to.count(agent) for agent in (1, 2, 3)} == {1: 0, 2: 3, 3: 4}
