"""Accounts of the lender's core between two files: the calendar and the money move, the file's amounts stand."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from acuerdo.ledger.rules.components import no_amounts
from acuerdo.ledger.rules.core_figures import CoreFigures, DueTotal, core_statement

FILE_DAY = date(2026, 3, 1)
FIGURES = CoreFigures(
    as_of=FILE_DAY, balance_minor=50_000, balance_due_minor=12_000, due_since=date(2026, 2, 10),
    amounts=no_amounts() | {"principal": 48_000, "contract_interest": 2_000},
)  # fmt: skip
CURRENT = replace(FIGURES, balance_due_minor=0, due_since=None)
SCHEDULE = [
    DueTotal(date(2026, 2, 10), 10_000),
    DueTotal(date(2026, 3, 10), 10_000),
    DueTotal(date(2026, 4, 10), 10_000),
]


@pytest.mark.parametrize(
    ("figures", "payments", "as_of", "days", "due", "following"),
    [
        (FIGURES, [], date(2026, 3, 1), 19, 12_000, date(2026, 3, 10)),  # the file's own day
        (FIGURES, [], date(2026, 3, 5), 23, 12_000, date(2026, 3, 10)),  # days move on
        (FIGURES, [], date(2026, 3, 10), 28, 22_000, date(2026, 3, 10)),  # another instalment fell due
        (
            FIGURES,
            [(date(2026, 3, 2), 5_000)],
            date(2026, 3, 5),
            23,
            7_000,
            date(2026, 3, 10),
        ),  # partial: still since then
        (FIGURES, [(date(2026, 3, 2), 12_000)], date(2026, 3, 5), 0, 0, date(2026, 3, 10)),  # current again
        (FIGURES, [(date(2026, 3, 2), 12_000)], date(2026, 3, 12), 2, 10_000, date(2026, 4, 10)),  # and behind again
        (FIGURES, [(date(2026, 3, 2), 22_000)], date(2026, 3, 12), 0, 0, date(2026, 4, 10)),  # paid ahead
        (
            FIGURES,
            [(date(2026, 2, 27), 12_000)],
            date(2026, 3, 5),
            23,
            12_000,
            date(2026, 3, 10),
        ),  # the file knew that one
        (
            FIGURES,
            [(date(2026, 3, 2), 12_000), (date(2026, 3, 4), -12_000)],
            date(2026, 3, 5),
            23,
            12_000,
            date(2026, 3, 10),
        ),
        (FIGURES, [(date(2026, 3, 9), 12_000)], date(2026, 3, 5), 23, 12_000, date(2026, 3, 10)),  # not yet
        (CURRENT, [], date(2026, 3, 5), 0, 0, date(2026, 3, 10)),
        (CURRENT, [], date(2026, 3, 11), 1, 10_000, date(2026, 4, 10)),
        (FIGURES, [(date(2026, 3, 2), 50_000)], date(2026, 5, 1), 0, 0, None),  # settled whole: the schedule is over
        (replace(CURRENT, balance_minor=0, amounts=no_amounts()), [], date(2026, 3, 5), 0, 0, None),
    ],
)
def test_what_moves_after_the_file(
    figures: CoreFigures, payments: list[Any], as_of: date, days: int, due: int, following: date | None
) -> None:
    statement = core_statement(figures, SCHEDULE, payments, as_of)
    assert (statement.days_past_due, statement.balance_due_minor, statement.next_due_on) == (days, due, following)


def test_amounts_go_down_in_the_usual_order_and_more_than_all_is_credit() -> None:
    partial = core_statement(FIGURES, SCHEDULE, [(date(2026, 3, 2), 5_000)], date(2026, 3, 5))
    assert (partial.balance["contract_interest"], partial.balance["principal"]) == (0, 45_000)
    over = core_statement(FIGURES, SCHEDULE, [(date(2026, 3, 2), 51_000)], date(2026, 3, 5))
    assert (over.balance_minor, over.unallocated_minor) == (0, 1_000)


def test_a_balance_that_the_file_does_not_break_down_counts_as_principal() -> None:
    bare = replace(FIGURES, amounts=no_amounts())
    assert core_statement(bare, SCHEDULE, [], FILE_DAY).balance["principal"] == 50_000


def test_the_stage_follows() -> None:
    assert core_statement(FIGURES, SCHEDULE, [], date(2026, 3, 1)).stage == "early"
    assert core_statement(CURRENT, SCHEDULE, [], date(2026, 3, 5)).stage == "preventive"
    assert core_statement(replace(CURRENT, is_written_off=True), SCHEDULE, [], date(2026, 3, 5)).stage == "written_off"
