"""Which due dates move when one instalment is put off."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from acuerdo.ledger.rules.extending import put_off_from

DUES = {1: date(2026, 1, 15), 2: date(2026, 2, 15), 3: date(2026, 3, 15)}
days = st.dates(date(2026, 1, 1), date(2027, 12, 31))


def test_one_alone() -> None:
    assert put_off_from(DUES, 2, date(2026, 2, 25), with_later=False) == {2: date(2026, 2, 25)}


def test_those_after_it_move_by_as_many_days() -> None:
    assert put_off_from(DUES, 2, date(2026, 2, 25), with_later=True) == {2: date(2026, 2, 25), 3: date(2026, 3, 25)}


@given(dues=st.dictionaries(st.integers(1, 24), days, min_size=1), due_on=days, data=st.data())
def test_none_later_falls_before_the_one_put_off_and_none_earlier_moves(
    dues: dict[int, date], due_on: date, data: st.DataObject
) -> None:
    number = data.draw(st.sampled_from(sorted(dues)))
    moved = put_off_from(dues, number, due_on, with_later=True)
    assert min(moved.values()) == moved[number] == due_on
    assert set(moved) == {other for other, day in dues.items() if (day, other) >= (dues[number], number)}
