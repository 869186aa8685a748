"""One function for each kind of rule: from which instant does it let the contact pass?

Each takes the rule, the case and an instant in microseconds and answers that instant when the rule passes, a later one
before which it surely does not, or None when no passing of time will help. `gate` needs nothing else to find both the
verdict and the next permitted moment.
"""

from collections.abc import Callable
from dataclasses import dataclass

from acuerdo.policy.rules.facts import Facts, OwnHours, PastContact, Question, Windows, known_zone
from acuerdo.policy.rules.hours import closing_only, day_start, microseconds, next_open
from acuerdo.policy.rules.pack import OPEN_END, Rule
from acuerdo.policy.rules.vocabulary import EXEMPT_PURPOSES

WEEK_DAYS = 7
FAR_PAST, FAR_FUTURE = -(1 << 62), 1 << 62


@dataclass(frozen=True, slots=True)
class PastEvent:
    """An outbound contact that counts, on its local day."""

    day: int
    channel: str
    is_two_way: bool
    obligation: str


@dataclass(frozen=True, slots=True)
class Case:
    """One question as seen in one time zone. `own_windows` are None unless the customer gave hours."""

    question: Question
    facts: Facts
    calendar: str
    zone: str
    events: tuple[PastEvent, ...]
    own_windows: Windows | None
    own_span: tuple[int, int]


def see_case(
    question: Question, facts: Facts, *, calendar: str, zone: str, counted: frozenset[str] = frozenset()
) -> Case:
    """The case in one zone: past contacts take their date there. `counted`: what the readings make the caps count besides
    (`vocabulary.COUNTABLE`)."""
    events = tuple(
        PastEvent(
            contact.at.astimezone(known_zone(zone)).toordinal(), contact.channel, contact.is_two_way, contact.obligation
        )
        for contact in facts.history
        if contact.counts and contact.direction == "out" and _weighs(contact, question, counted)
    )
    hours = facts.own_hours
    return Case(question, facts, calendar, zone, events, hours.windows if hours else None, _own_span(hours))


def _weighs(contact: PastContact, question: Question, counted: frozenset[str]) -> bool:
    """A contact with another person bound by the debt weighs only on contacts about that debt."""
    if contact.purpose in EXEMPT_PURPOSES and contact.purpose not in counted:
        return False
    if not contact.is_other_party:
        return True
    debts = {contact.obligation, question.obligation} - {""}
    return "other_parties" in counted and len(debts) < 2


def _own_span(hours: OwnHours | None) -> tuple[int, int]:
    if hours is None:
        return FAR_FUTURE, FAR_FUTURE
    return microseconds(hours.given_at), microseconds(hours.revoked_at) if hours.revoked_at else FAR_FUTURE


def _never(_rule: Rule, _case: Case, _us: int) -> int | None:
    return None


def _hold(rule: Rule, case: Case, us: int) -> int | None:
    """Passes when no hold of these kinds is in force for the channel."""
    opens = us
    for hold in case.facts.holds:
        if hold.kind not in rule.holds or (hold.channel and hold.channel != case.question.channel):
            continue
        starts = microseconds(hold.starts_at) if hold.starts_at else FAR_PAST
        if starts <= us:
            if hold.ends_at is None:
                return None
            opens = max(opens, microseconds(hold.ends_at))
    return opens


def _balance(_rule: Rule, case: Case, us: int) -> int | None:
    """Passes while something is owed (for collection: due) and the figure about to be stated is still true."""
    facts = case.facts
    owed = facts.balance_minor
    if case.question.purpose == "collection" and facts.balance_due_minor is not None:
        owed = facts.balance_due_minor
    stated_wrong = facts.balance_stated_minor is not None and facts.balance_due_minor is not None
    stated_wrong = stated_wrong and facts.balance_stated_minor != facts.balance_due_minor
    return None if stated_wrong or (owed is not None and owed <= 0) else us


def _point(rule: Rule, case: Case, us: int) -> int | None:
    """Passes with a number or address that works and is surely enough the person's."""
    ownership = case.facts.point_ownership
    return None if case.facts.point_is_valid is False or (ownership is not None and ownership < rule.limit) else us


def _registry(rule: Rule, case: Case, us: int) -> int | None:
    excluded = case.facts.excluded_number
    return None if excluded or (excluded is None and rule.effect == "deny") else us


def _consent(rule: Rule, case: Case, us: int) -> int | None:
    """Passes with an authorisation in force, or as an answer on the channel by which the person just asked."""
    later: int | None = None
    for consent in case.facts.consents:
        if consent.channel != case.question.channel or not consent.covers(case.question.purpose):
            continue
        granted = microseconds(consent.granted_at)
        revoked = microseconds(consent.revoked_at) if consent.revoked_at else FAR_FUTURE
        if granted <= us < revoked:
            return us
        if us < granted < revoked:
            later = granted if later is None else min(later, granted)
    return us if rule.reply_hours and _asked_recently(rule, case, us) else later


