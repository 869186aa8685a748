"""Switched-on models in the run: the chances that plain Python reads, equal on two engines, and what they change."""

import tempfile
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acuerdo.kernel.errors import Refusal
from acuerdo.strategy.engine.choosing import slots_of
from acuerdo.strategy.engine.frames import open_engine
from acuerdo.strategy.engine.learned import (
    HOURS,
    _alone_features,
    _person_features,
    _person_scores,
    _promise_features,
    _scored,
    models_from_json,
)
from acuerdo.strategy.engine.moment import Moment
from acuerdo.strategy.engine.run import Plan, decide
from acuerdo.strategy.engine.tables import whole
from acuerdo.strategy.rules.model_words import BEST_HOUR, model_reasons, push_code, told_codes
from acuerdo.strategy.rules.reasons import REASONS, say
from acuerdo.strategy.rules.yaml_text import read_strategy
from tests.properties.strategy_models import ALONE, ANSWERS, KEEPS, MODELS, chance, plain_alone, plain_promises
from tests.properties.strategy_worlds import DAWN, DAY, ON, US, World, make_world

BASE = files("acuerdo.strategy").joinpath("data", "estrategia_base.yaml").read_text("utf-8")
BEST = BASE.replace('hour: "', 'hour_policy: best\n    hour: "')
seeds = st.integers(0, 2**32)


def run(world: World, text: str = BASE, engine: str = "polars", *, has_models: bool = True) -> Plan:
    with tempfile.TemporaryDirectory() as folder:
        snapshot, models = world.write(Path(folder)), MODELS if has_models else {}
        return decide(snapshot, read_strategy(text), now=DAWN, zone="America/Bogota", engine_name=engine, models=models)


@settings(max_examples=2)
@given(seed=seeds)
@pytest.mark.parametrize("engine_name", ["polars", "duckdb"])
def test_chances_are_what_plain_python_reads(engine_name: str, seed: int) -> None:
    world, moment = make_world(seed, people=60), Moment(ON, DAWN)
    with tempfile.TemporaryDirectory() as folder, open_engine(engine_name) as engine:
        tables = whole(engine, world.write(Path(folder)))
        alone = engine.collect(_scored(_alone_features(tables, moment), ALONE, tables))
        keeps = engine.collect(_scored(_promise_features(tables, moment), KEEPS, tables))
    for rows, learned, plain in ((alone, ALONE, plain_alone(world)), (keeps, KEEPS, plain_promises(world))):
        assert set(rows["obligation_id"]) == set(plain)
        for row in rows.iter_rows(named=True):
            assert row["chance"] / 10_000 == pytest.approx(chance(learned, plain[row["obligation_id"]]), abs=0.002), row


@settings(max_examples=2)
@given(seed=seeds)
def test_what_a_person_answered_lately_counts(seed: int) -> None:
    world, moment = make_world(seed, people=40), Moment(ON, DAWN)
    noon = (DAY * 86_400 + 43_200) * US
    with tempfile.TemporaryDirectory() as folder, open_engine("polars") as engine:
        tables = whole(engine, world.write(Path(folder)))
        rows = engine.collect(_person_scores(_person_features(tables, moment), ANSWERS))
        known = engine.collect(_person_features(tables, moment))
    assert rows.height == len(world.tables["debtors"])
    now = int(DAWN.timestamp()) * US
    for row in known.iter_rows(named=True):
        mine = sorted(
            (one["at_us"], one["attempt_id"], one["is_two_way"]) for one in world.tables["attempts"]
            if one["debtor_id"] == row["debtor_id"] and one["is_out"] and one["counts"] and one["at_us"] <= now
        )[-10:]  # fmt: skip
        assert (row["contacts_before"], row["answers_before"]) == (len(mine), sum(two_way for *_, two_way in mine))
        assert row["days_since"] == (max(noon - mine[-1][0], 0) // (86_400 * US) if mine else -1)


@pytest.mark.parametrize(("text", "seed"), [(BASE, 31), (BEST, 32)], ids=["base", "best"])
def test_two_engines_give_the_same_plan_with_models(text: str, seed: int) -> None:
    world = make_world(seed, people=60)
    one, two = run(world, text), run(world, text, "duckdb")
    assert one.rows.equals(two.rows)
    assert one.funnel == two.funnel


def test_models_change_scores_and_say_why() -> None:
    world = make_world(5, people=200)
    plain, learned = run(world, has_models=False), run(world)
    assert (plain.funnel["models"], learned.funnel["models"]) == (
        {},
        {"answers": 3, "keeps_promise": 2, "pays_alone": 1},
    )
    was, now = (plan.rows.filter(plan.rows["channel"] != "") for plan in (plain, learned))
    assert was.height > 20
    assert dict(was.select("obligation_id", "score").iter_rows()) != dict(
        now.select("obligation_id", "score").iter_rows()
    )
    assert not [code for codes in was["reasons"] for code in codes if code.startswith("model-")]
    told = [[code for code in codes if code.startswith("model-")] for codes in now["reasons"]]
    assert all(told)
    assert all(say(code, "en") for codes in told for code in codes)


def test_the_best_hour_is_the_one_at_which_an_answer_is_likeliest() -> None:
    """The model's evening band begins at 17:30, so its first whole hour is 18; the law of Colombia opens it on a Wednesday."""
    world = make_world(6, people=200)
    for row in world.tables["preferences"]:
        row["from_us"] = row["to_us"] = 0
    fixed, best = run(world, BASE), run(world, BEST)

    zones = {row["debtor_id"]: row["timezone"] for row in world.tables["debtors"]}

    def hours(plan: Plan) -> set[int]:
        sent = plan.rows.filter(plan.rows["channel"] != "").select("debtor_id", "planned_at")
        return {at.astimezone(ZoneInfo(zones[debtor_id])).hour for debtor_id, at in sent.iter_rows()}

    assert 18 not in hours(fixed)
    assert hours(best) == {18}
    assert all("model-best-hour" in codes for codes in best.rows.filter(best.rows["channel"] != "")["reasons"])
    assert hours(run(world, BEST, has_models=False)) == hours(run(world, BASE, has_models=False))


def test_slots_of_hours_only_where_the_model_chooses() -> None:
    document = read_strategy(BEST)
    without, with_model = slots_of(document), slots_of(document, has_answers=True)
    assert without.height * len(HOURS) == with_model.height
    assert set(with_model["way"]) == {0}
    assert with_model.group_by("step_index", "channel").agg(n=with_model["is_preferred"].sum())["n"].min() >= 1


def test_numbers_of_the_models_read_back_as_reasons() -> None:
    told = push_code("answers", "hour", is_more=True) + push_code("keeps_promise", "month_day", is_more=False)
    assert told_codes(told) == ["model-answers-hour-more", "model-keeps_promise-month_day-less"]
    assert told_codes(told + BEST_HOUR)[0] == "model-best-hour"
    assert told_codes(0) == []
    assert {code for code, _es, _en in model_reasons()} <= set(REASONS)
    assert say("model-answers-hour-more") == "Es más probable que conteste por la hora."


@pytest.mark.parametrize(
    "told",
    [[{}], [{"question": "answers"}], ["x"], [{"question": "answers", "version": "x", "parameters": {}, "report": {}}]],
)
def test_a_file_of_models_that_cannot_be_read_is_refused(told: list[object]) -> None:
    with pytest.raises(Refusal) as refused:
        models_from_json(told)  # type: ignore[arg-type]
    assert refused.value.code == "bad-models"
