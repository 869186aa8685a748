# ruff: noqa: S608 - the texts put together here are our own column names; every value is a parameter
"""The statements of the bulk refresh. Each mirrors a pure rule; tests hold them equal, row by row, on random portfolios.

`core_update` is rules.core_figures, `OPEN_AMOUNTS` is rules.book and rules.late_interest, the state's CASEs are
rules.buckets. Amounts are exact: bigint and numeric, never floating point.
"""

from collections.abc import Sequence

from acuerdo.ledger.rules.buckets import STAGES, Bucket
from acuerdo.ledger.rules.components import DEFAULT_WATERFALL
from acuerdo.ledger.rules.late_interest import SCALE

_COLUMNS = {
    "principal": "principal_balance_minor",
    "contract_interest": "contract_interest_minor",
    "late_interest": "late_interest_minor",
    "insurance": "insurance_minor",
    "fees": "fees_minor",
    "collection_fee": "collection_fee_minor",
}
_WORKED = "('active', 'paid', 'written_off')"

TAKE_CORE_FIGURES = f"""
UPDATE ledger_account SET
    core_figures = jsonb_build_object(
        {", ".join(f"'{component}', {column}" for component, column in _COLUMNS.items())},
        'balance', balance_minor, 'balance_due', balance_due_minor, 'due_since', coalesce(core_due_since, due_since)
    ),
    core_taken_as_of = core_as_of
WHERE balance_source = 'core' AND (core_figures IS NULL OR core_taken_as_of IS DISTINCT FROM core_as_of)
"""

# Accounts that nobody has paid yet need no replay: what they owe is their schedule.
OPEN_NEW_ACCOUNTS = """
INSERT INTO ledger_openinstalment (
    account_id, number, due_on, principal_minor, contract_interest_minor, insurance_minor, fees_minor, collection_fee_minor,
    late_exact, late_settled_minor, accrued_through
)
SELECT i.account_id, i.number, i.due_on, i.principal_minor, i.contract_interest_minor, i.insurance_minor, i.fees_minor, 0, 0, 0,
    i.due_on
FROM ledger_account a JOIN ledger_instalment i ON i.account_id = a.id
WHERE a.balance_source = 'ledger' AND a.state_as_of IS NULL
    AND NOT EXISTS (SELECT 1 FROM ledger_openinstalment o WHERE o.account_id = a.id)
    AND NOT EXISTS (SELECT 1 FROM ledger_payment p WHERE p.account_id = a.id)
    AND NOT EXISTS (SELECT 1 FROM ledger_accountevent e WHERE e.account_id = a.id)
    AND i.principal_minor + i.contract_interest_minor + i.insurance_minor + i.fees_minor > 0
"""

# What rules.documents reads of an account's terms for late interest and rounding; equal documents share a profile.
_PROFILE = """
jsonb_build_object(
    'late_interest', a.terms -> 'late_interest',
    'rounding', CASE WHEN a.terms ? 'rounding' OR a.terms ? 'unit' THEN a.terms -> 'rounding' ELSE a.terms #> '{schedule,rounding}' END,
    'unit', CASE WHEN a.terms ? 'rounding' OR a.terms ? 'unit' THEN a.terms -> 'unit' ELSE a.terms #> '{schedule,unit}' END
)
"""

# Dropped here too: within an outer transaction (a demo's lived month) they outlast the refresh that made them.
CREATE_PROFILES = """
DROP TABLE IF EXISTS pg_temp.refresh_profile, pg_temp.refresh_rate, pg_temp.refresh_replay, pg_temp.refresh_open;
CREATE TEMP TABLE refresh_profile (number int, currency text, document jsonb, unit bigint, is_simple boolean) ON COMMIT DROP;
CREATE TEMP TABLE refresh_rate (profile int, day date, cumulative numeric, missing int, PRIMARY KEY (profile, day)) ON COMMIT DROP;
"""
LIST_PROFILES = f"""
SELECT currency, {_PROFILE}::text AS document, count(*) FROM ledger_account a
WHERE balance_source = 'ledger' AND status IN {_WORKED} GROUP BY 1, 2 ORDER BY 1, 2
"""
FIRST_ACCRUED = "SELECT min(accrued_through) FROM ledger_openinstalment WHERE principal_minor > 0"
INSERT_PROFILE = "INSERT INTO refresh_profile VALUES (%s, %s, %s::jsonb, %s, %s)"

