"""Credits that wait for a person: who they may belong to, and the three things that can be done with one.

Assigning posts the money to one obligation or several; returning says that it goes back to who paid. Either can be undone
on the day it was decided, by a reversal: what was posted stays in the books with its opposite.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from acuerdo.base.audit import write_audit
from acuerdo.base.clock import zone
from acuerdo.base.models import Role, User
from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.public import NewPayment, record_payments, reverse_payment
from acuerdo.portfolio.models import Creditor, CreditStatus, Obligation, UnmatchedCredit
from acuerdo.portfolio.queries import list_creditors, visible_to
from acuerdo.portfolio.rules.reconcile import Share

ROLES = (Role.SUPERVISOR, Role.DIRECTOR, Role.ADMIN)
WHY_LENGTH_MIN = 4
UNDONE_WHY = "Se deshizo la asignación del abono"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A proposed obligation, with why: `strength` and `clues` are codes of rules.reconcile."""

    obligation: Obligation
    strength: str
    clues: tuple[str, ...]


def credits_of(user: User) -> QuerySet[UnmatchedCredit]:
    """The credits of the creditors that the user sees; nothing for who may not decide on money."""
    if user.role not in ROLES or user.agency_id is not None:
        return UnmatchedCredit.objects.none()
    return UnmatchedCredit.objects.filter(creditor__in=list_creditors(user)).select_related("creditor")


def suggestions_for(credits_: Sequence[UnmatchedCredit]) -> dict[int, list[Suggestion]]:
    """Credit → its proposed obligations with their debtors and accounts, the strongest first. One query."""
    wanted = {proposal["account_id"] for credit in credits_ for proposal in credit.proposals}
    found = Obligation.objects.select_related("debtor", "account").in_bulk(wanted)
    return {
        credit.pk: [
            Suggestion(found[proposal["account_id"]], proposal["strength"], tuple(proposal["clues"]))
            for proposal in credit.proposals
            if proposal["account_id"] in found
        ]
        for credit in credits_
    }


@transaction.atomic
def assign_credit(credit_id: int, shares: Sequence[Share], *, user: User, now: datetime) -> UnmatchedCredit:
    """Posts a waiting credit to one or several obligations of its creditor, to the cent.

    Refuses `not-allowed`, `credit-unknown`, `credit-decided`, `shares-do-not-sum`, `obligation-unknown`, `other-currency`,
    and what the ledger refuses.
    """
    credit = _locked(credit_id, user)
    _check_open(credit)
    _check_shares(credit, shares, user)
    credit.times_assigned += 1
    name = f"{credit.external_ref}~a{credit.times_assigned}"
    rows = [
        NewPayment(share.account_id, share.amount_minor, credit.paid_on, credit.source, f"{name}.{number}")
        for number, share in enumerate(shares, start=1)
    ]
    done = record_payments(rows, now=now, actor=user.username)
    credit.payments = [one.payment_id for one in done]
    _decide(credit, CreditStatus.ASSIGNED, user, now)
    told = [{"account": share.account_id, "amount_minor": share.amount_minor} for share in shares]
    _audit("assign_credit", credit, user, now, {"shares": told})
    return credit


@transaction.atomic
def return_credit(credit_id: int, *, why: str, user: User, now: datetime) -> UnmatchedCredit:
    """Marks a waiting credit as money that goes back. Refuses `not-allowed`, `credit-unknown`, `credit-decided`, `why-needed`."""
    credit = _locked(credit_id, user)
    _check_open(credit)
    if len(why.strip()) < WHY_LENGTH_MIN:
        raise Refusal("why-needed", "Escriba por qué se devuelve el dinero.")
    credit.decided_why = why.strip()[:200]
    _decide(credit, CreditStatus.RETURNED, user, now)
    _audit("return_credit", credit, user, now, {"why": credit.decided_why})
    return credit


