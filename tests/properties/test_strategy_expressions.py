"""A condition means the same in plain Python, in Polars and in DuckDB; so does a person's draw."""

import tempfile
from pathlib import Path

import narwhals as nw
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acuerdo.strategy.engine.expressions import compile_condition
from acuerdo.strategy.engine.frames import Engine, open_engine
from acuerdo.strategy.engine.placing import with_draw
from acuerdo.strategy.rules.dice import draw
from acuerdo.strategy.rules.expressions import evaluate, parse_condition

NUMBERS = ("day", "days_past_due", "promise_due_in")
AMOUNTS = ("balance", "balance_due")
TEXTS = {"stage": ("early", "late", "none"), "product": ("Consumo", "d'oro", "ñandú")}
FLAGS = ("company", "open_promise")

numbers = st.integers(-5, 5)
terms = st.one_of(st.sampled_from(NUMBERS), numbers.map(str), st.tuples(st.sampled_from(NUMBERS), st.sampled_from("+-"), st.integers(0, 5)).map(lambda t: f"({t[0]} {t[1]} {t[2]})"))  # fmt: skip  # noqa: E501
signs = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
texts = st.sampled_from([(name, value) for name, values in TEXTS.items() for value in values])
leaves = st.one_of(
    st.tuples(terms, signs, terms).map(" ".join),
    st.tuples(terms, signs, terms, signs, terms).map(" ".join),
    st.tuples(st.sampled_from(AMOUNTS), signs, st.integers(0, 3), st.integers(0, 3))
    .map(lambda t: f"{t[0]} {t[1]} amount(COP={t[2]}, PEN={t[3]})"),
    st.tuples(st.sampled_from(AMOUNTS), signs, st.sampled_from(AMOUNTS)).map(" ".join),
    st.tuples(texts, st.sampled_from(["==", "!="])).map(lambda t: f"{t[0][0]} {t[1]} {t[0][1]!r}"),
    st.tuples(st.sampled_from(["in", "not in"]), st.lists(st.sampled_from(TEXTS["stage"]), min_size=1))
    .map(lambda t: f"stage {t[0]} {t[1]}"),
    st.tuples(st.sampled_from(NUMBERS), st.lists(numbers, min_size=1)).map(lambda t: f"{t[0]} in {t[1]}"),
    st.sampled_from([*FLAGS, "true", "false"]),
)  # fmt: skip
conditions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        inner.map(lambda text: f"not ({text})"),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda t: f"({t[0]}) {t[1]} ({t[2]})"),
    ),
    max_leaves=6,
)
rows = st.fixed_dictionaries(
    {
        **dict.fromkeys(NUMBERS, numbers),
        **dict.fromkeys(AMOUNTS, st.integers(0, 300)),
        **{name: st.sampled_from(values) for name, values in TEXTS.items()},
        **dict.fromkeys(FLAGS, st.booleans()),
        "currency": st.sampled_from(["COP", "PEN", "USD"]),
    }
)


@pytest.fixture(scope="module")
def engines() -> list[Engine]:
    folder = Path(tempfile.mkdtemp(prefix="acuerdo-test-"))
    return [Engine("polars", folder), Engine("duckdb", folder)]


@settings(max_examples=40)
@given(texts=st.lists(conditions, min_size=1, max_size=3), people=st.lists(rows, min_size=1, max_size=6))
def test_conditions(engines: list[Engine], texts: list[str], people: list[dict[str, int | bool | str]]) -> None:
    nodes = [parse_condition(text) for text in texts]
    expected = [[bool(evaluate(node, person)) for node in nodes] for person in people]
    table = pl.DataFrame(people).with_row_index("row", 1)
    for engine in engines:
        named = {f"c{index}": compile_condition(node) for index, node in enumerate(nodes)}
        found = engine.collect(engine.lend(table, engine.name).with_columns(**named).select("row", *named)).sort("row")
        assert [list(row[1:]) for row in found.iter_rows()] == expected, (engine.name, texts)


@settings(max_examples=20)
@given(dice=st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=20), salt=st.text(max_size=10))
def test_draws(engines: list[Engine], dice: list[int], salt: str) -> None:
    expected = sorted((die, draw(die, salt)) for die in set(dice))
    for engine in engines:
        lent = engine.lend(pl.DataFrame({"dice": sorted(set(dice))}), engine.name)
        found = engine.collect(with_draw(lent, salt).select(nw.col("dice"), nw.col("draw"))).sort("dice")
        assert list(found.iter_rows()) == expected, engine.name


def test_an_unknown_engine_is_refused() -> None:
    from acuerdo.kernel.errors import Refusal

    with pytest.raises(Refusal) as refused, open_engine("spreadsheet"):
        pass
    assert refused.value.code == "unknown-engine"
