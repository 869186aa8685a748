"""Reading petitions and complaints within what a user sees."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import QuerySet

from acuerdo.base.models import User
from acuerdo.policy.models import Petition
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
    return petitions_waiting().filter(pk__in=petitions_visible_to(user).values("pk"))


def petitions_waiting(*, kind: str = "") -> QuerySet[Petition]:
    """All of the installation still to be answered, the first due first: for commands, which act for it."""
    found = Petition.objects.filter(state__in=sorted(OPEN))
    if kind:
        found = found.filter(kind=kind)
    return found.select_related("debtor", "creditor").order_by("due_on", "pk")


def count_complaints(start: datetime, end: datetime, *, creditor_ids: Collection[int] | None = None) -> int:
    """Complaints received in [start, end)."""
    found = Petition.objects.filter(kind="complaint", received_at__gte=start, received_at__lt=end)
    return (found if creditor_ids is None else found.filter(creditor_id__in=creditor_ids)).count()
