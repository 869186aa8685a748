"""A period seen by compliance: what the gate answered and why, near misses, complaints for each thousand contacts.

A near miss is a contact that was planned as permitted and stopped when it was about to leave: without the second question it
would have broken a rule.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from acuerdo.policy.models import Attempt, Petition, Verdict
from acuerdo.policy.queries.log import attempts_by_channel, stopped_by_rule

DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class ComplianceFigures:
    """[start, end). `contacts`: outbound attempts that left; `complaints_per_thousand` of them, None without contacts."""

    allowed: int
    denied: int
    refused: int
    contacts: int
    out_of_rule: int
    near_misses: int
    complaints: int
    complaints_upheld: int
    by_rule: dict[str, int]
    by_channel: list[dict[str, object]]

    @property
    def complaints_per_thousand(self) -> float | None:
        return self.complaints * 1000 / self.contacts if self.contacts else None


def compliance_figures(
    start: datetime, end: datetime, *, creditor_ids: Collection[int] | None = None
) -> ComplianceFigures:
    """Six queries whatever the size. `out_of_rule` counts outbound contacts without a verdict that allows: always 0, or a fault."""
    scope = Q(at__gte=start, at__lt=end)
    if creditor_ids is not None:
        scope &= Q(creditor__in=list(creditor_ids))
    verdicts = Verdict.objects.filter(scope)
    counts = dict(verdicts.order_by().values_list("verdict").annotate(times=Count("pk")))
    left = Attempt.objects.filter(scope, direction="out").exclude(status__in=["reserved", "failed", "cancelled"])
    contacts = left.aggregate(
        every=Count("pk"), unruled=Count("pk", filter=Q(verdict=None) | ~Q(verdict__verdict="allow"))
    )
    petitions = Petition.objects.filter(kind="complaint", received_at__gte=start, received_at__lt=end)
    if creditor_ids is not None:
        petitions = petitions.filter(creditor__in=list(creditor_ids))
    complaints = petitions.aggregate(
        every=Count("pk"), upheld=Count("pk", filter=Q(resolution__in=["granted", "partly"]))
    )
    return ComplianceFigures(
        allowed=counts.get("allow", 0),
        denied=counts.get("deny", 0),
        refused=counts.get("refuse", 0),
        contacts=contacts["every"],
        out_of_rule=contacts["unruled"],
        near_misses=near_misses(start, end, creditor_ids=creditor_ids).count(),
        complaints=complaints["every"],
        complaints_upheld=complaints["upheld"],
        by_rule=stopped_by_rule(start, end, creditor_ids=creditor_ids),
        by_channel=attempts_by_channel(start, end, creditor_ids=creditor_ids),
    )


def near_misses(start: datetime, end: datetime, *, creditor_ids: Collection[int] | None = None) -> QuerySet[Verdict]:
    """Refusals at the moment of sending of what a plan of the 24 hours before had found permitted, latest first."""
    planned = Verdict.objects.filter(
        debtor=OuterRef("debtor"), creditor=OuterRef("creditor"), channel=OuterRef("channel"), purpose=OuterRef("purpose"),
        verdict="allow", attempt=None, at__lt=OuterRef("at"), at__gt=OuterRef("at") - DAY,
    )  # fmt: skip
    found = Verdict.objects.filter(Exists(planned), at__gte=start, at__lt=end).exclude(verdict="allow")
    if creditor_ids is not None:
        found = found.filter(creditor__in=list(creditor_ids))
    return found.order_by("-at", "-pk")
