"""The credit limit and what of it is free, where the lender's file says so in a column of its own.

The figures are the file's own words: they are shown, and no sum is made with them.
"""

from collections.abc import Mapping

from acuerdo.kernel.text import header_key

LIMIT = frozenset({
    "cupo", "cupo_total", "cupo_aprobado", "cupo_asignado", "limite_de_credito", "limite_credito", "linea_de_credito",
    "linea_credito", "linea_aprobada", "credit_limit", "limite",
})  # fmt: skip
AVAILABLE = frozenset({
    "cupo_disponible", "disponible", "saldo_disponible", "linea_disponible", "credito_disponible", "available_credit",
    "available_limit",
})  # fmt: skip


def credit_limit_in(extra: Mapping[str, object]) -> tuple[str, str]:
    """(limit, available) as the file wrote them; empty where it says nothing."""
    return _first(extra, LIMIT), _first(extra, AVAILABLE)


def _first(extra: Mapping[str, object], names: frozenset[str]) -> str:
    found = (str(value).strip() for name, value in sorted(extra.items()) if header_key(name) in names)
    return next((text for text in found if text), "")
