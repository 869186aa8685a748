"""An installation confirms a regulator's table that ships unconfirmed, or withdraws its word. The audit trail is the record."""

from datetime import datetime

from django.db import transaction

from acuerdo.base.audit import write_audit
from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.rules.classification import UNCONFIRMED, ClassTable, shipped_tables
from acuerdo.ledger.statement_view import CLASS_SUBJECT, CONFIRM, WITHDRAW, confirmed_tables

AUDIT_CHAIN = "ledger"


def confirm_class_table(key: str, *, reason: str, actor: str, now: datetime, is_confirmed: bool = True) -> ClassTable:
    """Puts a table into use (or takes it out again); `reason` says on what text that rests. A repeated act changes nothing.

    Refuses `unknown-class-table`, `class-table-active` (it needs no confirming) and `reason-missing`.
    """
    table = next((one for one in shipped_tables() if one.key == key), None)
    if table is None:
        raise Refusal("unknown-class-table", f"No existe la tabla de clasificación «{key}».")
    if table.confidence != UNCONFIRMED:
        raise Refusal("class-table-active", f"La tabla «{key}» ya está en uso: no necesita confirmación.")
    if not reason.strip():
        raise Refusal("reason-missing", "Diga con qué texto oficial se confirma la tabla.")
    with transaction.atomic():
        if (key in confirmed_tables()) != is_confirmed:
            write_audit(
                chain=AUDIT_CHAIN,
                action=CONFIRM if is_confirmed else WITHDRAW,
                actor=actor,
                subject=(CLASS_SUBJECT, key),
                payload={"reason": reason.strip(), "citation": table.citation},
                now=now,
            )
    return table
