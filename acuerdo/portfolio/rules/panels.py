"""What an agent sees of other systems beside a person: the panels of the installation, as its one TOML document says.

A panel names where to ask (an address, or a file), what of the answer to show and under which words. A secret may stand in an
environment variable (`token_env`) or in a file (`token_file`); the reader is given by whoever reads the document.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from acuerdo.kernel.errors import Refusal

CODE = r"^[a-z][a-z0-9-]{0,38}$"
PLACES = ("{id_country}", "{id_type}", "{id_number}")


class PanelFact(BaseModel):
    """One line: where it stands in the answer (`cuentas.0.saldo`), what it is called, and how it reads."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str = Field(pattern=r"^[^.\s]+(\.[^.\s]+)*$")
    label: str = Field(min_length=1, max_length=60)
    label_en: str = Field("", max_length=60)
    kind: Literal["text", "money", "date", "flag"] = "text"


class PanelSpec(BaseModel):
    """`creditor` bounds it to that creditor's people; empty: everybody's. A `core` is asked when the page is open, a `bureau` only
    by a person's press: a look there leaves a trace."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    code: str = Field(pattern=CODE)
    kind: Literal["core", "bureau"]
    title: str = Field(min_length=1, max_length=60)
    title_en: str = Field("", max_length=60)
    creditor: str = ""
    currency: str = Field("", pattern=r"^$|^[A-Z]{3}$")
    url: str = ""
    file: str = ""
    headers: Mapping[str, str] = Field(default_factory=dict, repr=False)
    token: str = Field("", repr=False)
    seconds_max: float = Field(3.0, gt=0, le=20)
    fact: tuple[PanelFact, ...] = Field(min_length=1, max_length=30)

    @model_validator(mode="after")
    def _asks_somebody(self) -> Self:
        if bool(self.url) == bool(self.file):
            raise ValueError("diga url o file, uno de los dos")
        if self.url and "{id_number}" not in self.url:
            raise ValueError("la dirección lleva {id_number}")
        return self

    @property
    def is_automatic(self) -> bool:
        return self.kind == "core"


@dataclass(frozen=True, slots=True)
class Shown:
    """A line of an answer: the text of the value as the system told it, and how it reads."""

    label: str
    label_en: str
    kind: str
    value: str


def read_panels(text: str, read_secret: Callable[[str, str], str]) -> tuple[PanelSpec, ...]:
    """The panels of a document `[[panel]] …` with `[[panel.fact]]`; "" has none. Refuses `panels-invalid`, never telling a value."""
    try:
        rows = tomllib.loads(text).get("panel", [])
    except tomllib.TOMLDecodeError as error:
        raise _wrong("", f"no es TOML: {error}") from None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _wrong("", "cada panel empieza con [[panel]]")
    found = tuple(_one(number, row, read_secret) for number, row in enumerate(rows, start=1))
    codes = [spec.code for spec in found]
    for code in codes:
        if codes.count(code) > 1:
            raise _wrong(code, "el código se repite")
    return found


def facts_in(spec: PanelSpec, answer: Any) -> tuple[Shown, ...]:
    """The lines of an answer; what it does not say is left out."""
    found = ((fact, at_path(answer, fact.path)) for fact in spec.fact)
    return tuple(
        Shown(fact.label, fact.label_en or fact.label, fact.kind, _text(value))
        for fact, value in found
        if value is not None and not isinstance(value, dict | list)
    )


def at_path(answer: Any, path: str) -> Any:
    """What stands at `a.0.b` of a JSON answer; None where nothing does."""
    for part in path.split("."):
        if isinstance(answer, Mapping):
            answer = answer.get(part)
        elif isinstance(answer, list) and part.isdigit() and int(part) < len(answer):
            answer = answer[int(part)]
        else:
            return None
    return answer


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return " ".join("".join(char if char.isprintable() else " " for char in str(value)).split())[:200]


def _one(number: int, row: dict[str, Any], read_secret: Callable[[str, str], str]) -> PanelSpec:
    label = str(row.get("code") or f"n.º {number}")
    values = dict(row)
    for kind in ("env", "file"):
        place = values.pop(f"token_{kind}", None)
        if place is not None:
            values["token"] = read_secret(kind, str(place))
    try:
        return PanelSpec.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise _wrong(label, f"{where or 'panel'}: {first['msg']}") from None


def _wrong(code: str, why: str) -> Refusal:
    who = f"el panel «{code}»" if code else "el documento"
    return Refusal("panels-invalid", f"ACUERDO_PANELS, {who}: {why}.")
