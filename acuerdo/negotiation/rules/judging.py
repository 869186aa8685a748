"""How a promise is judged from what was paid in its window.

Enough money decides at once; too little is judged only when the last day that counts has passed. Each peso counts for one
promise: the window opens when the promise is made, and a payment recorded before that moment belongs to what came before.
"""

from dataclasses import dataclass
from datetime import date

from acuerdo.negotiation.rules.states import Event, State, next_state


@dataclass(frozen=True, slots=True)
class Standing:
    """What judging needs: state, the least that counts as kept, the last day that counts, and the money of the window."""

    state: State
    kept_from_minor: int
    ends_on: date
    paid_minor: int
    counted_minor: int = 0  # what an earlier judgement counted
    has_successor: bool = False  # another promise stands for the obligation: this one cannot be reopened


def judgement(promise: Standing, today: date) -> Event | None:
    """The event that today's facts bring about, or None while nothing can be said. `today` is the creditor's business date."""
    if promise.paid_minor >= promise.kept_from_minor:
        return "judge_kept"
    if today <= promise.ends_on:
        return None
    return "judge_partly_kept" if promise.paid_minor > 0 else "judge_broken"


def judged(promise: Standing, today: date) -> State:
    """The state after judging. A kept or partly kept promise is judged again only when its money was taken back."""
    if promise.state in ("kept", "partly_kept"):
        if promise.paid_minor >= promise.counted_minor:
            return promise.state
        return _rejudged(promise, today)
    event = judgement(promise, today)
    return next_state(promise.state, event) if event else promise.state


def _rejudged(promise: Standing, today: date) -> State:
    verifying = next_state(promise.state, "reverse_payment")
    event = judgement(promise, today)
    if event is None and promise.has_successor:
        event = "judge_partly_kept" if promise.paid_minor else "judge_broken"
    return next_state(verifying, event or "not_found_in_time")
