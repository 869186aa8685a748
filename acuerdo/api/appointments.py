"""Appointments for other programs: the same hours, rules and messages as at the agent's desk."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import AwareDatetime, Field

from acuerdo.agenda import public as agenda
from acuerdo.api.access import EVERYONE, caller, obligation_for
from acuerdo.api.pages import cursor_after, uid_in
from acuerdo.api.permissions import PROBLEMS, IdempotencyKey, once
from acuerdo.api.problems import not_found
from acuerdo.api.schemas import ListFilters
from acuerdo.base import clock
from acuerdo.base.models import Role, User

BOOKS = frozenset({Role.AGENT, Role.SUPERVISOR})
router = Router()


class AppointmentIn(Schema):
    """`agent` is a user name of the same house; without it, the key's own. `minutes` 0 takes the usual length of the kind."""

    obligation: UUID
    kind: Literal["phone", "video", "office", "visit", "follow_up"]
    starts_at: AwareDatetime
    minutes: Annotated[int, Field(ge=0, le=240)] = 0
    place: Annotated[str, Field(max_length=160)] = ""
    note: Annotated[str, Field(max_length=300)] = ""
    agent: Annotated[str, Field(max_length=60)] = ""


class AppointmentChange(Schema):
    """What is to happen: `move` needs `starts_at`, `cancel` a `reason`; `held` and `no_show` end it."""

    event: Literal["move", "cancel", "held", "no_show"]
    starts_at: AwareDatetime | None = None
    reason: Annotated[str, Field(max_length=300)] = ""


class AppointmentOut(Schema):
    """`calendar` is the iCalendar object (RFC 5545); `video` the room of a video call."""

    uid: str
    obligation: str
    debtor: str
    agent: str
    kind: str
    state: str
    starts_at: str
    minutes: int
    place: str
    note: str
    video: str
    sequence: int
    calendar: str
    updated_at: str


class AppointmentPage(Schema):
    items: list[AppointmentOut]
    next_cursor: str | None


class AppointmentFilters(ListFilters):
    """Within these instants, where given."""

    from_at: AwareDatetime | None = None
    to_at: AwareDatetime | None = None


@router.get(
    "/appointments", response={200: AppointmentPage, **PROBLEMS}, tags=["appointments"],
    operation_id="list_appointments",
)  # fmt: skip
def list_appointments(request: HttpRequest, filters: Query[AppointmentFilters]) -> Any:
    """Appointments about obligations that the key may see, in a stable order."""
    found = agenda.appointments_of(caller(request, EVERYONE)).order_by("uid")
    if (after := uid_in(filters.cursor)) is not None:
        found = found.filter(uid__gt=after)
    if filters.updated_since is not None:
        found = found.filter(updated_at__gte=filters.updated_since)
    if filters.from_at is not None:
        found = found.filter(starts_at__gte=filters.from_at)
    if filters.to_at is not None:
        found = found.filter(starts_at__lt=filters.to_at)
    rows = list(found[: filters.limit + 1])
    page = rows[: filters.limit]
    following = cursor_after(page[-1].uid) if len(rows) > filters.limit else None
    return {"items": [_shown(one) for one in page], "next_cursor": following}


@router.get(
    "/appointments/{uid}", response={200: AppointmentOut, **PROBLEMS}, tags=["appointments"],
    operation_id="get_appointment",
)  # fmt: skip
def get_appointment(request: HttpRequest, uid: UUID) -> Any:
    """One appointment."""
    return _shown(_visible(caller(request, EVERYONE), uid))


@router.post(
    "/appointments", response={201: AppointmentOut, **PROBLEMS}, tags=["appointments"],
    operation_id="create_appointment",
)  # fmt: skip
def create_appointment(request: HttpRequest, body: AppointmentIn, idempotency_key: IdempotencyKey) -> Any:
    """Books an hour and confirms it to the person. Refused where the law of that hour, or the agent's day, does not allow it."""
    user = caller(request, BOOKS)
    obligation = obligation_for(user, body.obligation)
    agent = _agent(user, body.agent)

    def act() -> tuple[int, dict[str, Any]]:
        wish = agenda.Wish(body.kind, body.starts_at, body.minutes, body.place, body.note)
        made = agenda.book_appointment(
            obligation, wish, agent=agent, actor=user.username, now=clock.now(), has_video=bool(settings.VIDEO_URL)
        )
        agenda.tell_appointment(made, now=clock.now())
        return 201, _shown(_visible(user, made.uid))

    return once(request, idempotency_key, (body,), act)


@router.post(
    "/appointments/{uid}/events", response={200: AppointmentOut, **PROBLEMS}, tags=["appointments"],
    operation_id="create_appointment_event",
)  # fmt: skip
def change_appointment(
    request: HttpRequest, uid: UUID, body: AppointmentChange, idempotency_key: IdempotencyKey
) -> Any:
    """Moves, cancels or ends an appointment; the person is told when it is moved or cancelled, with the calendar's own update."""
    user = caller(request, BOOKS)
    row = _visible(user, uid)

    def act() -> tuple[int, dict[str, Any]]:
        now, actor = clock.now(), user.username
        if body.event == "cancel":
            agenda.tell_change(agenda.cancel_appointment(row.pk, reason=body.reason, actor=actor, now=now), now=now)
        elif body.event == "move":
            moved = agenda.move_appointment(row.pk, body.starts_at or row.starts_at, actor=actor, now=now)
            agenda.tell_change(moved, now=now)
        else:
            agenda.end_appointment(row.pk, "hold" if body.event == "held" else "absent", actor=actor, now=now)
        return 200, _shown(_visible(user, uid))

    return once(request, idempotency_key, (body,), act)


def _visible(user: User, uid: Any) -> Any:
    found = agenda.appointments_of(user).filter(uid=uid).first()
    if found is None:
        raise not_found()
    return found


def _agent(user: User, username: str) -> User:
    """The named colleague of the same house, the caller's own account without a name."""
    if not username:
        return user
    found = User.objects.filter(username=username, is_active=True, role__in=BOOKS).first()
    if found is None or found.agency_id != user.agency_id:
        raise not_found()
    return found


def _shown(row: Any) -> dict[str, Any]:
    return {
        "uid": str(row.uid), "obligation": str(row.obligation.uid), "debtor": str(row.debtor.uid),
        "agent": row.agent.username, "kind": row.kind, "state": row.state, "starts_at": row.starts_at.isoformat(),
        "minutes": row.minutes, "place": row.place, "note": row.note, "video": agenda.video_of(row),
        "sequence": row.sequence, "calendar": agenda.calendar_text(agenda.invitation_of(row)),
        "updated_at": row.updated_at.isoformat(),
    }  # fmt: skip
