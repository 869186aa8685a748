"""How receipts hold together: links of a hash chain, a tree over each stretch of it, and commitments to a person's texts.

Link: digest = SHA-256(previous digest ‖ chain, sequence, instant, kind, subject, payload, each on a line). A checkpoint
signs the chain's head and the root of a tree over the links since the one before (RFC 9162, section 2.1), so one
person's links verify without anybody else's. Standard library only: the *expediente* carries this file.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

GENESIS = bytes(32)


@dataclass(frozen=True, slots=True)
class Link:
    """One receipt as the chain sees it. `chain` and `subject` are uids; `payload` is canonical JSON, kept as text."""

    chain: str
    sequence: int
    at: datetime
    kind: str
    subject: str
    payload: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """What a checkpoint says: links `first` to `last` of a chain, its head after them, and the root of their tree."""

    chain: str
    first: int
    last: int
    at: datetime
    digest: bytes
    root: bytes

    def statement(self) -> bytes:
        """The bytes that are signed."""
        told = [self.chain, str(self.first), str(self.last), instant_text(self.at), self.digest.hex(), self.root.hex()]
        return "\n".join(["acuerdo-checkpoint-1", *told]).encode()


def instant_text(at: datetime) -> str:
    """UTC with microseconds, as the database writes it in `policy_receipt_digest`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def link_digest(previous: bytes, link: Link) -> bytes:
    told = (link.chain, str(link.sequence), instant_text(link.at), link.kind, link.subject, link.payload)
    return hashlib.sha256(previous + "\n".join(told).encode()).digest()


def canonical(value: Any) -> str:
    """JSON on one line, keys sorted, UTF-8; the caller has turned everything into texts, whole numbers and truths."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def commit(salt: bytes, name: str, text: str) -> str:
    """HMAC-SHA256 of a person's text under that person's salt. With the salt destroyed it says nothing about the text."""
    return hmac.new(salt, f"{name}\0{text}".encode(), hashlib.sha256).hexdigest()


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """The root over the links' digests, in order; at least one."""
    return _levels(leaves)[-1][0]


def tree_path(leaves: Sequence[bytes], index: int) -> list[str]:
    """What proves leaf `index` under the root, from below: "L" or "R", the side of the other half, and its hash in hex."""
    return tree_paths(leaves, [index])[0]


def tree_paths(leaves: Sequence[bytes], indices: Sequence[int]) -> list[list[str]]:
    """`tree_path` of several leaves, hashing the tree once."""
    levels = _levels(leaves)
    paths = []
    for index in indices:
        path, place = [], index
        for level in levels[:-1]:
            other = place ^ 1
            if other < len(level):
                path.append(("L" if other < place else "R") + level[other].hex())
            place //= 2
        paths.append(path)
    return paths


def follow_path(leaf: bytes, path: Sequence[str]) -> bytes:
    """The root that this leaf and path lead to."""
    found = _leaf(leaf)
    for step in path:
        other = bytes.fromhex(step[1:])
        found = _node(other, found) if step[0] == "L" else _node(found, other)
    return found


def _levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """Pairs are hashed level by level and an odd last one is carried up, which is the tree of RFC 9162."""
    levels = [[_leaf(leaf) for leaf in leaves]]
    while len(levels[-1]) > 1:
        below = levels[-1]
        above = [_node(below[place], below[place + 1]) for place in range(0, len(below) - 1, 2)]
        levels.append(above + below[-1:] if len(below) % 2 else above)
    return levels


def _leaf(digest: bytes) -> bytes:
    return hashlib.sha256(b"\0" + digest).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()
