"""The installation's dated data that every balance rests on: certified caps by key, and management buckets of its own."""

from datetime import date

from acuerdo.ledger.rules.buckets import BUCKETS, Bucket, BucketHistory, buckets_on
from acuerdo.ledger.rules.rate_caps import CapTable, CapTables


class DatedTables(dict[str, CapTable]):
    """Caps by key, as replay reads them; `buckets` is what the installation set instead of those that ship."""

    buckets: BucketHistory = ()


def buckets_of(tables: CapTables, on: date) -> tuple[Bucket, ...]:
    """The buckets in force on a date; those that ship where the tables bring none."""
    return buckets_on(tables.buckets, on) if isinstance(tables, DatedTables) else BUCKETS
