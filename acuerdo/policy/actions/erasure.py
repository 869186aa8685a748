"""Erasing a person under the data law: asked by them, answered by compliance, never while a duty to keep holds.

What goes: name, document, contact points, texts in and out, notes, papers, proofs. What stays: keys, dates, amounts, verdicts and
the receipts, whose commitments say nothing once the person's salt is gone, so that every chain still verifies.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
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
from acuerdo.policy.adapters.erased_list import add_erased, erased_uids
from acuerdo.policy.models import (
    Attempt,
    BureauAuthorisation,
    BureauNotice,
    BureauReport,
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
from acuerdo.portfolio.public import NOBODY, debt_ends, erase_person_record

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


@dataclass(frozen=True, slots=True)
class WaitingErasure:
    """A granted erasure that waits: for what, and until which day; None where some duty has no date, or nothing holds any more."""

    petition: Petition
    keeps: tuple[Kept, ...]
    until: date | None


def what_keeps(debtor_id: int, *, today: date, petition_id: int) -> tuple[Kept, ...]:
    """Everything that forbids erasing the person of this case today, what has no date first; empty when they may be erased."""
    return what_keeps_many([(petition_id, debtor_id)], today=today)[petition_id]


def what_keeps_many(cases: Sequence[tuple[int, int]], *, today: date) -> dict[int, tuple[Kept, ...]]:
    """`what_keeps` by case, of (case, person) pairs; five queries whatever their number."""
    people = sorted({debtor_id for _case, debtor_id in cases})
    legal = Hold.objects.filter(debtor_id__in=people, kind__in=LEGAL_HOLDS, lifted_at__isnull=True)
    held = set(legal.values_list("debtor_id", flat=True))
    open_cases = set(Petition.objects.filter(debtor_id__in=people, state__in=OPEN).values_list("debtor_id", "pk"))
    ends, contacts = debt_ends(people), _last_contacts(people)
    kept = {}
    for case, person in cases:
        duties = [Kept("legal-hold", None, "")] if person in held else []
        if any(debtor_id == person and pk != case for debtor_id, pk in open_cases):
            duties.append(Kept("open-case", None, ""))
        debts = [Debt(one.country, one.ended_on) for one in ends[person]]
        kept[case] = (*duties, *reasons_to_keep(debts, contacts.get(person, []), today))
    return kept


def _last_contacts(debtor_ids: Sequence[int]) -> dict[int, list[Contact]]:
    """By person, the last contact for each creditor, on its local day."""
    rows = Attempt.objects.filter(debtor_id__in=debtor_ids).values(
        "debtor_id", "creditor__country", "creditor__timezone"
    )
    found: dict[int, list[Contact]] = {}
    for row in rows.annotate(last=Max("at")):
        day = row["last"].astimezone(ZoneInfo(row["creditor__timezone"])).date()
        found.setdefault(row["debtor_id"], []).append(Contact(row["creditor__country"], day))
    return found


def waiting_erasures() -> QuerySet[Petition]:
    """Requests of erasure that were granted and whose person is not erased yet, oldest first."""
    granted = Petition.objects.filter(kind="deletion", state="answered", resolution="granted")
    return granted.exclude(text=ERASED).select_related("creditor", "debtor").order_by("ended_at", "pk")


def explain_waiting(waiting: Sequence[Petition], *, today: date) -> list[WaitingErasure]:
    """Each with what keeps the person and the last day of it; five queries whatever their number."""
    keeps = what_keeps_many([(one.pk, one.debtor_id) for one in waiting], today=today)
    return [WaitingErasure(one, keeps[one.pk], _last_day(keeps[one.pk])) for one in waiting]


def _last_day(keeps: Sequence[Kept]) -> date | None:
    days = [one.until for one in keeps]
    return None if None in days else max((day for day in days if day), default=None)


def erase_due_people(now: datetime) -> dict[str, int]:
    """Erases those whose request was granted and whose last duty to keep has ended; `waiting` are held still."""
    # Whoever was erased and is not on the list (the machine stopped in between) is put there now.
    done = Petition.objects.filter(kind="deletion", state="answered", text=ERASED)
    add_erased(UUID(str(uid)) for uid in done.values_list("debtor__uid", flat=True))
    waiting = list(waiting_erasures().values_list("pk", flat=True))
    erased = sum(_erased_or_later(pk, now) for pk in waiting)
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


def _erased_or_later(petition_id: int, now: datetime) -> bool:
    """Somebody's words that are in use this minute (a message that leaves) wait for the next day, and nobody else with them."""
    try:
        return _erase_if_due(petition_id, now)
    except Refusal:
        return False


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


def erase_restored_people(now: datetime) -> int:
    """After a backup was restored: erases again the people on the list whom it brought back; how many."""
    return sum(_erase_again(uid, now) for uid in sorted(erased_uids()))


@transaction.atomic
def _erase_again(uid: UUID, now: datetime) -> bool:
    debtors = Petition._meta.get_field("debtor").related_model._default_manager
    debtor_id = debtors.filter(uid=uid).exclude(full_name=NOBODY).values_list("pk", flat=True).first()
    if debtor_id is None:
        return False
    lock_person(debtor_id)
    payload = {"rows": _forget(debtor_id, "Copia restaurada", actor="sistema", now=now), "restored": True}
    subject = ("debtor", str(uid))
    write_audit(chain=AUDIT_CHAIN, action="person-erased", actor="sistema", subject=subject, payload=payload, now=now)
    return True


def _erase(petition: Petition, *, actor: str, now: datetime) -> None:
    uid = UUID(str(petition.debtor.uid))
    touched = _forget(petition.debtor_id, f"Solicitud {petition.uid}", actor=actor, now=now)
    PetitionStep.objects.create(petition=petition, at=now, event="erase", actor=actor)
    payload = {"petition": str(petition.uid), "rows": touched}
    subject = ("debtor", str(uid))
    write_audit(chain=AUDIT_CHAIN, action="person-erased", actor=actor, subject=subject, payload=payload, now=now)
    transaction.on_commit(lambda: add_erased([uid]))


def _forget(debtor_id: int, reason: str, *, actor: str, now: datetime) -> int:
    """Everybody's words of the person, then their record and their salt; how many rows."""
    touched = 0
    for path in settings.FORGET_PERSON:
        forget: ForgetPerson = import_string(path)
        touched += forget(debtor_id, now=now)
    touched += _forget_own(debtor_id)
    touched += erase_person_record(debtor_id, now=now)
    if PersonSalt.objects.filter(debtor_id=debtor_id).exists():
        forget_salt(debtor_id, actor=actor, reason=reason, now=now)
    return touched


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
    reports = BureauReport.objects.filter(obligation__debtor_id=debtor_id)
    touched += reports.exclude(withdrawal_reason="").update(withdrawal_reason=ERASED)
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
