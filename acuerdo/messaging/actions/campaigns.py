"""Campaigns: written, read by a second person, spread over working hours, paused, resumed and stopped.

Whom a campaign addresses is worked out by whoever knows segments (the strategy) and handed in once, when it begins. Each
person has one row and one message: planning again finds it taken, and what a pause took back never left.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from acuerdo.base.audit import write_audit
from acuerdo.base.bulk import insert_rows
from acuerdo.base.models import Role, User
from acuerdo.kernel.calendar import is_business_day
from acuerdo.kernel.errors import Refusal
from acuerdo.messaging.actions.campaign_channels import Addressed, choose_channels
from acuerdo.messaging.actions.planning import PlannedMessage, plan_batch
from acuerdo.messaging.models import Campaign, CampaignPerson, Message, MessageState
from acuerdo.messaging.queries import published_templates
from acuerdo.messaging.rules.campaign import (
    PURPOSES,
    CampaignEvent,
    check_period,
    next_campaign_state,
    slots,
    subject_of,
    working_spans,
)
from acuerdo.messaging.rules.catalogue import TOLD_FIELDS
from acuerdo.messaging.rules.compose import blocking_rule
from acuerdo.messaging.rules.template import parse

CHAIN = "campaigns"
MAY_WRITE = frozenset({Role.SUPERVISOR, Role.DIRECTOR, Role.COMPLIANCE})
MAY_DECIDE = frozenset({Role.DIRECTOR, Role.COMPLIANCE})
BATCH = 500
SOON = timedelta(minutes=1)
STOPPED, PAUSED = "campaign-stopped", "campaign-paused"


@dataclass(frozen=True, slots=True)
class CampaignText:
    """What somebody wrote on the form. `fields` are the values that the text asks for; a second subject makes it a test.

    Whom the first channel cannot reach, or the gate keeps from it, is told by the first of `further_channels` that can and may.
    """

    name: str
    creditor_id: int
    segment: str
    template: str
    channel: str
    starts_at: datetime
    ends_at: datetime
    fields: dict[str, str]
    subject_b: str = ""
    share_b: int = 50
    paid_within_days: int = 15
    further_channels: tuple[str, ...] = ()

    @property
    def channels(self) -> tuple[str, ...]:
        """In order of preference, each once."""
        return tuple(dict.fromkeys([self.channel, *self.further_channels]))


def told_fields_of(code: str, *channels: str) -> list[str]:
    """What a campaign must say itself for this text on these channels, by its places; empty for an unknown text."""
    found = [
        row
        for (_code, kind, _language), rows in published_templates([code]).items()
        if kind in channels
        for row in rows
    ]
    placed = frozenset().union(*(parse(row.subject).fields | parse(row.body).fields for row in found))
    return sorted(placed & TOLD_FIELDS)


@transaction.atomic
def save_campaign(told: CampaignText, *, by: User, now: datetime, campaign_id: int | None = None) -> Campaign:
    """A new draft, or the words of one. What was counted before no longer holds.

    Refuses `not-allowed`, `campaign-name`, `campaign-text`, `campaign-fields`, `campaign-tone`, `campaign-period`,
    `campaign-share` and `campaign-state` for what is no draft any more.
    """
    _require(by, MAY_WRITE)
    row = _locked(campaign_id) if campaign_id is not None else Campaign(created_at=now, written_by=by.username)
    if row.state != "draft":
        raise Refusal("campaign-state", "Solo un borrador se puede editar.")
    row.purpose = _checked(told, now)
    row.name, row.creditor_id, row.segment = told.name.strip()[:80], told.creditor_id, told.segment.strip()
    row.template, row.channel = told.template, told.channel
    row.further_channels = ",".join(told.channels[1:])
    row.starts_at, row.ends_at = told.starts_at, told.ends_at
    row.fields = {name: text.strip() for name, text in told.fields.items() if text.strip()}
    row.subject_b = told.subject_b.strip()[:160] if "email" in told.channels else ""
    row.share_b, row.paid_within_days = told.share_b, told.paid_within_days
    row.preview, row.previewed_at, row.preview_failure = {}, None, ""
    row.written_by, row.updated_at = by.username, now
    row.save()
    row.refresh_from_db()
    return _written(row, "campaign.saved", by, now)


@transaction.atomic
def keep_preview(campaign_id: int, figures: dict[str, Any], now: datetime, *, failure: str = "") -> None:
    """What a campaign would do, as counted by a job; kept only while it can still be changed by what it shows."""
    row = _locked(campaign_id)
    if row.state in ("draft", "submitted"):
        row.preview, row.previewed_at, row.preview_failure = figures, now, failure[:300]
        row.save(update_fields=["preview", "previewed_at", "preview_failure"])


@transaction.atomic
def forget_preview(campaign_id: int, *, by: User, now: datetime) -> Campaign:
    """What was counted no longer holds: whoever asks has it counted anew. Refuses `campaign-state` once it was decided."""
    _require(by, MAY_WRITE)
    row = _locked(campaign_id)
    if row.state not in ("draft", "submitted"):
        raise Refusal("campaign-state", "La campaña ya no admite ese cambio. Recargue la página.")
    row.preview, row.previewed_at, row.preview_failure, row.updated_at = {}, None, "", now
    row.save(update_fields=["preview", "previewed_at", "preview_failure", "updated_at"])
    return row


@transaction.atomic
def submit_campaign(campaign_id: int, *, by: User, now: datetime) -> Campaign:
    """Hands a draft to a second person. Refuses `campaign-not-counted` before its preview, `campaign-empty` for nobody."""
    _require(by, MAY_WRITE)
    row = _locked(campaign_id)
    _move(row, "submit")
    if row.previewed_at is None or row.preview_failure or not row.preview:
        raise Refusal("campaign-not-counted", "Calcule primero a quiénes llega y cuánto cuesta.")
    if not row.preview.get("people"):
        raise Refusal("campaign-empty", "La condición no encuentra a nadie.")
    row.submitted_at = now
    return _kept(row, "campaign.submitted", by, now)


@transaction.atomic
def send_back_campaign(campaign_id: int, note: str, *, by: User, now: datetime) -> Campaign:
    """Returns it to its writer with what to change. Refuses `note-missing`."""
    _require(by, MAY_DECIDE)
    row = _locked(campaign_id)
    _move(row, "send_back")
    if not note.strip():
        raise Refusal("note-missing", "Diga qué hay que cambiar.")
    row.note, row.decided_by, row.decided_at = note.strip()[:300], by.username, now
    return _kept(row, "campaign.sent-back", by, now)


@transaction.atomic
def approve_campaign(campaign_id: int, *, by: User, now: datetime) -> Campaign:
    """A second person lets it begin. Refuses `same-person` and a period that ended meanwhile."""
    _require(by, MAY_DECIDE)
    row = _locked(campaign_id)
    _move(row, "approve")
    if row.written_by == by.username:
        raise Refusal("same-person", "Otra persona debe aprobar lo que usted escribió.")
    check_period(row.starts_at, row.ends_at, now)
    row.decided_by, row.decided_at, row.note = by.username, now, ""
    return _kept(row, "campaign.approved", by, now)


@transaction.atomic
def enrol_people(campaign_id: int, people: Iterable[Addressed], now: datetime) -> int:
    """Writes down whom an approved campaign addresses, each with its subject and its moment. Once: again changes nothing."""
    row = _locked(campaign_id)
    if row.enrolled_at is not None or row.state not in ("running", "paused"):
        return 0
    found = sorted(people, key=lambda one: one.debtor_id)
    moments = _moments(row, len(found), now)
    share = row.share_b if row.subject_b else 0
    rows = (
        CampaignPerson(
            campaign_id=row.pk, debtor_id=one.debtor_id, obligations=list(one.obligation_ids), slot_at=at,
            subject=subject_of(str(row.uid), one.debtor_id, share), state="", reason="",
        )
        for one, at in zip(found, moments, strict=True)
    )  # fmt: skip
    for batch in batched(rows, 1000):
        insert_rows(batch, skips_known=True)
    row.enrolled_at, row.people = now, len(found)
    row.save(update_fields=["enrolled_at", "people"])
    return len(found)


def plan_campaign(campaign_id: int, now: datetime) -> dict[str, int]:
    """Plans the messages whose moment has come, in batches of 500, and closes the campaign when nothing is left.

    Counts by the messages' states. Two at once share the work: each person is taken by one.
    """
    counts: dict[str, int] = {}
    while True:
        with transaction.atomic():
            row = _locked(campaign_id)
            if row.state != "running" or row.enrolled_at is None:
                return counts
            waiting = CampaignPerson.objects.filter(campaign_id=row.pk, planned_at=None)
            due = list(waiting.filter(slot_at__lte=now).order_by("slot_at", "pk").select_for_update()[:BATCH])
            if not due:
                if not waiting.exists():
                    _finish(row, now)
                return counts
            for state, number in _planned(row, due, now).items():
                counts[state] = counts.get(state, 0) + number


@transaction.atomic
def pause_campaign(campaign_id: int, *, by: User, now: datetime) -> Campaign:
    """Stops planning and takes back what is planned and has not begun to leave; those people are planned anew later."""
    _require(by, MAY_WRITE)
    row = _locked(campaign_id)
    _move(row, "pause")
    row.rounds += 1
    taken = _take_back(row, PAUSED, now)
    CampaignPerson.objects.filter(campaign_id=row.pk, message_id__in=taken).update(
        planned_at=None, message=None, state="", reason=""
    )
    return _kept(row, "campaign.paused", by, now)


@transaction.atomic
def resume_campaign(campaign_id: int, *, by: User, now: datetime) -> Campaign:
    """Goes on: who is left is spread over what is left of the period. Refuses `campaign-period` when it is over."""
    _require(by, MAY_WRITE)
    row = _locked(campaign_id)
    _move(row, "resume")
    if row.ends_at <= now:
        raise Refusal("campaign-period", "El periodo de la campaña terminó. Cree otra con nuevas fechas.")
    left = list(CampaignPerson.objects.filter(campaign_id=row.pk, planned_at=None).order_by("slot_at", "pk"))
    for one, at in zip(left, _moments(row, len(left), now), strict=True):
        one.slot_at = at
    CampaignPerson.objects.bulk_update(left, ["slot_at"], batch_size=1000)
    return _kept(row, "campaign.resumed", by, now)


@transaction.atomic
def stop_campaign(campaign_id: int, *, by: User, now: datetime) -> Campaign:
    """Ends it for good: whoever was not written to is not. What is leaving at this instant leaves."""
    _require(by, MAY_WRITE)
    row = _locked(campaign_id)
    _move(row, "stop")
    _take_back(row, STOPPED, now)
    row.finished_at = now
    return _kept(row, "campaign.stopped", by, now)


def _checked(told: CampaignText, now: datetime) -> str:
    """The purpose of the text, which is the campaign's: one for all of its channels."""
    if not told.name.strip():
        raise Refusal("campaign-name", "Dé un nombre a la campaña.")
    found: dict[str, set[str]] = {}
    for (_code, channel, _language), rows in published_templates([told.template]).items():
        found.setdefault(channel, set()).update(row.purpose for row in rows)
    purposes = set().union(*(found.get(channel, {""}) for channel in told.channels))
    if not purposes <= set(PURPOSES) or len(purposes) > 1:
        raise Refusal("campaign-text", "Elija un texto aprobado de servicio o de publicidad para cada canal.")
    missing = [name for name in told_fields_of(told.template, *told.channels) if not told.fields.get(name, "").strip()]
    if missing:
        raise Refusal("campaign-fields", f"Falta decir: {', '.join(missing)}.")
    said = [told.subject_b, *told.fields.values()]
    rule = next((broken for text in said if text and (broken := blocking_rule(text))), "")
    if rule:
        raise Refusal("campaign-tone", f"Un texto no puede enviarse ({rule}). Escríbalo de otra manera.")
    if parse(told.subject_b).problems:
        raise Refusal("campaign-subject", parse(told.subject_b).problems[0].message)
    check_period(told.starts_at, told.ends_at, now)
    if not 1 <= told.share_b <= 99 or not 1 <= told.paid_within_days <= 90:
        raise Refusal("campaign-share", "La parte del segundo asunto va de 1 a 99 y los días, de 1 a 90.")
    return purposes.pop()


