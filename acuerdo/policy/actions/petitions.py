"""Petitions and complaints: opening a case, its steps, its answer. Each locks the case, moves it by the table, keeps the step.

What a petition asks takes effect at once where waiting would harm the person: a revocation ends the authorisations, a
complaint or a correction stops collection until compliance has answered.
"""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from acuerdo.base.audit import write_audit
from acuerdo.base.models import Role, User
from acuerdo.kernel.errors import Refusal
from acuerdo.policy.actions.permissions import AUDIT_CHAIN, lift_hold, place_hold, revoke_consent
from acuerdo.policy.models import Attempt, Consent, Hold, Petition, PetitionStep
from acuerdo.policy.rules.petitions import KINDS, OPEN, RESOLUTIONS, next_state, terms_of
from acuerdo.policy.rules.vocabulary import one_of

WORKING_ROLES = frozenset({Role.COMPLIANCE, Role.DIRECTOR})
TEXT_MAX = 4000
# The stop that a kind brings until it is answered.
STOPS = {"complaint": "complaint", "correction": "dispute"}


@transaction.atomic
def open_petition(
    debtor_id: int,
    creditor_id: int,
    kind: str,
    *,
    text: str,
    source: str,
    actor: str,
    now: datetime,
    received_at: datetime | None = None,
    obligation_id: int | None = None,
    attempt_id: int | None = None,
) -> Petition:
    """Opens a case with its clocks. `source` says how it came (`call`, `portal`, `letter` …); `received_at` when, if earlier.

    Refuses `unknown-petition`, `petition-text-missing`, `petition-in-future` and `obligation-mismatch`.
    """
    one_of(kind, KINDS, field="petition")
    text, received = text.strip(), received_at or now
    if not text:
        raise Refusal("petition-text-missing", "Escriba qué pide la persona, con sus palabras.")
    if received > now:
        raise Refusal("petition-in-future", "La solicitud no puede tener fecha futura.")
    creditor = _creditor(creditor_id)
    if obligation_id is not None and not _owes(debtor_id, creditor_id, obligation_id):
        raise Refusal("obligation-mismatch", "Esa obligación no es de esta persona con este acreedor.")
    day = received.astimezone(ZoneInfo(creditor.timezone)).date()
    petition = Petition.objects.create(
        debtor_id=debtor_id, creditor_id=creditor_id, obligation_id=obligation_id, attempt_id=attempt_id, kind=kind,
        source=source[:40], text=text[:TEXT_MAX], received_at=received, received_by=actor, updated_at=now,
        **_clocks(creditor.country, kind, day),
    )  # fmt: skip
    _step(petition, "open", actor=actor, note="", now=now)
    if kind == "revocation":
        for channel in sorted(set(_authorised(debtor_id))):
            revoke_consent(debtor_id, channel, actor=actor, now=now)
    if kind in STOPS:
        scope = obligation_id if kind == "correction" else None
        reason = f"Solicitud {petition.uid}"
        place_hold(debtor_id, STOPS[kind], reason=reason, actor=actor, now=now, obligation_id=scope)
    return petition


def _clocks(country: str, kind: str, day: date) -> dict[str, Any]:
    terms = terms_of(country, kind)
    return {
        "started_on": day,
        "due_on": terms.due_on(day),
        "legend_on": terms.step_on(day, terms.legend_within),
        "complete_by": terms.step_on(day, terms.complete_within),
        "transfer_by": terms.step_on(day, terms.transfer_within),
        "citation": terms.citation,
    }


@transaction.atomic
def take_petition(petition_id: int, *, owner: User, user: User, now: datetime) -> Petition:
    """Makes `owner` answerable for the case and puts it in study. Refuses `petition-not-permitted`, `petition-wrong-state`."""
    if owner.role not in WORKING_ROLES:
        raise Refusal("petition-not-permitted", "Solo cumplimiento o dirección responden solicitudes.")
    petition = _opened(petition_id, user)
    petition.owner = owner.username
    return _moved(petition, "take", actor=user.username, note=owner.username, now=now)


