"""What may be seen and how people are found. Every query that a user triggers starts from what is visible to that user."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Reverse

from acuerdo.base.models import Role, User
from acuerdo.kernel.text import header_key, search_key
from acuerdo.portfolio.models import (
    ContactPoint,
    Creditor,
    Debtor,
    ImportBatch,
    ImportProfile,
    ImportStatus,
    Obligation,
    ObligationParty,
    Placement,
)

_LEADS = (Role.SUPERVISOR, Role.DIRECTOR, Role.COMPLIANCE, Role.ADMIN)


def list_creditors(user: User) -> QuerySet[Creditor]:
    """The creditors whose portfolio the user may see; an agency's user sees those with something placed there."""
    if user.agency_id is not None:
        placed = Placement.objects.filter(agency_id=user.agency_id, recalled_on__isnull=True)
        return Creditor.objects.filter(Exists(placed.filter(obligation__creditor=OuterRef("pk"))))
    if user.sees_all_creditors:
        return Creditor.objects.all()
    return Creditor.objects.filter(pk__in=user.creditors.values("pk"))


def visible_to(user: User) -> QuerySet[Obligation]:
    """The obligations a user may see: an agency's by its open placements, the lender's by creditor.

    Agents see their agency's or creditor's whole portfolio, not only their own queue: a customer who calls back reaches anyone.
    """
    if not user.is_active:
        return Obligation.objects.none()
    if user.agency_id is not None:
        placed = Placement.objects.filter(obligation=OuterRef("pk"), agency_id=user.agency_id, recalled_on__isnull=True)
        return Obligation.objects.filter(Exists(placed))
    if user.sees_all_creditors:
        return Obligation.objects.all()
    return Obligation.objects.filter(creditor__in=user.creditors.values("pk"))


def obligations_numbered(number: str) -> QuerySet[Obligation]:
    """Every obligation of that number, one for each creditor that uses it: for commands, which act for the installation."""
    return Obligation.objects.filter(number=number).select_related("account", "creditor").order_by("creditor__name")


def debtors_visible_to(user: User) -> QuerySet[Debtor]:
    """The people with at least one obligation that the user may see. Co-debtors and guarantors show on the debtor's page."""
    if user.is_active and user.agency_id is None and user.sees_all_creditors:
        return Debtor.objects.all()
    return Debtor.objects.filter(Exists(visible_to(user).filter(debtor=OuterRef("pk"))))


def search_debtors(user: User, text: str, *, limit: int = 20) -> list[Debtor]:
    """People by name (any words, without accents), document, phone or obligation number, among those visible to the user.

    Digits are looked for as a document's or an obligation's beginning and as a phone's ending; the rest as words of a name.
    """
    text = text.strip()
    if len(text) < 2:
        return []
    visible = debtors_visible_to(user)
    digits = re.sub(r"[\s.\-+()]", "", text)
    if (
        any(char.isdigit() for char in digits)
        and len(digits) >= 4
        and " " not in re.sub(r"[\d\s.\-+()]", "", text).strip()
    ):
        found = list(visible.filter(pk__in=_by_number(text, digits, limit * 5)).order_by("search_name", "pk")[:limit])
        if found:
            return found
    words = search_key(text).split()
    if not words:
        return []
    for word in words:
        visible = visible.filter(search_name__contains=word)
    return list(visible.order_by("search_name", "pk")[:limit])


def _by_number(text: str, digits: str, limit: int) -> set[int]:
    """Ids of people whose document or obligation starts so, or whose phone ends so. Three index look-ups."""
    people = Debtor.objects.filter(id_number__startswith=digits.upper()).values_list("pk", flat=True)[:limit]
    numbers = Q(number__startswith=text) | Q(number__startswith=digits)
    obligations = Obligation.objects.filter(numbers).values_list("debtor_id", flat=True)[:limit]
    found = {*people, *obligations}
    if len(digits) >= 6 and digits.isdigit():
        phones = ContactPoint.objects.annotate(ending=Reverse("value")).filter(
            kind="phone", ending__startswith=digits[::-1]
        )
        found |= set(phones.values_list("debtor_id", flat=True)[:limit])
    return found


