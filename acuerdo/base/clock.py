"""The installation's time. Only this module reads the clock; everything else is given `now` or `today`.

The time may run shifted (a demo that lives a month in a minute, a replay): from `shifted_at` onwards since the real
instant `real_at`. One request sees one shift; jobs and commands look it up each time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from acuerdo.base.models import ClockShift


@dataclass(slots=True)
class _Seen:
    """The shift as first looked up within one request."""

    shifts: list[timedelta] = field(default_factory=list)


_seen: ContextVar[_Seen | None] = ContextVar("acuerdo_clock_seen", default=None)


def zone() -> ZoneInfo:
    """The time zone of the installation."""
    return ZoneInfo(settings.TIME_ZONE)


def now() -> datetime:
    """This instant as the installation lives it, aware, in UTC."""
    return datetime.now(UTC) + _shift()


def machine_now() -> datetime:
    """This instant by the machine, whatever the installation lives: for commands that open no database."""
    return datetime.now(UTC)


def business_date() -> date:
    """Today's date where the installation works."""
    return now().astimezone(zone()).date()


def is_shifted() -> bool:
    """Whether the installation lives another time than the real one: a demonstration or a replay."""
    return _shift() != timedelta()


def set_now(instant: datetime) -> None:
    """Let the installation's time run on from this aware instant."""
    if instant.tzinfo is None:
        raise ValueError("the clock takes an aware instant")
    ClockShift.objects.update_or_create(
        id=1, defaults={"real_at": datetime.now(UTC), "shifted_at": instant.astimezone(UTC)}
    )
    _forget()


def set_business_date(day: date) -> None:
    """Move the installation to this date, at the local time of day that it is now."""
    local = now().astimezone(zone())
    set_now(datetime.combine(day, local.time(), tzinfo=zone()))


def clear_shift() -> None:
    """Return to the real time."""
    ClockShift.objects.all().delete()
    _forget()


@contextmanager
def one_look() -> Iterator[None]:
    """Within this context the shift is looked up once (a request)."""
    token = _seen.set(_Seen())
    try:
        yield
    finally:
        _seen.reset(token)


def _shift() -> timedelta:
    seen = _seen.get()
    if seen is not None and seen.shifts:
        return seen.shifts[0]
    row = ClockShift.objects.filter(id=1).values_list("real_at", "shifted_at").first()
    shift = row[1] - row[0] if row is not None else timedelta()
    if seen is not None:
        seen.shifts.append(shift)
    return shift


def _forget() -> None:
    seen = _seen.get()
    if seen is not None:
        seen.shifts.clear()
