"""What other capabilities may use of the portfolio."""

from acuerdo.portfolio.queries import (
    debtors_visible_to,
    last_batch,
    list_creditors,
    list_imports,
    visible_to,
    search_debtors,
)
from acuerdo.portfolio.snapshot import EXTRACTS

__all__ = [
    "EXTRACTS",
    "debtors_visible_to",
    "last_batch",
    "list_creditors",
    "list_imports",
    "visible_to",
    "search_debtors",
]
