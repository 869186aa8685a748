"""A profile says how one lender's file reads: column names, styles, constants and what its words mean.

It is written once, shipped as YAML or saved from the mapping screen, and checked here before it is used.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from acuerdo.kernel.errors import Place, Refusal
from acuerdo.portfolio.rules.dates import DateOrder
from acuerdo.portfolio.rules.fields import FIELDS
from acuerdo.portfolio.rules.numbers import NumberStyle


@dataclass(frozen=True, slots=True)
class Profile:
    """`columns`: column name → field, "extra" or "ignore". `constants`: field → text for every row.

    `derived`: field → {"text": "Cliente {id_number}"} | {"copy": field} | {"column": column, "words": {word in it: text}}
    | {"from": date field, "add_days"/"add_months": field or number}, used where the field has no value of its own.
    `values`: field → {word in the file: our word}. `skip`: field → words that leave a row out (counted, not rejected).
    `rate_unit`: "percent" (17.09) or "fraction" (0.1709); without it a column whose rates are all at most 1 holds
    fractions. `others`: whether columns without field are kept.
    """

    name: str
    title: str = ""
    country: str = "CO"
    currency: str = "COP"
    creditor: str = ""
    sheet: str = ""
    separator: str = ""
    encoding: str = ""
    numbers: NumberStyle | None = None
    dates: DateOrder | None = None
    balance_source: Literal["core", "ledger"] = "core"
    rate_unit: Literal["percent", "fraction"] | None = None
    partial: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    constants: Mapping[str, str] = field(default_factory=dict)
    derived: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    skip: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    others: Literal["keep", "drop"] = "keep"
    check_digits: Literal["reject", "accept"] = "reject"

    def to_document(self) -> dict[str, Any]:
        """The profile as stored (JSON) or shipped (YAML); only what differs from the defaults."""
        default = Profile(name="")
        document: dict[str, Any] = {}
        for item in fields(self):
            value = getattr(self, item.name)
            if value != getattr(default, item.name):
                document[item.name] = list(value) if isinstance(value, tuple) else value
        return document


_CHOICES: dict[str, tuple[Any, ...]] = {
    "numbers": ("comma", "dot", None),
    "dates": ("dmy", "mdy", None),
    "balance_source": ("core", "ledger"),
    "rate_unit": ("percent", "fraction", None),
    "others": ("keep", "drop"),
    "check_digits": ("reject", "accept"),
}


def profile_from_document(document: object) -> Profile:
    """The checked profile. Refuses `profile-malformed` and says which entry is wrong."""
    if not isinstance(document, Mapping):
        raise _malformed("", "El perfil debe ser un documento con entradas.")
    known = {item.name for item in fields(Profile)}
    for name in document:
        if name not in known:
            raise _malformed(str(name), f"El perfil no tiene la entrada «{name}».")
    for name, allowed in _CHOICES.items():
        if document.get(name, allowed[0]) not in allowed:
            raise _malformed(name, f"«{name}» debe ser uno de: {', '.join(str(word) for word in allowed if word)}.")
    _check_fields(document)
    entries: dict[str, Any] = dict(document)
    if not str(entries.get("name", "")).strip():
        raise _malformed("name", "El perfil necesita un nombre.")
    entries["ignore"] = tuple(entries.get("ignore", ()))
    entries["constants"] = {name: str(value) for name, value in entries.get("constants", {}).items()}
    entries["skip"] = {name: tuple(str(word) for word in words) for name, words in entries.get("skip", {}).items()}
    entries["values"] = {
        name: {str(theirs): str(ours) for theirs, ours in words.items()}
        for name, words in entries.get("values", {}).items()
    }
    return Profile(**entries)


def _check_fields(document: Mapping[str, Any]) -> None:
    for entry in ("columns", "constants", "derived", "values", "skip"):
        if not isinstance(document.get(entry, {}), Mapping):
            raise _malformed(entry, f"«{entry}» debe ser una lista de pares.")
    for column, name in document.get("columns", {}).items():
        if name not in FIELDS and name not in ("extra", "ignore"):
            raise _malformed(str(column), f"No existe el campo «{name}» al que el perfil lleva la columna «{column}».")
    for entry in ("constants", "derived", "values", "skip"):
        for name in document.get(entry, {}):
            if name not in FIELDS:
                raise _malformed(entry, f"No existe el campo «{name}» que nombra «{entry}».")


def _malformed(column: str, message: str) -> Refusal:
    return Refusal("profile-malformed", message, Place(column=column))
