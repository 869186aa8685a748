"""What the agenda keeps of a person in words goes when they are erased under the data law (policy.ports.ForgetPerson)."""

from datetime import datetime

from acuerdo.agenda.models import Appointment


def forget_person(debtor_id: int, *, now: datetime) -> int:
    """Empties places, notes and reasons; the hours stay, as the log does."""
    found = Appointment.objects.filter(debtor_id=debtor_id)
    return found.update(place="", note="", room="", cancel_reason="", updated_at=now)
