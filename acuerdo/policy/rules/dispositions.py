"""The tree of outcome codes: what happened in a contact, and what follows from it at once.

The class fixes how reports count a code; the leaf says what must be filled in and which stops and pauses begin the
moment it is chosen. No code and no field asks why a person did not pay (Colombia: Ley 2300 de 2023, art. 7).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.text import fold
from acuerdo.policy.rules.vocabulary import HOLDS

FILE = Path(__file__).resolve().parent.parent / "data" / "dispositions.yaml"
LAST = 999
SECONDARY_MAX = 3
SCOPES = ("person", "obligation", "channel", "chosen")


@dataclass(frozen=True, slots=True)
class HoldToPlace:
    """`days` ends by itself; the others only set a date for a person to look again; none: until lifted."""

    kind: str
    scope: str
    days: int | None = None
    review_days: int | None = None
    review_business_days: int | None = None


@dataclass(frozen=True, slots=True)
class Disposition:
    """One code. `frequency` 0 counts for nothing, 1 as an attempt, 2 as a two-way conversation."""

    code: str
    id: str
    es: str
    en: str
    group: str
    frequency: int
    status: str
    flags: frozenset[str]
    fields: tuple[str, ...]
    holds: tuple[HoldToPlace, ...]
    point: str
    commits: bool
    second_look: bool
    locked: bool
    is_for_people: bool
    protects: int
    words: tuple[str, ...]

    @property
    def family(self) -> str:
        return self.code[:2]

    @property
    def is_right_party(self) -> bool:
        return "right_party" in self.flags

    @property
    def is_contact(self) -> bool:
        return "contact" in self.flags


@lru_cache(maxsize=1)
def all_dispositions() -> dict[str, Disposition]:
    """Every code in the order of the tree."""
    document = yaml.load(FILE.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - safe loaders
    found = [_disposition(row, document["classes"][row["code"][:2]]) for row in document["codes"]]
    return {one.code: one for one in found}


def find_disposition(code: str) -> Disposition:
    """Refuses `unknown-disposition`."""
    found = all_dispositions().get(code)
    if found is None:
        raise Refusal("unknown-disposition", f"«{code}» no es un código de gestión.")
    return found


def choose_primary(codes: Iterable[str]) -> tuple[Disposition, tuple[Disposition, ...]]:
    """The primary code and the secondary ones: what protects the person comes before money."""
    chosen = sorted({find_disposition(code).code for code in codes}, key=_rank)
    if not chosen:
        raise Refusal("disposition-missing", "Elija qué pasó en el contacto.")
    if len(chosen) > 1 + SECONDARY_MAX:
        raise Refusal("too-many-dispositions", "Un contacto lleva un código principal y hasta tres más.")
    tree = all_dispositions()
    return tree[chosen[0]], tuple(tree[code] for code in chosen[1:])


def check_fields(disposition: Disposition, fields: dict[str, Any]) -> None:
    """Refuses `disposition-field-missing` naming the first required field that is empty."""
    for name in disposition.fields:
        if fields.get(name) in (None, ""):
            raise Refusal("disposition-field-missing", f"Para «{disposition.es}» falta: {FIELD_NAMES.get(name, name)}.")


FIELD_NAMES = {
    "amount": "valor",
    "due_on": "fecha",
    "paid_on": "fecha del pago",
    "means": "medio de pago",
    "instrument": "medio de pago",
    "starts_on": "fecha de inicio",
    "plan": "plan",
    "offer": "oferta",
    "request": "qué pide",
    "day": "día",
    "need": "qué necesita",
    "policy": "póliza o producto",
    "category": "tipo de reclamo",
    "text": "relato de la persona",
    "call_at": "fecha y hora",
    "kind": "clase de cita",
    "preference": "canal, horario o idioma",
    "scope": "alcance (canal o todos)",
    "to": "a quién",
    "name": "nombre",
    "position": "ubicación",
    "photo": "foto del sobre",
}


def search_dispositions(text: str, *, family: str = "", limit: int = 12) -> list[Disposition]:
    """Codes that a person may choose whose code or words start with every word typed, best first; accents do not matter."""
    typed = _words(text)
    scored = []
    for position, one in enumerate(all_dispositions().values()):
        if not one.is_for_people or (family and one.family != family):
            continue
        score = _score(one, typed)
        if score is not None:
            scored.append((score, position, one))
    return [one for _, _, one in sorted(scored, key=lambda row: row[:2])[:limit]]


def _score(one: Disposition, typed: list[str]) -> int | None:
    """0 when the code starts so, 1 and 2 for the label (its beginning first), 3 for another word; None: nowhere."""
    if not typed or all(any(part.startswith(word) for part in _words(one.code)) for word in typed):
        return 0
    label = _words(one.es) + _words(one.en)
    starts = (label[0], _words(one.en)[0])
    if _all_start(typed, label):
        return 1 if any(word.startswith(typed[0]) for word in starts) else 2
    return 3 if _all_start(typed, label + _words(" ".join(one.words))) else None


def _all_start(typed: list[str], words: list[str]) -> bool:
    return all(any(word.startswith(part) for word in words) for part in typed)


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", fold(text))


def _rank(code: str) -> tuple[int, int]:
    tree = list(all_dispositions())
    return all_dispositions()[code].protects, tree.index(code)


def _disposition(row: dict[str, Any], family: dict[str, Any]) -> Disposition:
    holds = tuple(HoldToPlace(**hold) for hold in row.get("holds", []))
    for hold in holds:
        if hold.kind not in HOLDS or hold.scope not in SCOPES:
            raise ValueError(f"{row['code']} places an unknown hold")
    default = 300 if row["code"].startswith("CD") else {"CI": 400, "VI": 450, "DG": 500}.get(row["code"][:2], LAST)
    return Disposition(
        code=row["code"],
        id=row["id"],
        es=row["es"],
        en=row["en"],
        group=row.get("group", row["code"][:2]),
        frequency=row.get("frequency", family["frequency"]),
        status=row.get("status", family["status"]),
        flags=frozenset(row.get("flags", family["flags"])),
        fields=tuple(row.get("fields", [])),
        holds=holds,
        point=row.get("point", ""),
        commits=row.get("commits", False),
        second_look=row.get("second_look", False),
        locked=row.get("locked", False),
        is_for_people=row.get("by", "person") == "person",
        protects=row.get("protects", default),
        words=tuple(row.get("words", [])),
    )
