"""Reading petitions and complaints within what a user sees, and what a default's report to a bureau still needs."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from acuerdo.base.models import User
from acuerdo.kernel.money import decimal_from_minor
from acuerdo.policy.models import BureauAuthorisation, BureauNotice, Hold, Petition
from acuerdo.policy.rules.bureau import BureauAnswer, Default, may_report
from acuerdo.policy.rules.petitions import OPEN
from acuerdo.portfolio.public import debtors_visible_to, list_creditors


def petitions_visible_to(user: User) -> QuerySet[Petition]:
    """Cases of people and creditors whom the user may see."""
    if user.is_active and user.agency_id is None and user.sees_all_creditors:
        return Petition.objects.all()
    return Petition.objects.filter(
        debtor__in=debtors_visible_to(user).values("pk"), creditor__in=list_creditors(user).values("pk")
    )


def open_petitions(user: User) -> QuerySet[Petition]:
    """Those still to be answered, the first due first."""
    found = petitions_visible_to(user).filter(state__in=sorted(OPEN))
    return found.select_related("debtor", "creditor").order_by("due_on", "pk")


def count_complaints(start: datetime, end: datetime, *, creditor_ids: Collection[int] | None = None) -> int:
    """Complaints received in [start, end)."""
    found = Petition.objects.filter(kind="complaint", received_at__gte=start, received_at__lt=end)
    return (found if creditor_ids is None else found.filter(creditor_id__in=creditor_ids)).count()


def bureau_notices(obligation_id: int) -> list[BureauNotice]:
    """The notices sent for an obligation, oldest first."""
    return list(BureauNotice.objects.filter(obligation_id=obligation_id).order_by("sent_on", "pk"))


def bureau_notices_of(obligation_ids: Collection[int]) -> dict[int, list[BureauNotice]]:
    """The notices of many obligations, oldest first; one query."""
    found: dict[int, list[BureauNotice]] = {}
    for notice in BureauNotice.objects.filter(obligation__in=obligation_ids).order_by("sent_on", "pk"):
        found.setdefault(notice.obligation_id, []).append(notice)
    return found


def bureau_answers(obligations: Collection[Any], on: date) -> Mapping[int, BureauAnswer]:
    """By obligation (with its account and creditor at hand), whether its default may be reported on `on`; three queries."""
    keys, debtors = [one.pk for one in obligations], {one.debtor_id for one in obligations}
    notices: dict[int, list[date]] = {}
    for pk, sent_on in BureauNotice.objects.filter(obligation__in=keys).values_list("obligation_id", "sent_on"):
        notices.setdefault(pk, []).append(sent_on)
    given = BureauAuthorisation.objects.filter(debtor__in=debtors, granted_on__lte=on, revoked_on__isnull=True)
    authorised = set(given.values_list("debtor_id", "creditor_id"))
    holds = Hold.objects.filter(debtor__in=debtors, kind="dispute", lifted_at__isnull=True)
    disputed: set[tuple[int, int | None]] = set(holds.values_list("debtor_id", "obligation_id"))
    return {
        one.pk: may_report(
            Default(
                country=one.creditor.country,
                arrears_since=one.account.due_since,
                balance=decimal_from_minor(one.account.balance_minor, one.account.currency),
                notices=tuple(notices.get(one.pk, ())),
                is_authorised=(one.debtor_id, one.creditor_id) in authorised,
                is_disputed=(one.debtor_id, one.pk) in disputed or (one.debtor_id, None) in disputed,
            ),
            on,
        )
        for one in obligations
    }
