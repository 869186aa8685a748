"""What can become of an appointment, as a table; how far ahead one may be made; which channel its law is asked about.

A person who asks for an hour is called at that hour or it counts against us (`missed`), never against them (`no_show`).
"""

from datetime import datetime, timedelta
from typing import Literal

from acuerdo.kernel.errors import Refusal

type Kind = Literal["phone", "video", "office", "visit", "follow_up"]
type State = Literal["booked", "held", "no_show", "missed", "cancelled"]
type Event = Literal["move", "hold", "absent", "miss", "cancel", "reopen"]

KINDS: tuple[Kind, ...] = ("phone", "video", "office", "visit", "follow_up")
# Agreed with the person, who is told of it; a follow-up is only the agent's own next step.
AGREED: tuple[Kind, ...] = ("phone", "video", "office", "visit")
# The contact that the law judges: somebody who comes to the office by their own wish is not contacted by us.
CHANNELS: dict[Kind, str] = {"phone": "call", "video": "call", "office": "", "visit": "visit", "follow_up": ""}
TRANSITIONS: dict[tuple[State, Event], State] = {
    ("booked", "move"): "booked",
    ("booked", "hold"): "held",
    ("booked", "absent"): "no_show",
    ("booked", "miss"): "missed",
    ("booked", "cancel"): "cancelled",
    ("missed", "hold"): "held",
    ("missed", "absent"): "no_show",
    ("missed", "move"): "booked",
    ("no_show", "move"): "booked",
    ("held", "reopen"): "booked",
    ("no_show", "reopen"): "booked",
    ("missed", "cancel"): "cancelled",
}
AHEAD_MAX = timedelta(days=60)
MINUTES = {"phone": 15, "video": 30, "office": 30, "visit": 30, "follow_up": 10}
MINUTES_MAX = 240
# Nobody made the call this long after its minute: it is missed, a fault of ours that the supervisor sees.
MISSED_AFTER = timedelta(minutes=30)
REMIND_BEFORE = timedelta(hours=24)
# Made later than this before its hour, the confirmation is reminder enough.
REMIND_LEAST = timedelta(hours=3)


def next_state(state: str, event: Event) -> State:
    """Where an event leads. Refuses `appointment-state`."""
    found = TRANSITIONS.get((state, event))  # type: ignore[arg-type]
    if found is None:
        raise Refusal("appointment-state", "Esta cita ya terminó o se canceló: no admite ese cambio.")
    return found


def require_time(starts_at: datetime, minutes: int, now: datetime) -> None:
    """Refuses `appointment-past`, `appointment-far` and `appointment-minutes`."""
    if starts_at <= now:
        raise Refusal("appointment-past", "Esa hora ya pasó: elija una que venga.")
    if starts_at - now > AHEAD_MAX:
        raise Refusal("appointment-far", "Una cita se agenda a lo sumo con 60 días de anticipación.")
    if not 5 <= minutes <= MINUTES_MAX:
        raise Refusal("appointment-minutes", "Una cita dura entre 5 y 240 minutos.")


def reminds_at(starts_at: datetime, made_at: datetime) -> datetime | None:
    """The moment from which the reminder may leave; None when the confirmation is too fresh for one."""
    at = max(starts_at - REMIND_BEFORE, made_at)
    return at if starts_at - made_at >= REMIND_BEFORE + REMIND_LEAST else None