# Returns the accounts to play one by one, and keeps them in a temporary table for the statements that follow.
NEEDS_REPLAY = f"""
CREATE TEMP TABLE refresh_replay ON COMMIT DROP AS
SELECT a.id FROM ledger_account a
JOIN refresh_profile p ON p.currency = a.currency AND p.document = {_PROFILE}
WHERE a.balance_source = 'ledger' AND a.status IN {_WORKED} AND (
    NOT p.is_simple
    OR a.state_as_of > %(as_of)s
    OR (a.state_as_of IS NULL AND (
        EXISTS (SELECT 1 FROM ledger_payment y WHERE y.account_id = a.id)
        OR EXISTS (SELECT 1 FROM ledger_accountevent e WHERE e.account_id = a.id)))
    OR EXISTS (SELECT 1 FROM ledger_payment y
        WHERE y.account_id = a.id AND y.paid_on > a.state_as_of AND y.paid_on <= %(as_of)s)
    OR EXISTS (SELECT 1 FROM ledger_accountevent e WHERE e.account_id = a.id AND e.annulled_at IS NULL AND CASE WHEN e.kind = 'pause'
        THEN e.until_on >= a.state_as_of AND e.happened_on <= %(as_of)s
        ELSE e.happened_on > a.state_as_of AND e.happened_on <= %(as_of)s END)
    OR (a.unallocated_minor > 0 AND EXISTS (SELECT 1 FROM ledger_openinstalment o
        WHERE o.account_id = a.id AND o.due_on > a.state_as_of AND o.due_on <= %(as_of)s))
)
UNION ALL
SELECT a.id FROM ledger_account a
WHERE a.balance_source = 'core' AND a.status IN {_WORKED} AND EXISTS (
    SELECT 1 FROM ledger_payment y WHERE y.account_id = a.id AND y.paid_on > a.state_as_of AND y.paid_on <= %(as_of)s)
"""
LIST_REPLAY = "SELECT id FROM refresh_replay ORDER BY id"

OPEN_AMOUNTS = f"""
CREATE TEMP TABLE refresh_open ON COMMIT DROP AS
SELECT o.account_id, o.number, o.due_on, o.principal_minor, o.contract_interest_minor, o.insurance_minor, o.fees_minor,
    o.collection_fee_minor, p.number AS profile, o.accrued_through,
    o.principal_minor + o.contract_interest_minor + o.insurance_minor + o.fees_minor > 0 AS is_behind,
    o.principal_minor > 0 AND coalesce(upto.missing - since.missing, 0) > 0 AS is_missing_cap,
    greatest(
        div(2 * (o.late_exact + o.principal_minor * coalesce(upto.cumulative - since.cumulative, 0)) + {SCALE} * p.unit,
            2 * {SCALE} * p.unit) * p.unit - o.late_settled_minor, 0
    )::bigint AS late_minor
FROM ledger_account a
JOIN refresh_profile p ON p.currency = a.currency AND p.document = {_PROFILE}
JOIN ledger_openinstalment o ON o.account_id = a.id
LEFT JOIN refresh_rate upto ON upto.profile = p.number AND upto.day = %(as_of)s AND o.accrued_through < %(as_of)s
LEFT JOIN refresh_rate since ON since.profile = p.number AND since.day = o.accrued_through AND o.accrued_through < %(as_of)s
WHERE a.balance_source = 'ledger' AND a.status IN {_WORKED}
    AND NOT EXISTS (SELECT 1 FROM refresh_replay r WHERE r.id = a.id)
"""

MISSING_CAPS = """
WITH needing AS (
    SELECT account_id, profile, min(accrued_through) AS accrued_through FROM refresh_open WHERE is_missing_cap GROUP BY 1, 2
)
SELECT p.document #>> '{late_interest,cap}', first.day, count(*)
FROM needing n
JOIN refresh_profile p ON p.number = n.profile
CROSS JOIN LATERAL (
    SELECT min(r.day) AS day FROM refresh_rate r
    JOIN refresh_rate since ON since.profile = n.profile AND since.day = n.accrued_through
    WHERE r.profile = n.profile AND r.day > n.accrued_through AND r.missing > since.missing
) AS first
GROUP BY 1, 2 ORDER BY 1, 2
"""


