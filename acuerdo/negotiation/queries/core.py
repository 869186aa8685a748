"""What agreements still ask of the creditor's core: obligations whose books are there change nothing here.

Three deeds, each once: registering the agreement when it is accepted (dates, late interest that stands still), applying what it
forgives when it is completed, and ending it when it is broken, replaced or cancelled.
"""

from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.fields import CharField, DateTimeField
from django.db.models.functions import Cast

from acuerdo.negotiation.models import CoreDeed, CoreMark, PlanObligation

_ENDED_UNKEPT = ("broken", "replaced", "cancelled", "expired")


def core_deeds(obligations: QuerySet[Any], *, is_applied: bool) -> QuerySet[Any]:
    """Rows of plan and obligation that the caller may see, each with its `deed`, oldest first (newest first once applied).

    `since` is when it came up; the mark's `applied_at`, `applied_by` and `reference` where it was carried out.
    """
    within = PlanObligation.objects.filter(is_core=True, obligation__in=obligations.values("pk"))
    parts = [_part(within, deed, is_applied) for deed in CoreDeed.values]
    return parts[0].union(*parts[1:], all=True).order_by("-since" if is_applied else "since", "pk", "deed")


def asks_of_core(deed: str) -> Q:
    """When an agreement asks for a deed."""
    accepted = Q(plan__accepted_at__isnull=False)
    if deed == CoreDeed.AGREED:
        return accepted
    if deed == CoreDeed.FORGIVEN:
        return accepted & Q(plan__state="completed") & ~Q(waived={})
    return accepted & Q(plan__state__in=_ENDED_UNKEPT)


def _part(within: QuerySet[Any], deed: str, is_applied: bool) -> QuerySet[Any]:
    mark = CoreMark.objects.filter(covered=OuterRef("pk"), deed=deed)
    found = within.filter(asks_of_core(deed)).filter(Exists(mark) if is_applied else ~Exists(mark))
    since = F("plan__accepted_at") if deed == CoreDeed.AGREED else Cast(F("plan__ended_on"), DateTimeField())
    names = ("applied_at", "applied_by", "reference")
    told = {name: mark.values(name)[:1] for name in names}
    rows: QuerySet[Any] = found.annotate(
        deed=Value(deed, CharField()), since=since, debtor_uid=F("plan__debtor__uid"), debtor=F("plan__debtor__full_name"),
        plan_uid=F("plan__uid"), kind=F("plan__kind"), currency=F("plan__currency"), number=F("obligation__number"),
        creditor=F("plan__creditor__name"), total_minor=F("plan__total_minor"), late_stops=F("plan__stops_late_interest"),
        review_on=F("plan__review_on"), plan_ref=F("plan_id"), **told,
    ).values(
        "pk", "deed", "since", "debtor_uid", "debtor", "plan_uid", "kind", "currency", "number", "creditor", "total_minor",
        "owed_minor", "waived", "late_stops", "review_on", "plan_ref", *names,
    )  # fmt: skip
    return rows
