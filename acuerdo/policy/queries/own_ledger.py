"""The customer's own ledger of contacts: every time somebody contacted them or they contacted us, and what was refused."""

from dataclasses import dataclass
from datetime import datetime

from acuerdo.policy.models import Attempt, AttemptStatus, Verdict

LEFT = [status for status in AttemptStatus.values if status not in ("reserved", "failed", "cancelled")]


@dataclass(frozen=True, slots=True)
class OwnContact:
    """One line. `direction` is out, in, or stopped: a contact that was wanted and that the law or the person forbade, with the
    sentence of the rule in `why` (Spanish) and `why_en`. `receipt` is the verdict's uid, empty for inbound contact."""

    at: datetime
    channel: str
    direction: str
    purpose: str
    creditor: str
    status: str
    is_two_way: bool
    why: str
    why_en: str
    receipt: str


def own_contacts(debtor_id: int, *, before: datetime | None = None, limit: int = 50) -> list[OwnContact]:
    """The person's own contacts, latest first; ask on with the last one's instant as `before`. Two queries.

    Only that person's: the caller has made sure who asks.
    """
    attempts = Attempt.objects.filter(debtor_id=debtor_id, status__in=LEFT).select_related("creditor", "verdict")
    stopped = Verdict.objects.filter(debtor_id=debtor_id).exclude(verdict="allow").select_related("creditor")
    if before is not None:
        attempts, stopped = attempts.filter(at__lt=before), stopped.filter(at__lt=before)
    lines = [_made(one) for one in attempts.order_by("-at", "-pk")[:limit]]
    lines += [_stopped(one) for one in stopped.order_by("-at", "-pk")[:limit]]
    return sorted(lines, key=lambda line: line.at, reverse=True)[:limit]


def _made(one: Attempt) -> OwnContact:
    receipt = str(one.verdict.uid) if one.verdict is not None else ""
    return OwnContact(
        one.at, one.channel, one.direction, one.purpose, one.creditor.name, one.status, one.is_two_way, "", "", receipt
    )


def _stopped(one: Verdict) -> OwnContact:
    first: dict[str, object] = next((rule for rule in one.rules if rule["verdict"] == "deny"), {})
    why = str(first.get("reason", ""))
    return OwnContact(
        one.at, one.channel, "stopped", one.purpose, one.creditor.name, "", False, why,
        str(first.get("reason_en", why)), str(one.uid),
    )  # fmt: skip
