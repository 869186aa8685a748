"""The terms by which plans are judged: dated data, by country, with one row for all others."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from acuerdo.kernel.errors import Refusal


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """The comments in `data/plan_terms.yaml` say what each figure means. `grace_days` are business days."""

    grace_days: int
    tolerance_instalments: int
    tolerance_days: int
    notice_days: int
    accepted_days: int
    code_minutes: int
    code_tries: int
    code_sends: int
    code_wait_seconds: int
    approval_hours: int


@lru_cache(maxsize=1)
def _rows() -> list[dict[str, Any]]:
    text = files("acuerdo.negotiation.data").joinpath("plan_terms.yaml").read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = yaml.safe_load(text)
    return rows


def plan_terms_on(day: date, country: str) -> PlanTerms:
    """The country's newest row in force on `day`, else the general one; refuses `plan-terms-missing`."""
    found = [row for row in _rows() if row["country"] in ("", country) and row["from"] <= day]
    if not found:
        raise Refusal("plan-terms-missing", f"No hay condiciones de acuerdos vigentes el {day:%d/%m/%Y}.")
    row = max(found, key=lambda row: (row["country"], row["from"]))
    return PlanTerms(**{name: value for name, value in row.items() if name not in ("country", "from")})
