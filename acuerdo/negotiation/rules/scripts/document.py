"""The script's document: what it may hold, and what is wrong with one that cannot be read."""

import re
from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from acuerdo.kernel.errors import Place, Refusal

# What a line may be filled with, and what each is; the words are those that an editor types.
FIELDS: dict[str, str] = {
    "saludo": "Buenos días, Buenas tardes",
    "gestor": "nombre de quien llama",
    "titular": "nombre completo de la persona",
    "nombre": "cómo prefiere que le digan",
    "acreedor": "en nombre de quién se llama",
    "producto": "crédito, tarjeta o factura",
    "numero": "últimas cifras de la obligación",
    "vencido": "valor pendiente hoy",
    "saldo": "todo lo que se debe",
    "desde": "desde cuándo está pendiente",
    "dias": "días de atraso",
    "proximo_valor": "próxima cuota",
    "proxima_fecha": "fecha de la próxima cuota",
    "promesa_valor": "última promesa",
    "promesa_fecha": "su fecha",
}
STAGES = ("none", "preventive", "due", "early", "middle", "late", "written_off")
FACTS = (
    "broken_promise",
    "promise_standing",
    "paid_lately",
    "first_late",
    "partial_payments",
    "high_late_interest",
    "disputed_before",
    "doubtful_phone",
    "spoke_before",
)
STEPS_NEEDED = ("greet", "verify", "notice", "listen", "options", "summary", "close")
_FIELD = re.compile(r"\{([^{}]*)\}")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _as_line(value: Any) -> Any:
    return {"text": value} if isinstance(value, str) else value


class Line(_Part):
    """Words to say, for some stages (all when empty) and, if `when` names facts, only where one of them holds."""

    text: str = Field(min_length=3, max_length=400)
    stages: tuple[str, ...] = ()
    when: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _known(self) -> "Line":
        _require_known(self.stages, STAGES, "la etapa")
        _require_known(self.when, FACTS, "el hecho")
        unknown = [name for name in _FIELD.findall(self.text) if name not in FIELDS]
        if unknown:
            raise ValueError(f"no existe el campo {{{unknown[0]}}}: use {', '.join(FIELDS)}")
        return self


type AnyLine = Annotated[Line, BeforeValidator(_as_line)]


class Step(_Part):
    id: str = Field(pattern=r"^[a-z_]{3,30}$")
    title: str = Field(min_length=2, max_length=60)
    aim: str = Field(max_length=160)
    say: tuple[AnyLine, ...] = ()
    must: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()


class Objection(_Part):
    """What the person may say and a good answer. `likely` are stages (`stage:late`) and facts that make it likelier."""

    id: str = Field(pattern=r"^[a-z_]{3,30}$")
    words: str = Field(min_length=3, max_length=120)
    answer: str = Field(min_length=10, max_length=500)
    offer: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    likely: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _known(self) -> "Objection":
        _require_known(self.likely, (*FACTS, *(f"stage:{stage}" for stage in STAGES)), "el hecho")
        return self


class Script(_Part):
    name: str = Field(min_length=2, max_length=80)
    language: Literal["es", "en"]
    steps: tuple[Step, ...] = Field(min_length=1)
    phrases: tuple[str, ...] = ()
    objections: tuple[Objection, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> "Script":
        names = [step.id for step in self.steps]
        if len(set(names)) < len(names):
            raise ValueError("dos pasos tienen el mismo id")
        missing = [name for name in STEPS_NEEDED if name not in names]
        if missing:
            raise ValueError(f"falta el paso {missing[0]}: una llamada no se deja sin él")
        return self

    @property
    def spoken(self) -> list[str]:
        """Every text that a customer may hear, for the tone checker."""
        lines = [line.text for step in self.steps for line in step.say]
        return [*lines, *self.phrases, *(objection.answer for objection in self.objections)]


def read_script(text: str) -> Script:
    """The script from its YAML; refuses `bad-script` and says where (line for what is no YAML, else the path) and what."""
    try:
        document = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        row = error.problem_mark.line + 1 if error.problem_mark else None
        raise Refusal("bad-script", f"No se puede leer el guion: {error.problem}.", Place(row=row)) from None
    try:
        return Script.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        path = ".".join(str(part) for part in first["loc"]) or "guion"
        raise Refusal("bad-script", first["msg"].removeprefix("Value error, "), Place(column=path)) from None


@lru_cache(maxsize=4)
def shipped_text(language: str) -> str:
    """The YAML of the script that ships in a language; Spanish where there is none."""
    folder = files("acuerdo.negotiation.data.scripts")
    name = f"{language}.yaml" if folder.joinpath(f"{language}.yaml").is_file() else "es.yaml"
    return folder.joinpath(name).read_text(encoding="utf-8")


def shipped_names() -> list[str]:
    """The names of the scripts that ship, one a language."""
    return [read_script(shipped_text(language)).name for language in ("es", "en")]


def _require_known(names: tuple[str, ...], known: tuple[str, ...], what: str) -> None:
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(f"no existe {what} «{unknown[0]}»: use {', '.join(known)}")
