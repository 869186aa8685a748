"""The question as others write it (JSON, or TOML in the packs' cases) → Question and Facts, every mistake named.

The shape is the contract of `acuerdo policy check`; an unknown key is refused, because a misspelt hold would be a permission.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from acuerdo.kernel.errors import Place, Refusal
from acuerdo.kernel.verdict import Verdict
from acuerdo.policy.rules.facts import Consent, Facts, Hold, OwnHours, PastContact, Question, Reading
from acuerdo.policy.rules.pack_format import parse_windows

QUESTION_KEYS = {
    *("pack", "at", "channel", "purpose", "recipient", "timezone", "timezones", "region", "direction", "obligation"),
    *("consents", "holds", "history", "settings", "own_hours", "excluded_number", "evidence"),
    *("point_is_valid", "point_ownership", "balance_minor", "balance_due_minor", "balance_stated_minor"),
}
CONTACT_KEYS = {
    *("at", "channel", "purpose", "direction", "answered", "right_party", "counts", "obligation", "other_party"),
}


@dataclass(frozen=True, slots=True)
class Request:
    pack: str
    question: Question
    facts: Facts


def read_request(row: Any) -> Request:
    """Raises Refusal with the field's name in `where.column`."""
    row = _object(row, "question")
    _known(row, QUESTION_KEYS, "question")
    for key in ("pack", "at", "channel"):
        if key not in row:
            raise _refuse("missing-field", f"Falta «{key}».", key)
    zones = row.get("timezones") or ([row["timezone"]] if row.get("timezone") else [])
    question = Question(
        at=_instant(row["at"], "at"),
        channel=_text(row["channel"], "channel"),
        purpose=_text(row.get("purpose", "collection"), "purpose"),
        recipient=_text(row.get("recipient", "debtor"), "recipient"),
        zones=tuple(_text(zone, "timezone") for zone in _list(zones, "timezones")),
        region=_text(row.get("region") or "", "region"),
        direction=_text(row.get("direction", "out"), "direction"),
        obligation=_text(row.get("obligation") or "", "obligation"),
    )
    return Request(_text(row["pack"], "pack"), question, _facts(row))


def show_verdict(verdict: Verdict) -> dict[str, Any]:
    """The contract's answer; each rule also says from when its row is in force and when it alone would let the contact pass."""
    rules = []
    for rule in verdict.rules:
        shown: dict[str, Any] = rule.as_json()
        shown["reason_en"] = rule.values.get("reason_en", rule.reason)
        shown["effective_from"] = rule.values.get("effective_from")
        shown["next_allowed_at"] = rule.next_allowed_at.isoformat() if rule.next_allowed_at else None
        if rule.is_missing_data:
            shown["is_missing_data"] = True
        rules.append(shown)
    return {**verdict.as_json(), "rules": rules}


def _facts(row: Mapping[str, Any]) -> Facts:
    return Facts(
        consents=tuple(_consent(item) for item in _list(row.get("consents", []), "consents")),
        holds=tuple(_hold(item) for item in _list(row.get("holds", []), "holds")),
        history=tuple(_contact(item) for item in _list(row.get("history", []), "history")),
        own_hours=_own_hours(row.get("own_hours")),
        excluded_number=_flag(row.get("excluded_number"), "excluded_number"),
        evidence=frozenset(_text(item, "evidence") for item in _list(row.get("evidence", []), "evidence")),
        point_is_valid=_flag(row.get("point_is_valid"), "point_is_valid"),
        point_ownership=_integer(row.get("point_ownership"), "point_ownership"),
        balance_minor=_integer(row.get("balance_minor"), "balance_minor"),
        balance_due_minor=_integer(row.get("balance_due_minor"), "balance_due_minor"),
        balance_stated_minor=_integer(row.get("balance_stated_minor"), "balance_stated_minor"),
        settings={
            name: _reading(value, name) for name, value in _object(row.get("settings") or {}, "settings").items()
        },
    )


def _consent(item: Any) -> Consent:
    item = _object(item, "consents")
    _known(item, {"channel", "purpose", "granted_at", "revoked_at"}, "consents")
    return Consent(
        channel=_text(item.get("channel"), "consents.channel"),
        granted_at=_instant(item.get("granted_at"), "consents.granted_at"),
        revoked_at=_optional_instant(item.get("revoked_at"), "consents.revoked_at"),
        purpose=_text(item.get("purpose") or "", "consents.purpose"),
    )


