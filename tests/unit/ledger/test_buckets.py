"""Buckets and stages at their edges."""

from datetime import date, timedelta

import pytest

from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.rules.buckets import BUCKETS, Bucket, bucket_of, buckets_on, check_buckets, stage_of

TODAY = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (0, "current"), (1, "1-30"), (30, "1-30"), (31, "31-60"), (60, "31-60"), (61, "61-90"), (90, "61-90"), (91, "91-120"),
        (120, "91-120"), (121, "121-180"), (180, "121-180"), (181, "181-360"), (360, "181-360"), (361, "360+"), (5000, "360+"),
    ],
)  # fmt: skip
def test_buckets(days: int, bucket: str) -> None:
    assert bucket_of(days) == bucket


@pytest.mark.parametrize(
    ("days", "due_in", "stage"),
    [
        (0, None, "none"), (0, 16, "none"), (0, 15, "preventive"), (0, 1, "preventive"), (0, 0, "due"), (0, -3, "none"),
        (1, 0, "early"), (30, 3, "early"), (31, None, "middle"), (60, None, "middle"), (61, None, "late"), (4000, 2, "late"),
    ],
)  # fmt: skip
def test_stages(days: int, due_in: int | None, stage: str) -> None:
    following = None if due_in is None else TODAY + timedelta(days=due_in)
    assert stage_of(days, following, TODAY) == stage
    assert stage_of(days, following, TODAY, is_written_off=True) == "written_off"


@pytest.mark.parametrize(
    "rows",
    [
        [],  # none
        [("a", 1)],  # does not start at zero
        [("a", 0), ("b", 30), ("c", 30)],  # does not rise
        [("a", 0), ("a", 30)],  # the same name twice
        [("", 0)],  # no name
        [("una franja muy larga", 0)],  # longer than the column
    ],
)
def test_bad_buckets_are_refused(rows: list[tuple[str, int]]) -> None:
    with pytest.raises(Refusal) as refusal:
        check_buckets([Bucket(name, first) for name, first in rows])
    assert refusal.value.code == "bad-buckets"


def test_an_installations_buckets_hold_from_their_date_on() -> None:
    first, second = (Bucket("todo", 0),), (Bucket("al día", 0), Bucket("mora", 1))
    history = [(date(2026, 5, 1), second), (date(2026, 3, 1), first)]
    assert buckets_on(history, date(2026, 2, 28)) == BUCKETS
    assert buckets_on(history, date(2026, 4, 30)) == first
    assert bucket_of(40, buckets_on(history, date(2026, 5, 1))) == "mora"
