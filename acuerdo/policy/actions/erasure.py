"""Erasing a person under the data law: asked by them, answered by compliance, never while a duty to keep holds.

What goes: name, document, contact points, texts in and out, notes, papers, proofs. What stays: keys, dates, amounts, verdicts and
the receipts, whose commitments say nothing once the person's salt is gone, so that every chain still verifies.
"""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.module_loading import import_string

from acuerdo.base.audit import write_audit
from acuerdo.base.locks import lock_person
from acuerdo.base.models import Role, User
from acuerdo.kernel.errors import Refusal
from acuerdo.policy.actions.permissions import AUDIT_CHAIN
from acuerdo.policy.actions.petitions import answer_petition
from acuerdo.policy.actions.receipts import forget_salt
from acuerdo.policy.models import (
    Attempt,
    BureauAuthorisation,
    BureauNotice,
    Consent,
    ContactPreference,
    Hold,
    PersonSalt,
    Petition,
    PetitionStep,
)
from acuerdo.policy.ports import ForgetPerson
from acuerdo.policy.queries.petitions import petitions_visible_to
from acuerdo.policy.rules.petitions import OPEN
from acuerdo.policy.rules.retention import Contact, Debt, Kept, reasons_to_keep
from acuerdo.portfolio.public import debt_ends, erase_person_record

ERASED = "[suprimido]"
GRANTED = ("granted", "partly")
# Stops that mean somebody else still needs the record.
LEGAL_HOLDS = ("lawsuit", "authority_order", "fraud")
WORDS = {
    "open-debt": "tiene una obligación vigente",
    "debt-record": "los registros de su obligación se conservan",
    "contact-record": "el registro de sus contactos se conserva",
    "open-case": "tiene otra solicitud sin responder",
    "legal-hold": "hay un proceso u orden de autoridad en curso",
}


def what_keeps(debtor_id: int, *, today: date, petition_id: int) -> tuple[Kept, ...]:
    """Everything that forbids erasing the person of this case today, what has no date first; empty when they may be erased."""
    duties = []
    if Hold.objects.filter(debtor_id=debtor_id, kind__in=LEGAL_HOLDS, lifted_at__isnull=True).exists():
        duties.append(Kept("legal-hold", None, ""))
    if Petition.objects.filter(debtor_id=debtor_id, state__in=OPEN).exclude(pk=petition_id).exists():
        duties.append(Kept("open-case", None, ""))
    debts = [Debt(one.country, one.ended_on) for one in debt_ends(debtor_id)]
    rows = Attempt.objects.filter(debtor_id=debtor_id).values("creditor__country", "creditor__timezone")
    contacts = [
        Contact(row["creditor__country"], row["last"].astimezone(ZoneInfo(row["creditor__timezone"])).date())
        for row in rows.annotate(last=Max("at"))
    ]
    return (*duties, *reasons_to_keep(debts, contacts, today))


def waiting_erasures() -> QuerySet[Petition]:
    """Requests of erasure that were granted and whose person is not erased yet, oldest first."""
    granted = Petition.objects.filter(kind="deletion", state="answered", resolution="granted")
    return granted.exclude(text=ERASED).select_related("creditor", "debtor").order_by("ended_at", "pk")


def erase_due_people(now: datetime) -> dict[str, int]:
    """Erases those whose request was granted and whose last duty to keep has ended; `waiting` are held still."""
    waiting = list(waiting_erasures().values_list("pk", flat=True))
    erased = sum(_erase_if_due(pk, now) for pk in waiting)
    return {"erased": erased, "waiting": len(waiting) - erased}


@transaction.atomic
def answer_and_erase(petition_id: int, *, resolution: str, answer: str, user: User, now: datetime) -> Petition:
    """Answers a request of erasure and erases the person in one act. Refuses what either does; then nothing changes."""
    answer_petition(petition_id, resolution=resolution, answer=answer, user=user, now=now)
    return erase_person(petition_id, user=user, now=now)