@transaction.atomic
def ask_to_complete(petition_id: int, *, missing: str, user: User, now: datetime) -> Petition:
    """Asks the person for what is missing; the clock stops. Refuses `petition-note-missing` and `petition-step-late`."""
    petition = _opened(petition_id, user)
    today = _today(petition, now)
    if petition.complete_by is not None and today > petition.complete_by:
        message = (
            f"El plazo para pedir que la complete venció el {petition.complete_by:%d/%m/%Y}; respóndala como está."
        )
        raise Refusal("petition-step-late", message)
    petition.asked_on = today
    petition.abandoned_on = terms_of(petition.creditor.country, petition.kind).abandoned_on(today)
    return _moved(petition, "ask_to_complete", actor=user.username, note=_note(missing), now=now)


@transaction.atomic
def complete_petition(petition_id: int, *, text: str, user: User, now: datetime) -> Petition:
    """The person sent what was missing: the whole term begins again from today."""
    petition = _opened(petition_id, user)
    for name, value in _clocks(petition.creditor.country, petition.kind, _today(petition, now)).items():
        setattr(petition, name, value)
    petition.asked_on = petition.abandoned_on = None
    return _moved(petition, "complete", actor=user.username, note=_note(text), now=now)


@transaction.atomic
def extend_petition(petition_id: int, *, reason: str, user: User, now: datetime) -> Petition:
    """The law's one extension, told to the person before the first term ends.

    Refuses `petition-no-extension`, `petition-extended-already`, `petition-step-late`, `petition-note-missing`.
    """
    petition = _opened(petition_id, user)
    terms = terms_of(petition.creditor.country, petition.kind)
    if not terms.extension:
        raise Refusal("petition-no-extension", "La norma no da prórroga para esta solicitud.")
    if petition.is_extended:
        raise Refusal("petition-extended-already", "Esta solicitud ya se prorrogó una vez.")
    if _today(petition, now) > petition.due_on:
        raise Refusal("petition-step-late", "La prórroga se informa antes de que venza el primer plazo.")
    petition.is_extended, petition.extension_reason = True, _note(reason)[:300]
    petition.due_on = terms.due_on(petition.started_on, is_extended=True)
    return _moved(petition, "extend", actor=user.username, note=_note(reason), now=now)


@transaction.atomic
def transfer_petition(petition_id: int, *, to: str, user: User, now: datetime) -> Petition:
    """Passes it on to whoever is competent, which ends it here. Refuses `petition-note-missing`."""
    petition = _opened(petition_id, user)
    petition.ended_at = now
    return _moved(petition, "transfer", actor=user.username, note=_note(to), now=now)


@transaction.atomic
def answer_petition(petition_id: int, *, resolution: str, answer: str, user: User, now: datetime) -> Petition:
    """Answers and ends the case; a stop that it brought is lifted. Refuses `unknown-resolution`, `petition-note-missing`."""
    one_of(resolution, RESOLUTIONS, field="resolution")
    petition = _opened(petition_id, user)
    petition.resolution, petition.answer, petition.ended_at = resolution, _note(answer), now
    _moved(petition, "answer", actor=user.username, note=resolution, now=now)
    if user.role == Role.COMPLIANCE:
        _lift_stop(petition, user, now)
    return petition


@transaction.atomic
def withdraw_petition(petition_id: int, *, reason: str, user: User, now: datetime) -> Petition:
    """The person takes it back. Refuses `petition-note-missing`."""
    petition = _opened(petition_id, user)
    petition.ended_at = now
    _moved(petition, "withdraw", actor=user.username, note=_note(reason), now=now)
    if user.role == Role.COMPLIANCE:
        _lift_stop(petition, user, now)
    return petition


