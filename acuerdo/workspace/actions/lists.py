"""Named views of the queue, words put on people, and what a supervisor does to many calls at once."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from acuerdo.base.audit import write_audit
from acuerdo.base.models import Role, User
from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.text import squeeze
from acuerdo.strategy.public import give_calls
from acuerdo.workspace.models import CoachingNote, DebtorLabel, SavedFilter
from acuerdo.workspace.queries.room import agents_of

SAVED_MAX, ROWS_MAX = 30, 500
NAME_LENGTH_MAX, LABEL_LENGTH_MAX = 60, 40


@transaction.atomic
def save_filter(user: User, name: str, query: str) -> SavedFilter:
    """The same name replaces. Refuses `filter-name`, `filter-empty`, `filter-many`."""
    name = squeeze(name)[:NAME_LENGTH_MAX]
    if not name:
        raise Refusal("filter-name", "Escriba un nombre para esta vista.")
    if not query:
        raise Refusal("filter-empty", "Elija primero algún filtro.")
    own = SavedFilter.objects.filter(user=user)
    if own.exclude(name=name).count() >= SAVED_MAX:
        raise Refusal("filter-many", "Ya tiene 30 vistas guardadas: borre alguna.")
    return SavedFilter.objects.update_or_create(user=user, name=name, defaults={"query": query[:400]})[0]


def forget_filter(user: User, uid: Any) -> None:
    """One's own only."""
    SavedFilter.objects.filter(user=user, uid=uid).delete()


@transaction.atomic
def reassign_calls(rows: Sequence[Any], agent_uid: str, *, by: User, now: datetime, today: date) -> int:
    """Today's calls of these rows go to one agent, to whoever is free without one. Refuses `not-allowed`, `agent-unknown`."""
    _require(by)
    agent = None
    if agent_uid:
        agent = next((one for one in agents_of(by) if str(one.uid) == agent_uid), None)
        if agent is None:
            raise Refusal("agent-unknown", "Elija a alguien de su equipo.")
    count = give_calls(today, [row.obligation_id for row in rows], agent.pk if agent else None)
    _audit("calls.reassigned", by, now, {"agent": agent.username if agent else None, "count": count}, rows)
    return count


@transaction.atomic
def put_label(rows: Sequence[Any], label: str, *, by: User, now: datetime) -> int:
    """How many people did not have it. Refuses `not-allowed` and `label-empty`."""
    _require(by)
    label = squeeze(label)[:LABEL_LENGTH_MAX]
    if not label:
        raise Refusal("label-empty", "Escriba la etiqueta.")
    people = {row.debtor_id for row in rows}
    known = DebtorLabel.objects.filter(debtor_id__in=people, agency=by.agency_id, label=label)
    fresh = people - set(known.values_list("debtor_id", flat=True))
    DebtorLabel.objects.bulk_create(
        [
            DebtorLabel(debtor_id=pk, agency_id=by.agency_id, label=label, added_by=by.username, added_at=now)
            for pk in sorted(fresh)
        ],
        ignore_conflicts=True,
    )
    _audit("label.put", by, now, {"label": label, "count": len(fresh)}, rows)
    return len(fresh)


@transaction.atomic
def remove_label(rows: Sequence[Any], label: str, *, by: User, now: datetime) -> int:
    """Refuses `not-allowed`."""
    _require(by)
    found = DebtorLabel.objects.filter(
        debtor_id__in={row.debtor_id for row in rows}, agency=by.agency_id, label=squeeze(label)
    )
    count, _rows = found.delete()
    _audit("label.removed", by, now, {"label": squeeze(label), "count": count}, rows)
    return count


def forget_person(debtor_id: int, *, now: datetime) -> int:  # noqa: ARG001 - as policy.ports.ForgetPerson asks
    """Erased under the data law: labels go, and the words of notes about their contacts."""
    count, _rows = DebtorLabel.objects.filter(debtor_id=debtor_id).delete()
    notes = CoachingNote.objects.filter(attempt__debtor_id=debtor_id)
    return count + notes.update(text="", action="", answer="")


def _require(by: User) -> None:
    if by.role != Role.SUPERVISOR:
        raise Refusal("not-allowed", "Su perfil no incluye esta acción.")


def _audit(action: str, by: User, now: datetime, payload: dict[str, Any], rows: Sequence[Any]) -> None:
    ids = sorted({row.obligation_id for row in rows})
    write_audit(
        chain="workspace", action=action, actor=by.username, subject=("user", str(by.uid)),
        payload={**payload, "obligations": ids}, now=now,
    )  # fmt: skip
