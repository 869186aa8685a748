"""Who works when: weekly shifts and dated absences of agents, and the minutes that are left of a date."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time

from acuerdo.kernel.errors import Refusal


@dataclass(frozen=True, slots=True)
class Span:
    """Hours of one weekday (Monday 0) in the installation's zone."""

    weekday: int
    from_time: time
    to_time: time

    @property
    def minutes(self) -> int:
        return (self.to_time.hour - self.from_time.hour) * 60 + self.to_time.minute - self.from_time.minute


def require_spans(spans: Iterable[Span]) -> None:
    """Refuses `shift-order` for hours that end before they begin and `shift-overlap` for two that share a minute."""
    for span in (ordered := sorted(spans, key=lambda span: (span.weekday, span.from_time))):
        if span.minutes <= 0:
            raise Refusal("shift-order", "Un turno termina después de que empieza.")
    for one, other in itertools.pairwise(ordered):
        if one.weekday == other.weekday and other.from_time < one.to_time:
            raise Refusal("shift-overlap", "Dos turnos del mismo día se cruzan: corríjalos.")


def minutes_on(day: date, spans: Iterable[Span], *, is_absent: bool) -> int | None:
    """Minutes of work of the date; None for an agent without any shift, who is taken as always there."""
    known = list(spans)
    if is_absent:
        return 0
    return sum(span.minutes for span in known if span.weekday == day.weekday()) if known else None
