"""The installation's own caps and buckets from their extracts, over what ships with the product."""

import json
from collections import defaultdict
from datetime import date
from decimal import Decimal

import polars as pl

from acuerdo.ledger.engine.rates import EPOCH_DAY
from acuerdo.ledger.rules.buckets import Bucket
from acuerdo.ledger.rules.dated_tables import DatedTables, tables_over_shipped
from acuerdo.ledger.rules.rate_caps import RateCap


def dated_tables(rate_caps: pl.DataFrame, bucket_sets: pl.DataFrame) -> DatedTables:
    """The tables of `acuerdo.ledger.queries.cap_tables`, from `acuerdo.ledger.snapshot`'s RATE_CAPS and BUCKET_SETS."""
    own: dict[str, list[RateCap]] = defaultdict(list)
    for key, first, last, annual in rate_caps.select("cap", "from_day", "to_day", "annual").iter_rows():
        own[key].append(RateCap(_date(first), _date(last), Decimal(annual).normalize()))
    history = [
        (_date(day), tuple(Bucket(one["name"], one["from_days"]) for one in json.loads(buckets)))
        for day, buckets in bucket_sets.sort("from_day").select("from_day", "buckets").iter_rows()
    ]
    return tables_over_shipped(own, history)


def _date(day: int) -> date:
    return date.fromordinal(day + EPOCH_DAY)