def list_imports(user: User, *, limit: int = 50) -> QuerySet[ImportBatch]:
    """The batches of the creditors that the user sees, newest first."""
    if user.role not in _LEADS or user.agency_id is not None:
        return ImportBatch.objects.none()
    return (
        ImportBatch.objects.filter(creditor__in=list_creditors(user)).select_related("creditor").order_by("-id")[:limit]
    )


def find_import(user: User, uid: str) -> ImportBatch | None:
    """One batch of a creditor that the user sees."""
    if user.role not in _LEADS or user.agency_id is not None:
        return None
    batches = ImportBatch.objects.filter(creditor__in=list_creditors(user)).select_related("creditor")
    return batches.filter(uid=uid).first()


def list_profile_names() -> list[str]:
    """The names of the saved profiles."""
    return list(ImportProfile.objects.order_by("name").values_list("name", flat=True))


def last_batch(creditor_id: int, kind: str = "portfolio") -> ImportBatch | None:
    """The creditor's last batch that was loaded and stands."""
    done = ImportBatch.objects.filter(creditor_id=creditor_id, kind=kind, status=ImportStatus.DONE)
    return done.order_by("-id").first()


STATED_CHANNELS = frozenset(
    {"canales_autorizados", "canal_autorizado", "canales", "autorizacion_canales", "canales_de_contacto"}
)


def people_of(creditor_id: int) -> list[int]:
    """Ids of the people with an obligation of this creditor that its files still bring."""
    rows = Obligation.objects.filter(creditor_id=creditor_id, gone_on__isnull=True)
    return sorted(set(rows.values_list("debtor_id", flat=True)))


def stated_channels(creditor_id: int) -> dict[str, list[int]]:
    """What the creditor's file says in its own column of authorised channels ("sms, correo"), and of whom. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT jsonb_object_keys(extra) FROM portfolio_obligation WHERE creditor_id = %s AND gone_on IS NULL",
            [creditor_id],
        )
        columns = [name for (name,) in cursor.fetchall() if header_key(name) in STATED_CHANNELS]
        cursor.execute(
            "SELECT said.value, array_agg(DISTINCT debtor_id) FROM portfolio_obligation, jsonb_each_text(extra) said"
            " WHERE creditor_id = %s AND gone_on IS NULL AND said.key = ANY(%s) AND said.value <> '' GROUP BY 1",
            [creditor_id, columns],
        )
        return {words: list(ids) for words, ids in cursor.fetchall()}


@dataclass(frozen=True, slots=True)
class ContactKeys:
    """Keys by uid (as text), within one user's scope: `obligations` to (obligation, creditor, debtor); `debtors` by
    (obligation's key, person's uid), the debtor and whoever else is named in the debt; `points` of those persons."""

    obligations: dict[str, tuple[int, int, int]]
    debtors: dict[tuple[int, str], int]
    points: dict[str, int]


def contact_keys(
    user: User, *, obligations: Collection[UUID], debtors: Collection[UUID], points: Collection[UUID]
) -> ContactKeys:
    """What these uids are, in at most four queries; whatever the user may not see is left out."""
    visible = visible_to(user).filter(uid__in=list(obligations))
    owed = {
        str(uid): (int(pk), int(creditor_id), int(debtor_id))
        for uid, pk, creditor_id, debtor_id in visible.values_list("uid", "pk", "creditor_id", "debtor_id")
    }
    keys = [pk for pk, _creditor, _debtor in owed.values()]
    persons: dict[tuple[int, str], int] = {}
    if debtors:
        own = Obligation.objects.filter(pk__in=keys, debtor__uid__in=list(debtors))
        named = ObligationParty.objects.filter(obligation__in=keys, debtor__uid__in=list(debtors))
        found = [
            *own.values_list("pk", "debtor__uid", "debtor_id"),
            *named.values_list("obligation_id", "debtor__uid", "debtor_id"),
        ]
        persons = {(int(obligation_id), str(uid)): int(debtor_id) for obligation_id, uid, debtor_id in found}
    known: dict[str, int] = {}
    if points:
        people = {*persons.values(), *(debtor_id for _pk, _creditor, debtor_id in owed.values())}
        of_them = ContactPoint.objects.filter(uid__in=list(points), debtor__in=people)
        known = {str(uid): int(pk) for uid, pk in of_them.values_list("uid", "pk")}
    return ContactKeys(owed, persons, known)
