"""A country's contact law as data: rules with citation and dates in force, and the readings a lender may choose.

A rule has one `kind`, which names the condition in `conditions`; `when` limits it to readings of a setting, and the same
id may stand in several rows as long as no date and reading would put two in force. Every rule that applies must pass: a
state's law narrows the country's, never replaces it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from acuerdo.kernel.errors import Refusal
from acuerdo.policy.rules.facts import Facts, Question, Reading, Windows
from acuerdo.policy.rules.vocabulary import CHANNELS, PURPOSES, RECIPIENTS

KINDS = (
    "party",
    "hold",
    "balance",
    "point",
    "registry",
    "consent",
    "evidence",
    "hours",
    "own_hours",
    "closing",
    "cap",
    "gap",
    "channel_lock",
)
COUNTING = ("cap", "gap", "channel_lock")
OPEN_END = date.max.toordinal()


@dataclass(frozen=True, slots=True)
class Rule:
    """One row. Only the fields that its kind reads are filled; days are ordinals, both ends included.

    `minutes`: the row closes only the last minutes of its windows (see `closings`).
    """

    id: str
    kind: str
    citation: str
    text: str
    text_es: str
    reason: str
    reason_en: str
    confidence: str
    effective_from: int
    effective_to: int = OPEN_END
    is_quotation: bool = False
    effect: str = "deny"
    when: tuple[tuple[str, tuple[str, ...]], ...] = ()
    channels: tuple[str, ...] = CHANNELS
    purposes: tuple[str, ...] = PURPOSES
    recipients: tuple[str, ...] = RECIPIENTS
    region: str = ""
    windows: Windows = ()
    may_override: bool = False
    holds: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    reply_hours: int = 0
    counted: str = "attempt"
    counted_channels: tuple[str, ...] = CHANNELS
    is_same_channel: bool = False
    per: str = "day"
    limit: int = 0
    days: int = 0
    minutes: int = 0
    subject: str = "person"

    def may_coexist(self, other: "Rule") -> bool:
        """False when some date, reading and contact would put both rows of one id in force."""
        if self.effective_to < other.effective_from or other.effective_to < self.effective_from:
            return True
        scopes = ((self.channels, other.channels), (self.purposes, other.purposes), (self.recipients, other.recipients))
        if any(not set(ours) & set(theirs) for ours, theirs in scopes):
            return True
        mine, theirs = dict(self.when), dict(other.when)
        return any(not set(mine[name]) & set(theirs[name]) for name in mine.keys() & theirs.keys())


@dataclass(frozen=True, slots=True)
class Setting:
    """One reading of the law that a lender may choose; `needs_approval` are those that loosen the default. `words` says each
    option as people read it, after the title.

    `judged_as` (purpose, value): with that value chosen, the country's rules judge that purpose as the value says. `counts`
    (one of COUNTABLE, value): with that value chosen, the caps count that too; a purpose so counted is itself held to the caps.
    `installed`: what an installation follows until somebody approves another, where that is more than the law, which alone is
    what `default` answers.
    """

    name: str
    options: tuple[str, ...]
    default: str
    needs_approval: tuple[str, ...]
    citation: str
    text: str
    text_es: str
    title: str
    title_es: str
    words: Mapping[str, str]
    words_es: Mapping[str, str]
    judged_as: tuple[str, str] | None = None
    counts: tuple[str, str] | None = None
    installed: str = ""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """An article that is no condition of a contact, and what keeps it instead."""

    article: str
    text: str
    text_es: str


type Chosen = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Pack:
    """All rules of one jurisdiction, the common ones first. `zones` is what to assume when a person's zone is unknown."""

    code: str
    name: str
    version: str
    calendar: str
    zones: tuple[str, ...]
    rules: tuple[Rule, ...]
    settings: Mapping[str, Setting]
    elsewhere: tuple[Elsewhere, ...] = ()
    _selected: dict[tuple[str, ...], tuple[Rule, ...]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def regions(self) -> frozenset[str]:
        """States or cities with rules of their own."""
        return frozenset(rule.region for rule in self.rules if rule.region)

    def choose(self, readings: Mapping[str, Reading], on: date) -> Chosen:
        """Each setting's value on a date. Refuses unknown names and values, and looser ones without a prior approval."""
        if not readings:
            return tuple((name, setting.default) for name, setting in self.settings.items())
        for name in readings:
            if name not in self.settings:
                known = ", ".join(self.settings) or "ninguno"
                raise Refusal("unknown-setting", f"La norma «{self.code}» no tiene el ajuste «{name}»; tiene: {known}.")
        return tuple(
            (name, _value(setting, readings[name], on) if name in readings else setting.default)
            for name, setting in self.settings.items()
        )

    def installed(self, readings: Mapping[str, Reading]) -> dict[str, Reading]:
        """What binds a creditor who chose these: the house's own caution first, the readings of this pack over it."""
        house = {name: Reading(one.installed) for name, one in self.settings.items() if one.installed}
        return house | {name: reading for name, reading in readings.items() if name in self.settings}

    def select(self, question: Question, chosen: Chosen, facts: Facts) -> tuple[Rule, ...]:
        """The rows that can speak about this question under these readings, in the order of the pack, whatever their dates.

        A rule about holds is left out where there are none, and so on: it would pass at any time.
        """
        silent = _silent_kinds(facts)
        key = (
            question.channel,
            question.purpose,
            question.recipient,
            question.region,
            *silent,
            *(value for _, value in chosen),
        )
        if key not in self._selected:
            readings = dict(chosen)
            purpose = self._judged_purpose(question.purpose, readings)
            capped = "collection" if question.purpose in self.counted(chosen) else purpose
            self._selected[key] = tuple(
                rule
                for rule in self.rules
                if rule.kind not in silent
                and _applies(rule, question, capped if rule.kind in COUNTING else purpose, readings)
            )
        return self._selected[key]

    def counted(self, chosen: Chosen) -> frozenset[str]:
        """What these readings make the caps count besides contacts that collect."""
        return frozenset(
            setting.counts[0]
            for name, value in chosen
            if (setting := self.settings[name]).counts is not None and setting.counts[1] == value
        )

    def _judged_purpose(self, purpose: str, readings: Mapping[str, str]) -> str:
        for name, setting in self.settings.items():
            if setting.judged_as == (purpose, readings[name]):
                return readings[name]
        return purpose


def _silent_kinds(facts: Facts) -> tuple[str, ...]:
    """Kinds of rules that pass whatever the instant, for want of the facts they look at; always of one length."""
    return (
        "" if facts.holds else "hold",
        "" if facts.own_hours is not None else "own_hours",
        "" if (facts.balance_minor, facts.balance_due_minor) != (None, None) else "balance",
        "" if (facts.point_is_valid, facts.point_ownership) != (None, None) else "point",
    )


def _applies(rule: Rule, question: Question, purpose: str, readings: Mapping[str, str]) -> bool:
    return (
        question.channel in rule.channels
        and (question.purpose if rule.id.startswith("common.") else purpose) in rule.purposes
        and question.recipient in rule.recipients
        # An unknown state could be any of them: the strictest is all.
        and (not rule.region or not question.region or rule.region == question.region)
        and all(readings[name] in values for name, values in rule.when)
    )


def _value(setting: Setting, reading: Reading, on: date) -> str:
    if reading.value not in setting.options:
        options = ", ".join(setting.options)
        raise Refusal("unknown-reading", f"«{setting.name}» no admite «{reading.value}»; use uno de: {options}.")
    if reading.value in setting.needs_approval:
        if not reading.approved_by or reading.approved_on is None:
            raise Refusal(
                "setting-not-approved",
                f"«{setting.name}: {reading.value}» es más laxo que la lectura estricta; diga quién lo aprobó y en qué fecha.",
            )
        if reading.approved_on > on:
            raise Refusal(
                "setting-not-in-force", f"«{setting.name}: {reading.value}» se aprobó después de la fecha del contacto."
            )
    return reading.value