def _case(expression: str, steps: Sequence[tuple[str, int]]) -> str:
    """A CASE from the highest threshold down."""
    whens = " ".join(f"WHEN {expression} >= {threshold} THEN '{name}'" for name, threshold in reversed(steps))
    return f"CASE {whens} END"


def _bucket(days: str, buckets: Sequence[Bucket]) -> str:
    return _case(days, [(bucket.name, bucket.from_days) for bucket in buckets])


def _stage(days: str, following: str, is_written_off: str) -> str:
    steps = [(stage.name, stage.from_days) for stage in STAGES]
    late, near = _case(days, steps), _case(f"(%(as_of)s::date - {following})", steps)
    return (
        f"CASE WHEN {is_written_off} THEN 'written_off' WHEN {days} > 0 THEN {late} "
        f"WHEN {following} IS NULL THEN 'none' ELSE coalesce({near}, 'none') END"
    )


_STATE = (
    *_COLUMNS.values(), "balance_minor", "balance_due_minor", "unallocated_minor", "due_since", "days_past_due", "next_due_on",
    "next_due_minor", "bucket", "stage", "status",
)  # fmt: skip
_UPDATE = f"""
UPDATE ledger_account a SET {", ".join(f"{column} = f.{column}" for column in _STATE)}, state_as_of = %(as_of)s, updated_at = %(now)s
FROM final f
WHERE a.id = f.id AND (a.state_as_of IS NULL
    OR ({", ".join(f"a.{column}" for column in _STATE)}) IS DISTINCT FROM ({", ".join(f"f.{column}" for column in _STATE)}))
"""


def core_update(buckets: Sequence[Bucket]) -> str:
    """Moves `core` accounts to the date."""
    before: list[str] = []
    left: list[str] = []
    for component in DEFAULT_WATERFALL:
        taken = " + ".join(before) or "0"
        left.append(f"{component} - greatest(least(paid - ({taken}), {component}), 0) AS {_COLUMNS[component]}")
        before.append(f"greatest({component}, 0)")
    parts = ", ".join(
        f"(core_figures ->> '{component}')::bigint AS {component}" for component in _COLUMNS if component != "principal"
    )
    known = " - ".join(
        f"(core_figures ->> '{component}')::bigint" for component in _COLUMNS if component != "principal"
    )
    return f"""
WITH core AS (
    SELECT id, core_as_of, status, (core_figures ->> 'balance')::bigint AS core_balance, {parts},
        (core_figures ->> 'balance')::bigint - {known} AS principal,
        (core_figures ->> 'balance_due')::bigint AS core_due, (core_figures ->> 'due_since')::date AS core_since
    FROM ledger_account a WHERE balance_source = 'core' AND status IN {_WORKED}
        AND NOT EXISTS (SELECT 1 FROM refresh_replay r WHERE r.id = a.id)
), received AS (
    SELECT c.id, greatest(sum(p.amount_minor), 0)::bigint AS paid
    FROM core c JOIN ledger_payment p ON p.account_id = c.id AND p.paid_on <= %(as_of)s
        AND (c.core_as_of IS NULL OR p.paid_on > c.core_as_of)
    GROUP BY c.id
), owing AS (
    SELECT c.*, coalesce(r.paid, 0) AS paid, greatest(coalesce(r.paid, 0) - c.core_due, 0) AS excess
    FROM core c LEFT JOIN received r ON r.id = c.id
), later AS (
    SELECT c.id, c.excess, i.due_on, i.number, i.total_minor,
        sum(i.total_minor) OVER (PARTITION BY c.id ORDER BY i.due_on, i.number) AS covered
    FROM owing c JOIN ledger_instalment i ON i.account_id = c.id AND (c.core_as_of IS NULL OR i.due_on > c.core_as_of)
    WHERE c.core_balance > c.paid OR c.core_due > c.paid
), positions AS (
    SELECT id, sum(total_minor) FILTER (WHERE due_on <= %(as_of)s) AS fallen,
        min(due_on) FILTER (WHERE covered > excess AND total_minor > 0 AND due_on < %(as_of)s) AS behind,
        min(due_on) FILTER (WHERE covered > excess AND total_minor > 0 AND due_on >= %(as_of)s) AS following,
        (array_agg(least(covered - excess, total_minor) ORDER BY due_on, number)
            FILTER (WHERE covered > excess AND total_minor > 0 AND due_on >= %(as_of)s))[1] AS following_minor
    FROM later GROUP BY id
), placed AS (
    SELECT o.*, coalesce(p.fallen, 0) AS fallen, p.following, coalesce(p.following_minor, 0) AS following_minor,
        CASE WHEN o.core_due > o.paid AND o.core_since IS NOT NULL THEN o.core_since ELSE p.behind END AS since
    FROM owing o LEFT JOIN positions p ON p.id = o.id
), dated AS (
    SELECT *, coalesce(greatest(%(as_of)s::date - since, 0), 0) AS days FROM placed
), amounts AS (
    SELECT id, days, status AS old_status, {", ".join(left)}, greatest(core_due + fallen - paid, 0)::bigint AS balance_due_minor,
        greatest(paid - core_balance, 0) AS unallocated_minor, CASE WHEN days > 0 THEN since END AS due_since,
        following AS next_due_on, following_minor::bigint AS next_due_minor
    FROM dated
), summed AS (
    SELECT *, {" + ".join(_COLUMNS.values())} AS balance_minor FROM amounts
), final AS (
    SELECT *, days AS days_past_due, {_bucket("days", buckets)} AS bucket,
        {_stage("days", "next_due_on", "old_status = 'written_off'")} AS stage, {_status()} AS status
    FROM summed
)
{_UPDATE}"""


