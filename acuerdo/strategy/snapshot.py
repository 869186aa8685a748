"""All that a run reads, lent by the capabilities that own the tables."""

from acuerdo.agenda.public import EXTRACTS as AGENDA
from acuerdo.base.extracts import Extract, day_sql
from acuerdo.ledger.public import EXTRACTS as LEDGER
from acuerdo.negotiation.public import EXTRACTS as NEGOTIATION
from acuerdo.policy.public import EXTRACTS as POLICY
from acuerdo.portfolio.public import EXTRACTS as PORTFOLIO

# One row for each creditor that an agent may work; 0 is every creditor.
AGENTS = Extract(
    name="agents",
    source=(
        "(SELECT u.id AS agent_id, COALESCE(u.agency_id, 0) AS agency_id,"
        " CASE WHEN u.sees_all_creditors OR u.agency_id IS NOT NULL THEN 0 ELSE c.creditor_id END AS creditor_id"
        " FROM base_user u LEFT JOIN base_user_creditors c ON c.user_id = u.id AND NOT u.sees_all_creditors"
        " WHERE u.is_active AND u.role = 'agent') AS agent"
    ),
    key="agent_id",
    columns={"agent_id": "agent_id::bigint", "agency_id": "agency_id::bigint", "creditor_id": "creditor_id::bigint"},
    where="creditor_id IS NOT NULL",
    is_incremental=False,
)
EPISODES = Extract(
    name="episodes",
    source="strategy_arrearsepisode",
    key="episode_id",
    columns={
        "episode_id": "id",
        "obligation_id": "obligation_id",
        "began_day": day_sql("began_on"),
        "ended_day": day_sql("ended_on"),
        "contacts": "contacts::bigint",
        "reminded": "reminded",
    },
)
EXTRACTS = (*LEDGER, *PORTFOLIO, *POLICY, *NEGOTIATION, *AGENDA, AGENTS, EPISODES)
