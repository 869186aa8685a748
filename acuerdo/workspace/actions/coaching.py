"""Notes between a supervisor and an agent about one contact: what was done well, what to try next, and the agent's answer."""

from datetime import datetime
from typing import Any

from django.db import transaction

from acuerdo.base.audit import write_audit
from acuerdo.base.models import Role, User
from acuerdo.kernel.errors import Refusal
from acuerdo.workspace.models import CoachingNote

MAY_COACH = frozenset({Role.SUPERVISOR, Role.DIRECTOR})
TONES = ("praise", "try")
TEXT_LENGTH_MAX = 1_000


@transaction.atomic
def write_note(
    agent: User, *, text: str, tone: str, action: str, attempt: Any, by: User, now: datetime
) -> CoachingNote:
    """Refuses `not-allowed`, `note-empty`, `note-long`, `note-tone`."""
    if by.role not in MAY_COACH or by.agency_id != agent.agency_id or agent.role != Role.AGENT:
        raise Refusal("not-allowed", "Su perfil no incluye esta acción.")
    if tone not in TONES:
        raise Refusal("note-tone", "Elija si reconoce algo o propone algo.")
    made = CoachingNote.objects.create(
        agent=agent,
        author=by,
        attempt=attempt,
        tone=tone,
        text=_checked(text),
        action=action.strip()[:300],
        made_at=now,
    )
    made.refresh_from_db(fields=["uid"])
    _audit(made, "written", by, now)
    return made


@transaction.atomic
def answer_note(note_id: int, *, answer: str, by: User, now: datetime) -> CoachingNote:
    """The agent has read it, with or without a word. Refuses `not-allowed`, `note-long`."""
    note = CoachingNote.objects.select_for_update(of=("self",)).select_related("agent").get(pk=note_id)
    if note.agent_id != by.pk:
        raise Refusal("not-allowed", "Su perfil no incluye esta acción.")
    note.read_at = note.read_at or now
    if answer.strip():
        note.answer, note.answered_at = _checked(answer), now
    note.save()
    _audit(note, "answered" if answer.strip() else "read", by, now)
    return note


def _checked(text: str) -> str:
    if not text.strip():
        raise Refusal("note-empty", "Escriba la nota.")
    if len(text) > TEXT_LENGTH_MAX:
        raise Refusal("note-long", "La nota pasa de 1.000 letras: acórtela.")
    return text.strip()


def _audit(note: CoachingNote, what: str, by: User, now: datetime) -> None:
    """That it was written or read, and by whom; the words stay in the note."""
    write_audit(
        chain="workspace", action=f"coaching.{what}", actor=by.username, subject=("coaching-note", str(note.uid)),
        payload={"agent": note.agent_id, "tone": note.tone, "attempt": note.attempt_id}, now=now,
    )  # fmt: skip
