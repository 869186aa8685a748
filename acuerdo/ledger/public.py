"""What others may use of the ledger: actions, statements, stages and buckets."""

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
from acuerdo.ledger.queries import statement
from acuerdo.ledger.rules.buckets import BUCKETS, STAGES, bucket_of, stage_of
from acuerdo.ledger.rules.statements import Statement
from acuerdo.ledger.snapshot import EXTRACTS

__all__ = [
    "BUCKETS",
    "EXTRACTS",
    "STAGES",
    "AccountState",
    "CapsLoaded",
    "NewPayment",
    "PaymentRecorded",
    "Refreshed",
    "Statement",
    "bucket_of",
    "load_rate_caps",
    "pause_late_interest",
    "post_fee",
    "record_payment",
    "record_payments",
    "refresh_states",
    "reverse_payment",
    "stage_of",
    "statement",
    "waive",
    "write_off",
]
