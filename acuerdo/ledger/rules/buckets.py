"""Arrears buckets and the stage of collection, from days past due and the next due date. Both are data, not code.

The tables that ship are `data/buckets.csv`; an installation may set buckets of its own from a date on.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib import resources
from itertools import pairwise

from acuerdo.kernel.errors import Refusal


@dataclass(frozen=True, slots=True)
class Bucket:
    """A range of days past due: from `from_days` up to the next bucket's."""

    name: str
    from_days: int


@dataclass(frozen=True, slots=True)
class StageRule:
    """A stage and the relative days it starts at: days past due, or minus the days left to the next due date."""

    name: str
    from_days: int


type BucketHistory = Sequence[tuple[date, tuple[Bucket, ...]]]

# Names go into bulk statements and file names as they are.
_NAME = re.compile(r"[\w+\-–. ]{1,12}")


def check_buckets(buckets: Sequence[Bucket]) -> tuple[Bucket, ...]:
    """The buckets; refuses `bad-buckets` unless they start at day 0, rise strictly and have short names of their own."""
    rises = all(before.from_days < after.from_days for before, after in pairwise(buckets))
    names = {bucket.name for bucket in buckets}
    is_named = len(names) == len(buckets) and all(_NAME.fullmatch(name) for name in names)
    if not buckets or buckets[0].from_days != 0 or not rises or not is_named:
        message = (
            "Las franjas deben empezar en el día 0, ir en orden y tener nombres distintos de hasta 12 letras o cifras."
        )
        raise Refusal("bad-buckets", message)
    return tuple(buckets)


def buckets_on(history: BucketHistory, on: date) -> tuple[Bucket, ...]:
    """The installation's buckets in force on a date: the newest of its `history` by then, else those that ship."""
    found = [(since, buckets) for since, buckets in history if since <= on]
    return max(found, key=lambda pair: pair[0])[1] if found else BUCKETS


def _shipped() -> tuple[tuple[Bucket, ...], tuple[StageRule, ...]]:
    text = resources.files("acuerdo.ledger").joinpath("data", "buckets.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    buckets = [Bucket(row["name"], int(row["from_days"])) for row in rows if row["table"] == "bucket"]
    stages = [StageRule(row["name"], int(row["from_days"])) for row in rows if row["table"] == "stage"]
    return check_buckets(buckets), tuple(stages)


# What ships with the product.
BUCKETS, STAGES = _shipped()


def bucket_of(days_past_due: int, buckets: Sequence[Bucket] = BUCKETS) -> str:
    """The bucket's name for a number of days past due (0 when current)."""
    return next(
        bucket.name for bucket in reversed(buckets) if bucket.from_days <= days_past_due or bucket is buckets[0]
    )


def stage_of(
    days_past_due: int,
    next_due_on: date | None,
    as_of: date,
    *,
    is_written_off: bool = False,
    stages: Sequence[StageRule] = STAGES,
) -> str:
    """The stage's name; `none` when nothing is overdue and the next due date is not near."""
    if is_written_off:
        return "written_off"
    if days_past_due > 0:
        relative = days_past_due
    elif next_due_on is None or next_due_on < as_of:
        return "none"
    else:
        relative = (as_of - next_due_on).days
    reached = [stage.name for stage in stages if stage.from_days <= relative]
    return reached[-1] if reached else "none"
