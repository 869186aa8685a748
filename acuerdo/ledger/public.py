"""What others may use of the ledger: actions, statements, stages and buckets."""

from acuerdo.ledger.actions.buckets import set_buckets
from acuerdo.ledger.actions.changes import charge_back, extend_due_dates, return_credit
from acuerdo.ledger.actions.classification import confirm_class_table
from acuerdo.ledger.actions.corrections import (
    annul_event,
    pause_late_interest,
    resume_late_interest,
    settle_in_full,
    waive,
    waive_as_agreed,
    write_off,
)
from acuerdo.ledger.actions.fees import disclose_tariff, load_unit_values, post_fee
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
from acuerdo.ledger.actions.replacements import Agreed, Replaced, replace_accounts
from acuerdo.ledger.actions.sharing import SharedMoney, record_shared_payment
from acuerdo.ledger.engine.books import Books
from acuerdo.ledger.engine.dated import dated_tables
from acuerdo.ledger.engine.states import FIGURES, account_states
from acuerdo.ledger.movements import Movement, movements_of
from acuerdo.ledger.queries import (
    OverdueInstalment,
    Payoff,
    buckets_in_force,
    cap_tables,
    disclosed_tariffs,
    instalments_after,
    payoffs,
    statement,
    statements,
)
from acuerdo.ledger.rules.authority import forgivable_by, may_take_back
from acuerdo.ledger.rules.buckets import BUCKETS, STAGES, bucket_of, stage_of
from acuerdo.ledger.rules.extending import put_off_from
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
    "Agreed",
    "Books",
    "CapsLoaded",
    "EntryLine",
    "Movement",
    "NewPayment",
    "OverdueInstalment",
    "PaymentRecorded",
    "Payoff",
    "Refreshed",
    "Replaced",
    "SharedMoney",
    "Statement",
    "StatementView",
    "account_states",
    "annul_event",
    "bucket_of",
    "buckets_in_force",
    "cap_tables",
    "charge_back",
    "confirm_class_table",
    "confirmed_tables",
    "dated_tables",
    "disclose_tariff",
    "disclosed_tariffs",
    "entries_of",
    "extend_due_dates",
    "forgivable_by",
    "instalments_after",
    "instalments_of",
    "load_rate_caps",
    "load_unit_values",
    "may_take_back",
    "movements_of",
    "pause_late_interest",
    "payoffs",
    "post_fee",
    "put_off_from",
    "record_payment",
    "record_payments",
    "record_shared_payment",
    "refresh_states",
    "regulatory_class",
    "replace_accounts",
    "resume_late_interest",
    "return_credit",
    "reverse_payment",
    "set_buckets",
    "settle_in_full",
    "stage_of",
    "statement",
    "statement_view",
    "statements",
    "waive",
    "waive_as_agreed",
    "write_off",
]
