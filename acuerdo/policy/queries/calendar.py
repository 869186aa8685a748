"""The calendar of permitted windows of one person: the next days by channel, each with its hours or with why there are none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from acuerdo.kernel.errors import Refusal
from acuerdo.policy.queries.facts import facts_of, question_of, recipient_of
from acuerdo.policy.queries.gathering import Gathered, PlannedContact, gather
from acuerdo.policy.queries.semaphore import Subject, say_reasons
from acuerdo.policy.rules import load_pack
from acuerdo.policy.rules.calendar import DayWindows, Span, permitted_days

CALENDAR_DAYS = 14


@dataclass(frozen=True, slots=True)
class Cell:
    """One channel on one day. `reasons` are sentences of what closes it, none where it is open for some hours."""

    channel: str
    spans: tuple[Span, ...]
    reasons: tuple[str, ...]

    @property
    def why(self) -> str:
        return " ".join(self.reasons)


@dataclass(frozen=True, slots=True)
class CalendarDay:
    on: date
    cells: tuple[Cell, ...]

    @property
    def is_open(self) -> bool:
        return any(cell.spans for cell in self.cells)


def contact_calendar(
    subject: Subject, now: datetime, *, channels: Sequence[str], days: int = CALENDAR_DAYS
) -> list[CalendarDay]:
    """The person's local days from now on, history standing still; one query. Empty where the person cannot be judged
    (no known zone, no rules for the country)."""
    contacts = [
        PlannedContact(subject.debtor_id, subject.creditor_id, channel, subject.purpose, subject.obligation_id)
        for channel in channels
    ]
    gathered = gather(contacts, now)
    try:
        rows = [_days(gathered, contact, days) for contact in contacts]
    except Refusal:
        return []
    return [
        CalendarDay(
            cells[0].on, tuple(_cell(contact.channel, one) for contact, one in zip(contacts, cells, strict=True))
        )
        for cells in zip(*rows, strict=True)
    ]


def _days(gathered: Gathered, contact: PlannedContact, days: int) -> list[DayWindows]:
    pack = load_pack(gathered.creditors[contact.creditor_id].country.lower())
    question = question_of(gathered, contact, recipient_of(gathered, contact), pack)
    return permitted_days(pack, question, facts_of(gathered, contact, pack), days=days)


def _cell(channel: str, told: DayWindows) -> Cell:
    return Cell(channel, told.spans, tuple(say_reasons(told.stops)))
