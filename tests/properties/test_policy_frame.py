"""The frame form equals the pure gate row by row: the same contacts allowed, the same first rule."""

from datetime import date, datetime
from typing import Any

import duckdb
import narwhals as nw
import polars as pl
import pytest

from acuerdo.policy.engine import ROW_COLUMNS, Permissions, judge_rows
from acuerdo.policy.rules import Facts, Question, judge, load_pack, pack_codes
from acuerdo.policy.rules.facts import Reading
from tests.properties.policy_worlds import AUTUMN, ROW_SCHEMA, SPRING, Contacts, random_contacts

APPROVED = date(2026, 1, 1)
READINGS: list[tuple[str, dict[str, Reading]]] = [
    *((code, {}) for code in pack_codes()),
    ("co", {"frequency_policy": Reading("strict_one_per_week"), "channel_lock_event": Reading("attempt")}),
    (
        "co",
        {
            "frequency_policy": Reading("lenient_after_two_way", "Comité", APPROVED),
            "week": Reading("iso_week", "Comité", APPROVED),
            "reminder": Reading("service", "Comité", APPROVED),
            "visits": Reading("with_evidence", "Comité", APPROVED),
            "excluded_numbers": Reading("block"),
        },
    ),
    ("co", {"frequency_policy": Reading("strict_one_per_week"), "week": Reading("iso_week", "Comité", APPROVED)}),
    ("ec", {"daily_scope": Reading("per_channel", "Comité", APPROVED)}),
    ("mx", {"days": Reading("mon-fri")}),
    ("cl", {"saturday": Reading("until_13"), "separation": Reading("two_days", "Comité", APPROVED)}),
]


def first_rule(code: str, question: Question, facts: Facts) -> str:
    verdict = judge(load_pack(code), question, facts)
    return next((rule.id for rule in verdict.rules if rule.verdict == "deny"), "")


def judged(made: Contacts, code: str, readings: dict[str, Reading], lend: Any) -> dict[int, tuple[bool, str]]:
    rows, consents, holds, hours, attempts = (nw.from_native(lend(frame)) for frame in made.frames())
    permissions = Permissions(consents, holds, hours, attempts)
    answered = judge_rows(rows, permissions, load_pack(code), readings, on=date(2026, 3, 1)).collect()
    columns = ("row_id", "gate_allowed", "gate_rule")
    told = zip(*(answered[column].to_list() for column in columns), strict=True)
    return {row: (allowed, rule) for row, allowed, rule in told}


def compare(made: Contacts, code: str, readings: dict[str, Reading], lend: Any) -> None:
    found = judged(made, code, readings, lend)
    assert len(found) == len(made.rows)
    rules = {row[0]: first_rule(code, *asked) for row, asked in zip(made.rows, made.asked, strict=True)}
    different = {row: (found[row], rule) for row, rule in rules.items() if found[row] != (rule == "", rule)}
    assert different == {}
    assert 0 < sum(allowed for allowed, _ in found.values()) < len(found)


@pytest.mark.parametrize("start", [SPRING, AUTUMN], ids=["spring", "autumn"])
@pytest.mark.parametrize(("code", "readings"), READINGS)
def test_frame_equals_the_pure_gate(code: str, readings: dict[str, Reading], start: datetime) -> None:
    made = random_contacts(7, 400, load_pack(code), readings, start=start)
    compare(made, code, readings, lambda frame: frame.lazy())


@pytest.mark.parametrize("code", ["co", "cl", "us"])
def test_another_engine_answers_the_same(code: str) -> None:
    made = random_contacts(11, 300, load_pack(code), {}, start=AUTUMN)
    connection = duckdb.connect()
    compare(made, code, {}, lambda frame: connection.from_arrow(frame.to_arrow()))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_frame_equals_the_pure_gate_on_many(seed: int) -> None:
    for code in ("co", "pe", "cl"):
        compare(random_contacts(seed, 30_000, load_pack(code), {}, start=AUTUMN), code, {}, lambda frame: frame.lazy())


def test_unknown_zone_is_denied() -> None:
    pack = load_pack("mx")
    made = random_contacts(3, 5, pack, {}, start=SPRING)
    made.rows = [(*row[:7], "", "", *row[9:]) for row in made.rows]
    assert {rule for _, rule in judged(made, "mx", {}, lambda frame: frame.lazy()).values()} == {"common.zone.known"}


def test_no_rows_no_verdicts() -> None:
    assert judged(Contacts(), "co", {}, lambda frame: frame.lazy()) == {}


def test_columns_are_as_documented() -> None:
    assert tuple(ROW_SCHEMA) == ROW_COLUMNS
    assert isinstance(Contacts().frames()[0], pl.DataFrame)
