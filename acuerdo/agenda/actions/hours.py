"""Shifts, absences, skills and languages of agents. The day's decision reads them as capacity."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from acuerdo.agenda.actions.covering import Covered, cover_absence
from acuerdo.agenda.models import Absence, AgentProfile, Shift
from acuerdo.agenda.rules.hours import Span, require_spans
from acuerdo.base.audit import write_audit
from acuerdo.base.models import Role, User
from acuerdo.kernel.errors import Refusal

MAY_PLAN = frozenset({Role.SUPERVISOR, Role.DIRECTOR})
LANGUAGES = ("es", "en", "pt")


@transaction.atomic
def set_shifts(agent: User, spans: Sequence[Span], *, by: User, now: datetime) -> None:
    """Replaces the agent's week. Without spans the agent counts as always there. Refuses `not-allowed`, `shift-order`, `shift-overlap`."""
    _require(by, agent)
    require_spans(spans)
    Shift.objects.filter(agent=agent).delete()
    Shift.objects.bulk_create(
        Shift(agent=agent, weekday=span.weekday, from_time=span.from_time, to_time=span.to_time) for span in spans
    )
    _audit("shifts.set", agent, by, now, {"minutes": sum(span.minutes for span in spans)})


@transaction.atomic
def add_absence(agent: User, from_on: date, to_on: date, *, by: User, now: datetime) -> Covered:
    """Records it and hands the agent's appointments of those days to colleagues (`covering`).

    Refuses `not-allowed`, `absence-order` and `absence-long`.
    """
    _require(by, agent)
    if to_on < from_on:
        raise Refusal("absence-order", "La ausencia termina antes de empezar: revise las fechas.")
    if (to_on - from_on).days > 366:
        raise Refusal("absence-long", "Una ausencia dura a lo sumo un año.")
    made = Absence.objects.create(agent=agent, from_on=from_on, to_on=to_on, added_by=by.username, added_at=now)
    _audit("absence.added", agent, by, now, {"from": from_on.isoformat(), "to": to_on.isoformat()})
    return cover_absence(made, actor=by.username, now=now)


@transaction.atomic
def remove_absence(agent: User, uid: Any, *, by: User, now: datetime) -> None:
    """Refuses `not-allowed` and `absence-unknown`."""
    _require(by, agent)
    deleted, _rows = Absence.objects.filter(agent=agent, uid=uid).delete()
    if not deleted:
        raise Refusal("absence-unknown", "Esa ausencia ya no está.")
    _audit("absence.removed", agent, by, now, {})


@transaction.atomic
def set_profile(agent: User, *, skills: Sequence[str], languages: Sequence[str], by: User, now: datetime) -> None:
    """Which skills' calls and which languages' people the agent is given. Refuses `not-allowed` and `language-unknown`."""
    _require(by, agent)
    if set(languages) - set(LANGUAGES):
        raise Refusal("language-unknown", "Elija los idiomas de la lista.")
    kept = sorted({skill.strip()[:40] for skill in skills if skill.strip()})
    AgentProfile.objects.update_or_create(agent=agent, defaults={"skills": kept, "languages": sorted(set(languages))})
    _audit("profile.set", agent, by, now, {"skills": kept, "languages": sorted(set(languages))})


def _require(by: User, agent: User) -> None:
    """Within the own house only: an agency's supervisor plans the agency's agents."""
    if by.role not in MAY_PLAN or by.agency_id != agent.agency_id or agent.role != Role.AGENT:
        raise Refusal("not-allowed", "Su perfil no incluye esta acción.")


def _audit(action: str, agent: User, by: User, now: datetime, payload: dict[str, Any]) -> None:
    write_audit(
        chain="agenda", action=action, actor=by.username, subject=("user", str(agent.uid)), payload=payload, now=now
    )
