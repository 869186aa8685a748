"""What the decision run reads of permissions: consents, holds, own hours, excluded numbers, and the contact log of the last weeks."""

from acuerdo.base.extracts import Extract, day_sql, microsecond_sql

_FOREVER = "9000000000000000"

CONSENTS = Extract(
    name="consents",
    source="policy_consent",
    key="consent_id",
    columns={
        "consent_id": "id",
        "debtor_id": "debtor_id",
        "channel": "channel",
        "purpose": "purpose",
        "from_us": microsecond_sql("granted_at"),
        "to_us": f"COALESCE({microsecond_sql('revoked_at')}, {_FOREVER})",
    },
)
HOLDS = Extract(
    name="holds",
    source="policy_hold",
    key="hold_id",
    columns={
        "hold_id": "id",
        "debtor_id": "debtor_id",
        "obligation_id": "COALESCE(obligation_id, 0)::bigint",
        "kind": "kind",
        "channel": "channel",
        "from_us": microsecond_sql("starts_at"),
        "to_us": f"COALESCE({microsecond_sql('LEAST(ends_at, lifted_at)')}, {_FOREVER})",
    },
)
PREFERENCES = Extract(
    name="preferences",
    source="policy_contactpreference",
    key="debtor_id",
    columns={
        "debtor_id": "debtor_id",
        "hours": "hours::text",
        "has_instrument": "instrument <> ''",
        "from_us": microsecond_sql("given_at"),
        "to_us": f"COALESCE({microsecond_sql('revoked_at')}, {_FOREVER})",
    },
    is_incremental=False,
)
ATTEMPTS = Extract(
    name="attempts",
    source="policy_attempt",
    key="attempt_id",
    columns={
        "attempt_id": "id",
        "debtor_id": "debtor_id",
        "obligation_id": "COALESCE(obligation_id, 0)::bigint",
        "channel": "channel",
        "at_us": microsecond_sql("at"),
        "is_out": "direction = 'out'",
        "is_two_way": "is_two_way",
        "counts": "counts",
        "is_confirmation": "purpose = 'service' AND has_left",
        "disposition": "disposition",
    },
    recent="at >= to_timestamp({since} / 1000000.0)",
    recent_column="at_us",
)
# Contacts with others bound by the same debt, under each person on whom they may weigh: of the creditors who ever had them share
# their caps. A contact about all that a person owes is told once for each debt that the two share.
# Whether there is such a creditor is asked once, for most installations have none.
SHARED_ATTEMPTS = Extract(
    name="shared_attempts",
    source=(
        "(WITH bound AS (SELECT id AS obligation_id, debtor_id FROM portfolio_obligation"
        " UNION SELECT obligation_id, debtor_id FROM portfolio_obligationparty WHERE relation <> 'reference'),"
        " sharing AS (SELECT creditor_id FROM policy_policyreading WHERE name = 'bound_together' AND value = 'joint')"
        " SELECT row_number() OVER (ORDER BY t.id, them.debtor_id, them.obligation_id) AS shared_id, them.debtor_id,"
        " them.obligation_id, t.channel, t.at, t.is_two_way, t.counts, t.purpose, t.has_left FROM policy_attempt t"
        " JOIN bound mine ON mine.debtor_id = t.debtor_id AND mine.obligation_id = COALESCE(t.obligation_id, mine.obligation_id)"
        " JOIN bound them ON them.obligation_id = mine.obligation_id AND them.debtor_id <> t.debtor_id"
        " WHERE t.direction = 'out' AND t.creditor_id IN (SELECT creditor_id FROM sharing)"
        " AND (SELECT EXISTS (SELECT 1 FROM sharing))) AS shared"
    ),
    key="shared_id",
    columns={
        "shared_id": "shared_id",
        "debtor_id": "debtor_id",
        "obligation_id": "obligation_id",
        "channel": "channel",
        "at_us": microsecond_sql("at"),
        "is_two_way": "is_two_way",
        "counts": "counts",
        "is_confirmation": "purpose = 'service' AND has_left",
    },
    recent="at >= to_timestamp({since} / 1000000.0)",
    recent_column="at_us",
    is_incremental=False,
)
READINGS = Extract(
    name="readings",
    source="policy_policyreading",
    key="reading_id",
    columns={
        "reading_id": "id",
        "creditor_id": "creditor_id",
        "pack": "pack",
        "name": "name",
        "value": "value",
        "approved_by": "approved_by",
        "approved_day": day_sql("approved_on"),
    },
    is_incremental=False,
)
# The numbers and addresses of the portfolio that a country's registry lists, and when each registry was last consulted.
EXCLUDED_POINTS = Extract(
    name="excluded_points",
    source=(
        "(SELECT row_number() OVER (ORDER BY p.id, e.country) AS excluded_id, p.id AS contact_point_id, e.country,"
        " min(e.effective_on) AS effective_on FROM policy_excludednumber e JOIN portfolio_contactpoint p ON p.value = e.value"
        " WHERE e.removed_on IS NULL GROUP BY p.id, e.country) AS excluded"
    ),
    key="excluded_id",
    columns={
        "excluded_id": "excluded_id",
        "contact_point_id": "contact_point_id",
        "country": "country",
        "effective_day": day_sql("effective_on"),
    },
    is_incremental=False,
)
REGISTRIES = Extract(
    name="registries",
    source=(
        "(SELECT row_number() OVER (ORDER BY country) AS registry_id, country, max(loaded_at) AS loaded_at"
        " FROM policy_registryload GROUP BY country) AS registry"
    ),
    key="registry_id",
    columns={"registry_id": "registry_id", "country": "country", "loaded_us": microsecond_sql("loaded_at")},
    is_incremental=False,
)
# What each person last complained of, disputed or said would help: data requests say nothing about how to treat a debt.
CASES = Extract(
    name="cases",
    source=(
        "(SELECT DISTINCT ON (debtor_id) debtor_id, kind, reason, started_on FROM policy_petition"
        " WHERE kind IN ('complaint', 'dispute', 'hardship') ORDER BY debtor_id, received_at DESC, id DESC) AS cases"
    ),
    key="debtor_id",
    columns={
        "debtor_id": "debtor_id",
        "case_kind": "kind",
        "case_reason": "CASE WHEN reason = '' THEN 'none' ELSE reason END",
        "case_day": day_sql("started_on"),
    },
    is_incremental=False,
)
EXTRACTS = (READINGS, CONSENTS, HOLDS, PREFERENCES, ATTEMPTS, SHARED_ATTEMPTS, CASES, EXCLUDED_POINTS, REGISTRIES)
