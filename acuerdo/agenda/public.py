"""What other capabilities may use of the agenda."""

from acuerdo.agenda.actions.appointments import (
    Wish,
    book_appointment,
    cancel_appointment,
    end_appointment,
    is_away,
    mark_missed,
    move_appointment,
    settle_appointments,
    unsettle_appointments,
)
from acuerdo.agenda.actions.asked import enter_asked_calls
from acuerdo.agenda.actions.covering import Covered, stand_ins
from acuerdo.agenda.actions.erasure import forget_person
from acuerdo.agenda.actions.hours import LANGUAGES, MAY_PLAN, add_absence, remove_absence, set_profile, set_shifts
from acuerdo.agenda.actions.telling import (
    appointment_of,
    invitation_of,
    page_of,
    remind_due,
    tell_appointment,
    tell_change,
    token_of,
    untell_appointment,
    video_of,
)
from acuerdo.agenda.models import Absence, AgentProfile, Appointment, Shift
from acuerdo.agenda.queries import (
    Hours,
    appointments_of,
    calls_due,
    hours_of,
    is_promised_now,
    profile_of,
    profiles_of,
    uncovered_appointments,
)
from acuerdo.agenda.rules.appointments import AGREED, KINDS, MINUTES
from acuerdo.agenda.rules.hours import Span
from acuerdo.agenda.rules.invitation import calendar_text
from acuerdo.agenda.snapshot import EXTRACTS

__all__ = [
    "AGREED",
    "EXTRACTS",
    "KINDS",
    "LANGUAGES",
    "MAY_PLAN",
    "MINUTES",
    "Absence",
    "AgentProfile",
    "Appointment",
    "Covered",
    "Hours",
    "Shift",
    "Span",
    "Wish",
    "add_absence",
    "appointment_of",
    "appointments_of",
    "book_appointment",
    "calendar_text",
    "calls_due",
    "cancel_appointment",
    "end_appointment",
    "enter_asked_calls",
    "forget_person",
    "hours_of",
    "invitation_of",
    "is_away",
    "is_promised_now",
    "mark_missed",
    "move_appointment",
    "page_of",
    "profile_of",
    "profiles_of",
    "remind_due",
    "remove_absence",
    "set_profile",
    "set_shifts",
    "settle_appointments",
    "stand_ins",
    "tell_appointment",
    "tell_change",
    "token_of",
    "uncovered_appointments",
    "unsettle_appointments",
    "untell_appointment",
    "video_of",
]
