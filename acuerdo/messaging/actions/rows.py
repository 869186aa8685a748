"""Some columns of many messages in one statement, which holds them as one JSON document.

The mapper's own bulk update writes a condition for each row and column: making them took most of the time of a receipt.
"""

import json
from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from acuerdo.messaging.models import Message

_TYPES = {
    "state": "text", "subject": "text", "body": "text", "body_html": "text", "failure": "text", "provider": "text",
    "provider_ref": "text", "sender": "text", "tried": "text", "secret": "text", "obligation_id": "bigint", "attempt_id": "bigint",
    "verdict_id": "bigint", "claim": "bigint", "is_handed": "boolean", "tries": "smallint",
    "scheduled_for": "timestamptz", "sent_at": "timestamptz", "delivered_at": "timestamptz", "updated_at": "timestamptz",
}  # fmt: skip


def uid_of(row: Message) -> UUID:
    uid = row.uid
    assert isinstance(uid, UUID)
    return uid


def store(rows: Sequence[Message], columns: Sequence[str]) -> None:
    """Writes these columns of the rows."""
    if not rows:
        return
    types = ", ".join(f"{name} {_TYPES[name]}" for name in columns)
    changes = ", ".join(f"{name} = v.{name}" for name in columns)
    told = [{"id": row.pk, **{name: getattr(row, name) for name in columns}} for row in rows]
    with connection.cursor() as cursor:
        # Only names of the table above go into the text of the statement.
        cursor.execute(
            f"UPDATE messaging_message AS m SET {changes} "  # noqa: S608
            f"FROM json_to_recordset(%s::json) AS v(id bigint, {types}) WHERE m.id = v.id",
            [json.dumps(told, default=str, ensure_ascii=False)],
        )