def ledger_update(buckets: Sequence[Bucket]) -> str:
    """Moves `ledger` accounts that need no replay to the date."""
    due = "FILTER (WHERE due_on <= %(as_of)s)"
    return f"""
WITH open AS (
    SELECT account_id, bool_or(is_missing_cap) AS is_missing_cap,
        sum(principal_minor) AS principal_balance_minor, sum(collection_fee_minor) AS collection_fee_minor,
        sum(principal_minor) {due} AS principal_due, sum(contract_interest_minor) {due} AS contract_interest_minor,
        sum(insurance_minor) {due} AS insurance_minor, sum(fees_minor) {due} AS fees_minor, sum(late_minor) {due} AS late_interest_minor,
        min(due_on) FILTER (WHERE is_behind AND due_on < %(as_of)s) AS due_since,
        min(due_on) FILTER (WHERE is_behind AND due_on >= %(as_of)s) AS next_due_on,
        (array_agg(principal_minor + contract_interest_minor + insurance_minor + fees_minor + collection_fee_minor ORDER BY due_on, number)
            FILTER (WHERE is_behind AND due_on >= %(as_of)s))[1] AS next_due_minor
    FROM refresh_open GROUP BY account_id
), amounts AS (
    SELECT a.id, a.status AS old_status, a.unallocated_minor, o.due_since, o.next_due_on, coalesce(o.next_due_minor, 0) AS next_due_minor,
        {", ".join(f"coalesce(o.{column}, 0)::bigint AS {column}" for column in _COLUMNS.values())},
        coalesce(o.principal_due, 0)::bigint AS principal_due, coalesce(%(as_of)s::date - o.due_since, 0) AS days
    FROM ledger_account a
    JOIN refresh_profile p ON p.currency = a.currency AND p.document = {_PROFILE}
    LEFT JOIN open o ON o.account_id = a.id
    WHERE a.balance_source = 'ledger' AND a.status IN {_WORKED} AND NOT coalesce(o.is_missing_cap, false)
        AND NOT EXISTS (SELECT 1 FROM refresh_replay r WHERE r.id = a.id)
), summed AS (
    SELECT *, {" + ".join(_COLUMNS.values())} AS balance_minor,
        principal_due + {" + ".join(column for column in _COLUMNS.values() if column != "principal_balance_minor")} AS balance_due_minor
    FROM amounts
), final AS (
    SELECT *, days AS days_past_due, {_bucket("days", buckets)} AS bucket,
        {_stage("days", "next_due_on", "old_status = 'written_off'")} AS stage, {_status()} AS status
    FROM summed
)
{_UPDATE}"""


def _status() -> str:
    return "CASE WHEN old_status = 'written_off' THEN old_status WHEN balance_minor = 0 THEN 'paid' ELSE 'active' END"
