"""What a document that reads well may still get wrong: named with its line, before anybody publishes it."""

import json
from datetime import UTC, date, datetime
from importlib.resources import files

import pytest

from acuerdo.messaging.rules.library import library
from acuerdo.strategy.rules.checking import KnownText, SegmentCount, check_counts, check_document, facts_of, lines_of
from acuerdo.strategy.rules.differences import compare
from acuerdo.strategy.rules.expressions import parse_condition
from acuerdo.strategy.rules.facts import FACTS, PROTECTED
from acuerdo.strategy.rules.field_words import FIELD_WORDS
from acuerdo.strategy.rules.lawful import permitted, possible_weekdays
from acuerdo.strategy.rules.review import MOVES, Who, may, require
from acuerdo.strategy.rules.schema import strategy_schema
from acuerdo.strategy.rules.yaml_text import line_numbers, read_strategy

BASE = files("acuerdo.strategy").joinpath("data", "estrategia_base.yaml").read_text("utf-8")
TEXTS = [KnownText(text.code, text.channel, text.language, text.subject, text.body) for text in library()]
AT = datetime(2026, 7, 15, 12, tzinfo=UTC)
SMALL = """\
code: corta
title: Corta
segments:
  - {code: unos, title: Unos, when: company}
  - {code: otros, title: Otros}
steps:
  - code: aviso
    title: Aviso
    day: 1
    channels: [email]
    template: temprana_1
    hour: "10:00"
"""


def findings(text: str, countries: tuple[str, ...] = ("CO",)) -> list[tuple[int, str, str, str]]:
    found = lines_of(check_document(read_strategy(text), TEXTS, countries, AT), line_numbers(text))
    return [(line, one.level, one.code, one.path) for line, one in found]


def test_the_strategy_that_ships_has_no_error_in_any_country_with_rules() -> None:
    countries = ("AR", "BR", "CL", "CO", "EC", "MX", "PE", "US")
    assert [one for one in findings(BASE, countries) if one[1] == "error"] == []
    assert findings(BASE) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        # a Sunday is never permitted in Colombia (Ley 2300 de 2023, art. 3)
        ("    day: 1\n", '    day: 1\n    when: weekday == "sun"\n', (11, "error", "never-permitted", "steps[0].channels[0]")),
        ('"10:00"', '"22:00"', (12, "error", "hour-never-permitted", "steps[0].hour")),
        ('"10:00"', '"05:00"', (12, "warning", "hour-too-early", "steps[0].hour")),
        ("temprana_1", "temprana_uno", (11, "error", "template-unknown", "steps[0].template")),
        ("    day: 1\n", "    day: 1\n    offer: hardshp\n", (10, "error", "offer-unknown", "steps[0].offer")),
        ("    day: 1\n", "    day: 1\n    offer: cualquiera\n", (10, "error", "offer-unknown", "steps[0].offer")),
        ("[email]", "[email, call]\n    script: Guion de lamada", (11, "error", "script-unknown", "steps[0].script")),
        ("[email]", "[email, letter]", (11, "error", "template-without-channel", "steps[0].template")),
        ("  - {code: otros, title: Otros}\n", "", (4, "warning", "people-may-be-left-out", "segments[0].when")),
        (", when: company", "", (5, "warning", "segment-unreachable", "segments[1]")),
        ("    day: 1\n", "    day: 1\n    segments: [unos]\n", (5, "warning", "segment-without-step", "segments[1]")),
        ("steps:", "capacity: {messages: {email: 0}}\nsteps:", (6, "warning", "capacity-zero", "capacity.messages.email")),
        ("steps:", "capacity: {calls_per_agent: 0}\nsteps:", None),
        ("[email]\n", "[email, call]\n    skill: mora\n", None),
        ("title: Corta\n", "title: Corta\nscope: {countries: [XX]}\n", (3, "error", "no-rules", "scope.countries")),
    ],
)  # fmt: skip
def test_each_finding_has_its_line(old: str, new: str, expected: tuple[int, str, str, str] | None) -> None:
    assert old in SMALL
    found = findings(SMALL.replace(old, new, 1))
    assert found == ([expected] if expected else [])


def test_skills_need_minutes_and_a_call_needs_capacity() -> None:
    text = SMALL.replace("[email]", "[email, call]").replace(
        "steps:", "capacity: {agent_minutes: {mora: {'09': 60}}}\nsteps:"
    )
    assert (
        findings(text) == [(8, "error", "skill-without-minutes", "steps[0].skill")]
        or findings(text)[0][2] == "skill-without-minutes"
    )
    zero = SMALL.replace("[email]", "[email, call]").replace("steps:", "capacity: {calls_per_agent: 0}\nsteps:")
    assert [one[2] for one in findings(zero)] == ["capacity-zero"]


def test_a_template_with_a_missing_field_is_named() -> None:
    text = KnownText("rota", "email", "es", "Hola", "Le escribe {acreedor}.")
    document = read_strategy(SMALL.replace("temprana_1", "rota"))
    found = check_document(document, [text], ["CO"], AT)
    assert {one.code for one in found} == {"template-missing-field"}
    assert "{saldo_vencido}" in found[0].message


