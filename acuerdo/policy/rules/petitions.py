"""Cases (data requests, complaints, disputes, hardship): what may be asked, how one moves, until when it must be answered.

CO: consultas 10 business days (+5), reclamos 15 (+8); an incomplete one is asked to be completed within 5 and counts as
withdrawn after two months of silence; one for somebody else is passed on within 2 (Ley 1581 de 2012, arts. 14 and 15).
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from acuerdo.kernel.calendar import add_business_days, add_months
from acuerdo.kernel.errors import Refusal

TERMS = Path(__file__).resolve().parent.parent / "data" / "petition_terms.toml"
DATA_KINDS = ("access", "correction", "deletion", "revocation")
KINDS = (*DATA_KINDS, "complaint", "dispute", "hardship")
# What a case is about, as the outcome of a contact says it too. Of hardship what would help: nobody asks for its cause
# (CO: Ley 2300 de 2023, art. 7).
REASONS: dict[str, tuple[str, ...]] = {
    "complaint": ("trato", "horario", "frecuencia", "tercero", "informacion", "otro"),
    "dispute": ("condiciones", "facturacion", "pago", "producto", "no_reconoce"),
    "hardship": ("pausa", "cuota_menor", "otra_fecha", "mas_plazo", "apoyo"),
}
RESOLUTIONS = ("granted", "partly", "denied")
STATES = ("received", "in_study", "incomplete", "answered", "transferred", "withdrawn")
OPEN = frozenset({"received", "in_study", "incomplete"})

# For how long, and which steps, whoever took them may take back.
UNDO_WINDOW = timedelta(minutes=10)
UNDOABLE = frozenset({"take", "ask_to_complete", "complete", "extend", "transfer", "answer", "withdraw"})

# What may happen to a case in each state, and the state that follows.
TRANSITIONS: dict[str, dict[str, str]] = {
    "received": {
        "take": "in_study", "ask_to_complete": "incomplete", "transfer": "transferred", "extend": "received",
        "answer": "answered", "withdraw": "withdrawn",
    },
    "in_study": {
        "take": "in_study", "ask_to_complete": "incomplete", "transfer": "transferred", "extend": "in_study",
        "answer": "answered", "withdraw": "withdrawn",
    },
    "incomplete": {"take": "incomplete", "complete": "in_study", "abandon": "withdrawn", "withdraw": "withdrawn"},
    "answered": {},
    "transferred": {},
    "withdrawn": {},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Terms:
    """How long an answer may take. Zero days: the law sets none; `extension` and the steps are business days."""

    country: str
    kinds: tuple[str, ...]
    citation: str
    confidence: str
    business_days: int = 0
    calendar_days: int = 0
    extension: int = 0
    complete_within: int = 0
    abandoned_months: int = 0
    transfer_within: int = 0
    legend_within: int = 0
    has_book: bool = False  # complaints go into a numbered book (PE: libro de reclamaciones)

    def due_on(self, started_on: date, *, is_extended: bool = False) -> date:
        """The last day to answer; counted from the day after `started_on`, when the petition was complete."""
        if self.calendar_days:
            return started_on + timedelta(days=self.calendar_days)
        return add_business_days(started_on, self.business_days + self.extension * is_extended, self.country)

    def step_on(self, started_on: date, days: int) -> date | None:
        """The last day of one of the steps; None where there is no such step."""
        return add_business_days(started_on, days, self.country) if days else None

    def abandoned_on(self, asked_on: date) -> date | None:
        """The first day on which an incomplete petition counts as withdrawn; None where it never does."""
        return add_months(asked_on, self.abandoned_months) if self.abandoned_months else None


def answer_key(uid: object, at: datetime) -> str:
    """The name of the message that carries the answer given at an instant: undoing the step takes it back by it."""
    return f"case:{uid}:{at.isoformat()}"


def next_state(state: str, event: str) -> str:
    """The state that follows; refuses `petition-wrong-state`."""
    if event not in TRANSITIONS[state]:
        raise Refusal(
            "petition-wrong-state", "Esa solicitud ya no admite ese paso; vuelva a abrirla para ver su estado."
        )
    return TRANSITIONS[state][event]


def terms_of(country: str, kind: str) -> Terms:
    """The row for a country (as `CO`) and kind: its own, else the country's for every kind, else the product's.

    The product's terms count with the country's calendar of holidays.
    """
    rows = all_terms()
    for place in (country, "**"):
        for wanted in (kind, "*"):
            found = next((row for row in rows if row.country == place and wanted in row.kinds), None)
            if found is not None:
                return found if place == country else replace(found, country=country)
    raise Refusal("petition-terms-missing", f"No hay plazos para «{kind}» en {country}.")


@lru_cache(maxsize=1)
def all_terms() -> tuple[Terms, ...]:
    """Every row of the table, in its order."""
    rows: list[Mapping[str, Any]] = tomllib.loads(TERMS.read_text("utf-8"))["terms"]
    return tuple(Terms(**{**row, "kinds": tuple(row["kinds"])}) for row in rows)
