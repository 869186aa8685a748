"""The worklist: one native partition a date, which the run loads aside and attaches (see strategy.engine.worklist)."""

from typing import ClassVar

from django.db import migrations

TABLE = """
CREATE TABLE strategy_decision (
    run_on            date        NOT NULL,
    obligation_id     bigint      NOT NULL,
    debtor_id         bigint      NOT NULL,
    creditor_id       bigint      NOT NULL,
    stage             text        NOT NULL,
    segment           text        NOT NULL,
    step              text        NOT NULL,
    channel           text        NOT NULL,
    template          text        NOT NULL,
    is_lead           boolean     NOT NULL,
    score             bigint      NOT NULL,
    reasons           text[]      NOT NULL,
    balance_due_minor bigint      NOT NULL,
    days_past_due     integer     NOT NULL,
    planned_at        timestamptz,
    state             text        NOT NULL,
    agent_id          bigint,
    CONSTRAINT strategy_decision_state CHECK (state IN ('planned', 'queued', 'done', 'blocked', 'skipped')),
    CONSTRAINT strategy_decision_reasoned CHECK (cardinality(reasons) > 0),
    CONSTRAINT strategy_decision_action CHECK ((channel = '') = (state = 'skipped') AND (channel = '' OR planned_at IS NOT NULL)),
    PRIMARY KEY (run_on, obligation_id)
) PARTITION BY LIST (run_on)
"""
# Each is made on the partition while it is still aside, so attaching only matches them up (engine.worklist.INDEXES).
INDEXES = [
    "CREATE INDEX strategy_decision_queue ON strategy_decision (agent_id, score DESC, obligation_id) WHERE channel = 'call'",
    "CREATE INDEX strategy_decision_outbox ON strategy_decision (planned_at, obligation_id) WHERE state = 'planned' AND channel <> 'call'",
    "CREATE INDEX strategy_decision_debtor ON strategy_decision (debtor_id)",
]


class Migration(migrations.Migration):
    dependencies: ClassVar = [("strategy", "0001_initial")]
    operations: ClassVar = [
        migrations.RunSQL([TABLE, *INDEXES], "DROP TABLE strategy_decision"),
    ]
