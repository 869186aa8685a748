"""Computes the chains of receipts again, link by link and checkpoint by checkpoint, in the memory of one stretch.

What must agree: each link with its own content and with the one before, the head with the last link, each checkpoint
with its signature, its place in the chain and its tree, and each stored verdict with the receipt that tells it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from acuerdo.policy.adapters import signatures
from acuerdo.policy.models import Checkpoint, Receipt, ReceiptChain, ReceiptKind, Verdict
from acuerdo.policy.rules.proof import GENESIS, Link, Stretch, link_digest, tree_root

CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Broken:
    """The first thing that differs. `reason`: missing, previous, digest, head, verdict, or for a checkpoint signature, link, root."""

    sequence: int
    reason: str


@dataclass(frozen=True, slots=True)
class ReceiptReport:
    """`chain` is the creditor's uid; `signed_to` the last link under a checkpoint that verified."""

    chain: str
    receipts: int
    checkpoints: int
    signed_to: int
    broken: Broken | None


class _Difference(Exception):
    def __init__(self, sequence: int, reason: str) -> None:
        super().__init__(reason)
        self.broken = Broken(sequence, reason)


def verify_receipts(creditor_id: int, since: datetime | None = None) -> ReceiptReport:
    """From the start, or from the checkpoint before the first receipt at or after `since`; stops at the first difference."""
    head = ReceiptChain.objects.filter(creditor_id=creditor_id).values_list("sequence", "digest").first()
    walk = _Walk(creditor_id, chain_uid(creditor_id))
    try:
        walk.start(since)
        walk.follow()
        walk.end(head)
    except _Difference as difference:
        return walk.report(difference.broken)
    return walk.report(None)


def chain_uid(creditor_id: int) -> str:
    """A chain bears its creditor's uid."""
    creditors = Receipt._meta.get_field("creditor").related_model._default_manager
    return str(creditors.values_list("uid", flat=True).get(pk=creditor_id))


def list_receipt_chains() -> list[int]:
    """The creditors that have receipts, in the order of their keys; one whose head was removed shows too."""
    heads = set(ReceiptChain.objects.values_list("creditor_id", flat=True))
    return sorted(heads | set(Receipt.objects.values_list("creditor_id", flat=True).distinct()))


class _Walk:
    def __init__(self, creditor_id: int, chain: str) -> None:
        self.creditor_id, self.chain = creditor_id, chain
        self.sequence, self.previous = 0, GENESIS
        self.count = self.checkpoints = self.signed_to = 0

    def report(self, broken: Broken | None) -> ReceiptReport:
        return ReceiptReport(self.chain, self.count, self.checkpoints, self.signed_to, broken)

    def start(self, since: datetime | None) -> None:
        """Takes over from a signed checkpoint, so that what lies before needs no second look."""
        if since is None:
            return
        links = Receipt.objects.filter(creditor_id=self.creditor_id, at__gte=since).order_by("sequence")
        first = links.values_list("sequence", flat=True).first()
        known = Checkpoint.objects.filter(creditor_id=self.creditor_id).order_by("-sequence")
        before = known.filter(sequence__lt=first).first() if first is not None else known.first()
        if before is not None:
            _check_signature(before, self.chain)
            self.sequence, self.previous, self.signed_to = before.sequence, bytes(before.digest), before.sequence

    def follow(self) -> None:
        links = Receipt.objects.filter(creditor_id=self.creditor_id, sequence__gt=self.sequence).order_by("sequence")
        checkpoints = self._checkpoints()
        awaited = next(checkpoints, None)
        digests: list[bytes] = []
        told: list[Receipt] = []
        for link in links.iterator(chunk_size=CHUNK):
            self._step(link)
            digests.append(self.previous)
            if awaited is not None and self.sequence == awaited.sequence:
                self._close(awaited, digests)
                awaited, digests = next(checkpoints, None), []
            told.append(link)
            if len(told) == CHUNK:
                _compare_verdicts(told)
                told = []
        _compare_verdicts(told)
        if awaited is not None:
            raise _Difference(self.sequence + 1, "missing")

    def end(self, head: tuple[int, Any] | None) -> None:
        if head is None or (head[0], bytes(head[1])) != (self.sequence, self.previous):
            raise _Difference(
                self.sequence + 1 if head is not None and head[0] > self.sequence else self.sequence, "head"
            )

    def _checkpoints(self) -> Iterator[Checkpoint]:
        rows = Checkpoint.objects.filter(creditor_id=self.creditor_id, sequence__gt=self.sequence)
        return rows.order_by("sequence").iterator(chunk_size=CHUNK)

    def _step(self, row: Receipt) -> None:
        expected = self.sequence + 1
        if row.sequence != expected:
            raise _Difference(expected, "missing")
        if bytes(row.previous_digest) != self.previous:
            raise _Difference(expected, "previous")
        link = Link(self.chain, row.sequence, row.at, row.kind, str(row.subject), row.payload)
        if bytes(row.digest) != link_digest(self.previous, link):
            raise _Difference(expected, "digest")
        self.sequence, self.previous = expected, bytes(row.digest)
        self.count += 1

    def _close(self, row: Checkpoint, digests: Sequence[bytes]) -> None:
        _check_signature(row, self.chain)
        if bytes(row.digest) != self.previous or row.first_sequence != self.signed_to + 1:
            raise _Difference(row.sequence, "checkpoint-link")
        if bytes(row.root) != tree_root(digests):
            raise _Difference(row.sequence, "checkpoint-root")
        self.checkpoints += 1
        self.signed_to = row.sequence


def stretch_of(row: Checkpoint, chain: str) -> Stretch:
    return Stretch(chain, row.first_sequence, row.sequence, row.at, bytes(row.digest), bytes(row.root))


def _check_signature(row: Checkpoint, chain: str) -> None:
    if not signatures.is_signed(bytes(row.public_key), stretch_of(row, chain).statement(), bytes(row.signature)):
        raise _Difference(row.sequence, "checkpoint-signature")


def _compare_verdicts(links: Sequence[Receipt]) -> None:
    """A verdict's row that says other than its receipt was changed after it was given (or before the receipt: none is)."""
    told = {}
    for link in links:
        if link.kind == ReceiptKind.VERDICT:
            payload = json.loads(link.payload)
            told[payload["verdict"]["uid"]] = (link.sequence, payload)
    rows = Verdict.objects.filter(uid__in=list(told)).values_list(
        "uid",
        "verdict",
        "channel",
        "purpose",
        "recipient",
        "first_rule",
        "pack",
        "pack_version",
        "actor",
        "next_allowed_at",
    )
    differing = [told[str(uid)][0] for uid, *row in rows if tuple(row) != _verdict_row(told[str(uid)][1])]
    if differing:
        raise _Difference(min(differing), "verdict")


def _verdict_row(payload: Mapping[str, Any]) -> tuple[Any, ...]:
    answer, question = payload["verdict"], payload["question"]
    denied = [rule["id"] for rule in answer["rules"] if rule["verdict"] == "deny"]
    opens = answer["next_allowed_at"]
    return (
        answer["answer"], question["channel"], question["purpose"], question["recipient"], denied[0] if denied else "",
        answer["pack"], answer["pack_version"], payload["actor"], datetime.fromisoformat(opens) if opens else None,
    )  # fmt: skip
