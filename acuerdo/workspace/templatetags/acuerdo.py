"""Filters and tags of the screens: money, dates, words of codes, icons, chips. Thin: the wording stands in `workspace.wording`."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from acuerdo.base.sentences import in_reader_language as _in_reader_language
from acuerdo.kernel.money import format_minor
from acuerdo.kernel.phone import display_phone
from acuerdo.workspace import wording
from acuerdo.workspace.agreements.wording import KIND_WORDS, PLAN_STATES
from acuerdo.workspace.panel_words import CONTACT_ROLES

register = template.Library()


@register.filter
def money(amount_minor: int | None, currency: str) -> str:
    """`{{ minor|money:"COP" }}` → `$ 1.234.567`; a dash when there is no figure."""
    return "—" if amount_minor is None else format_minor(amount_minor, currency or "COP")


@register.filter
def in_reader_language(sentence: str) -> str:
    """What was said of a file, a row, a document or a refused act, in the language of the page."""
    return _in_reader_language(sentence)


@register.filter
def count(number: int | None) -> str:
    """Thousands grouped with a thin space, which both languages read: 12 345."""
    return "—" if number is None else f"{number:,}".replace(",", "\u202f")


@register.filter
def percent(share: float | None) -> str:
    """One decimal of a per cent, two below one; a dash without denominator (kpis.md, G3 and G4)."""
    if share is None:
        return "—"
    value = share * 100
    text = f"{value:.2f}" if 0 < value < 1 else f"{value:.1f}"
    return text.replace(".", ",") + "\u00a0%" if not wording.is_english() else text + "%"


@register.filter
def day(value: date | None) -> str:
    return wording.short_day(value) if value else "—"


@register.filter
def long_day(value: date) -> str:
    return wording.long_day(value)


@register.filter
def hour(value: datetime, zone: str = "") -> str:
    return wording.hour(value, zone)


@register.filter
def clock_time(value: datetime) -> str:
    """«7:00» on the wall clock that the moment carries; its midnight ends a day."""
    return wording.clock_time(value)


@register.filter
def moment(value: datetime | None, zone: str = "") -> str:
    return wording.moment(value, zone) if value else "—"


@register.filter
def phone(e164: str) -> str:
    return display_phone(e164)


@register.filter
def masked(number: str) -> str:
    return wording.masked(number)


@register.filter
def at(mapping: Mapping[Any, Any], key: Any) -> Any:
    """The value of a key that is itself a variable; empty when absent."""
    return mapping.get(key, "")


@register.filter
def channel(code: str) -> str:
    return str(wording.CHANNELS.get(code, code))


@register.filter
def channel_in_sentence(code: str) -> str:
    """Within a sentence a channel is a common noun, but for those that are names."""
    word = channel(code)
    return word if code in ("sms", "whatsapp") else word[:1].lower() + word[1:]


@register.filter
def purpose(code: str) -> str:
    return str(wording.PURPOSES.get(code, code))


@register.filter
def stage_word(code: str) -> str:
    return str(wording.STAGES.get(code, code))


@register.filter
def obligation_kind(code: str) -> str:
    return str(wording.KINDS.get(code, code))


@register.filter
def relation(code: str) -> str:
    return str(wording.RELATIONS.get(code, code))


@register.filter
def component(code: str) -> str:
    return str(wording.COMPONENTS.get(code, code))


@register.filter
def hold_word(code: str) -> str:
    return str(wording.HOLDS.get(code, code))


@register.filter
def role(code: str) -> str:
    return str(wording.ROLES.get(code, code))


@register.filter
def channel_icon(code: str) -> str:
    return wording.CHANNEL_ICONS.get(code, "circle")


@register.filter
def actor(name: str) -> str:
    return wording.actor_word(name)


@register.filter
def contact_role(code: str) -> str:
    return str(CONTACT_ROLES.get(code, code))


@register.filter
def label_word(label: str) -> str:
    return wording.label_word(label)


@register.filter
def source_word(source: str) -> str:
    return wording.source_word(source)


@register.filter
def result_word(identifier: str) -> str:
    return wording.result_word(identifier)


@register.filter
def plus(number: int, more: int) -> int:
    return number + more


@register.filter
def times(number: int, factor: int) -> int:
    return number * factor


@register.simple_tag
def icon_url(channel_code: str) -> str:
    """The sprite's address of a channel's icon, for drawings."""
    return f"{static('dist/icons.svg')}#{wording.CHANNEL_ICONS.get(channel_code, 'circle')}"


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """A Tabler outline icon from our own sprite; always decorative, the word beside it speaks."""
    url = static("dist/icons.svg")
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>', css, url, name
    )


@register.simple_tag
def stage(code: str) -> SafeString:
    return format_html('<span class="ac-stage" data-stage="{}">{}</span>', code, wording.STAGES.get(code, code))


@register.simple_tag
def bucket(code: str) -> SafeString:
    return format_html('<span class="ac-bucket" data-bucket="{}">{}</span>', code, wording.bucket_word(code))


@register.simple_tag
def chip(text: str, tone: str = "quiet") -> SafeString:
    return format_html('<span class="ac-chip" data-tone="{}">{}</span>', tone, text)


@register.simple_tag
def promise_chip(state: str) -> SafeString:
    return _state_chip(wording.PROMISE_STATES, state)


@register.simple_tag
def plan_chip(state: str) -> SafeString:
    return _state_chip(PLAN_STATES, state)


@register.simple_tag
def plan_title(plan: Any) -> str:
    return str(KIND_WORDS[plan.kind])


@register.simple_tag
def plan_saving(plan: Any) -> str:
    """What the plan forgives once it is completed."""
    return format_minor(plan.waiver_minor + plan.discount_minor, plan.currency)


@register.simple_tag
def script_chip(state: str) -> SafeString:
    return _state_chip(wording.SCRIPT_STATES, state)


@register.simple_tag
def tick_box(step: str, number: int, words: str, said: Any, attempt: Any) -> SafeString:
    """What must be said, to be ticked; it can be while a call is open."""
    tick = f"{step}:{number}"
    return format_html(
        '<div class="form-check"><input class="form-check-input" type="checkbox" name="said" value="{}" id="dicho-{}-{}"{}{}>'
        '<label class="form-check-label" for="dicho-{}-{}">{}</label></div>',
        tick, step, number, SafeString(" checked" if tick in said else ""), SafeString("" if attempt else " disabled"),
        step, number, words,
    )  # fmt: skip


@register.simple_tag
def message_chip(state: str) -> SafeString:
    return _state_chip(wording.MESSAGE_STATES, state)


@register.simple_tag
def attempt_chip(state: str) -> SafeString:
    return _state_chip(wording.ATTEMPT_STATES, state)


def _state_chip(words: Mapping[str, tuple[Any, str]], state: str) -> SafeString:
    text, tone = words.get(state, (state, "quiet"))
    return chip(str(text), tone)
