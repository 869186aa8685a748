"""What a person allows and forbids: consents, holds, own hours; and the readings that a lender approves.

Each takes the person's lock, so that a contact being judged at the same moment either precedes it or sees it.
"""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from acuerdo.base.audit import write_audit
from acuerdo.base.locks import lock_person
from acuerdo.base.models import User
from acuerdo.kernel.errors import Refusal
from acuerdo.policy.models import Consent, ContactPreference, Hold, PolicyReading
from acuerdo.policy.rules import Reading, load_pack
from acuerdo.policy.rules.pack_format import parse_windows
from acuerdo.policy.rules.stops import STICKY, require_may_lift
from acuerdo.policy.rules.vocabulary import CHANNELS, HOLDS, PURPOSES, one_of

AUDIT_CHAIN = "policy"
READING_ROLES = frozenset({"compliance", "director"})


@transaction.atomic
def grant_consent(
    debtor_id: int,
    channel: str,
    *,
    source: str,
    actor: str,
    now: datetime,
    purpose: str = "collection",
    proof: str = "",
    granted_at: datetime | None = None,
) -> Consent:
    """Records an authorisation; one that stands already is returned as it is. Refuses `consent-in-future`."""
    one_of(channel, CHANNELS, field="channel")
    one_of(purpose, PURPOSES, field="purpose")
    granted_at = granted_at or now
    if granted_at > now:
        raise Refusal("consent-in-future", "La autorización no puede tener fecha futura.")
    lock_person(debtor_id)
    standing = Consent.objects.filter(
        debtor_id=debtor_id, channel=channel, purpose=purpose, revoked_at__isnull=True
    ).first()
    if standing is not None:
        return standing
    consent = Consent.objects.create(
        debtor_id=debtor_id, channel=channel, purpose=purpose, granted_at=granted_at, source=source, proof=proof,
        recorded_by=actor,
    )  # fmt: skip
    _audit("consent-granted", actor, ("consent", consent.uid), {"channel": channel, "purpose": purpose}, now)
    return consent


@transaction.atomic
def revoke_consent(debtor_id: int, channel: str, *, actor: str, now: datetime, purpose: str = "") -> int:
    """Ends every standing authorisation of the channel (of one purpose, if given); how many. None standing changes nothing."""
    lock_person(debtor_id)
    standing = Consent.objects.filter(debtor_id=debtor_id, channel=channel, revoked_at__isnull=True)
    if purpose:
        standing = standing.filter(purpose=purpose)
    found = list(standing)
    for consent in found:
        consent.revoked_at = max(now, consent.granted_at)
    Consent.objects.bulk_update(found, ["revoked_at"])
    if found:
        uids = [str(consent.uid) for consent in found]
        _audit("consent-revoked", actor, ("consent", uids[0]), {"channel": channel, "consents": uids}, now)
    return len(found)


@transaction.atomic
def place_hold(
    debtor_id: int,
    kind: str,
    *,
    reason: str,
    actor: str,
    now: datetime,
    obligation_id: int | None = None,
    channel: str = "",
    ends_at: datetime | None = None,
    review_on: date | None = None,
) -> Hold:
    """Stops contact at once. The same stop placed again keeps the later end; without an end it lasts until lifted.

    Refuses `unknown-hold`, `unknown-channel`, `hold-reason-missing` and `hold-end-past`.
    """
    one_of(kind, HOLDS, field="hold")
    if channel:
        one_of(channel, CHANNELS, field="channel")
    if not reason.strip():
        raise Refusal("hold-reason-missing", "Escriba por qué se detiene el contacto.")
    if ends_at is not None and ends_at <= now:
        raise Refusal("hold-end-past", "La pausa debe terminar en el futuro.")
    lock_person(debtor_id)
    scope = {"debtor_id": debtor_id, "kind": kind, "channel": channel, "obligation_id": obligation_id}
    hold = Hold.objects.filter(**scope, lifted_at__isnull=True).exclude(ends_at__lte=now).first()
    if hold is None:
        hold = Hold.objects.create(
            **scope, starts_at=now, ends_at=ends_at, review_on=review_on, reason=reason.strip()[:300], placed_by=actor
        )
    else:
        hold.ends_at = None if hold.ends_at is None or ends_at is None else max(hold.ends_at, ends_at)
        hold.review_on = review_on or hold.review_on
        hold.save(update_fields=["ends_at", "review_on"])
    _audit(
        "hold-placed",
        actor,
        ("hold", hold.uid),
        {"kind": kind, "channel": channel, "obligation_id": obligation_id},
        now,
    )
    return hold


@transaction.atomic
def lift_hold(hold_id: int, *, user: User, reason: str, now: datetime) -> Hold:
    """Ends a stop early. Facts of the person or the law: only compliance; pauses: also supervisor and director.

    Refuses `hold-unknown`, `hold-lift-not-permitted`, `hold-already-lifted`, `hold-reason-missing`.
    """
    hold = _open_hold(hold_id)
    require_may_lift(hold.kind, user.role)
    return _end(hold, by=user.username, reason=reason, now=now)


