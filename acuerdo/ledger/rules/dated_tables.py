"""The installation's dated data that every balance rests on: certified caps by key, and management buckets of its own."""

from collections.abc import Mapping, Sequence
from datetime import date

from acuerdo.ledger.rules.buckets import BUCKETS, Bucket, BucketHistory, buckets_on
from acuerdo.ledger.rules.rate_caps import CapTable, CapTables, RateCap, cap_table, shipped_caps


class DatedTables(dict[str, CapTable]):
    """Caps by key, as replay reads them; `buckets` is what the installation set instead of those that ship."""

    buckets: BucketHistory = ()


def buckets_of(tables: CapTables, on: date) -> tuple[Bucket, ...]:
    """The buckets in force on a date; those that ship where the tables bring none."""
    return buckets_on(tables.buckets, on) if isinstance(tables, DatedTables) else BUCKETS


def tables_over_shipped(own: Mapping[str, Sequence[RateCap]], buckets: BucketHistory) -> DatedTables:
    """What an installation certified, over what ships with the product: a row of its own replaces those whose days it meets."""
    tables = DatedTables(shipped_caps())
    tables.buckets = buckets
    for key, rows in own.items():
        shipped = tables[key].rows if key in tables else ()
        kept = [
            cap for cap in shipped if not any(row.from_on <= cap.to_on and cap.from_on <= row.to_on for row in rows)
        ]
        tables[key] = cap_table(key, [*kept, *rows])
    return tables
