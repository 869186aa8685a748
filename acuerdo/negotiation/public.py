"""What other capabilities may use of negotiation."""

from acuerdo.negotiation.actions import (
    CANCEL_REASONS,
    Judgements,
    cancel_promise,
    judge_after_payment,
    judge_promises,
    make_promise,
    mark_said_paid,
    reschedule_promise,
)
from acuerdo.negotiation.queries import (
    KeptFigures,
    kept_figures,
    latest_promises,
    next_promise_date,
    promises_due,
    promises_kept,
    promises_of,
    records_of,
    standing_promises,
)
from acuerdo.negotiation.rules.commitment import LABELS as COMMITMENT_LABELS
from acuerdo.negotiation.rules.commitment import Record, commitment_of, kept_rate_percent_tenths
from acuerdo.negotiation.rules.terms import PromiseTerms, terms_on
from acuerdo.negotiation.snapshot import EXTRACTS

__all__ = [
    "CANCEL_REASONS",
    "COMMITMENT_LABELS",
    "EXTRACTS",
    "Judgements",
    "KeptFigures",
    "PromiseTerms",
    "Record",
    "cancel_promise",
    "commitment_of",
    "judge_after_payment",
    "judge_promises",
    "kept_figures",
    "kept_rate_percent_tenths",
    "latest_promises",
    "make_promise",
    "mark_said_paid",
    "next_promise_date",
    "promises_due",
    "promises_kept",
    "promises_of",
    "records_of",
    "reschedule_promise",
    "standing_promises",
    "terms_on",
]
