"""The registry of excluded numbers over a frame, by the rule that judges a single contact."""

from collections.abc import Mapping
from datetime import date

import narwhals as nw

from acuerdo.policy.engine.frame_facts import Frame
from acuerdo.policy.rules.hours import EPOCH_ORDINAL
from acuerdo.policy.rules.registry import is_excluded


def with_excluded_numbers(
    rows: Frame, excluded_points: Frame, consulted: Mapping[str, date], *, today: date, country: str
) -> Frame:
    """`rows` of one country's creditors (with `contact_point_id`) with `excluded_number`: true, false, or null where no recent
    copy of the registry was loaded. `excluded_points` is the extract of that name; `consulted` tells by country in capitals the
    local date on which its registry was last loaded, and `today` is the date there."""
    listed = excluded_points.filter(
        (nw.col("country") == country) & (nw.col("effective_day") <= today.toordinal() - EPOCH_ORDINAL)
    ).select("contact_point_id", nw.lit(1).alias("_listed"))
    consulted_on = consulted.get(country)
    in_it, out_of_it = (is_excluded(effective, consulted_on, today, country) for effective in (today, None))
    joined = rows.join(listed, on="contact_point_id", how="left")
    told = nw.when(nw.col("_listed") == 1).then(_said(in_it)).otherwise(_said(out_of_it))
    known = nw.when(nw.col("contact_point_id").is_null()).then(_said(None)).otherwise(told)
    return joined.with_columns(known.alias("excluded_number")).drop("_listed")


def _said(answer: bool | None) -> nw.Expr:
    return nw.lit(answer, dtype=nw.Boolean)
