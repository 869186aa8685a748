"""What the decision run reads of obligations, people, how to reach them, and who works whose debts. No names, no numbers."""

from acuerdo.base.extracts import Extract

CREDITORS = Extract(
    name="creditors",
    source="portfolio_creditor",
    key="creditor_id",
    columns={"creditor_id": "id", "creditor": "name", "country": "country", "creditor_timezone": "timezone"},
    is_incremental=False,
)
OBLIGATIONS = Extract(
    name="obligations",
    source="portfolio_obligation",
    key="obligation_id",
    columns={
        "obligation_id": "id",
        "debtor_id": "debtor_id",
        "creditor_id": "creditor_id",
        "kind": "kind",
        "product": "product",
    },
    where="gone_on IS NULL",
)
DEBTORS = Extract(
    name="debtors",
    source="portfolio_debtor",
    key="debtor_id",
    columns={
        "debtor_id": "id",
        "company": "kind = 'company'",
        "timezone": "timezone",
        "region": "region",
        # The person's draw for control groups and experiments: strategy.rules.dice.dice_of computes the same.
        "dice": "('x' || substr(md5(uid::text), 1, 8))::bit(32)::bigint",
    },
)
CONTACT_POINTS = Extract(
    name="contact_points",
    source="portfolio_contactpoint",
    key="contact_point_id",
    columns={"contact_point_id": "id", "debtor_id": "debtor_id", "kind": "kind", "is_mobile": "phone_type = 'mobile'"},
    where="is_valid",
)
PLACEMENTS = Extract(
    name="placements",
    source="portfolio_placement",
    key="obligation_id",
    columns={
        "obligation_id": "obligation_id",
        "agency_id": "COALESCE(agency_id, 0)::bigint",
        "placed_agent_id": "COALESCE(agent_id, 0)::bigint",
    },
    where="recalled_on IS NULL",
    is_incremental=False,
)
EXTRACTS = (CREDITORS, OBLIGATIONS, DEBTORS, CONTACT_POINTS, PLACEMENTS)
