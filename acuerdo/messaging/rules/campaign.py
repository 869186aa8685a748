"""A campaign of messages: its states, who gets which subject, and when each message goes.

A campaign tells one thing (a change of policy, a new way to pay) to everybody a condition names, once. Nothing leaves that a
second person has not approved, and the gate judges every single message.
"""

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from acuerdo.kernel.errors import Refusal

type CampaignState = Literal["draft", "submitted", "running", "paused", "stopped", "finished"]
type CampaignEvent = Literal["submit", "send_back", "approve", "pause", "resume", "stop", "finish"]

CAMPAIGN_TRANSITIONS: dict[str, dict[str, CampaignState]] = {
    "draft": {"submit": "submitted", "stop": "stopped"},
    "submitted": {"approve": "running", "send_back": "draft", "stop": "stopped"},
    "running": {"pause": "paused", "stop": "stopped", "finish": "finished"},
    "paused": {"resume": "running", "stop": "stopped"},
    "stopped": {},
    "finished": {},
}
# What a campaign may say: advertising is judged as such, so the registry of excluded numbers and its own consent apply.
PURPOSES = ("service", "marketing")
OPENS, CLOSES, SATURDAY_CLOSES = time(8), time(18), time(13)
DAYS_MAX = 60
_HUNDRED = 100


def next_campaign_state(state: str, event: CampaignEvent) -> CampaignState:
    """The state after `event`; refuses `campaign-state` when the table has no such transition."""
    try:
        return CAMPAIGN_TRANSITIONS[state][event]
    except KeyError:
        raise Refusal("campaign-state", "La campaña ya no admite ese cambio. Recargue la página.") from None


def subject_of(campaign: str, person: int, share_b: int) -> Literal["a", "b"]:
    """Which subject a person gets: the same however often it is asked. `share_b` of a hundred get the second."""
    digest = hashlib.sha256(f"{campaign}:{person}".encode()).digest()
    return "b" if int.from_bytes(digest[:8], "big") % _HUNDRED < share_b else "a"


def working_spans(
    starts_at: datetime, ends_at: datetime, zone: ZoneInfo, is_business_day: Callable[[date], bool]
) -> list[tuple[datetime, datetime]]:
    """The working hours between two instants: Monday to Friday from 8 to 18, Saturday to 13, never on a holiday.

    Narrower than any law of the packs asks; the hours that a person or a country narrows further are the gate's to judge.
    """
    spans = []
    day = starts_at.astimezone(zone).date()
    last = ends_at.astimezone(zone).date()
    while day <= last:
        closes = SATURDAY_CLOSES if day.weekday() == 5 else CLOSES
        if day.weekday() < 6 and is_business_day(day):
            begins = max(datetime.combine(day, OPENS, zone).astimezone(UTC), starts_at)
            ends = min(datetime.combine(day, closes, zone).astimezone(UTC), ends_at)
            if begins < ends:
                spans.append((begins, ends))
        day += timedelta(days=1)
    return spans


def slots(count: int, spans: list[tuple[datetime, datetime]]) -> Iterator[datetime]:
    """`count` instants spread evenly over the spans, rising. Refuses `campaign-no-hours` when there is no span."""
    total = sum((end - begin).total_seconds() for begin, end in spans)
    if total <= 0:
        raise Refusal("campaign-no-hours", "Entre esas fechas no hay horas hábiles. Amplíe el periodo.")
    step, place, passed = total / max(count, 1), 0, 0.0
    for number in range(count):
        at = number * step
        while at - passed >= (spans[place][1] - spans[place][0]).total_seconds() and place < len(spans) - 1:
            passed += (spans[place][1] - spans[place][0]).total_seconds()
            place += 1
        yield spans[place][0] + timedelta(seconds=int(at - passed))


def check_period(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    """Refuses `campaign-period` for a period that is over, turned around or longer than sixty days."""
    if not starts_at < ends_at or ends_at <= now:
        raise Refusal("campaign-period", "El fin debe estar después del inicio y en el futuro.")
    if ends_at - starts_at > timedelta(days=DAYS_MAX):
        raise Refusal("campaign-period", f"Una campaña dura hasta {DAYS_MAX} días; acorte el periodo.")