@transaction.atomic
def undo_credit(credit_id: int, *, user: User, now: datetime, today: date) -> UnmatchedCredit:
    """Takes a decision of the same day back: the payments are reversed and the credit waits again.

    Refuses `not-allowed`, `credit-unknown`, `credit-not-decided`, `undo-too-late`.
    """
    credit = _locked(credit_id, user)
    if credit.status == CreditStatus.OPEN or credit.decided_at is None:
        raise Refusal("credit-not-decided", "Este abono todavía está por identificar.")
    if credit.decided_at.astimezone(zone()).date() != today:
        raise Refusal("undo-too-late", "Solo se puede deshacer el mismo día; después se corrige con un reverso.")
    reversed_on = max(today, credit.paid_on)
    for number, payment_id in enumerate(credit.payments, start=1):
        external_ref = f"{credit.external_ref}~r{credit.times_assigned}.{number}"
        reverse_payment(
            payment_id,
            reversed_on=reversed_on,
            external_ref=external_ref,
            reason=UNDONE_WHY,
            now=now,
            actor=user.username,
        )
    undone, credit.payments, credit.decided_why = credit.status, [], ""
    _decide(credit, CreditStatus.OPEN, user, now)
    _audit("undo_credit", credit, user, now, {"was": undone})
    return credit


@transaction.atomic
def choose_split(creditor: Creditor, *, oldest_first: bool, user: User, now: datetime) -> None:
    """Whether one payment of a person with several open obligations is split by itself, oldest due first. Refuses `not-allowed`."""
    if user.role not in ROLES or not list_creditors(user).filter(pk=creditor.pk).exists() or user.agency_id is not None:
        raise _not_allowed()
    Creditor.objects.filter(pk=creditor.pk).update(splits_oldest_first=oldest_first)
    creditor.splits_oldest_first = oldest_first
    write_audit(
        chain="portfolio", action="choose_split", actor=user.username, subject=("creditor", str(creditor.uid)),
        payload={"oldest_first": oldest_first}, now=now,
    )  # fmt: skip


def _locked(credit_id: int, user: User) -> UnmatchedCredit:
    if user.role not in ROLES or user.agency_id is not None:
        raise _not_allowed()
    credit = UnmatchedCredit.objects.select_for_update().filter(pk=credit_id, creditor__in=list_creditors(user)).first()
    if credit is None:
        raise Refusal("credit-unknown", "No encontramos ese abono.")
    return credit


def _check_open(credit: UnmatchedCredit) -> None:
    if credit.status != CreditStatus.OPEN:
        raise Refusal("credit-decided", f"Este abono ya lo decidió {credit.decided_by}.")


def _check_shares(credit: UnmatchedCredit, shares: Sequence[Share], user: User) -> None:
    ids = [share.account_id for share in shares]
    is_exact = sum(share.amount_minor for share in shares) == credit.amount_minor
    if not shares or not is_exact or len(set(ids)) < len(ids) or any(share.amount_minor <= 0 for share in shares):
        raise Refusal("shares-do-not-sum", "Las partes deben ser mayores que cero y sumar exactamente el abono.")
    mine = visible_to(user).filter(pk__in=ids, creditor_id=credit.creditor_id)
    currencies = dict(mine.values_list("pk", "account__currency"))
    if len(currencies) < len(ids):
        raise Refusal("obligation-unknown", "Esa obligación no es de este acreedor.")
    if set(currencies.values()) != {credit.currency}:
        raise Refusal("other-currency", "La obligación está en otra moneda.")


def _decide(credit: UnmatchedCredit, status: CreditStatus, user: User, now: datetime) -> None:
    credit.status, credit.decided_by, credit.decided_at = status, user.username, now
    credit.save(update_fields=["status", "decided_by", "decided_at", "decided_why", "payments", "times_assigned"])


def _audit(action: str, credit: UnmatchedCredit, user: User, now: datetime, payload: dict[str, object]) -> None:
    told = {"amount_minor": credit.amount_minor, "currency": credit.currency, **payload}
    subject = ("unmatched_credit", str(credit.uid))
    write_audit(chain="portfolio", action=action, actor=user.username, subject=subject, payload=told, now=now)


def _not_allowed() -> Refusal:
    return Refusal("not-allowed", "Solo un supervisor, la dirección o administración decide sobre un abono.")
