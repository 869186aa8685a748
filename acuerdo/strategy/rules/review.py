"""The life of a version as a table, and who may do what to it: whoever wrote it never puts it in force.

A director's or supervisor's draft goes to review; another director approves it (at once or for a date); compliance or a
director may return it. Rolling back returns to a version that was approved before, so one director is enough.
"""

from dataclasses import dataclass

from acuerdo.kernel.errors import Refusal

STATES = ("draft", "in_review", "scheduled", "published", "retired")
# action: (states it starts from, roles that may)
MOVES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "save": (("draft",), ("supervisor", "director")),
    "submit": (("draft",), ("supervisor", "director")),
    "return": (("in_review", "scheduled"), ("director", "compliance")),
    "approve": (("in_review",), ("director",)),
    "roll_back": (("published",), ("director",)),
    "retire_draft": (("draft",), ("supervisor", "director")),
    "pause_variant": (("published",), ("supervisor", "director", "compliance")),
}
_WORDS = {
    "save": "editar", "submit": "enviar a aprobación", "return": "devolver", "approve": "aprobar",
    "roll_back": "regresar a la anterior", "retire_draft": "descartar", "pause_variant": "pausar una variante",
}  # fmt: skip
_STATE_WORDS = {
    "draft": "es un borrador", "in_review": "está por aprobar", "scheduled": "ya está aprobada y espera su fecha",
    "published": "está vigente", "retired": "está retirada",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Who:
    """Whoever acts: user name and role."""

    name: str
    role: str


def may(action: str, role: str, status: str) -> bool:
    """Whether a role could do this to a version in that state, whoever wrote it."""
    states, roles = MOVES[action]
    return status in states and role in roles


def require(action: str, who: Who, *, status: str, authors: tuple[str, ...] = ()) -> None:
    """Refuses `strategy-forbidden` (role), `strategy-state`, and `strategy-same-person` for an approval by an author."""
    states, roles = MOVES[action]
    if who.role not in roles:
        raise Refusal("strategy-forbidden", f"Su rol no permite {_WORDS[action]} una estrategia.")
    if status not in states:
        raise Refusal("strategy-state", f"No se puede {_WORDS[action]}: la versión {_STATE_WORDS[status]}.")
    if action == "approve" and who.name in authors:
        raise Refusal(
            "strategy-same-person",
            "Quien escribió o envió la versión no puede aprobarla: pida la aprobación a otra persona.",
        )
