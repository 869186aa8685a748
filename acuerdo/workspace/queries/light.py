"""The semáforo in the words and marks of the screens: per channel, may we contact this person now, why not, from when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from acuerdo.policy import public as policy
from acuerdo.workspace import wording
from acuerdo.workspace.tables import Attempt

CHANNELS = ("call", "whatsapp", "sms", "email", "voice", "visit")
_MARKS = {
    "green": ("allow", "circle-check"),
    "amber": ("wait", "clock-pause"),
    "red": ("deny", "hand-stop"),
}


@dataclass(frozen=True, slots=True)
class LightReason:
    sentence: str
    citation: str


@dataclass(frozen=True, slots=True)
class Light:
    """`verdict` is allow, wait (a later moment is permitted) or deny; `when` the moment in words."""

    channel: str
    verdict: str
    word: str
    icon: str
    when: str
    reasons: list[LightReason]


@dataclass(frozen=True, slots=True)
class Lights:
    lights: list[Light]
    used: list[str]


def lights_of(
    debtor: Any, creditor_id: int, obligation_id: int, *, now: datetime, channels: Sequence[str] = CHANNELS
) -> Lights:
    """Every channel of one person in one question to the policy, and how many contacts were used."""
    subject = policy.Subject(debtor.pk, creditor_id, obligation_id)
    found = policy.semaphore([subject], now, channels=channels)[subject]
    return Lights([_shown(one, now, debtor.timezone) for one in found], _used_texts(debtor, subject, now))


def call_lights(rows: Sequence[Any], *, now: datetime) -> dict[int, Light]:
    """By obligation, the light for a call to its debtor: the whole page of a queue in one question."""
    subjects = {row.obligation_id: policy.Subject(row.debtor_id, row.creditor_id, row.obligation_id) for row in rows}
    zones = {row.obligation_id: row.debtor.timezone for row in rows}
    found = policy.semaphore(list(subjects.values()), now, channels=["call"]) if subjects else {}
    return {key: _shown(found[subject][0], now, zones[key]) for key, subject in subjects.items()}


def _shown(light: policy.Light, now: datetime, zone: str) -> Light:
    verdict, icon = _MARKS[light.colour]
    words = {"allow": _("permitido"), "wait": _("más tarde"), "deny": _("bloqueado")}
    reasons = [LightReason(_sentence(rule), rule.citation) for rule in light.rules]
    when = wording.near_moment(light.next_allowed_at, now, zone) if light.next_allowed_at and verdict != "allow" else ""
    return Light(light.channel, verdict, words[verdict], icon, when, reasons)


def _sentence(rule: Any) -> str:
    english: str = rule.values.get("reason_en", rule.reason)
    return english if wording.is_english() else str(rule.reason)


def _used_texts(debtor: Any, subject: policy.Subject, now: datetime) -> list[str]:
    """Contacts used of those allowed, whoever made them, by each cap in force; without a cap, how many there were."""
    told = [_used(one) for one in policy.allowances_of(subject, now, channels=CHANNELS)]
    return told or [_counted(debtor, now)]


def _used(one: policy.ChannelAllowance) -> str:
    cap = one.allowance
    spans = {
        "day": _("%(used)d de %(limit)d hoy"),
        "rolling7": _("%(used)d de %(limit)d en siete días"),
        "iso_week": _("%(used)d de %(limit)d de lunes a domingo"),
    }
    told = spans[cap.per] % {"used": cap.used, "limit": cap.limit}
    if cap.counted == "two_way":
        told = _("%(used)s (solo cuentan las conversaciones)") % {"used": told}
    if set(one.channels) == set(CHANNELS):
        return told
    names = ", ".join(str(wording.CHANNELS[channel]) for channel in one.channels)
    return f"{names}: {told}"


def _counted(debtor: Any, now: datetime) -> str:
    """Outgoing contacts that would count for a cap: today on the person's calendar, and in seven days."""
    found = Attempt.objects.filter(debtor=debtor, direction="out", counts=True, at__gt=now - timedelta(days=7))
    moments = list(found.values_list("at", flat=True))
    day = wording.local_day(now, debtor.timezone)
    today = sum(1 for at in moments if wording.local_day(at, debtor.timezone) == day)
    return _("%(today)d hoy, %(week)d en siete días; la norma no fija un tope") % {"today": today, "week": len(moments)}
