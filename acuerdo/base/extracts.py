"""What a capability lends to the decision run's snapshot: one table as named columns of plain types.

Days are integers since 1970-01-01, instants microseconds since 1970 UTC, amounts minor units; texts and booleans as they
are. The capability keeps its own columns behind these names, so its tables can change without the run noticing.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Extract:
    """`columns` maps a name to its SQL; `source` is the FROM item; `key` one column that no two rows share.

    `where` may look only at the row itself. An incremental one has a table as `source`, so that changed rows are known
    by their `xmin`. `recent`, with {since} for a microsecond, keeps to a moving window on a column that never changes.
    """

    name: str
    source: str
    key: str
    columns: Mapping[str, str]
    where: str = "TRUE"
    is_incremental: bool = True
    recent: str = ""
    recent_column: str = ""


def day_sql(column: str) -> str:
    """SQL of a date as days since 1970-01-01 (NULL stays NULL)."""
    return f"({column} - DATE '1970-01-01')::bigint"


def microsecond_sql(column: str) -> str:
    """SQL of an instant as exact microseconds since 1970 UTC (NULL stays NULL)."""
    return f"(extract(epoch FROM {column}) * 1000000)::bigint"
