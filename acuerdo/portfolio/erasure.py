"""Erasing who a person is: the row stays under its keys, so that books and receipts hold, and says nobody's name."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.db.models import F, Q, TextField
from django.db.models.functions import Cast

from acuerdo.kernel.text import search_key
from acuerdo.portfolio.models import (
    ContactPoint,
    Debtor,
    ImportChange,
    ImportRejection,
    Obligation,
    ObligationDocument,
    ObligationParty,
    UnmatchedCredit,
)
from acuerdo.portfolio.papers import paper_path

NOBODY = "Persona suprimida"


@dataclass(frozen=True, slots=True)
class DebtEnd:
    """A debt of a person, or one that names them as a party; `ended_on` None while it is open."""

    country: str
    ended_on: date | None


def debt_ends(debtor_ids: Collection[int]) -> dict[int, list[DebtEnd]]:
    """By person, all debts that they owe or answer for, of every creditor; two queries whatever their number."""
    owed = Obligation.objects.filter(debtor_id__in=list(debtor_ids)).values_list("debtor_id", "pk")
    named = ObligationParty.objects.filter(debtor_id__in=list(debtor_ids)).values_list("debtor_id", "obligation_id")
    pairs = sorted({*owed.union(named)})
    rows = Obligation.objects.filter(pk__in={pk for _debtor, pk in pairs}).values_list(
        "pk", "creditor__country", "account__status", "account__balance_minor", "account__last_payment_on", "gone_on",
        "last_seen_on",
    )  # fmt: skip
    ends = {row[0]: _end(*row[1:]) for row in rows}
    found: dict[int, list[DebtEnd]] = {debtor_id: [] for debtor_id in debtor_ids}
    for debtor_id, pk in pairs:
        found[debtor_id].append(ends[pk])
    return found


def _end(
    country: str, status: str, balance_minor: int, paid_on: date | None, gone_on: date | None, seen_on: date | None
) -> DebtEnd:
    is_ended = status == "gone" or (status == "paid" and balance_minor <= 0)
    return DebtEnd(country, max(day for day in (paid_on, gone_on, seen_on) if day) if is_ended else None)


def erase_person_record(debtor_id: int, *, now: datetime) -> int:
    """Removes name, document, contact points, papers and free fields; how many rows it touched. Inside a transaction."""
    debtor = Debtor.objects.select_for_update().get(pk=debtor_id)
    points = list(ContactPoint.objects.filter(debtor=debtor).values_list("pk", flat=True))
    touched = _forget_loads(debtor, points) + _forget_papers(debtor_id)
    touched += ContactPoint.objects.filter(pk__in=points).delete()[0]
    touched += Obligation.objects.filter(debtor=debtor).update(extra={}, updated_at=now)
    debtor.full_name, debtor.search_name, debtor.id_number = NOBODY, search_key(NOBODY), f"suprimido-{debtor.uid}"
    debtor.preferred_name = debtor.city = debtor.region = ""
    debtor.extra, debtor.updated_at = {}, now
    debtor.save()
    return touched + 1


def _forget_loads(debtor: Debtor, points: list[int]) -> int:
    """The person's cells in rejected rows, the rows that an undo would bring back, and the payer of unplaced money."""
    number = debtor.id_number
    told = ImportRejection.objects.annotate(told=Cast("cells", TextField())).filter(told__contains=f'"{number}"')
    touched = told.update(cells={}, message=F("code"))
    touched += ImportChange.objects.filter(
        Q(table="portfolio_debtor", key=debtor.pk) | Q(table="portfolio_contactpoint", key__in=points)
    ).delete()[0]
    money = UnmatchedCredit.objects.filter(document_id=number)
    return touched + money.update(payer="", document_id="", text="", reference="")


def _forget_papers(debtor_id: int) -> int:
    papers = ObligationDocument.objects.filter(obligation__debtor_id=debtor_id)
    digests = set(papers.values_list("sha256", flat=True))
    touched = papers.delete()[0]
    kept = set(ObligationDocument.objects.filter(sha256__in=digests).values_list("sha256", flat=True))
    for digest in sorted(digests - kept):
        _unlink_after_commit(paper_path(digest))
    return touched


def _unlink_after_commit(path: Path) -> None:
    transaction.on_commit(lambda: path.unlink(missing_ok=True))
