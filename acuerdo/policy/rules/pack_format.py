"""Reads a pack written in TOML; strict, so that a typing mistake never becomes a permission.

An unknown key, a value of the wrong kind, a day left out of the windows, two rows of one id in force together or an
unknown setting refuses the whole file and names the line.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from acuerdo.kernel.errors import Place, Refusal
from acuerdo.policy.rules.closings import with_closings
from acuerdo.policy.rules.facts import Span, Windows
from acuerdo.policy.rules.pack import COUNTING, KINDS, OPEN_END, Elsewhere, Pack, Rule, Setting
from acuerdo.policy.rules.vocabulary import (
    CHANNELS,
    CONFIDENCE,
    COUNTABLE,
    DAY_KINDS,
    EVIDENCE,
    HOLDS,
    PURPOSES,
    RECIPIENTS,
)

PACK_KEYS = {"schema", "pack", "name", "version", "basis", "calendar", "zones", "settings", "rules", "elsewhere"}
ELSEWHERE_KEYS = ("article", "text", "text_es")
SETTING_KEYS = {
    *("options", "default", "needs_approval", "judged_as", "counts", "installed", "citation", "text", "text_es"),
    *("title", "title_es", "words", "words_es"),
}
COMMON_KEYS = {
    *(
        "id",
        "kind",
        "citation",
        "text",
        "text_es",
        "reason",
        "reason_en",
        "confidence",
        "effective_from",
        "effective_to",
        "is_quotation",
    ),
    *("effect", "when", "channels", "purposes", "recipients", "region"),
}
REQUIRED_KEYS = ("id", "kind", "citation", "text", "text_es", "reason", "reason_en", "confidence", "effective_from")
KIND_KEYS: dict[str, set[str]] = {
    "party": set(),
    "hold": {"holds"},
    "balance": set(),
    "point": {"limit"},
    "registry": set(),
    "consent": {"reply_hours"},
    "evidence": {"any_of"},
    "hours": {"windows", "may_override"},
    "own_hours": set(),
    "closing": {"minutes"},
    "cap": {"per", "limit", "counted", "counted_channels", "is_same_channel", "subject"},
    "gap": {"days", "counted", "counted_channels", "subject"},
    "channel_lock": {"per", "counted"},
}
LISTS = {
    "channels": CHANNELS,
    "purposes": PURPOSES,
    "recipients": RECIPIENTS,
    "holds": HOLDS,
    "any_of": EVIDENCE,
    "counted_channels": CHANNELS,
}
CHOICES = {
    "kind": KINDS,
    "confidence": CONFIDENCE,
    "effect": ("deny", "warn"),
    "counted": ("attempt", "two_way"),
    "per": ("day", "rolling7", "iso_week"),
    "subject": ("person", "debt"),
}
type Refuse = Callable[[str, str], Refusal]
SPAN = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")


@dataclass(frozen=True, slots=True)
class _Source:
    """The file's text, to point at the line of a mistake."""

    name: str
    text: str

    def refuse(self, message: str, *, table: str = "", index: int = 0, key: str = "") -> Refusal:
        return Refusal("invalid-pack", message, Place(self.name, self._line(table, index, key), key))

    def _line(self, table: str, index: int, key: str) -> int:
        lines, at, seen = self.text.splitlines(), 1, -1
        if table:
            for number, line in enumerate(lines, 1):
                if line.strip() in (f"[[{table}]]", f"[{table}]"):
                    seen, at = seen + 1, number
                    if seen == index:
                        break
        pattern = re.compile(rf'\s*"?{re.escape(key)}"?\s*=') if key else None
        for number, line in enumerate(lines[at - 1 :], at):
            if number > at and line.lstrip().startswith("["):
                break
            if pattern and pattern.match(line):
                return number
        return at


def parse_pack(text: str, *, file: str, common: Pack | None = None, version_suffix: str = "") -> Pack:
    """The pack in `text`, with `common`'s rules first. Raises Refusal `invalid-pack` with file, line and key."""
    source = _Source(file, text)
    document = _document(source)
    _known_keys(source, document, PACK_KEYS, table="", index=0)
    for key in PACK_KEYS - {"settings", "zones", "elsewhere"}:
        if key not in document:
            raise source.refuse(f"Falta «{key}».")
    settings = {**(common.settings if common else {}), **_settings(source, document.get("settings", {}))}
    rows = tuple(_rule(source, row, index, settings) for index, row in enumerate(document["rules"]))
    _check_overlaps(source, rows)
    rules = with_closings((*common.rules, *rows)) if common is not None else rows
    return Pack(
        code=document["pack"],
        name=document["name"],
        version=document["version"] + version_suffix,
        calendar=document["calendar"],
        zones=tuple(document.get("zones", [])),
        rules=rules,
        settings=_heard(settings, rules) if common is not None else settings,
        elsewhere=tuple(_elsewhere(source, row, index) for index, row in enumerate(document.get("elsewhere", []))),
    )


