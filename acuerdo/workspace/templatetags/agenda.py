"""Filters and tags of appointments."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

from acuerdo.workspace.agenda.wording import KIND_ICONS, KINDS, STATES
from acuerdo.workspace.templatetags.acuerdo import chip, icon

register = template.Library()


@register.filter
def appointment_kind(kind: str) -> str:
    return str(KINDS.get(kind, kind))


@register.simple_tag
def appointment_icon(kind: str) -> SafeString:
    return icon(KIND_ICONS.get(kind, "calendar-event"))


@register.simple_tag
def appointment_chip(row: Any) -> SafeString:
    text, tone = STATES.get(row.state, (row.state, "quiet"))
    return chip(str(text), tone)
