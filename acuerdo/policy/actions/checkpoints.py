"""Checkpoints: the installation signs how far each creditor's chain reached, and the root of a tree over the new links."""

from datetime import datetime

from django.db import transaction

from acuerdo.policy.adapters import signatures
from acuerdo.policy.adapters.signing_key import signing_key
from acuerdo.policy.models import Checkpoint, Receipt, ReceiptChain
from acuerdo.policy.rules.proof import Stretch, tree_root


def write_checkpoints(now: datetime) -> int:
    """A checkpoint for each chain that grew since its last one; each in its own transaction. How many were written."""
    owners = ReceiptChain.objects.order_by("creditor_id").values_list("creditor_id", flat=True)
    return sum(write_checkpoint(creditor_id, now=now) is not None for creditor_id in list(owners))


@transaction.atomic
def write_checkpoint(creditor_id: int, *, now: datetime) -> Checkpoint | None:
    """None when nothing is new. Refuses what `signing_key` refuses.

    The head stays locked meanwhile, so a chain waits as long as hashing one day of its links takes.
    """
    head = ReceiptChain.objects.select_for_update().select_related("creditor").filter(creditor_id=creditor_id).first()
    if head is None:
        return None
    last = (
        Checkpoint.objects.filter(creditor_id=creditor_id)
        .order_by("-sequence")
        .values_list("sequence", flat=True)
        .first()
        or 0
    )
    if last >= head.sequence:
        return None
    stretch = Stretch(
        chain=str(head.creditor.uid),
        first=last + 1,
        last=head.sequence,
        at=now,
        digest=bytes(head.digest),
        root=tree_root(stretch_digests(creditor_id, last + 1, head.sequence)),
    )
    key = signing_key()
    return Checkpoint.objects.create(
        creditor_id=creditor_id,
        first_sequence=stretch.first,
        sequence=stretch.last,
        at=now,
        digest=stretch.digest,
        root=stretch.root,
        public_key=signatures.public_key(key),
        signature=signatures.sign(key, stretch.statement()),
    )


def stretch_digests(creditor_id: int, first: int, last: int) -> list[bytes]:
    """The digests of links `first` to `last`, in order: 32 bytes each."""
    links = Receipt.objects.filter(creditor_id=creditor_id, sequence__gte=first, sequence__lte=last).order_by(
        "sequence"
    )
    return [bytes(digest) for digest in links.values_list("digest", flat=True).iterator(chunk_size=10_000)]