def _moments(row: Campaign, count: int, now: datetime) -> list[datetime]:
    zone, country = ZoneInfo(row.creditor.timezone), row.creditor.country
    begins = max(row.starts_at, now)

    def works(day: Any) -> bool:
        return is_business_day(day, country, has_saturdays=True)

    spans = working_spans(begins, row.ends_at, zone, works)
    # What is left of a period may hold no working hour: then the gate decides from its end on.
    return list(slots(count, spans or [(begins, begins + SOON)]))


def _planned(row: Campaign, people: Sequence[CampaignPerson], now: datetime) -> dict[str, int]:
    addressed = [Addressed(one.debtor_id, tuple(one.obligations)) for one in people]
    chosen = choose_channels(row, addressed, now) if row.further_channels else {}
    wishes = [
        PlannedMessage(
            plan_key=f"campaign:{row.uid}:{one.debtor_id}:{row.rounds}",
            debtor_id=one.debtor_id,
            creditor_id=row.creditor_id,
            obligation_ids=tuple(one.obligations),
            channel=chosen[one.debtor_id].channel if chosen else row.channel,
            template=row.template,
            not_before=now,
            purpose=row.purpose,
            context=_context(row, one),
        )
        for one in people
    ]
    counts: dict[str, int] = {}
    for one, outcome in zip(people, plan_batch(wishes, now), strict=True):
        one.planned_at, one.message_id, one.state, one.reason = now, outcome.message_id, outcome.state, outcome.reason
        counts[outcome.state] = counts.get(outcome.state, 0) + 1
    CampaignPerson.objects.bulk_update(people, ["planned_at", "message", "state", "reason"])
    return counts


