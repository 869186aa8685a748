"""The timeline says in words why a message did not leave."""

import re
from pathlib import Path

import pytest

from acuerdo.workspace.wording import failure_word

ACTIONS = Path(__file__).parents[2] / "acuerdo" / "messaging" / "actions"


def test_every_reason_of_the_outbox_has_words() -> None:
    source = (ACTIONS / "delivery.py").read_text("utf-8")
    codes = re.findall(r'_close\(row, "\w+", f?"([a-z-]+)', source)
    assert "day-over" in codes
    assert [code for code in codes if failure_word(code) == code] == []


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("", ""),  # nothing went wrong
        ("hole:monto", "Al texto le falta un dato."),
        ("co.ley2300.art2.channel", "La persona no ha autorizado este canal"),  # a rule of the law
        ("nobody-knows", "nobody-knows"),
    ],
)
def test_a_reason_in_words(code: str, words: str) -> None:
    assert failure_word(code).startswith(words)
