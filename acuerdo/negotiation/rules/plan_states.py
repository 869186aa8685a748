"""The states of a payment plan as one table: `TRANSITIONS[state][event]` is the next state; what it lacks cannot happen."""

from typing import Literal

from acuerdo.kernel.errors import Refusal

type PlanState = Literal[
    "draft",
    "pending_approval",
    "offered",
    "expired",
    "declined",
    "accepted",
    "active",
    "late",
    "paused",
    "completed",
    "broken",
    "replaced",
    "cancelled",
]
type PlanEvent = Literal[
    "ask_approval",
    "offer",
    "approve",
    "decline",
    "expire",
    "accept",
    "pay_first",
    "miss",
    "catch_up",
    "pause",
    "resume",
    "complete",
    "break",
    "replace",
    "cancel",
    "reverse_payment",
]

TRANSITIONS: dict[PlanState, dict[PlanEvent, PlanState]] = {
    "draft": {"offer": "offered", "ask_approval": "pending_approval", "cancel": "cancelled"},
    "pending_approval": {"approve": "offered", "decline": "declined", "cancel": "cancelled"},
    "offered": {"accept": "accepted", "decline": "declined", "expire": "expired", "cancel": "cancelled"},
    "accepted": {
        "pay_first": "active",
        "complete": "completed",
        "pause": "paused",
        "expire": "expired",
        "replace": "replaced",
        "cancel": "cancelled",
    },
    "active": {
        "miss": "late",
        "complete": "completed",
        "pause": "paused",
        "replace": "replaced",
        "cancel": "cancelled",
    },
    "late": {
        "catch_up": "active",
        "complete": "completed",
        "pause": "paused",
        "break": "broken",
        "replace": "replaced",
        "cancel": "cancelled",
    },
    "paused": {"resume": "active", "complete": "completed", "replace": "replaced", "cancel": "cancelled"},
    "completed": {"reverse_payment": "active"},
    "expired": {},
    "declined": {},
    "broken": {},
    "replaced": {},
    "cancelled": {},
}

IN_FORCE: frozenset[PlanState] = frozenset({"accepted", "active", "late", "paused"})
OPEN: frozenset[PlanState] = IN_FORCE | {"draft", "pending_approval", "offered"}
ENDED: frozenset[PlanState] = frozenset(state for state in TRANSITIONS if state not in OPEN)

_NAMES: dict[PlanState, str] = {
    "draft": "en borrador",
    "pending_approval": "en aprobación",
    "offered": "ofrecido",
    "expired": "vencido como oferta",
    "declined": "rechazado",
    "accepted": "aceptado",
    "active": "vigente",
    "late": "en atraso",
    "paused": "en pausa",
    "completed": "cumplido",
    "broken": "roto",
    "replaced": "reemplazado",
    "cancelled": "cancelado",
}


def next_plan_state(state: PlanState, event: PlanEvent) -> PlanState:
    """The state after `event`; refuses `plan-state` when the table has no such transition."""
    try:
        return TRANSITIONS[state][event]
    except KeyError:
        raise Refusal("plan-state", f"El acuerdo está {_NAMES[state]} y ya no admite este cambio.") from None