@transaction.atomic
def release_hold(hold_id: int, *, actor: str, reason: str, now: datetime) -> Hold:
    """Ends a pause because what it waited for happened (the payment was found, the answer went out). Never a sticky stop."""
    hold = _open_hold(hold_id)
    if hold.kind in STICKY:
        raise Refusal("hold-lift-not-permitted", "Esta exclusión solo la levanta la persona de cumplimiento.")
    return _end(hold, by=actor, reason=reason, now=now)


def _open_hold(hold_id: int) -> Hold:
    found = Hold.objects.filter(pk=hold_id).values_list("debtor_id", flat=True).first()
    if found is None:
        raise Refusal("hold-unknown", "No encontramos esa pausa.")
    lock_person(found)
    hold = Hold.objects.select_for_update().get(pk=hold_id)
    if hold.lifted_at is not None:
        raise Refusal("hold-already-lifted", "Esta pausa ya se había levantado.")
    return hold


def _end(hold: Hold, *, by: str, reason: str, now: datetime) -> Hold:
    if not reason.strip():
        raise Refusal("hold-reason-missing", "Escriba por qué se levanta.")
    hold.lifted_at, hold.lifted_by, hold.lift_reason = now, by, reason.strip()[:300]
    hold.save(update_fields=["lifted_at", "lifted_by", "lift_reason"])
    # The reason stays with the stop: it may name the person, and the audit trail outlives them.
    _audit("hold-lifted", by, ("hold", hold.uid), {"kind": hold.kind}, now)
    return hold


@transaction.atomic
def set_own_hours(
    debtor_id: int,
    hours: dict[str, Any],
    *,
    actor: str,
    now: datetime,
    instrument: str = "",
    given_at: datetime | None = None,
) -> ContactPreference:
    """The customer's own hours, at most one span a day; `instrument` names the separate later record that lets them widen
    the law's (CO: Ley 2300 de 2023, art. 3 par.). Refuses `invalid-windows`, `own-hours-two-spans`, `own-hours-in-future` and
    `own-hours-before-contract`."""
    if any(day is not None and len(day) > 1 for day in parse_windows(hours)):
        raise Refusal("own-hours-two-spans", "El horario propio admite una sola franja por día.")
    given_at = given_at or now
    if given_at > now:
        raise Refusal("own-hours-in-future", "La solicitud de otro horario no puede tener fecha futura.")
    if instrument and _is_before_contract(debtor_id, given_at):
        message = "El documento que pide otro horario debe ser posterior al contrato."
        raise Refusal("own-hours-before-contract", message)
    lock_person(debtor_id)
    preference, _ = ContactPreference.objects.update_or_create(
        debtor_id=debtor_id,
        defaults={"hours": hours, "instrument": instrument, "given_at": given_at, "revoked_at": None},
    )
    _audit("own-hours-set", actor, ("debtor", debtor_id), {"hours": hours, "instrument": bool(instrument)}, now)
    return preference


def _is_before_contract(debtor_id: int, given_at: datetime) -> bool:
    """Whether some open debt of the person was contracted after that instant's day."""
    obligations: Any = Hold._meta.get_field("obligation").related_model._default_manager
    owed = obligations.filter(debtor_id=debtor_id, gone_on__isnull=True).select_related("creditor", "account")
    return any(
        one.account.disbursed_on is not None
        and given_at.astimezone(ZoneInfo(one.creditor.timezone)).date() < one.account.disbursed_on
        for one in owed
    )


@transaction.atomic
def clear_own_hours(debtor_id: int, *, actor: str, now: datetime) -> None:
    """From now on only the law's hours. Nothing set changes nothing."""
    lock_person(debtor_id)
    if ContactPreference.objects.filter(debtor_id=debtor_id, revoked_at__isnull=True).update(revoked_at=now):
        _audit("own-hours-cleared", actor, ("debtor", debtor_id), {}, now)


@transaction.atomic
def approve_reading(
    creditor_id: int, pack: str, name: str, value: str, *, user: User, approved_on: date, reason: str, now: datetime
) -> PolicyReading:
    """A lender's choice of a reading of the law, with who approved it and why.

    Refuses `reading-not-permitted`, `unknown-pack`, `unknown-setting`, `unknown-reading`, `reading-reason-missing`.
    """
    if user.role not in READING_ROLES:
        raise Refusal("reading-not-permitted", "Solo cumplimiento o dirección aprueban una lectura de la norma.")
    if not reason.strip():
        raise Refusal("reading-reason-missing", "Escriba en qué se apoya esta lectura.")
    load_pack(pack).choose({name: Reading(value, user.username, approved_on)}, approved_on)
    reading, _ = PolicyReading.objects.update_or_create(
        creditor_id=creditor_id, pack=pack, name=name, approved_on=approved_on,
        defaults={"value": value, "approved_by": user.username, "reason": reason.strip()[:300], "recorded_at": now},
    )  # fmt: skip
    payload = {"pack": pack, "name": name, "value": value, "approved_on": approved_on, "reason": reason}
    _audit("reading-approved", user.username, ("creditor", creditor_id), payload, now)
    return reading


def _audit(action: str, actor: str, subject: tuple[str, object], payload: dict[str, Any], now: datetime) -> None:
    write_audit(
        chain=AUDIT_CHAIN, action=action, actor=actor, subject=(subject[0], str(subject[1])), payload=payload, now=now
    )
