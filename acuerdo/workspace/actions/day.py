"""The day from the screen: move the installation's date one day on, and start the cycle of a date as a job."""

from datetime import date, datetime, time, timedelta

from django.db import transaction

from acuerdo.base import clock
from acuerdo.base.audit import write_audit
from acuerdo.base.models import Role, User
from acuerdo.kernel.errors import Refusal
from acuerdo.workspace.tasks import run_day_of

# A working hour: what the new day permits can be done at once.
MORNING = time(9, 0)
MAY_RUN = frozenset({Role.ADMIN, Role.DIRECTOR, Role.SUPERVISOR})
MAY_MOVE = frozenset({Role.ADMIN, Role.DIRECTOR, Role.SUPERVISOR})


@transaction.atomic
def start_day(run_on: date, *, by: User, now: datetime) -> None:
    """Enqueues the cycle of the date; a cycle already waiting or running is left alone. Refuses `not-allowed`."""
    if by.role not in MAY_RUN:
        raise Refusal("not-allowed", "Su perfil no puede correr el día.")
    write_audit(
        chain="day", action="day.started", actor=by.username, subject=("day", run_on.isoformat()), payload={}, now=now
    )
    run_day_of(run_on)


@transaction.atomic
def move_to_next_day(*, by: User, is_demo: bool) -> date:
    """Moves the business date one day on, to nine in the morning, and enqueues its cycle; the new date.

    Refuses `not-allowed`, and `not-a-demo` where the clock is the real one: time is not moved over real customers.
    """
    if by.role not in MAY_MOVE:
        raise Refusal("not-allowed", "Su perfil no puede mover la fecha.")
    if not is_demo:
        raise Refusal("not-a-demo", "La fecha solo se mueve en una instalación de demostración.")
    day = clock.business_date() + timedelta(days=1)
    clock.set_now(datetime.combine(day, MORNING, tzinfo=clock.zone()))
    start_day(day, by=by, now=clock.now())
    return day
