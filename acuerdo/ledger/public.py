"""What others may use of the ledger: actions, statements, stages and buckets."""

from acuerdo.ledger.actions.classification import confirm_class_table
from acuerdo.ledger.actions.corrections import pause_late_interest, post_fee, waive, write_off
from acuerdo.ledger.actions.payments import (
    AccountState,
    NewPayment,
    PaymentRecorded,
    record_payment,
    record_payments,
    reverse_payment,
)
from acuerdo.ledger.actions.rates import CapsLoaded, load_rate_caps
from acuerdo.ledger.actions.refresh import Refreshed, refresh_states
from acuerdo.ledger.engine.books import Books
from acuerdo.ledger.engine.states import FIGURES, account_states
from acuerdo.ledger.queries import cap_tables, instalments_after, statement, statements
from acuerdo.ledger.rules.buckets import BUCKETS, STAGES, bucket_of, stage_of
from acuerdo.ledger.rules.statements import Statement
from acuerdo.ledger.snapshot import BOOK_EXTRACTS, EXTRACTS
from acuerdo.ledger.statement_view import (
    EntryLine,
    StatementView,
    confirmed_tables,
    entries_of,
    instalments_of,
    regulatory_class,
    statement_view,
)

__all__ = [
    "BOOK_EXTRACTS",
    "BUCKETS",
    "EXTRACTS",
    "FIGURES",
    "STAGES",
    "AccountState",
    "Books",
    "CapsLoaded",
    "EntryLine",
    "NewPayment",
    "PaymentRecorded",
    "Refreshed",
    "Statement",
    "StatementView",
    "account_states",
    "bucket_of",
    "cap_tables",
    "confirm_class_table",
    "confirmed_tables",
    "entries_of",
    "instalments_after",
    "instalments_of",
    "load_rate_caps",
    "pause_late_interest",
    "post_fee",
    "record_payment",
    "record_payments",
    "refresh_states",
    "regulatory_class",
    "reverse_payment",
    "stage_of",
    "statement",
    "statement_view",
    "statements",
    "waive",
    "write_off",
]