def _asked_recently(rule: Rule, case: Case, us: int) -> bool:
    reach = rule.reply_hours * 3_600_000_000
    return any(
        contact.direction == "in"
        and not contact.is_other_party
        and contact.channel == case.question.channel
        and us < microseconds(contact.at) + reach
        for contact in case.facts.history
    )


def _evidence(rule: Rule, case: Case, us: int) -> int | None:
    return us if case.facts.evidence & set(rule.any_of) else None


def _hours(rule: Rule, case: Case, us: int) -> int | None:
    """The law's hours; the customer's own replace them where the law lets the customer choose others."""
    hours = case.facts.own_hours
    given, revoked = case.own_span
    if rule.may_override and hours is not None and hours.has_instrument:
        if given <= us < revoked:
            return us
        opens = next_open(rule.windows, case.calendar, case.zone, us)
        return opens if opens is None or us >= revoked else min(opens, given)
    return next_open(rule.windows, case.calendar, case.zone, us)


def _own_hours(rule: Rule, case: Case, us: int) -> int | None:
    """Never outside the hours that the customer asked for, nor (`minutes`) just before they end, while the request stands."""
    given, revoked = case.own_span
    if case.own_windows is None or not given <= us < revoked:
        return us
    windows = closing_only(case.own_windows, rule.minutes) if rule.minutes else case.own_windows
    opens = next_open(windows, case.calendar, case.zone, us)
    if opens is None:
        return revoked if revoked != FAR_FUTURE else None
    return min(opens, revoked)


def _counted_days(rule: Rule, case: Case) -> list[int]:
    """Local days of the past contacts that this rule counts, latest first."""
    question = case.question
    found = [
        event.day
        for event in case.events
        if event.channel in rule.counted_channels
        and (rule.counted == "attempt" or event.is_two_way)
        and (not rule.is_same_channel or event.channel == question.channel)
        and (
            rule.subject == "person"
            or not (event.obligation and question.obligation)
            or event.obligation == question.obligation
        )
    ]
    return sorted(found, reverse=True)


def _window_end(rule: Rule, day: int) -> int:
    """The first day on which an event of `day` no longer weighs."""
    if rule.per == "day":
        return day + 1
    return day + WEEK_DAYS if rule.per == "rolling7" else day - (day - 1) % WEEK_DAYS + WEEK_DAYS


def counted_in_window(rule: Rule, case: Case, day: int) -> int:
    """How many past contacts weigh on a local day by this rule of frequency."""
    return sum(_window_end(rule, past) > day for past in _counted_days(rule, case))


def _cap(rule: Rule, case: Case, us: int) -> int | None:
    """At most `limit` counted contacts a local day, rolling seven days or ISO week."""
    days = _counted_days(rule, case)
    if rule.limit == 0:
        return None
    if len(days) < rule.limit:
        return us
    return max(us, day_start(case.zone, _window_end(rule, days[rule.limit - 1])))


def _gap(rule: Rule, case: Case, us: int) -> int | None:
    """At least `days` from the last counted contact to this one."""
    days = _counted_days(rule, case)
    return max(us, day_start(case.zone, days[0] + rule.days)) if days else us


def _channel_lock(rule: Rule, case: Case, us: int) -> int | None:
    """No second channel while a contact by another one still weighs."""
    days = [
        event.day
        for event in case.events
        if event.channel != case.question.channel and (rule.counted == "attempt" or event.is_two_way)
    ]
    return max(us, day_start(case.zone, _window_end(rule, max(days)))) if days else us


CONDITIONS: dict[str, Callable[[Rule, Case, int], int | None]] = {
    "party": _never,
    "hold": _hold,
    "balance": _balance,
    "point": _point,
    "registry": _registry,
    "consent": _consent,
    "evidence": _evidence,
    "hours": _hours,
    "own_hours": _own_hours,
    "cap": _cap,
    "gap": _gap,
    "channel_lock": _channel_lock,
}


def opens_at(rule: Rule, case: Case, us: int, day: int) -> int | None:
    """`us` (whose local date is `day`) when the rule lets the contact pass at that instant, a later lower bound, or None for never.

    A rule that is not in force on the local date passes; one that ends gives way on the day after its last.
    """
    if not rule.effective_from <= day <= rule.effective_to:
        return us
    opens = CONDITIONS[rule.kind](rule, case, us)
    if opens == us or rule.effective_to >= OPEN_END:
        return opens
    end = day_start(case.zone, rule.effective_to + 1)
    return end if opens is None else min(opens, end)
