"""What the decision run reads of agents' hours: one row for each shift of a weekday and for each absence."""

from acuerdo.base.extracts import Extract, day_sql

# weekday 7 is an absence: every day from `since_day` to `until_day`, without minutes.
SHIFTS = Extract(
    name="shifts",
    source=(
        "(SELECT id * 2 AS row_id, agent_id, weekday::bigint AS weekday, DATE '2000-01-01' AS since, DATE '2999-12-31' AS until,"
        " (extract(epoch FROM to_time - from_time) / 60)::bigint AS minutes FROM agenda_shift"
        " UNION ALL SELECT id * 2 + 1, agent_id, 7, from_on, to_on, 0 FROM agenda_absence) AS hours"
    ),
    key="row_id",
    columns={
        "row_id": "row_id::bigint",
        "agent_id": "agent_id::bigint",
        "weekday": "weekday::bigint",
        "since_day": day_sql("since"),
        "until_day": day_sql("until"),
        "minutes": "minutes",
    },
    is_incremental=False,
)
EXTRACTS = (SHIFTS,)