@transaction.atomic
def erase_person(petition_id: int, *, user: User, now: datetime) -> Petition:
    """Erases the person of an answered, granted request. Once done, again changes nothing.

    Refuses `petition-not-permitted`, `petition-unknown`, `erasure-not-granted` and `erasure-forbidden`, which says until when.
    """
    if user.role != Role.COMPLIANCE:
        raise Refusal("petition-not-permitted", "Solo cumplimiento suprime los datos de una persona.")
    petition = petitions_visible_to(user).select_related("creditor", "debtor").filter(pk=petition_id).first()
    if petition is None:
        raise Refusal("petition-unknown", "No encontramos esa solicitud.")
    if petition.kind != "deletion" or petition.state != "answered" or petition.resolution not in GRANTED:
        message = "Se suprime a una persona cuando pidió la supresión y la respuesta la concede."
        raise Refusal("erasure-not-granted", message)
    keeps = _locked(petition, now)
    if petition.text == ERASED:
        return petition
    if keeps:
        raise Refusal("erasure-forbidden", f"Todavía no se puede suprimir: {_said(keeps)}.")
    _erase(petition, actor=user.username, now=now)
    petition.refresh_from_db()
    return petition


@transaction.atomic
def _erase_if_due(petition_id: int, now: datetime) -> bool:
    petition = Petition.objects.select_related("creditor", "debtor").get(pk=petition_id)
    if _locked(petition, now) or petition.text == ERASED:
        return False
    _erase(petition, actor="sistema", now=now)
    return True


def _locked(petition: Petition, now: datetime) -> tuple[Kept, ...]:
    """What keeps the person of this case, read under their lock."""
    lock_person(petition.debtor_id)
    petition.refresh_from_db(fields=["text"])
    today = now.astimezone(ZoneInfo(petition.creditor.timezone)).date()
    return what_keeps(petition.debtor_id, today=today, petition_id=petition.pk)


def _erase(petition: Petition, *, actor: str, now: datetime) -> None:
    debtor_id, uid = petition.debtor_id, str(petition.debtor.uid)
    touched = 0
    for path in settings.FORGET_PERSON:
        forget: ForgetPerson = import_string(path)
        touched += forget(debtor_id, now=now)
    touched += _forget_own(debtor_id)
    touched += erase_person_record(debtor_id, now=now)
    if PersonSalt.objects.filter(debtor_id=debtor_id).exists():
        forget_salt(debtor_id, actor=actor, reason=f"Solicitud {petition.uid}", now=now)
    PetitionStep.objects.create(petition=petition, at=now, event="erase", actor=actor)
    payload = {"petition": str(petition.uid), "rows": touched}
    subject = ("debtor", uid)
    write_audit(chain=AUDIT_CHAIN, action="person-erased", actor=actor, subject=subject, payload=payload, now=now)


def _forget_own(debtor_id: int) -> int:
    """Policy's own words of the person; holds and cases stay as bare facts."""
    petitions = Petition.objects.filter(debtor_id=debtor_id)
    touched = PetitionStep.objects.filter(petition__debtor_id=debtor_id).exclude(note="").update(note=ERASED)
    touched += petitions.exclude(answer="").update(answer=ERASED)
    touched += petitions.exclude(extension_reason="").update(extension_reason=ERASED)
    touched += petitions.update(text=ERASED)
    touched += Attempt.objects.filter(debtor_id=debtor_id).update(note="", details={}, contact_point=None)
    touched += Hold.objects.filter(debtor_id=debtor_id).update(reason=ERASED, lift_reason="")
    touched += BureauNotice.objects.filter(obligation__debtor_id=debtor_id).update(proof=ERASED)
    touched += BureauAuthorisation.objects.filter(debtor_id=debtor_id).update(proof=ERASED)
    touched += Consent.objects.filter(debtor_id=debtor_id).delete()[0]
    return touched + ContactPreference.objects.filter(debtor_id=debtor_id).delete()[0]


def _said(keeps: Sequence[Kept]) -> str:
    """Each reason once, with the last day and the law where it has them."""
    said = []
    for one in keeps:
        until = f" hasta el {one.until:%d/%m/%Y}" if one.until else ""
        law = f" ({one.citation})" if one.citation and one.until else ""
        if (words := f"{WORDS[one.code]}{until}{law}") not in said:
            said.append(words)
    return "; ".join(said)
