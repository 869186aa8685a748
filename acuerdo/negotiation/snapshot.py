"""What the decision run reads of promises (every one, with its dates, so that it can count those of any span) and of plans in force."""

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
        "times_rescheduled": "times_rescheduled::bigint",
    },
)
# An obligation has at most one plan in force. `due_day` is of the first instalment that the money received does not cover whole.
PLANS = Extract(
    name="plans",
    source=(
        "(SELECT covered.obligation_id, plan.state, plan.notice_on IS NOT NULL AS is_at_risk, (SELECT min(part.due_on) FROM ("
        "SELECT due_on, sum(amount_minor) OVER (ORDER BY number) AS through_minor FROM negotiation_planinstalment"
        " WHERE plan_id = plan.id) part WHERE part.through_minor > plan.paid_minor) AS due_on"
        " FROM negotiation_planobligation covered JOIN negotiation_paymentplan plan ON plan.id = covered.plan_id"
        " WHERE covered.is_in_force) AS plans"
    ),
    key="obligation_id",
    columns={
        "obligation_id": "obligation_id",
        "standing": (
            "CASE WHEN state = 'late' AND is_at_risk THEN 'at_risk' WHEN state IN ('late', 'paused') THEN state ELSE 'kept' END"
        ),
        "due_day": day_sql("due_on"),
    },
    is_incremental=False,
)
# The newest that each person said of each currency; the run judges how old it may be.
CAPACITIES = Extract(
    name="capacities",
    source=(
        "(SELECT DISTINCT ON (debtor_id, currency) * FROM negotiation_declaredcapacity"
        " ORDER BY debtor_id, currency, declared_at DESC, id DESC) AS capacities"
    ),
    key="capacity_id",
    columns={
        "capacity_id": "id",
        "debtor_id": "debtor_id",
        "currency": "currency",
        "monthly_minor": "monthly_minor",
        "declared_day": day_sql("declared_on"),
    },
    is_incremental=False,
)
EXTRACTS = (PROMISES, PLANS, CAPACITIES)
