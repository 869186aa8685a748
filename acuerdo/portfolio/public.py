"""What other capabilities may use of the portfolio."""

from acuerdo.portfolio.actions import Control, find_profile, import_portfolio, name_creditor, save_profile, undo_import
from acuerdo.portfolio.queries import (
    debtors_visible_to,
    last_batch,
    list_creditors,
    list_imports,
    search_debtors,
    visible_to,
)
from acuerdo.portfolio.snapshot import EXTRACTS

__all__ = [
    "EXTRACTS",
    "Control",
    "debtors_visible_to",
    "find_profile",
    "import_portfolio",
    "last_batch",
    "list_creditors",
    "list_imports",
    "name_creditor",
    "save_profile",
    "search_debtors",
    "undo_import",
    "visible_to",
]
