"""Tags of the supervisor's room."""

from datetime import datetime
from typing import Any

from django import template
from django.utils.safestring import SafeString

from acuerdo.workspace.room.wording import ADDRESSES, LANGUAGES, NOTE_TONES, STATES
from acuerdo.workspace.templatetags.acuerdo import chip

register = template.Library()


@register.simple_tag
def agent_chip(state: str) -> SafeString:
    text, tone = STATES.get(state, (state, "quiet"))
    return chip(str(text), tone)


@register.simple_tag
def note_chip(tone: str) -> SafeString:
    text, colour = NOTE_TONES.get(tone, (tone, "quiet"))
    return chip(str(text), colour)


@register.filter
def language_name(code: str) -> str:
    return str(LANGUAGES.get(code, code))


@register.filter
def address_word(code: str) -> str:
    return str(ADDRESSES.get(code, code))


@register.filter
def minutes_since(since: datetime | None, now: Any) -> str:
    """«4 min» or «1 h 05»; nothing without a moment."""
    if since is None:
        return ""
    minutes = max(0, int((now - since).total_seconds() // 60))
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02}"
