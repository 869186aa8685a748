"""The facts that look back, engine against plain Python, and the variants of experiments."""

import tempfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acuerdo.strategy.engine.facts import obligations_frame
from acuerdo.strategy.engine.frames import open_engine
from acuerdo.strategy.engine.moment import Moment
from acuerdo.strategy.engine.placing import facts_needed, place
from acuerdo.strategy.engine.tables import whole
from acuerdo.strategy.rules.document import StrategyDocument
from acuerdo.strategy.rules.experiment import lanes, probability_of, variant_of
from acuerdo.strategy.rules.facts import FACTS
from acuerdo.strategy.rules.yaml_text import read_strategy
from tests.properties.strategy_history import plain_history
from tests.properties.strategy_worlds import DAWN, ON, World, make_world

TEXT = """\
code: prueba
title: Prueba
control_percent: 10
segments: [{code: todos, title: Todos}]
steps:
  - {code: reto, title: Reto, day: 1, channels: [sms], template: temprana_1, variants: [tono/reto]}
  - {code: base, title: Base, day: 1, channels: [sms], template: temprana_1}
experiments:
  - code: tono
    title: Tono
    share: 40
    variants: [{code: base, title: Base, percent: 70}, {code: reto, title: Reto, percent: 30}]
  - code: hora
    title: Hora
    share: 30
    variants: [{code: base, title: Base, percent: 50}, {code: tarde, title: Tarde, percent: 50}]
    paused: [tarde]
"""
DOCUMENT = read_strategy(TEXT)
seeds = st.integers(0, 2**32)


def frame_of(world: World, engine_name: str, document: StrategyDocument = DOCUMENT) -> pl.DataFrame:
    with tempfile.TemporaryDirectory() as folder, open_engine(engine_name) as engine:
        tables, wanted = whole(engine, world.write(Path(folder))), list(FACTS)
        frame = obligations_frame(tables, Moment(ON, DAWN), document.stages, {*FACTS} | facts_needed(document))
        placed = place(frame, document, ON).select(
            *wanted, "obligation_id", "debtor_id", "dice", "variant", "step_index"
        )
        return engine.collect(placed).sort("obligation_id")


@settings(max_examples=3)
@given(seed=seeds)
def test_every_fact_of_the_catalogue_is_the_same_on_two_engines_and_never_null(seed: int) -> None:
    world = make_world(seed, people=80)
    one, two = frame_of(world, "polars"), frame_of(world, "duckdb")
    types = {"int": pl.Int64, "money": pl.Int64, "bool": pl.Boolean, "text": pl.String}
    for code, fact in FACTS.items():
        assert one.get_column(code).null_count() == 0, code
        assert one.get_column(code).cast(types[fact.type]).equals(two.get_column(code).cast(types[fact.type])), code
        if fact.values:
            assert set(one.get_column(code).to_list()) <= set(fact.values), code
    assert one.get_column("variant").equals(two.get_column("variant"))


def test_each_fact_alone_is_what_it_is_among_all() -> None:
    world = make_world(7, people=60)
    every = frame_of(world, "polars")
    with tempfile.TemporaryDirectory() as folder, open_engine("polars") as engine:
        tables = whole(engine, world.write(Path(folder)))
        for code in FACTS:
            alone = engine.collect(obligations_frame(tables, Moment(ON, DAWN), DOCUMENT.stages, {code}))
            assert alone.sort("obligation_id").get_column(code).equals(every.get_column(code)), code


@settings(max_examples=6)
@given(seed=seeds)
def test_facts_that_look_back_are_what_plain_python_reads(seed: int) -> None:
    world = make_world(seed)
    for row in frame_of(world, "polars").iter_rows(named=True):
        expected = plain_history(world.tables, row["obligation_id"], row["debtor_id"])
        assert {code: row[code] for code in expected} == expected


@settings(max_examples=4)
@given(seed=seeds)
def test_variants_are_what_plain_python_draws(seed: int) -> None:
    found = lanes(DOCUMENT.experiments, ON)
    for row in frame_of(make_world(seed), "polars").iter_rows(named=True):
        assert row["variant"] == variant_of(row["dice"], found)
        assert row["step_index"] != 0 or row["variant"] == "tono/reto"


def test_variants_take_their_share_of_the_people() -> None:
    found = lanes(DOCUMENT.experiments, ON)
    dice = [(n * 2_654_435_761) % 2**32 for n in range(20_000)]
    drawn = [variant_of(die, found) for die in dice]
    # the paused variant falls back to its champion
    for name in ("", "tono/base", "tono/reto", "hora/base"):
        assert drawn.count(name) / len(drawn) == pytest.approx(probability_of(name, found), abs=0.01)
    assert drawn.count("hora/tarde") == 0
    assert sum(probability_of(name, found) for name in ("", "tono/base", "tono/reto", "hora/base")) == pytest.approx(1)


def test_an_experiment_added_at_the_end_moves_nobody() -> None:
    before = lanes(DOCUMENT.experiments[:1], ON)
    after = lanes(DOCUMENT.experiments, ON)
    for n in range(3_000):
        die = (n * 2_654_435_761) % 2**32
        if was := variant_of(die, before):
            assert variant_of(die, after) == was
