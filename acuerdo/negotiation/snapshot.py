"""What the decision run reads of promises: every one, with its dates, so that it can count those of any span."""

from acuerdo.base.extracts import Extract, day_sql

PROMISES = Extract(
    name="promises",
    source="negotiation_promise",
    key="promise_id",
    columns={
        "promise_id": "id",
        "debtor_id": "debtor_id",
        "obligation_id": "obligation_id",
        "state": "state",
        "amount_minor": "amount_minor",
        "currency": "currency",
        "made_day": day_sql("made_on"),
        "due_day": day_sql("due_on"),
        "ends_day": day_sql("ends_on"),
        "decided_day": day_sql("decided_on"),
    },
)
EXTRACTS = (PROMISES,)
