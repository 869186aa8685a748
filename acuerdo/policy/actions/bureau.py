"""Notices before a negative report to a credit bureau, and whether a default may be reported."""

from datetime import date, datetime

from django.db import transaction

from acuerdo.base.audit import write_audit
from acuerdo.kernel.errors import Refusal
from acuerdo.policy.actions.permissions import AUDIT_CHAIN
from acuerdo.policy.models import BureauAuthorisation, BureauNotice
from acuerdo.policy.rules.vocabulary import CHANNELS, one_of


@transaction.atomic
def record_bureau_notice(
    obligation_id: int, *, sent_on: date, channel: str, proof: str, actor: str, today: date, now: datetime
) -> BureauNotice:
    """A notice that was sent to the last registered address. The same one again changes nothing.

    Refuses `unknown-channel`, `notice-in-future` and `notice-proof-missing`.
    """
    one_of(channel, CHANNELS, field="channel")
    if sent_on > today:
        raise Refusal("notice-in-future", "El aviso no puede tener fecha futura.")
    if not proof.strip():
        raise Refusal("notice-proof-missing", "Diga dónde está la prueba del envío: guía, mensaje o archivo.")
    notice, is_new = BureauNotice.objects.get_or_create(
        obligation_id=obligation_id, sent_on=sent_on, channel=channel,
        defaults={"proof": proof.strip()[:200], "recorded_by": actor, "recorded_at": now},
    )  # fmt: skip
    if is_new:
        payload = {"obligation_id": obligation_id, "sent_on": sent_on.isoformat(), "channel": channel}
        subject = ("bureau-notice", str(notice.uid))
        write_audit(chain=AUDIT_CHAIN, action="bureau-notice", actor=actor, subject=subject, payload=payload, now=now)
    return notice


@transaction.atomic
def authorise_bureau_report(
    debtor_id: int, creditor_id: int, *, granted_on: date, proof: str, actor: str, today: date, now: datetime
) -> BureauAuthorisation:
    """The person's authorisation to report; one that stands is returned as it is. Refuses `consent-in-future`, `notice-proof-missing`."""
    if granted_on > today:
        raise Refusal("consent-in-future", "La autorización no puede tener fecha futura.")
    if not proof.strip():
        raise Refusal("notice-proof-missing", "Diga dónde está la prueba de la autorización.")
    given, is_new = BureauAuthorisation.objects.get_or_create(
        debtor_id=debtor_id, creditor_id=creditor_id, revoked_on=None,
        defaults={"granted_on": granted_on, "proof": proof.strip()[:200], "recorded_by": actor},
    )  # fmt: skip
    if is_new:
        _audit("bureau-authorised", actor, debtor_id, creditor_id, now)
    return given


@transaction.atomic
def revoke_bureau_authorisation(debtor_id: int, creditor_id: int, *, actor: str, today: date, now: datetime) -> bool:
    """Ends the authorisation that stands; whether there was one."""
    standing = BureauAuthorisation.objects.filter(debtor_id=debtor_id, creditor_id=creditor_id, revoked_on=None)
    is_revoked = standing.update(revoked_on=today) > 0
    if is_revoked:
        _audit("bureau-authorisation-revoked", actor, debtor_id, creditor_id, now)
    return is_revoked


def _audit(action: str, actor: str, debtor_id: int, creditor_id: int, now: datetime) -> None:
    subject, payload = ("debtor", str(debtor_id)), {"creditor_id": creditor_id}
    write_audit(chain=AUDIT_CHAIN, action=action, actor=actor, subject=subject, payload=payload, now=now)
