"""Arrears buckets and the stage of collection, from days past due and the next due date. Both are data, not code."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


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


BUCKETS: tuple[Bucket, ...] = (
    Bucket("current", 0),
    Bucket("1-30", 1),
    Bucket("31-60", 31),
    Bucket("61-90", 61),
    Bucket("91-120", 91),
    Bucket("121-180", 121),
    Bucket("181-360", 181),
    Bucket("360+", 361),
)
# Preventiva −15…−1, vencimiento 0, temprana 1–30, media 31–60, tardía from 61; the base strategy uses the same days.
STAGES: tuple[StageRule, ...] = (
    StageRule("preventive", -15),
    StageRule("due", 0),
    StageRule("early", 1),
    StageRule("middle", 31),
    StageRule("late", 61),
)


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