def _heard(settings: Mapping[str, Setting], rules: tuple[Rule, ...]) -> dict[str, Setting]:
    """Without the common settings that change nothing here: a country without caps has no use for what caps count."""
    has_caps, read = any(rule.kind in COUNTING for rule in rules), {name for rule in rules for name, _ in rule.when}
    return {
        name: setting
        for name, setting in settings.items()
        if name in read or (has_caps if setting.counts is not None else True)
    }


def _elsewhere(source: _Source, row: Mapping[str, Any], index: int) -> Elsewhere:
    _known_keys(source, row, set(ELSEWHERE_KEYS), table="elsewhere", index=index)
    for key in ELSEWHERE_KEYS:
        if not row.get(key):
            raise source.refuse(f"Al artículo le falta «{key}».", table="elsewhere", index=index)
    return Elsewhere(row["article"], row["text"], row["text_es"])


def _document(source: _Source) -> dict[str, Any]:
    try:
        return tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        place = Place(source.name, int(found[1]) if found else None)
        raise Refusal("invalid-pack", f"El archivo no es TOML válido: {error}.", place) from error


def _known_keys(source: _Source, row: Mapping[str, Any], allowed: set[str], *, table: str, index: int) -> None:
    for key in row:
        if key not in allowed:
            raise source.refuse(f"No se conoce la clave «{key}».", table=table, index=index, key=key)


def _settings(source: _Source, rows: Mapping[str, Mapping[str, Any]]) -> dict[str, Setting]:
    settings = {}
    for name, row in rows.items():
        table = f"settings.{name}"
        _known_keys(source, row, SETTING_KEYS, table=table, index=0)
        for key in SETTING_KEYS - {"needs_approval", "judged_as", "counts", "installed"}:
            if key not in row:
                raise source.refuse(f"Al ajuste «{name}» le falta «{key}».", table=table)
        options, loose = tuple(row["options"]), tuple(row.get("needs_approval", []))
        follows = row.get("installed", row["default"])
        if not {row["default"], follows, *loose} <= set(options) or follows in loose:
            raise source.refuse(f"Los valores del ajuste «{name}» no concuerdan.", table=table, key="default")
        for key in ("words", "words_es"):
            if not isinstance(row[key], dict) or set(row[key]) != set(options) or not all(row[key].values()):
                message = f"«{key}» dice con palabras cada opción del ajuste «{name}», y ninguna otra."
                raise source.refuse(message, table=table, key=key)
        settings[name] = Setting(
            name,
            options,
            row["default"],
            loose,
            row["citation"],
            row["text"],
            row["text_es"],
            row["title"],
            row["title_es"],
            row["words"],
            row["words_es"],
            _judged_as(source, row, table, options),
            _counts(source, row, table, options),
            row.get("installed", ""),
        )
    return settings


def _judged_as(source: _Source, row: Mapping[str, Any], table: str, options: tuple[str, ...]) -> tuple[str, str] | None:
    if "judged_as" not in row:
        return None
    pair = row["judged_as"]
    if (
        set(pair) != {"purpose", "value"}
        or pair["purpose"] not in PURPOSES
        or pair["value"] not in set(PURPOSES) & set(options)
    ):
        raise source.refuse("«judged_as» dice un propósito y el valor que lo cambia.", table=table, key="judged_as")
    return pair["purpose"], pair["value"]


def _counts(source: _Source, row: Mapping[str, Any], table: str, options: tuple[str, ...]) -> tuple[str, str] | None:
    if "counts" not in row:
        return None
    pair = row["counts"]
    if set(pair) != {"what", "value"} or pair["what"] not in COUNTABLE or pair["value"] not in options:
        raise source.refuse("«counts» dice qué se cuenta y el valor que lo hace contar.", table=table, key="counts")
    return pair["what"], pair["value"]


def _rule(source: _Source, row: Mapping[str, Any], index: int, settings: Mapping[str, Setting]) -> Rule:
    def refuse(message: str, key: str) -> Refusal:
        return source.refuse(message, table="rules", index=index, key=key)

    for key in REQUIRED_KEYS:
        if not row.get(key):
            raise refuse(f"A la regla le falta «{key}».", "")
    for key, allowed in CHOICES.items():
        if key in row and row[key] not in allowed:
            raise refuse(f"«{row[key]}» no vale; use uno de: {', '.join(allowed)}.", key)
    _known_keys(source, row, COMMON_KEYS | KIND_KEYS[row["kind"]], table="rules", index=index)
    fields = {**row, **_lists(row, refuse), **_dates(row, refuse)}
    for key in ("limit", "days", "reply_hours", "minutes"):
        if key in row and (type(row[key]) is not int or row[key] < 0):
            raise refuse(f"«{key}» debe ser un entero no negativo.", key)
    fields["when"] = _when(row.get("when", {}), settings, refuse)
    if row["kind"] == "hours":
        fields["windows"] = _pack_windows(row.get("windows"), refuse)
    return Rule(**fields)


