"""The audit trail: chains of entries, each with the SHA-256 of the one before, so that a changed or removed entry shows.

digest = SHA-256(previous digest ‖ canonical JSON of chain, sequence, at, actor, action, subject and payload); the first
entry of a chain follows 32 zero bytes. Canonical JSON: UTF-8, keys sorted, no blanks, instants in UTC with microseconds.
Entries are written in the transaction of the change that they tell, under one lock a chain.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from acuerdo.base.locks import lock_name, lock_statement
from acuerdo.base.models import AuditEntry
from acuerdo.base.pipeline import Sql

GENESIS = bytes(32)
# The same links as `write_audit_many`, made by the server: nobody waits for an answer while the chain is locked.
_APPEND = """
WITH RECURSIVE link AS (
    SELECT 0 AS turn, coalesce(max(sequence), 0) AS sequence, NULL::bytea AS previous, coalesce(
        (SELECT digest FROM base_auditentry WHERE chain = %(chain)s ORDER BY sequence DESC LIMIT 1), %(genesis)s::bytea) AS digest
    FROM (SELECT sequence FROM base_auditentry WHERE chain = %(chain)s ORDER BY sequence DESC LIMIT 1) AS last
    UNION ALL
    SELECT turn + 1, sequence + 1, digest,
        sha256(digest || convert_to(%(before)s::text || (sequence + 1)::text || (%(after)s::text[])[turn + 1], 'UTF8'))
    FROM link WHERE turn < %(count)s
)
INSERT INTO base_auditentry (chain, sequence, at, actor, action, subject_type, subject_uid, payload, previous_digest, digest)
SELECT %(chain)s, link.sequence, %(now)s, told.actor, told.action, told.subject_type, told.subject_uid, told.payload::jsonb,
    link.previous, link.digest
FROM unnest(%(actors)s::text[], %(actions)s::text[], %(types)s::text[], %(uids)s::text[], %(payloads)s::text[]) WITH ORDINALITY
    AS told(actor, action, subject_type, subject_uid, payload, turn)
JOIN link ON link.turn = told.turn ORDER BY told.turn
"""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened. `subject` is (type, uid); `payload` holds ids and values, JSON without binary floats."""

    action: str
    actor: str
    subject: tuple[str, str]
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """The first entry that does not follow from the one before; `reason` is missing, previous or digest."""

    sequence: int
    reason: str


@dataclass(frozen=True, slots=True)
class ChainReport:
    chain: str
    entries: int
    broken: BrokenLink | None


def write_audit(
    *, chain: str, action: str, actor: str, subject: tuple[str, str], payload: Mapping[str, Any], now: datetime
) -> AuditEntry:
    """Append one entry to `chain` in the current transaction. Raises TypeError for a payload that has no canonical JSON."""
    return write_audit_many(chain=chain, facts=[Fact(action, actor, subject, payload)], now=now)[0]


def write_audit_many(*, chain: str, facts: Sequence[Fact], now: datetime) -> list[AuditEntry]:
    """Append entries in order, in three statements however many they are."""
    lock_name("audit", chain)
    last = AuditEntry.objects.filter(chain=chain).order_by("-sequence").values_list("sequence", "digest").first()
    sequence, previous = (last[0], bytes(last[1])) if last is not None else (0, GENESIS)
    entries = []
    for fact in facts:
        sequence += 1
        entry = _entry(chain, sequence, fact, now)
        entry.previous_digest = previous
        previous = entry.digest = _digest(entry, previous)
        entries.append(entry)
    return AuditEntry.objects.bulk_create(entries, batch_size=1000)


def append_statements(chain: str, facts: Sequence[Fact], now: datetime) -> list[Sql]:
    """What appends entries to `chain` when run in order in one transaction: the chain's lock, then all of them."""
    payloads = [_canonical(fact.payload) for fact in facts]
    at = _canonical(now)
    after = [
        f",{at},{_canonical(fact.actor)},{_canonical(fact.action)},{_canonical(fact.subject[0])},{_canonical(fact.subject[1])},{payload}]"
        for fact, payload in zip(facts, payloads, strict=True)
    ]
    values = {
        "chain": chain, "genesis": GENESIS, "before": f"[{_canonical(chain)},", "after": after, "count": len(facts), "now": now,
        "actors": [fact.actor for fact in facts], "actions": [fact.action for fact in facts],
        "types": [fact.subject[0] for fact in facts], "uids": [fact.subject[1] for fact in facts], "payloads": payloads,
    }  # fmt: skip
    return [lock_statement("audit", chain), (_APPEND, values)]


def verify_chain(chain: str, since: datetime | None = None) -> ChainReport:
    """Compute the chain again, from its start or from the first entry at or after `since`; stops at the first broken link."""
    entries = AuditEntry.objects.filter(chain=chain).order_by("sequence")
    first = entries.filter(at__gte=since).first() if since is not None else None
    if since is not None and first is None:
        return ChainReport(chain, 0, None)
    sequence, previous = 0, GENESIS
    if first is not None and first.sequence > 1:
        sequence = first.sequence - 1
        before = entries.filter(sequence=sequence).values_list("digest", flat=True).first()
        if before is None:
            return ChainReport(chain, 0, BrokenLink(sequence, "missing"))
        previous = bytes(before)
    return _follow(chain, entries.filter(sequence__gt=sequence).iterator(chunk_size=2000), sequence, previous)


def list_chains() -> list[str]:
    """The names of all chains, sorted."""
    return list(AuditEntry.objects.order_by("chain").values_list("chain", flat=True).distinct())


def _follow(chain: str, entries: Iterable[AuditEntry], sequence: int, previous: bytes) -> ChainReport:
    count = 0
    for entry in entries:
        sequence += 1
        if entry.sequence != sequence:
            return ChainReport(chain, count, BrokenLink(sequence, "missing"))
        if bytes(entry.previous_digest) != previous:
            return ChainReport(chain, count, BrokenLink(sequence, "previous"))
        if bytes(entry.digest) != _digest(entry, previous):
            return ChainReport(chain, count, BrokenLink(sequence, "digest"))
        previous = bytes(entry.digest)
        count += 1
    return ChainReport(chain, count, None)


def _entry(chain: str, sequence: int, fact: Fact, now: datetime) -> AuditEntry:
    return AuditEntry(
        chain=chain,
        sequence=sequence,
        at=now,
        actor=fact.actor,
        action=fact.action,
        subject_type=fact.subject[0],
        subject_uid=fact.subject[1],
        # As it will be read back, so that the digest is of what is stored.
        payload=json.loads(_canonical(fact.payload)),
    )


def _digest(entry: AuditEntry, previous: bytes) -> bytes:
    told = [
        entry.chain,
        entry.sequence,
        entry.at,
        entry.actor,
        entry.action,
        entry.subject_type,
        entry.subject_uid,
        entry.payload,
    ]
    return hashlib.sha256(previous + _canonical(told).encode()).digest()


def _canonical(value: object) -> str:
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _plain(value: object) -> object:
    match value:
        case None | bool() | int() | str():
            return value
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case date():
            return value.isoformat()
        case Decimal() | UUID():
            return str(value)
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case _:
            raise TypeError(f"{type(value).__name__} has no canonical form in the audit trail")
