"""What goes into a CSV of ours can never run when a spreadsheet opens it, and comes back as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acuerdo.portfolio.rules.csv_safety import neutralise, restore


@pytest.mark.parametrize("text", ['=cmd|"/c calc"!A1', "+1+cmd", "-2+3+cmd|x", "@SUM(1)", "\t=1", "\r=1", " =1", "＝1"])
def test_formulas_become_text(text: str) -> None:
    assert neutralise(text) == "'" + text


@pytest.mark.parametrize("text", ["", "Ana", "-1500.00", "-1.500,00", "+57 300 1234567", "12-34", "a=b"])
def test_harmless_texts_stay(text: str) -> None:
    assert neutralise(text) == text


@given(st.text(max_size=20))
def test_nothing_dangerous_is_left_first(text: str) -> None:
    bare = neutralise(text).lstrip(" \u00a0")
    assert not bare.startswith(("=", "@", "\t", "\r", "\n"))


@given(st.sampled_from("=+-@").flatmap(lambda sign: st.text(max_size=10).map(lambda rest: sign + rest)))
def test_a_corrected_file_reads_as_it_was(text: str) -> None:
    assert restore(neutralise(text)) == text
