"""The frame form equals the pure gate row by row: the same contacts allowed, the same first rule."""

from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import narwhals as nw
import polars as pl
import pytest

from acuerdo.policy.engine import ROW_COLUMNS, Permissions, find_openings, judge_rows, with_excluded_numbers
from acuerdo.policy.rules import Facts, Question, judge, load_pack, pack_codes
from acuerdo.policy.rules.facts import Reading
from acuerdo.policy.rules.hours import microseconds
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
    *(
        (
            code,
            {
                "before_closing": Reading(minutes),
                "confirmations": Reading("count"),
                "bound_together": Reading("joint"),
            },
        )
        for code, minutes in (("co", "five_minutes"), ("cl", "ten_minutes"), ("ec", "ten_minutes"), ("us", "five_minutes"))
    ),
    ("br", {"before_closing": Reading("ten_minutes")}),
    (
        "co",
        {
            "before_closing": Reading("ten_minutes"), "confirmations": Reading("count"), "replies": Reading("law_hours"),
            "reminder": Reading("service", "Comité", APPROVED), "frequency_policy": Reading("strict_one_per_week"),
        },
    ),
]  # fmt: skip
STRICT = READINGS[-6][1]


type Answer = tuple[bool, str, str, int | None]


def pure_answer(code: str, question: Question, facts: Facts) -> Answer:
    verdict = judge(load_pack(code), question, facts)
    denied = [rule.id for rule in verdict.rules if rule.verdict == "deny"]
    moment = None if verdict.next_allowed_at is None else microseconds(verdict.next_allowed_at)
    return not denied, denied[0] if denied else "", "|".join(denied), moment


def judged(made: Contacts, code: str, readings: dict[str, Reading], lend: Any) -> dict[int, Answer]:
    rows, consents, holds, hours, attempts = (nw.from_native(lend(frame)) for frame in made.frames())
    permissions, pack, on = Permissions(consents, holds, hours, attempts), load_pack(code), date(2026, 3, 1)
    answered = judge_rows(rows, permissions, pack, readings, on=on, has_all_rules=True).collect()
    opened = find_openings(rows, permissions, pack, readings, on=on, lend=lambda frame: nw.from_native(lend(frame)))
    openings = dict(opened.iter_rows())
    assert len(openings) == opened.height == len(made.rows)
    columns = ("row_id", "gate_allowed", "gate_rule", "gate_rules")
    told = zip(*(answered[column].to_list() for column in columns), strict=True)
    return {row: (*answer, openings[row]) for row, *answer in told}


def compare(made: Contacts, code: str, readings: dict[str, Reading], lend: Any) -> None:
    found = judged(made, code, readings, lend)
    assert len(found) == len(made.rows)
    pure = {row[0]: pure_answer(code, *asked) for row, asked in zip(made.rows, made.asked, strict=True)}
    different = {row: (found[row], answer) for row, answer in pure.items() if found[row] != answer}
    assert different == {}
    assert 0 < sum(answer[0] for answer in found.values()) < len(found)


@pytest.mark.parametrize("start", [SPRING, AUTUMN], ids=["spring", "autumn"])
@pytest.mark.parametrize(("code", "readings"), READINGS)
def test_frame_equals_the_pure_gate(code: str, readings: dict[str, Reading], start: datetime) -> None:
    made = random_contacts(7, 400, load_pack(code), readings, start=start)
    compare(made, code, readings, lambda frame: frame.lazy())


@pytest.mark.parametrize("code", ["cl", "us"])
def test_another_engine_answers_the_same(code: str) -> None:
    made = random_contacts(11, 200, load_pack(code), {}, start=AUTUMN)
    connection = duckdb.connect()
    compare(made, code, {}, lambda frame: connection.from_arrow(frame.to_arrow()))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_frame_equals_the_pure_gate_on_a_million(seed: int) -> None:
    for code, readings in (("co", STRICT), ("co", READINGS[9][1]), ("cl", STRICT), ("us", {})):
        made = random_contacts(seed, 25_000, load_pack(code), readings, start=AUTUMN)
        compare(made, code, readings, lambda frame: frame.lazy())


def test_unknown_zone_is_denied() -> None:
    pack = load_pack("mx")
    made = random_contacts(3, 5, pack, {}, start=SPRING)
    made.rows = [(*row[:7], "", "", *row[9:]) for row in made.rows]
    answers = judged(made, "mx", {}, lambda frame: frame.lazy()).values()
    assert set(answers) == {(False, "common.zone.known", "common.zone.known", None)}


@pytest.mark.parametrize("until", [timedelta(hours=3), timedelta(days=2)])
def test_openings_stop_looking_where_told(until: timedelta) -> None:
    pack = load_pack("co")
    made = random_contacts(5, 100, pack, {}, start=SPRING)
    rows, *rest = (nw.from_native(frame.lazy()) for frame in made.frames())
    ends = microseconds(SPRING + timedelta(days=20) + until)
    found = find_openings(rows, Permissions(*rest), pack, {}, on=date(2026, 3, 1), until_us=ends)
    for row, at in found.iter_rows():
        opens = pure_answer("co", *made.asked[row - 1])[3]
        assert at == opens or (at is None and (opens is None or opens >= ends))
    assert 0 < found["gate_next_us"].null_count() < found.height


def test_excluded_numbers_are_told_as_for_a_single_contact() -> None:
    rows = nw.from_native(pl.LazyFrame({"row_id": [1, 2, 3, 4], "contact_point_id": [10, 11, 12, None]}))
    listed = pl.LazyFrame({"contact_point_id": [10, 11], "country": ["CO", "CO"], "effective_day": [20_000, 20_600]})
    points, today = nw.from_native(listed), date(2026, 5, 27)  # day 20,600
    fresh, old = {"CO": today - timedelta(days=1)}, {"CO": today - timedelta(days=30)}
    for consulted, expected in ((fresh, [True, True, False, None]), (old, [True, True, None, None]), ({}, [None] * 4)):
        told = with_excluded_numbers(rows, points, consulted, today=today, country="CO").sort("row_id").collect()
        assert told["excluded_number"].to_list() == expected
    earlier = today - timedelta(days=1)
    told = with_excluded_numbers(rows, points, fresh, today=earlier, country="CO").sort("row_id").collect()
    assert told["excluded_number"].to_list() == [True, False, False, None]


def test_no_rows_no_verdicts() -> None:
    assert judged(Contacts(), "co", {}, lambda frame: frame.lazy()) == {}


def test_columns_are_as_documented() -> None:
    assert tuple(ROW_SCHEMA) == ROW_COLUMNS
    assert isinstance(Contacts().frames()[0], pl.DataFrame)
