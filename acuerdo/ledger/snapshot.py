"""What the decision run reads of accounts: the money side of every obligation that still owes."""

from acuerdo.base.extracts import Extract, day_sql

ACCOUNTS = Extract(
    name="accounts",
    source="ledger_account",
    key="obligation_id",
    columns={
        "obligation_id": "id",
        "currency": "currency",
        "is_written_off": "status = 'written_off'",
        "balance_minor": "balance_minor",
        "balance_due_minor": "balance_due_minor",
        "days_past_due": "days_past_due::bigint",
        "bucket": "bucket",
        "next_due_day": day_sql("next_due_on"),
        "next_due_minor": "next_due_minor",
        "last_payment_day": day_sql("last_payment_on"),
        "last_payment_minor": "last_payment_minor",
        "disbursed_day": day_sql("disbursed_on"),
    },
    where="status IN ('active', 'written_off')",
)
EXTRACTS = (ACCOUNTS,)
