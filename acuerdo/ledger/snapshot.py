"""What the decision run reads of accounts: what was paid, and the books and dated tables that its state follows from."""

from acuerdo.base.extracts import Extract, day_sql
from acuerdo.ledger.rules.components import COMPONENTS

ACCOUNTS = Extract(
    name="accounts",
    source="ledger_account",
    key="obligation_id",
    columns={
        "obligation_id": "id",
        "currency": "currency",
        "is_written_off": "status = 'written_off'",
        "paid_minor": "paid_minor",
        "last_payment_day": day_sql("last_payment_on"),
        "last_payment_minor": "last_payment_minor",
        "disbursed_day": day_sql("disbursed_on"),
    },
    where="status IN ('active', 'written_off')",
)

# --- the books that balances, days past due and late interest follow from: see `acuerdo.ledger.engine.states`

_STATE = {
    "principal": "principal_balance_minor",
    "contract_interest": "contract_interest_minor",
    "late_interest": "late_interest_minor",
    "insurance": "insurance_minor",
    "fees": "fees_minor",
    "collection_fee": "collection_fee_minor",
    "balance": "balance_minor",
    "balance_due": "balance_due_minor",
}
_TAKEN = "core_figures IS NOT NULL AND core_taken_as_of IS NOT DISTINCT FROM core_as_of"


def _core(name: str) -> str:
    """One of the lender's figures: as taken from its last file, else as that file has just written it (see queries)."""
    return f"CASE WHEN {_TAKEN} THEN (core_figures ->> '{name}')::bigint ELSE {_STATE[name]} END"


BOOKS = Extract(
    name="books",
    source="ledger_account",
    key="obligation_id",
    columns={
        "obligation_id": "id",
        "currency": "currency",
        "is_core": "balance_source = 'core'",
        "is_written_off": "status = 'written_off'",
        "state_day": day_sql("state_as_of"),
        # Equal texts are equal terms of late interest: jsonb writes its keys in one order.
        "late_terms": (
            "CASE WHEN balance_source = 'ledger' THEN jsonb_build_object('late_interest', terms -> 'late_interest', 'rounding',"
            " terms -> 'rounding', 'unit', terms -> 'unit', 'schedule', jsonb_build_object('rounding', terms #> '{schedule,rounding}',"
            " 'unit', terms #> '{schedule,unit}'))::text ELSE '' END"
        ),
        "unallocated_minor": "unallocated_minor",
        "core_day": day_sql("core_as_of"),
        "core_due_day": (
            f"(CASE WHEN {_TAKEN} THEN (core_figures ->> 'due_since')::date ELSE coalesce(core_due_since, due_since) END"
            " - DATE '1970-01-01')::bigint"
        ),
        **{f"core_{name}": _core(name) for name in (*COMPONENTS, "balance", "balance_due")},
        "principal_minor": "principal_balance_minor",
        "collection_fee_minor": "collection_fee_minor",
        "balance_minor": "balance_minor",
        "balance_due_minor": "balance_due_minor",
        "late_interest_minor": "late_interest_minor",
        "days_past_due": "days_past_due::bigint",
        "bucket": "bucket",
        "next_due_day": day_sql("next_due_on"),
        "next_due_minor": "next_due_minor",
    },
    where="status IN ('active', 'paid', 'written_off')",
)
_LINE = "((account_id << 20) + number)"
OPEN_INSTALMENTS = Extract(
    name="open_instalments",
    source="ledger_openinstalment",
    key="line_id",
    columns={
        "line_id": _LINE,
        "obligation_id": "account_id",
        "number": "number::bigint",
        "due_day": day_sql("due_on"),
        "principal_minor": "principal_minor",
        "contract_interest_minor": "contract_interest_minor",
        "insurance_minor": "insurance_minor",
        "fees_minor": "fees_minor",
        "collection_fee_minor": "collection_fee_minor",
        "late_high": "div(late_exact, 1000000000000000000)::bigint",
        "late_low": "mod(late_exact, 1000000000000000000)::bigint",
        "late_settled_minor": "late_settled_minor",
        "accrued_day": day_sql("accrued_through"),
    },
)
INSTALMENTS = Extract(
    name="instalments",
    source="ledger_instalment",
    key="line_id",
    columns={
        "line_id": _LINE,
        "obligation_id": "account_id",
        "number": "number::bigint",
        "due_day": day_sql("due_on"),
        "total_minor": "total_minor",
    },
)
PAYMENTS = Extract(
    name="payments",
    source="ledger_payment",
    key="payment_id",
    columns={
        "payment_id": "id",
        "obligation_id": "account_id",
        "paid_day": day_sql("paid_on"),
        "amount_minor": "amount_minor",
    },
)
ACCOUNT_EVENTS = Extract(
    name="account_events",
    source="ledger_accountevent",
    key="event_id",
    columns={
        "event_id": "id",
        "obligation_id": "account_id",
        "is_pause": "kind = 'pause'",
        "first_day": day_sql("happened_on"),
        "last_day": day_sql("coalesce(until_on, happened_on)"),
    },
    where="annulled_at IS NULL",
)
BOOK_EXTRACTS = (BOOKS, OPEN_INSTALMENTS, INSTALMENTS, PAYMENTS, ACCOUNT_EVENTS)

# --- the dated tables that every balance rests on

RATE_CAPS = Extract(
    name="rate_caps",
    source="ledger_certifiedcap",
    key="rate_cap_id",
    columns={
        "rate_cap_id": "id",
        "cap": "key",
        "from_day": day_sql("from_on"),
        "to_day": day_sql("to_on"),
        "annual": "annual::text",
    },
    is_incremental=False,
)
BUCKET_SETS = Extract(
    name="bucket_sets",
    source="ledger_bucketset",
    key="bucket_set_id",
    columns={"bucket_set_id": "id", "from_day": day_sql("from_on"), "buckets": "buckets::text"},
    is_incremental=False,
)
EXTRACTS = (ACCOUNTS, *BOOK_EXTRACTS, RATE_CAPS, BUCKET_SETS)
