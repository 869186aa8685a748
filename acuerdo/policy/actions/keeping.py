"""Storing the gate's answers: verdicts, reserved attempts and their receipts in one statement, durable before anybody acts.

The creditor's chain grows one link at a time, so its head is locked until the commit. Waiting for the disk under that lock
would let one contact of a creditor out for each write of the disk. The commit itself therefore does not wait: right after it,
with no lock held, the caller waits until the log is on the disk, together with all others that wait. Nobody is told of a
permit that a power cut could lose.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, transaction

from acuerdo.policy.actions.receipts import Draft, receipt_columns
from acuerdo.policy.models import Attempt, Verdict

VERDICT_COLUMNS = (
    "uid", "debtor_id", "creditor_id", "at", "channel", "purpose", "recipient", "verdict", "rules", "first_rule",
    "next_allowed_at", "pack", "pack_version", "question", "actor",
)  # fmt: skip
ATTEMPT_COLUMNS = (
    "uid", "debtor_id", "creditor_id", "obligation_id", "contact_point_id", "at", "direction", "channel", "purpose",
    "recipient", "status", "right_party", "counts", "disposition", "note", "balance_stated_minor", "actor",
)  # fmt: skip
KEEP = (
    "SELECT verdict_ids, attempt_ids FROM policy_keep_answers("
    "%s::json, %s::json, %s::bigint[], %s::timestamptz[], %s::text[], %s::uuid[], %s::text[])"
)
FLUSH = "SELECT pg_logical_emit_message(false, 'acuerdo', '', true)"


def keep_answers(verdicts: Sequence[Verdict], attempts: Mapping[int, Attempt], receipts: Sequence[Draft]) -> None:
    """Stores all, in order, and gives each row its key. `attempts` by the place of their verdict. Inside a transaction."""
    if not verdicts:
        return
    documents = [_document(verdicts, VERDICT_COLUMNS, range(len(verdicts)))]
    documents.append(_document(list(attempts.values()), ATTEMPT_COLUMNS, attempts, place_as="verdict_id"))
    with connection.cursor() as cursor:
        cursor.execute(KEEP, [*documents, *receipt_columns(receipts)])
        verdict_ids, attempt_ids = cursor.fetchone()
    _take_keys(verdicts, verdict_ids)
    for place, attempt in attempts.items():
        attempt.verdict = verdicts[place]
    _take_keys(list(attempts.values()), attempt_ids or [])
    transaction.on_commit(wait_for_disk)


def wait_for_disk() -> None:
    """Returns when all that was committed before is on the disk."""
    with connection.cursor() as cursor:
        cursor.execute(FLUSH)


def _document(rows: Sequence[Verdict | Attempt], columns: Sequence[str], places: Any, *, place_as: str = "") -> str:
    told = []
    for place, row in zip(places, rows, strict=True):
        values = {column: getattr(row, column) for column in columns}
        if place_as:
            values[place_as] = place + 1
        told.append(values)
    return json.dumps(told, default=str, ensure_ascii=False)


def _take_keys(rows: Sequence[Verdict | Attempt], keys: Sequence[int]) -> None:
    for row, key in zip(rows, keys, strict=True):
        row.pk = key
        row._state.adding, row._state.db = False, connection.alias
