"""What answers mean: precision and recall of each intent on sentences with labels, the hour of a call, and what words cannot do."""

import sys
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acuerdo.messaging.rules.intents import PROTECTS, call_time, read_meaning
from tests.unit.messaging.answer_sentences import FRESH, KNOWN, labelled

BOGOTA = ZoneInfo("America/Bogota")
NOW = datetime(2026, 7, 15, 10, 0, tzinfo=BOGOTA)  # a Wednesday


def figures(rows: Sequence[tuple[str, str]]) -> dict[str, tuple[int, int, int]]:
    """By intent: rightly found, wrongly found, missed."""
    right, wrong, missed = Counter[str](), Counter[str](), Counter[str]()
    for label, sentence in rows:
        found = read_meaning(sentence).lead
        if found == label:
            right[label] += 1
        else:
            wrong[found] += 1
            missed[label] += 1
    return {one: (right[one], wrong[one], missed[one]) for one in PROTECTS if right[one] + wrong[one] + missed[one]}


def share(part: int, rest: int) -> float:
    return part / (part + rest) if part + rest else 1.0


@pytest.mark.parametrize(("label", "sentence"), labelled(KNOWN))
def test_each_known_sentence_has_its_intent(label: str, sentence: str) -> None:
    assert read_meaning(sentence).lead == label


def test_sentences_that_no_rule_was_written_for(capsys: pytest.CaptureFixture[str]) -> None:
    rows = labelled(FRESH)
    found = figures(rows)
    with capsys.disabled():
        for intent, (right, wrong, missed) in found.items():
            sys.stdout.write(f"\n  {intent:14} precision {share(right, wrong):.2f} recall {share(right, missed):.2f}")
    acting = [figure for intent, figure in found.items() if intent != "other"]
    right, wrong, missed = (sum(column) for column in zip(*acting, strict=True))
    assert share(right, wrong) >= 0.95
    assert share(right, missed) >= 0.80
    # What protects a person is not to be missed.
    assert found["self_harm"][2] == 0
    assert found["stop"][2] <= 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("llámame a las 5", "2026-07-15 17:00"),
        ("Llámeme a las 5 pm", "2026-07-15 17:00"),
        ("me pueden llamar mañana a las 9", "2026-07-16 09:00"),
        ("a las 9 de la mañana", "2026-07-16 09:00"),  # nine has passed today
        ("a las 11", "2026-07-15 11:00"),
        ("llámeme mañana en la mañana a las 8:30", "2026-07-16 08:30"),
        ("el viernes a las 4:15", "2026-07-17 16:15"),
        ("el miércoles a las 3", "2026-07-22 15:00"),
        ("pasado mañana a las 10 am", "2026-07-17 10:00"),
        ("después de las 18:30", "2026-07-15 18:30"),
        ("a las 12 pm", "2026-07-15 12:00"),
        ("a la 1", "2026-07-15 13:00"),
        ("a las 8 de la noche", "2026-07-15 20:00"),
        ("hoy a las 9", "2026-07-15 09:00"),
    ],
)
def test_the_hour_of_a_call_is_read(text: str, expected: str) -> None:
    found = call_time(text, NOW)
    assert found is not None
    assert f"{found:%Y-%m-%d %H:%M}" == expected


@pytest.mark.parametrize("text", ["llámeme", "a las 45", "a las 5:99", "debo 5 cuotas", ""])
def test_no_hour_is_no_hour(text: str) -> None:
    assert call_time(text, NOW) is None


def test_protection_leads_whatever_else_is_said() -> None:
    found = read_meaning("Ya pagué ayer pero me quiero matar, no me llamen más")
    assert found.intents == ("self_harm", "stop", "already_paid")


def test_an_automatic_answer_says_nothing() -> None:
    assert read_meaning("BAJA", is_automatic=True).intents == ("automatic",)


@given(st.text(max_size=4000))
def test_any_text_has_a_meaning_and_case_and_accents_do_not_change_it(text: str) -> None:
    found = read_meaning(text)
    assert found.intents
    assert set(found.intents) <= set(PROTECTS)
    call_time(text, NOW)


@pytest.mark.parametrize(
    "text", ["ya " * 700, "no tengo " * 250, "gracias " * 250 + "x", "hola " * 400 + "ñ", "(" * 2000]
)
def test_long_texts_take_no_time(text: str) -> None:
    import time

    start = time.process_time()
    read_meaning(text)
    assert time.process_time() - start < 0.5