def _context(row: Campaign, one: CampaignPerson) -> dict[str, Any]:
    context: dict[str, Any] = {"campaign": str(row.uid), "is_patient": True, "fields": row.fields}
    if one.subject == "b":
        context["subject"] = row.subject_b
    return context


def _take_back(row: Campaign, why: str, now: datetime) -> list[int]:
    mine = CampaignPerson.objects.filter(campaign_id=row.pk, message__state=MessageState.SCHEDULED)
    waiting = Message.objects.filter(pk__in=mine.values("message_id"), state=MessageState.SCHEDULED)
    taken = list(waiting.order_by("pk").select_for_update().values_list("pk", flat=True))
    Message.objects.filter(pk__any_of=taken).update(state=MessageState.CANCELLED, failure=why, updated_at=now)
    return taken


def _finish(row: Campaign, now: datetime) -> None:
    _move(row, "finish")
    row.finished_at = row.updated_at = now
    row.save(update_fields=["state", "finished_at", "updated_at"])
    write_audit(
        chain=CHAIN, action="campaign.finished", actor="system", subject=("campaign", str(row.uid)), payload={}, now=now
    )  # fmt: skip


def _require(by: User, roles: frozenset[Role]) -> None:
    if by.role not in roles or by.agency_id is not None:
        raise Refusal("not-allowed", "Su perfil no puede cambiar campañas.")


def _locked(campaign_id: int) -> Campaign:
    row = Campaign.objects.select_for_update(of=("self",)).select_related("creditor").filter(pk=campaign_id).first()
    if row is None:
        raise Refusal("campaign-unknown", "No existe esa campaña.")
    return row


def _move(row: Campaign, event: CampaignEvent) -> None:
    row.state = next_campaign_state(row.state, event)


def _kept(row: Campaign, action: str, by: User, now: datetime) -> Campaign:
    row.updated_at = now
    row.save()
    return _written(row, action, by, now)


def _written(row: Campaign, action: str, by: User, now: datetime) -> Campaign:
    payload = {"name": row.name, "state": row.state, "segment": row.segment, "template": row.template}
    write_audit(
        chain=CHAIN, action=action, actor=by.username, subject=("campaign", str(row.uid)), payload=payload, now=now
    )  # fmt: skip
    return row


# What may happen to a campaign, for screens and API alike. `send_back` takes a note before `by` and `now`.
CAMPAIGN_STEPS: dict[str, Callable[..., Campaign]] = {
    "submit": submit_campaign, "approve": approve_campaign, "send_back": send_back_campaign, "pause": pause_campaign,
    "resume": resume_campaign, "stop": stop_campaign,
}  # fmt: skip