def _lists(row: Mapping[str, Any], refuse: Refuse) -> dict[str, tuple[str, ...]]:
    found = {}
    for key, allowed in LISTS.items():
        if key in row:
            if not isinstance(row[key], list) or not row[key] or not set(row[key]) <= set(allowed):
                raise refuse(f"La lista «{key}» está vacía o trae un valor desconocido.", key)
            found[key] = tuple(row[key])
    return found


def _dates(row: Mapping[str, Any], refuse: Refuse) -> dict[str, int]:
    for key in ("effective_from", "effective_to"):
        if key in row and type(row[key]) is not date:
            raise refuse(f"«{key}» debe ser una fecha.", key)
    first = row["effective_from"].toordinal()
    last = row["effective_to"].toordinal() if "effective_to" in row else OPEN_END
    if last < first:
        raise refuse("La regla termina antes de empezar.", "effective_to")
    return {"effective_from": first, "effective_to": last}


def _when(
    row: Mapping[str, list[str]], settings: Mapping[str, Setting], refuse: Refuse
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    for name, values in row.items():
        if name not in settings or not values or not set(values) <= set(settings[name].options):
            raise refuse(f"La condición «{name}» no es un ajuste de esta norma o trae otro valor.", "when")
    return tuple((name, tuple(values)) for name, values in row.items())


def _pack_windows(row: Any, refuse: Refuse) -> Windows:
    try:
        windows = parse_windows(row)
    except Refusal as error:
        raise refuse(error.message, "windows") from error
    missing = [kind for kind in DAY_KINDS if kind not in _named_days(row)]
    if missing:
        raise refuse(f"Las horas no dicen qué pasa en: {', '.join(missing)}.", "windows")
    return windows


def _named_days(row: Mapping[str, Any]) -> dict[str, Any]:
    """`{"mon-fri": x, "sat": y}` spelled out day by day; refuses an unknown day or one named twice."""
    named: dict[str, Any] = {}
    for key, value in row.items():
        first, _, last = key.partition("-")
        if first not in DAY_KINDS or (last and last not in DAY_KINDS):
            raise Refusal("invalid-windows", f"«{key}» no es un día ni un rango de días.")
        span = DAY_KINDS[DAY_KINDS.index(first) : DAY_KINDS.index(last or first) + 1]
        if not span or named.keys() & set(span):
            raise Refusal("invalid-windows", f"El día «{key}» está repetido o al revés.")
        named.update(dict.fromkeys(span, value))
    return named


def parse_windows(row: Any) -> Windows:
    """`{"mon-fri": ["07:00-19:00"], "sat": [["08:00", "15:00"]], "holiday": "same"}` → windows; days not named are closed."""
    if not isinstance(row, Mapping) or not row:
        raise Refusal("invalid-windows", "Las horas deben decir, por día, una lista de franjas.")
    named = _named_days(row)
    if any(value == "same" for day, value in named.items() if day != "holiday"):
        raise Refusal("invalid-windows", "Solo «holiday» puede decir «same».")
    return tuple(None if named.get(day) == "same" else _spans(named.get(day, [])) for day in DAY_KINDS)


def _spans(values: Any) -> tuple[Span, ...]:
    if not isinstance(values, list):
        raise Refusal("invalid-windows", "Las franjas de un día van en una lista.")
    spans = sorted(_span(value) for value in values)
    if any(earlier[1] > later[0] for earlier, later in pairwise(spans)):
        raise Refusal("invalid-windows", "Dos franjas de un día se cruzan.")
    return tuple(spans)


def _span(value: Any) -> Span:
    text = "-".join(value) if isinstance(value, list) and all(isinstance(part, str) for part in value) else value
    found = SPAN.fullmatch(text) if isinstance(text, str) else None
    if not found:
        raise Refusal("invalid-windows", f"«{value}» no es una franja como 07:00-19:00.")
    opens, closes = int(found[1]) * 3600 + int(found[2]) * 60, int(found[3]) * 3600 + int(found[4]) * 60
    if not (opens < closes <= 86_400 and int(found[2]) < 60 and int(found[4]) < 60):
        raise Refusal("invalid-windows", f"«{text}» no es una franja dentro del día.")
    return opens, closes


def _check_overlaps(source: _Source, rows: tuple[Rule, ...]) -> None:
    for index, rule in enumerate(rows):
        for other in rows[:index]:
            if other.id == rule.id and not rule.may_coexist(other):
                raise source.refuse(
                    f"«{rule.id}» tiene dos filas en vigor a la vez.", table="rules", index=index, key="effective_from"
                )
