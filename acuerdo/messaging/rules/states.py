"""The states of a message as one table of transitions."""

from typing import Literal

from acuerdo.kernel.errors import Refusal

type State = Literal["scheduled", "sending", "sent", "delivered", "read", "failed", "blocked", "cancelled"]
type Event = Literal[
    "take", "confirm_sent", "confirm_delivered", "confirm_read", "retry_later", "give_up", "block", "cancel"
]

TRANSITIONS: dict[State, dict[Event, State]] = {
    # A message that waits for its next try and is told delivered had left after all, and must not leave again.
    "scheduled": {
        "take": "sending",
        "block": "blocked",
        "cancel": "cancelled",
        "give_up": "failed",
        "confirm_delivered": "delivered",
        "confirm_read": "read",
    },
    "sending": {"confirm_sent": "sent", "retry_later": "scheduled", "give_up": "failed"},
    "sent": {"confirm_delivered": "delivered", "confirm_read": "read", "give_up": "failed"},
    "delivered": {"confirm_read": "read"},
    "read": {},
    # A receipt for what was in doubt, or counted as lost, proves that it arrived.
    "failed": {"confirm_sent": "sent", "confirm_delivered": "delivered", "confirm_read": "read"},
    "blocked": {},
    "cancelled": {},
}


def next_state(state: State, event: Event) -> State:
    """The state after `event`; refuses `message-state` when the table has no such transition."""
    try:
        return TRANSITIONS[state][event]
    except KeyError:
        raise Refusal("message-state", f"El mensaje está en estado «{state}» y no admite este cambio.") from None