def _hold(item: Any) -> Hold:
    if isinstance(item, str):
        return Hold(item)
    item = _object(item, "holds")
    _known(item, {"kind", "starts_at", "ends_at", "channel"}, "holds")
    return Hold(
        kind=_text(item.get("kind"), "holds.kind"),
        starts_at=_optional_instant(item.get("starts_at"), "holds.starts_at"),
        ends_at=_optional_instant(item.get("ends_at"), "holds.ends_at"),
        channel=_text(item.get("channel") or "", "holds.channel"),
    )


def _contact(item: Any) -> PastContact:
    item = _object(item, "history")
    _known(item, CONTACT_KEYS, "history")
    return PastContact(
        at=_instant(item.get("at"), "history.at"),
        channel=_text(item.get("channel"), "history.channel"),
        direction=_text(item.get("direction", "out"), "history.direction"),
        answered=bool(_flag(item.get("answered"), "history.answered")),
        right_party=bool(_flag(item.get("right_party"), "history.right_party")),
        counts=_flag(item.get("counts"), "history.counts") is not False,
        obligation=_text(item.get("obligation") or "", "history.obligation"),
        purpose=_text(item.get("purpose", "collection"), "history.purpose"),
        is_other_party=bool(_flag(item.get("other_party"), "history.other_party")),
    )


def _own_hours(item: Any) -> OwnHours | None:
    if item is None:
        return None
    item = _object(item, "own_hours")
    _known(item, {"windows", "given_at", "revoked_at", "has_instrument"}, "own_hours")
    return OwnHours(
        windows=parse_windows(item.get("windows")),
        given_at=_instant(item.get("given_at"), "own_hours.given_at"),
        revoked_at=_optional_instant(item.get("revoked_at"), "own_hours.revoked_at"),
        has_instrument=bool(_flag(item.get("has_instrument"), "own_hours.has_instrument")),
    )


def _reading(value: Any, name: str) -> Reading:
    if isinstance(value, str):
        return Reading(value)
    value = _object(value, f"settings.{name}")
    _known(value, {"value", "approved_by", "approved_on"}, f"settings.{name}")
    on = _optional_date(value.get("approved_on"), f"settings.{name}.approved_on")
    return Reading(_text(value.get("value"), f"settings.{name}.value"), _text(value.get("approved_by") or "", name), on)


def _optional_date(value: Any, field: str) -> date | None:
    if value is None or type(value) is date:
        return value
    try:
        return date.fromisoformat(_text(value, field))
    except ValueError as error:
        raise _refuse("invalid-date", "La fecha debe ser AAAA-MM-DD.", field) from error


def _refuse(code: str, message: str, field: str) -> Refusal:
    return Refusal(code, message, Place(column=field))


def _known(row: Mapping[str, Any], allowed: set[str], field: str) -> None:
    for key in row:
        if key not in allowed:
            raise _refuse(
                "unknown-field",
                f"No se conoce el campo «{key}»; se admiten: {', '.join(sorted(allowed))}.",
                f"{field}.{key}",
            )


def _object(value: Any, field: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _refuse("invalid-field", f"«{field}» debe ser un objeto.", field)
    return value


def _list(value: Any, field: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise _refuse("invalid-field", f"«{field}» debe ser una lista.", field)
    return value


def _text(value: Any, field: str) -> str:
    if not isinstance(value, str):
        raise _refuse("invalid-field", f"«{field}» debe ser un texto.", field)
    return value


def _integer(value: Any, field: str) -> int | None:
    if value is not None and type(value) is not int:
        raise _refuse("invalid-field", f"«{field}» debe ser un entero.", field)
    return value


def _flag(value: Any, field: str) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise _refuse("invalid-field", f"«{field}» debe ser true o false.", field)
    return value


def _optional_instant(value: Any, field: str) -> datetime | None:
    return None if value is None else _instant(value, field)


def _instant(value: Any, field: str) -> datetime:
    if isinstance(value, datetime):
        moment = value
    else:
        try:
            moment = datetime.fromisoformat(_text(value, field))
        except ValueError as error:
            raise _refuse("invalid-time", f"«{value}» no es una fecha y hora ISO 8601.", field) from error
    if moment.tzinfo is None:
        raise _refuse(
            "naive-time", f"La hora de «{field}» no dice su zona; escríbala con desfase, por ejemplo -05:00.", field
        )
    return moment
