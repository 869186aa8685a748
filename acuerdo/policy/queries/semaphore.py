"""The *semáforo*: for each person and channel, may they be contacted now, and if not, when and why, in words for screens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import dates
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from acuerdo.kernel.verdict import RuleOutcome
from acuerdo.policy.models import Attempt
from acuerdo.policy.queries.facts import Judged, judge_one
from acuerdo.policy.queries.gathering import PlannedContact, gather
from acuerdo.policy.rules import load_pack
from acuerdo.policy.rules.allowance import Allowance, allowances

SCREEN_CHANNELS = ("call", "whatsapp", "sms", "email", "voice")
SOON = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom the screen is about. Without an obligation: all that the person owes the creditor."""

    debtor_id: int
    creditor_id: int
    obligation_id: int | None = None
    purpose: str = "collection"


@dataclass(frozen=True, slots=True)
class Light:
    """One channel. `colour` green: now; amber: opens within days; red: no wait helps. `when` and `why` are sentences."""

    channel: str
    colour: str
    when: str
    why: str
    next_allowed_at: datetime | None
    rules: tuple[RuleOutcome, ...]

    @property
    def is_allowed(self) -> bool:
        return self.colour == "green"


def semaphore(
    subjects: Sequence[Subject], now: datetime, *, channels: Sequence[str] = SCREEN_CHANNELS
) -> dict[Subject, list[Light]]:
    """A light for each subject and channel, in the channels' order; one query whatever their number."""
    contacts = {subject: [_contact(subject, channel) for channel in channels] for subject in dict.fromkeys(subjects)}
    gathered = gather([contact for row in contacts.values() for contact in row], now)
    return {
        subject: [_light(judge_one(gathered, contact), now) for contact in row] for subject, row in contacts.items()
    }


@dataclass(frozen=True, slots=True)
class ChannelAllowance:
    """A cap and the asked channels that it limits alike."""

    allowance: Allowance
    channels: tuple[str, ...]


def allowances_of(
    subject: Subject, now: datetime, *, channels: Sequence[str] = SCREEN_CHANNELS
) -> list[ChannelAllowance]:
    """How many contacts of the allowed ones were used, by each cap in force; one query. Empty where nothing can be judged."""
    contacts = [_contact(subject, channel) for channel in channels]
    gathered = gather(contacts, now)
    found: dict[Allowance, list[str]] = {}
    for judged in (judge_one(gathered, contact) for contact in contacts):
        if judged.question is not None and judged.facts is not None:
            for one in allowances(load_pack(judged.pack), judged.question, judged.facts):
                found.setdefault(one, []).append(judged.contact.channel)
    return [ChannelAllowance(one, tuple(limited)) for one, limited in found.items()]


def semaphore_of(debtor_ids: Sequence[int], now: datetime) -> dict[int, list[Light]]:
    """`semaphore` for persons, each about the creditor of their most overdue obligation; one query more. Without any: no lights."""
    obligations = Attempt._meta.get_field("obligation").related_model._default_manager
    owed = obligations.filter(debtor_id__in=debtor_ids, gone_on__isnull=True).order_by("account__days_past_due", "pk")
    subjects = {debtor: Subject(debtor, creditor) for debtor, creditor in owed.values_list("debtor_id", "creditor_id")}
    lights = semaphore(list(subjects.values()), now)
    return {debtor: lights[subjects[debtor]] if debtor in subjects else [] for debtor in debtor_ids}


def _contact(subject: Subject, channel: str) -> PlannedContact:
    return PlannedContact(subject.debtor_id, subject.creditor_id, channel, subject.purpose, subject.obligation_id)


def _light(judged: Judged, now: datetime) -> Light:
    verdict = judged.verdict
    denied = tuple(rule for rule in verdict.rules if rule.verdict == "deny")
    if verdict.is_allowed:
        colour, when = "green", _("ahora")
    elif verdict.next_allowed_at is None:
        colour, when = "red", _("no se puede")
    else:
        colour = "amber" if verdict.next_allowed_at - now <= SOON else "red"
        when = say_moment(verdict.next_allowed_at, now)
    spoken = denied or verdict.rules
    return Light(judged.contact.channel, colour, when, " ".join(say_reasons(spoken)), verdict.next_allowed_at, denied)


def say_reasons(rules: Sequence[RuleOutcome]) -> list[str]:
    """Each rule's sentence once, in the language of the screen."""
    is_english = (get_language() or "es").startswith("en")
    said = [rule.values.get("reason_en", rule.reason) if is_english else rule.reason for rule in rules]
    return list(dict.fromkeys(said))


def say_moment(moment: datetime, now: datetime) -> str:
    """«hoy 14:00», «mañana 7:00», «el martes 17 de noviembre, 7:00», in the zone that `moment` carries."""
    clock = f"{moment.hour}:{moment:%M}"
    days = (moment.date() - now.astimezone(moment.tzinfo).date()).days
    if days == 0:
        return _("hoy %(time)s") % {"time": clock}
    if days == 1:
        return _("mañana %(time)s") % {"time": clock}
    named = {"weekday": dates.WEEKDAYS[moment.weekday()], "day": moment.day, "month": dates.MONTHS[moment.month]}
    return _("el %(weekday)s %(day)s de %(month)s, %(time)s") % {**named, "time": clock}
