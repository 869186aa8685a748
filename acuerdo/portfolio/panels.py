"""Asking a connected system about one person: who may, what is kept of it (that somebody looked), and what it says.

Nothing of the answer is stored: it is the other system's, and it is asked again at the next look.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string

from acuerdo.base.audit import write_audit
from acuerdo.base.models import Role, User
from acuerdo.kernel.errors import ExternalError, Refusal
from acuerdo.portfolio.models import Debtor
from acuerdo.portfolio.ports import PersonAsked, PersonPanel
from acuerdo.portfolio.queries import visible_to
from acuerdo.portfolio.rules.panels import PanelSpec, Shown, facts_in

MAY_LOOK = frozenset({Role.AGENT, Role.SUPERVISOR})


@dataclass(frozen=True, slots=True)
class PanelAnswer:
    """`unknown`: it answers and does not know the person. `unreachable`: it did not answer, or not in a way we read."""

    state: Literal["known", "unknown", "unreachable"]
    facts: tuple[Shown, ...] = ()


def configured_panels() -> Sequence[tuple[PanelSpec, PersonPanel]]:
    """The installation's panels with their adapters, as `config` wires them."""
    found: Sequence[tuple[PanelSpec, PersonPanel]] = import_string(settings.PERSON_PANELS)()
    return found


def panels_for(user: User, creditor_names: Sequence[str]) -> list[PanelSpec]:
    """Those that this user may ask about a person who owes these creditors. No query."""
    if user.agency_id is not None or user.role not in MAY_LOOK:
        return []
    return [spec for spec, _panel in configured_panels() if not spec.creditor or spec.creditor in creditor_names]


def consult_panel(debtor: Debtor, code: str, *, by: User, now: datetime) -> PanelAnswer:
    """Asks once, and writes down who looked at whom. Refuses `panel-unknown` also where the user may not look.

    Between the two the connection is given back: a system that hangs holds none of the database's.
    """
    names = list(visible_to(by).filter(debtor=debtor).values_list("creditor__name", flat=True))
    if code not in [spec.code for spec in panels_for(by, names)]:
        raise Refusal("panel-unknown", "No hay un sistema conectado con ese nombre.")
    spec, panel = next(pair for pair in configured_panels() if pair[0].code == code)
    with transaction.atomic():
        write_audit(
            chain="portfolio", action="consult_panel", actor=by.username, subject=("debtor", str(debtor.uid)),
            payload={"panel": code, "kind": spec.kind}, now=now,
        )  # fmt: skip
    if not connection.in_atomic_block:
        connection.close()
    try:
        answer = panel.look_up(PersonAsked(debtor.id_country, debtor.id_type, debtor.id_number))
    except ExternalError:
        return PanelAnswer("unreachable")
    facts = facts_in(spec, answer) if answer is not None else ()
    return PanelAnswer("known", facts) if facts else PanelAnswer("unknown")
