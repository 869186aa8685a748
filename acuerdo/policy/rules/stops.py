"""Who may end a stop, and how an attempt's status may move. Tables, nothing else."""

from acuerdo.kernel.errors import Refusal

# Facts about the person or the law: only compliance lifts them, with its reason written down.
STICKY = frozenset(
    {
        *(
            "deceased",
            "represented",
            "wrong_person",
            "do_not_contact",
            "insolvency",
            "fraud",
            "lawsuit",
            "authority_order",
        ),
        *("dispute", "complaint", "vulnerable", "legal_review"),
    }
)
STICKY_ROLES = frozenset({"compliance"})
PAUSE_ROLES = frozenset({"supervisor", "director", "compliance"})

# From each status, those that may follow. What was reserved and never left frees the cap; what left does not.
NEXT_STATUS: dict[str, frozenset[str]] = {
    "reserved": frozenset({"sent", "delivered", "read", "answered", "unanswered", "failed", "cancelled"}),
    "sent": frozenset({"delivered", "read", "answered", "unanswered", "failed"}),
    "delivered": frozenset({"read", "answered"}),
    "read": frozenset({"answered"}),
    "answered": frozenset(),
    "unanswered": frozenset({"answered"}),
    "failed": frozenset(),
    "cancelled": frozenset(),
}
FREES_CAP = frozenset({"failed", "cancelled"})


def lifting_roles(kind: str) -> frozenset[str]:
    """Who may lift a stop of a kind before it ends by itself."""
    return STICKY_ROLES if kind in STICKY else PAUSE_ROLES


def require_may_lift(kind: str, role: str) -> None:
    """Refuses `hold-lift-not-permitted`."""
    if role not in lifting_roles(kind):
        raise Refusal("hold-lift-not-permitted", "Solo la persona de cumplimiento puede levantar esta exclusión.")


def statuses_before(status: str) -> list[str]:
    """The statuses from which `status` may be reached."""
    return sorted(before for before, after in NEXT_STATUS.items() if status in after)