def test_a_step_that_another_always_precedes_is_named() -> None:
    twice = SMALL + SMALL.partition("steps:\n")[2].replace("code: aviso", "code: otra_vez")
    assert [(one[2], one[3]) for one in findings(twice)] == [("step-shadowed", "steps[1].day")]


def test_overlaps_and_people_left_out_come_with_their_counts() -> None:
    counts = [SegmentCount("unos", 5, 0), SegmentCount("otros", 90, 5)]
    assert [(one.code, one.path) for one in check_counts(counts, 7)] == [
        ("segment-overlap", "segments[1].when"),
        ("people-left-out", "segments"),
    ]
    assert "7 obligaciones" in check_counts(counts, 7)[1].message
    shadowed = check_counts([SegmentCount("unos", 0, 3), SegmentCount("otros", 0, 0)], 0)
    assert [one.code for one in shadowed] == ["segment-shadowed", "segment-empty"]


@pytest.mark.parametrize(
    ("condition", "days"),
    [
        ('weekday == "mon"', "mon"),
        ('weekday != "mon" and company', "tue wed thu fri sat sun"),
        ('weekday in ["sat", "sun"] or days_past_due > 3', "mon tue wed thu fri sat sun"),
        ('not weekday in ["sat", "sun"]', "mon tue wed thu fri"),
        ("false", ""),
    ],
)
def test_days_of_the_week_on_which_a_condition_may_hold(condition: str, days: str) -> None:
    assert possible_weekdays(parse_condition(condition)) == tuple(days.split())


def test_the_law_is_asked_of_the_country() -> None:
    assert permitted("co", "email", "collection", 600, AT).is_at_hour
    sunday = permitted("co", "email", "collection", 600, AT, ("sun",))
    assert (sunday.is_ever, sunday.rule.startswith("co.")) == (False, True)


def test_the_catalogue_is_documented_and_protects() -> None:
    assert len(FACTS) >= 60
    assert all(fact.spanish and fact.english for fact in FACTS.values())
    assert not set(FACTS) & set(PROTECTED)
    assert facts_of(read_strategy(SMALL)) == {"company"}


def test_the_published_schema_is_the_one_of_the_code() -> None:
    kept = json.loads(files("acuerdo.strategy").joinpath("data", "strategy.schema.json").read_text("utf-8"))
    assert kept == strategy_schema(), "run `make docs` and commit the result"
    assert strategy_schema("en")["properties"]["steps"]["description"] == FIELD_WORDS["StrategyDocument.steps"][1]
    fields = {f"{name}.{field}" for name, part in kept["$defs"].items() for field in part.get("properties", {})}
    assert fields | {f"StrategyDocument.{field}" for field in kept["properties"]} == set(FIELD_WORDS)


def test_differences_in_words() -> None:
    before = read_strategy(SMALL)
    assert compare(before, before) == []
    changed = SMALL.replace("day: 1", "day: 2").replace("title: Corta", "title: Larga").replace(
        "steps:\n", "control_percent: 5\nsteps:\n  - {code: otro, title: Otro, day: 9, channels: [call]}\n"
    )  # fmt: skip
    found = [
        (one.change, one.part, one.name, one.field, one.before, one.after)
        for one in compare(before, read_strategy(changed))
    ]
    assert found == [
        ("changed", "title", "", "", "Corta", "Larga"),
        ("added", "steps", "otro", "", "", "Otro"),
        ("changed", "steps", "aviso", "day", "1", "2"),
        ("changed", "control_percent", "", "", "0", "5"),
    ]
    swapped = SMALL.replace("  - {code: unos, title: Unos, when: company}\n", "").replace(
        "  - {code: otros, title: Otros}\n",
        "  - {code: otros, title: Otros}\n  - {code: unos, title: Unos, when: company}\n",
    )
    assert {(one.change, one.name) for one in compare(before, read_strategy(swapped))} == {
        ("moved", "unos"),
        ("moved", "otros"),
    }


def test_who_may_do_what() -> None:
    from acuerdo.kernel.errors import Refusal

    assert may("approve", "director", "in_review")
    assert not may("approve", "supervisor", "in_review")
    assert not may("approve", "director", "draft")
    for who, status, authors, code in (
        (Who("eva", "supervisor"), "in_review", (), "strategy-forbidden"),
        (Who("eva", "director"), "draft", (), "strategy-state"),
        (Who("eva", "director"), "in_review", ("ana", "eva"), "strategy-same-person"),
    ):
        with pytest.raises(Refusal) as refused:
            require("approve", who, status=status, authors=authors)
        assert refused.value.code == code
    require("approve", Who("eva", "director"), status="in_review", authors=("ana",))
    assert not any("agent" in roles or "admin" in roles for _states, roles in MOVES.values())


def test_an_experiment_runs_between_its_dates() -> None:
    text = SMALL + (
        "experiments: [{code: uno, title: Uno, starts_on: 2026-07-01, ends_on: 2026-07-31, variants: "
        "[{code: a, title: A, percent: 50}, {code: b, title: B, percent: 50}]}]\n"
    )
    experiment = read_strategy(text).experiments[0]
    assert [experiment.runs_on(date(2026, month, 1)) for month in (6, 7, 8)] == [False, True, False]
