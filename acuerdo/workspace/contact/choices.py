"""What may be sent to one person: the channels with their light, and the texts that their own figures fill without a hole."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from acuerdo.messaging.public import Sample, Wanted, best_points, compose_samples, configured_channels
from acuerdo.workspace.queries.light import Light, lights_of
from acuerdo.workspace.tables import Promise, Template

CHANNELS = ("whatsapp", "sms", "email", "letter")
FREE = "mensaje_libre"
# These speak of a promise: only while it stands as they say.
_ABOUT_PROMISES = {
    "recordatorio_promesa": ("open", "verifying"),
    "promesa_incumplida": ("broken", "partly_kept"),
    "promesa_cumplida": ("kept",),
}


@dataclass(frozen=True, slots=True)
class ChannelChoice:
    channel: str
    receiver: str
    light: Light


@dataclass(frozen=True, slots=True)
class TextChoice:
    code: str
    title: str


def channels_for(debtor: Any, obligation: Any, *, now: datetime) -> list[ChannelChoice]:
    """The channels by which this person can be written to, those permitted now first; letters where something prints them."""
    points = best_points([debtor.pk])
    offered = [one for one in CHANNELS if one != "letter" or one in configured_channels()]
    lights = lights_of(debtor, obligation.creditor_id, obligation.pk, now=now, channels=offered).lights
    found = {light.channel: light for light in lights if (debtor.pk, light.channel) in points}
    choices = [ChannelChoice(one, points[debtor.pk, one][1], found[one]) for one in offered if one in found]
    order = {"allow": 0, "wait": 1, "deny": 2}
    return sorted(choices, key=lambda choice: order[choice.light.verdict])


def texts_for(obligation: Any, channel: str, *, writer: str, now: datetime, only: str = "") -> list[TextChoice]:
    """The approved texts of a channel that fit the obligation's stage and say nothing empty; a fixed number of queries.

    `only` asks whether one text is among them.
    """
    stages = ("", obligation.account.stage)
    rows = Template.objects.filter(channel=channel, status="published", stage__in=stages)
    rows = rows.filter(code=only) if only else rows
    codes = set(rows.exclude(code=FREE).exclude(purpose="marketing").values_list("code", flat=True))
    codes -= _untrue_of(obligation)
    wishes = [wanted(obligation, channel, code, writer=writer) for code in sorted(codes)]
    return [TextChoice(one.wanted.template, title_of(one.wanted.template)) for one in _whole(wishes, now)]


def sample_of(obligation: Any, channel: str, code: str, *, writer: str, text: str, now: datetime) -> Sample:
    """The message as this person would read it."""
    return compose_samples([wanted(obligation, channel, code, writer=writer, text=text)], now)[0]


def wanted(obligation: Any, channel: str, code: str, *, writer: str, text: str = "") -> Wanted:
    context: dict[str, Any] = {"writer": writer, **({"fields": {"detalle": text}} if text else {})}
    return Wanted(obligation.debtor_id, obligation.creditor_id, (obligation.pk,), channel, code, context)


def title_of(code: str) -> str:
    """`temprana_8` as `Temprana 8`."""
    return code.replace("_", " ").capitalize()


def _untrue_of(obligation: Any) -> set[str]:
    latest = Promise.objects.filter(obligation=obligation).order_by("-created_at", "-pk")
    state = latest.values_list("state", flat=True).first()
    return {code for code, states in _ABOUT_PROMISES.items() if state not in states}


def _whole(wishes: list[Wanted], now: datetime) -> list[Sample]:
    return [sample for sample in compose_samples(wishes, now) if not sample.problem] if wishes else []
