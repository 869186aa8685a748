"""The states of a promise as one table of transitions.

`TRANSITIONS[state][event]` is the next state; what the table lacks cannot happen. Broken, rescheduled and cancelled are
final: history is not improved afterwards, and a new promise is a new record.
"""

from typing import Literal

from acuerdo.kernel.errors import Refusal

type State = Literal["draft", "open", "verifying", "kept", "partly_kept", "broken", "rescheduled", "cancelled"]
type Event = Literal[
    "confirm",
    "say_paid",
    "not_found_in_time",
    "judge_kept",
    "judge_partly_kept",
    "judge_broken",
    "reverse_payment",
    "reschedule",
    "cancel",
]

TRANSITIONS: dict[State, dict[Event, State]] = {
    "draft": {"confirm": "open", "cancel": "cancelled"},
    "open": {
        "say_paid": "verifying",
        "judge_kept": "kept",
        "judge_partly_kept": "partly_kept",
        "judge_broken": "broken",
        "reschedule": "rescheduled",
        "cancel": "cancelled",
    },
    "verifying": {
        "not_found_in_time": "open",
        "judge_kept": "kept",
        "judge_partly_kept": "partly_kept",
        "judge_broken": "broken",
        "cancel": "cancelled",
    },
    "kept": {"reverse_payment": "verifying"},
    "partly_kept": {"reverse_payment": "verifying"},
    "broken": {},
    "rescheduled": {},
    "cancelled": {},
}

STANDING: frozenset[State] = frozenset({"open", "verifying"})
JUDGED: frozenset[State] = frozenset({"kept", "partly_kept", "broken"})
FINAL: frozenset[State] = frozenset(state for state, events in TRANSITIONS.items() if not events)

_NAMES: dict[State, str] = {
    "draft": "en borrador",
    "open": "vigente",
    "verifying": "por verificar",
    "kept": "cumplida",
    "partly_kept": "cumplida en parte",
    "broken": "incumplida",
    "rescheduled": "reprogramada",
    "cancelled": "cancelada",
}


def next_state(state: State, event: Event) -> State:
    """The state after `event`; refuses `promise-state` when the table has no such transition."""
    try:
        return TRANSITIONS[state][event]
    except KeyError:
        raise Refusal("promise-state", f"La promesa está {_NAMES[state]} y ya no admite este cambio.") from None