def abandon_petitions(now: datetime, *, today: date) -> int:
    """Ends the incomplete ones whose time to be completed is over; how many."""
    due = (
        Petition.objects.filter(state="incomplete", abandoned_on__lte=today).order_by("pk").values_list("pk", flat=True)
    )
    return sum(_abandon(pk, now, today) for pk in list(due))


@transaction.atomic
def _abandon(petition_id: int, now: datetime, today: date) -> bool:
    petition = Petition.objects.select_for_update().get(pk=petition_id)
    if petition.state != "incomplete" or petition.abandoned_on is None or petition.abandoned_on > today:
        return False
    petition.ended_at = now
    _moved(petition, "abandon", actor="sistema", note="", now=now)
    return True


def _opened(petition_id: int, user: User) -> Petition:
    """The case, locked, for one who may work on it. Refuses `petition-not-permitted` and `petition-unknown`."""
    if user.role not in WORKING_ROLES:
        raise Refusal("petition-not-permitted", "Solo cumplimiento o dirección responden solicitudes.")
    locked = Petition.objects.select_for_update(of=("self",)).select_related("creditor")
    petition = locked.filter(pk=petition_id).first()
    if petition is None:
        raise Refusal("petition-unknown", "No encontramos esa solicitud.")
    return petition


def _moved(petition: Petition, event: str, *, actor: str, note: str, now: datetime) -> Petition:
    petition.state = next_state(petition.state, event)
    petition.updated_at = now
    petition.save()
    _step(petition, event, actor=actor, note=note, now=now)
    return petition


def _step(petition: Petition, event: str, *, actor: str, note: str, now: datetime) -> None:
    """The note stays with the case: it may name the person, and the audit trail outlives them."""
    PetitionStep.objects.create(petition=petition, at=now, event=event, actor=actor, note=note)
    payload = {"kind": petition.kind, "state": str(petition.state), "due_on": petition.due_on.isoformat()}
    subject = ("petition", str(petition.uid))
    write_audit(chain=AUDIT_CHAIN, action=f"petition-{event}", actor=actor, subject=subject, payload=payload, now=now)


def _note(text: str) -> str:
    if not text.strip():
        raise Refusal("petition-note-missing", "Escriba el texto de este paso.")
    return text.strip()[:TEXT_MAX]


def _lift_stop(petition: Petition, user: User, now: datetime) -> None:
    """Its own stop, unless another open case still needs it."""
    if petition.kind not in STOPS:
        return
    same = Petition.objects.filter(debtor_id=petition.debtor_id, kind=petition.kind, state__in=OPEN)
    if petition.kind == "correction":
        same = same.filter(obligation_id=petition.obligation_id)
    holds = Hold.objects.filter(
        debtor_id=petition.debtor_id, kind=STOPS[petition.kind], channel="", lifted_at__isnull=True,
        obligation_id=petition.obligation_id if petition.kind == "correction" else None,
        reason__startswith="Solicitud ",
    )  # fmt: skip
    hold = None if same.exclude(pk=petition.pk).exists() else holds.first()
    if hold is not None:
        lift_hold(hold.pk, user=user, reason=f"Solicitud {petition.uid}: {petition.state}", now=now)


def _today(petition: Petition, now: datetime) -> date:
    return now.astimezone(ZoneInfo(petition.creditor.timezone)).date()


def _authorised(debtor_id: int) -> list[str]:
    standing = Consent.objects.filter(debtor_id=debtor_id, revoked_at__isnull=True)
    return [str(channel) for channel in standing.values_list("channel", flat=True)]


def _creditor(creditor_id: int) -> Any:
    return Petition._meta.get_field("creditor").related_model._default_manager.get(pk=creditor_id)


def _owes(debtor_id: int, creditor_id: int, obligation_id: int) -> bool:
    obligations = Attempt._meta.get_field("obligation").related_model._default_manager
    return bool(obligations.filter(pk=obligation_id, creditor_id=creditor_id, debtor_id=debtor_id).exists())
