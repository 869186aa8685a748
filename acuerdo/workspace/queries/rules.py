"""The rules of each country's pack in words, and the readings that creditors chose among those it offers."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from acuerdo.base.models import User
from acuerdo.policy.public import PolicyReading, list_readings, readings_in_force
from acuerdo.policy.rules import load_pack, pack_codes
from acuerdo.policy.rules.pack import Setting
from acuerdo.portfolio.public import list_creditors
from acuerdo.workspace import wording


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule of a pack as people read it."""

    id: str
    sentence: str
    text: str
    citation: str
    channels: list[str]
    confidence: str
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class OptionRow:
    """One reading: its value in the pack, its words, whether it is the default and whether somebody must approve it."""

    value: str
    word: str
    is_default: bool
    needs_approval: bool


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """What a creditor chose, in words, with who approved it, when and on what ground."""

    reading: PolicyReading
    word: str
    is_in_force: bool


@dataclass(frozen=True, slots=True)
class SettingRow:
    name: str
    title: str
    text: str
    citation: str
    options: list[OptionRow]
    choices: list[ChoiceRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PackPage:
    """`elsewhere`: the articles that are no condition of a contact, each with what keeps it."""

    code: str
    name: str
    version: str
    rules: list[RuleRow]
    settings: list[SettingRow]
    elsewhere: list[tuple[str, str]]


def pack_pages(user: User, *, today: date) -> list[PackPage]:
    """Every pack that ships, rule by rule, in the language of the screen, with the readings in force of the user's creditors."""
    readings = list_readings(list(list_creditors(user).values_list("pk", flat=True)))
    in_force = readings_in_force(readings, today)
    return [_page(code, [one for one in in_force if one.pack == code]) for code in pack_codes()]


def setting_page(user: User, code: str, name: str, *, today: date) -> SettingRow | None:
    """One setting with every choice ever made for the user's creditors, the latest first; None where there is none of that name."""
    setting = load_pack(code).settings.get(name) if code in pack_codes() else None
    if setting is None:
        return None
    creditors = list(list_creditors(user).values_list("pk", flat=True))
    readings = [one for one in list_readings(creditors, pack=code) if one.name == name]
    return _setting(setting, readings, {one.pk for one in readings_in_force(readings, today)})


def creditors_bound_by(user: User, code: str) -> list[Any]:
    """The user's creditors of the pack's country."""
    return list(list_creditors(user).filter(country=code.upper()).order_by("name"))


def _page(code: str, readings: list[PolicyReading]) -> PackPage:
    pack = load_pack(code)
    keys = {one.pk for one in readings}
    settings = [
        _setting(setting, [one for one in readings if one.name == setting.name], keys)
        for setting in pack.settings.values()
    ]
    elsewhere = [(one.article, one.text if wording.is_english() else one.text_es) for one in pack.elsewhere]
    return PackPage(code, pack.name, pack.version, [_rule(rule) for rule in pack.rules], settings, elsewhere)


def _setting(setting: Setting, readings: list[PolicyReading], in_force: set[int]) -> SettingRow:
    is_english = wording.is_english()
    words = setting.words if is_english else setting.words_es
    options = [
        OptionRow(value, words[value], value == (setting.installed or setting.default), value in setting.needs_approval)
        for value in setting.options
    ]
    return SettingRow(
        name=setting.name,
        title=setting.title if is_english else setting.title_es,
        text=setting.text if is_english else setting.text_es,
        citation=setting.citation,
        options=options,
        # A value of an earlier version of the pack shows as it was stored.
        choices=[ChoiceRow(one, words.get(one.value, one.value), one.pk in in_force) for one in readings],
    )


def _rule(rule: Any) -> RuleRow:
    until = date.fromordinal(rule.effective_to) if rule.effective_to < date.max.toordinal() else None
    return RuleRow(
        id=rule.id,
        sentence=wording.rule_word(rule.id),
        text=rule.text if wording.is_english() else rule.text_es,
        citation=rule.citation,
        channels=[str(wording.CHANNELS.get(channel, channel)) for channel in rule.channels],
        confidence=rule.confidence,
        since=date.fromordinal(rule.effective_from),
        until=until,
    )
