"""Which dates move when one instalment is put off."""

from collections.abc import Mapping
from datetime import date


def put_off_from(dues: Mapping[int, date], number: int, due_on: date, *, with_later: bool) -> dict[int, date]:
    """By number, the new due dates when instalment `number` falls due on `due_on`; `dues` has the dates of today.

    `with_later` moves those after it by as many days, and none before the one put off. Raises KeyError for an unknown number.
    """
    first = dues[number]
    moved = {number: due_on}
    if with_later:
        later = {other: day for other, day in dues.items() if (day, other) > (first, number)}
        moved |= {other: max(day + (due_on - first), due_on) for other, day in later.items()}
    return moved
