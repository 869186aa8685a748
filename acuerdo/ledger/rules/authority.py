"""Who may give up what is owed: late interest and collection fees a supervisor, everything else of the debt only a director.

An agency collects for the lender and gives up none of it. What an accepted agreement forgives was decided by its own approval.
"""

from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.rules.components import COMPONENTS

FORGIVES: dict[str, tuple[str, ...]] = {
    "supervisor": ("late_interest", "collection_fee"),
    "director": tuple(COMPONENTS),
}


def forgivable_by(role: str, *, is_of_agency: bool = False) -> tuple[str, ...]:
    """The components that a role may forgive, in no more than what is owed of each."""
    return () if is_of_agency else FORGIVES.get(role, ())


def require_forgiver(role: str, component: str, *, is_of_agency: bool) -> None:
    """Refuses `waiver-authority`."""
    if component not in forgivable_by(role, is_of_agency=is_of_agency):
        raise Refusal(
            "waiver-authority", "Esa parte de la deuda la perdona quien tiene esa facultad: pídalo a la dirección."
        )


def may_take_back(role: str, kind: str, component: str, *, is_of_agency: bool) -> bool:
    """Taking an event back asks for the authority that recording it asks for."""
    if kind == "waiver":
        return component in forgivable_by(role, is_of_agency=is_of_agency)
    return not is_of_agency and role in (("director",) if kind == "write_off" else ("supervisor", "director"))
