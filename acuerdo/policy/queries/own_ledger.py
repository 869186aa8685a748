"""The customer's own ledger of contacts: every time somebody contacted them or they contacted us, and what was refused."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from acuerdo.policy.models import Attempt, AttemptStatus, Verdict
from acuerdo.policy.rules import load_pack, pack_codes

type Direction = Literal["out", "in", "stopped"]

TOGETHER = 50  # more than a person is ever asked about at one instant
LEFT = [status for status in AttemptStatus.values if status not in ("reserved", "failed", "cancelled")]


@dataclass(frozen=True, slots=True)
class OwnContact:
    """One contact. `direction` is out, in, or stopped: a contact that was wanted and that the law or the person forbade, with the
    sentence of the rule in `why` (Spanish) and `why_en`, and the rule's `kind` (missing where a datum was).
    `receipt` is the verdict's uid, empty for inbound contact."""

    at: datetime
    channel: str
    direction: Direction
    purpose: str
    creditor: str
    status: str
    is_two_way: bool
    why: str
    why_en: str
    kind: str
    receipt: str


@dataclass(frozen=True, slots=True)
class OwnPage:
    """Lines with the latest first; `has_more`: older ones follow, before the last line's instant."""

    lines: list[OwnContact]
    has_more: bool


def own_contacts(
    debtor_id: int,
    *,
    creditor_ids: Collection[int] | None = None,
    before: datetime | None = None,
    since: datetime | None = None,
    limit: int = 50,
) -> OwnPage:
    """The person's own contacts, latest first, of these creditors or of all; ask on with the last line's instant as `before`.
    Two queries. Only that person's: the caller has made sure who asks. Lines of one instant stay together on a page.
    """
    attempts = Attempt.objects.filter(debtor_id=debtor_id, status__in=LEFT).select_related("creditor", "verdict")
    stopped = Verdict.objects.filter(debtor_id=debtor_id).exclude(verdict="allow").select_related("creditor")
    span: dict[str, Any] = {"creditor__in": creditor_ids, "at__lt": before, "at__gte": since}
    scope = {name: value for name, value in span.items() if value is not None}
    reach = limit + TOGETHER
    lines = [_made(one) for one in attempts.filter(**scope).order_by("-at", "-pk")[:reach]]
    lines += [_stopped(one) for one in stopped.filter(**scope).order_by("-at", "-pk")[:reach]]
    lines.sort(key=lambda line: line.at, reverse=True)
    shown = lines[:limit]
    shown += [line for line in lines[limit:] if line.at == shown[-1].at]
    return OwnPage(shown, len(lines) > len(shown))


def _made(one: Attempt) -> OwnContact:
    receipt = str(one.verdict.uid) if one.verdict is not None else ""
    return OwnContact(
        one.at,
        one.channel,
        cast("Direction", one.direction),
        one.purpose,
        one.creditor.name,
        one.status,
        one.is_two_way,
        "",
        "",
        "",
        receipt,
    )


def _stopped(one: Verdict) -> OwnContact:
    first: dict[str, object] = next((rule for rule in one.rules if rule["verdict"] == "deny"), {})
    why = str(first.get("reason", ""))
    return OwnContact(
        one.at, one.channel, "stopped", one.purpose, one.creditor.name, "", False, why,
        str(first.get("reason_en", why)), _kind(one), str(one.uid),
    )  # fmt: skip


def _kind(one: Verdict) -> str:
    """The kind of the first rule that denied, by today's pack; `missing` where there was nothing to judge with."""
    pack = load_pack(one.pack) if one.pack in pack_codes() else None
    rules = pack.rules if pack is not None else ()
    return next((rule.kind for rule in rules if rule.id == one.first_rule), "missing")
