"""Reading the contact log, the refusals and what stands for one person. One query each."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Count, F, Q, QuerySet

from acuerdo.policy.models import Attempt, Consent, ContactPreference, Hold, Verdict


def contact_log(debtor_id: int, *, limit: int = 50) -> list[Attempt]:
    """The person's contacts on every channel, latest first, with their verdicts."""
    attempts = Attempt.objects.filter(debtor_id=debtor_id).select_related("verdict", "contact_point", "obligation")
    return list(attempts.order_by("-at", "-pk")[:limit])


def refusals(debtor_id: int, *, limit: int = 20) -> list[Verdict]:
    """Contacts that the gate stopped, latest first."""
    return list(Verdict.objects.filter(debtor_id=debtor_id).exclude(verdict="allow").order_by("-at", "-pk")[:limit])


def open_holds(debtor_ids: Collection[int], now: datetime) -> list[Hold]:
    """Stops in force for these persons, the oldest first."""
    standing = Hold.objects.filter(debtor_id__in=debtor_ids, lifted_at__isnull=True)
    return list(standing.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now)).order_by("starts_at", "pk"))


def standing_consents(debtor_ids: Collection[int]) -> list[Consent]:
    """Authorisations that nobody has revoked."""
    return list(
        Consent.objects.filter(debtor_id__in=debtor_ids, revoked_at__isnull=True).order_by("debtor_id", "channel")
    )


def stopped_by_rule(start: datetime, end: datetime, *, creditor_ids: Collection[int] | None = None) -> dict[str, int]:
    """How many contacts each rule stopped in [start, end), by the first rule that denied, most first."""
    stopped = _between(Verdict.objects.exclude(verdict="allow"), start, end, creditor_ids)
    rows = stopped.values_list("first_rule").annotate(times=Count("pk")).order_by("-times", "first_rule")
    return {str(rule): int(times) for rule, times in rows}


def attempts_by_channel(
    start: datetime, end: datetime, *, creditor_ids: Collection[int] | None = None
) -> list[dict[str, object]]:
    """Outbound attempts in [start, end) by channel: how many, answered, and with the right person."""
    out = _between(Attempt.objects.filter(direction="out"), start, end, creditor_ids)
    counted = out.values("channel").annotate(
        attempts=Count("pk"),
        answered=Count("pk", filter=Q(status="answered")),
        right_party=Count("pk", filter=Q(right_party=True)),
    )
    return [dict(row) for row in counted.order_by("channel")]


def _between[Row: (Verdict, Attempt)](
    rows: QuerySet[Row], start: datetime, end: datetime, creditor_ids: Collection[int] | None
) -> QuerySet[Row]:
    found = rows.filter(at__gte=start, at__lt=end)
    return found if creditor_ids is None else found.filter(creditor_id__in=creditor_ids)


def consents_of(debtor_id: int) -> list[Consent]:
    """Every authorisation of the person, those revoked as well: the standing first, then the latest; one query."""
    return list(
        Consent.objects.filter(debtor_id=debtor_id).order_by(F("revoked_at").desc(nulls_first=True), "channel", "pk")
    )


def own_hours_of(debtor_id: int) -> ContactPreference | None:
    """The hours that the person asked for, while they stand."""
    return ContactPreference.objects.filter(debtor_id=debtor_id, revoked_at__isnull=True).first()
