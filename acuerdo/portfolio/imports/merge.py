# ruff: noqa: S608 - the texts put together here are our own column names; every value is a parameter
"""Staging into the tables, all in sets: one statement touches a hundred thousand rows as it touches one.

Whatever changes an existing row first keeps it in `portfolio_importchange`, so the creditor's last batch can be undone.
The lender's figures (`core`) are taken as they are; an account that Acuerdo keeps (`ledger`) only takes its terms, once.
"""

from typing import Any

from acuerdo.ledger.public import buckets_in_force
from acuerdo.ledger.rules.buckets import STAGES

_DEBTORS = """
CREATE TEMP TABLE imp_person ON COMMIT DROP AS
SELECT DISTINCT ON (id_type, id_number) * FROM (
  SELECT id_type, id_number, is_company, full_name, search_name, city, region, 0 AS rank, row FROM imp_obligation
  UNION ALL
  SELECT id_type, id_number, is_company, full_name, search_name, '', '', 1, row FROM imp_party
) people ORDER BY id_type, id_number, rank, row;
ANALYZE imp_person;
CREATE TEMP TABLE imp_person_change ON COMMIT DROP AS
SELECT d.id, p.full_name, p.search_name,
  coalesce(nullif(p.city, ''), d.city) AS city, coalesce(nullif(p.region, ''), d.region) AS region
FROM imp_person p JOIN portfolio_debtor d ON d.id_country = %(country)s AND d.id_type = p.id_type AND d.id_number = p.id_number
WHERE p.rank = 0 AND (d.full_name, d.city, d.region) IS DISTINCT FROM
  (p.full_name, coalesce(nullif(p.city, ''), d.city), coalesce(nullif(p.region, ''), d.region));
INSERT INTO portfolio_importchange (batch_id, "table", key, before)
SELECT %(batch)s, 'portfolio_debtor', d.id, to_jsonb(d) FROM portfolio_debtor d JOIN imp_person_change c ON c.id = d.id;
UPDATE portfolio_debtor d SET full_name = c.full_name, search_name = c.search_name, city = c.city, region = c.region, updated_at = %(now)s
FROM imp_person_change c WHERE c.id = d.id;
WITH made AS (
  INSERT INTO portfolio_debtor (kind, id_country, id_type, id_number, full_name, search_name, preferred_name, form_of_address,
    language, timezone, city, region, extra, created_at, updated_at)
  SELECT CASE WHEN is_company THEN 'company' ELSE 'person' END, %(country)s, id_type, id_number, full_name, search_name, '', 'usted',
    'es', %(timezone)s, city, region, '{}', %(now)s, %(now)s
  FROM imp_person ON CONFLICT (id_country, id_type, id_number) DO NOTHING RETURNING id
) INSERT INTO portfolio_importchange (batch_id, \"table\", made)
SELECT %(batch)s, 'portfolio_debtor', array_agg(id) FROM made HAVING count(*) > 0;
"""

# One row an obligation of the file: its id, whether it is new, and everything that will be written.
_RESOLVED = """
CREATE TEMP TABLE imp_target ON COMMIT DROP AS
SELECT i.*, o.id AS known_id, coalesce(o.id, nextval('portfolio_obligation_id_seq')) AS id, d.id AS debtor_id,
  coalesce(a.balance_source, %(source)s) AS source, a.status AS old_status, coalesce(a.balance_minor, 0) AS old_balance_minor,
  CASE WHEN i.due_on >= %(as_of)s AND i.status = 'active' THEN i.due_on END AS next_due_on,
  jsonb_strip_nulls(i.extra::jsonb) || CASE WHEN i.stops <> '[]' OR (i.stops = '[]' AND o.extra ? 'stops')
    THEN jsonb_build_object('stops', i.stops::jsonb) ELSE '{}' END AS facts,
  jsonb_strip_nulls(jsonb_build_object(
    'schedule', CASE WHEN i.rate IS NOT NULL AND i.term > 0 AND i.principal_minor > 0 AND i.disbursed_on IS NOT NULL
      THEN jsonb_build_object('principal', round(i.principal_minor / 10::numeric ^ e.exponent, e.exponent)::text,
        'disbursed_on', i.disbursed_on, 'first_due_on', i.first_due_on, 'instalments', i.term,
        'frequency', coalesce(i.frequency, 'monthly'), 'method', coalesce(i.method, 'french'),
        'rate', jsonb_build_object('kind', coalesce(i.rate_kind, 'effective_annual'), 'value', i.rate)) END,
    'late_interest', CASE WHEN i.late_rate IS NOT NULL THEN jsonb_build_object(
        'rate', jsonb_build_object('kind', 'effective_annual', 'value', i.late_rate), 'cap', %(cap)s::text) END)) AS terms
FROM imp_obligation i
JOIN portfolio_debtor d ON d.id_country = %(country)s AND d.id_type = i.id_type AND d.id_number = i.id_number
JOIN (SELECT key AS currency, value::int AS exponent FROM jsonb_each_text(%(exponents)s)) e ON e.currency = i.currency
LEFT JOIN portfolio_obligation o ON o.creditor_id = %(creditor)s AND o.number = i.number
LEFT JOIN ledger_account a ON a.id = o.id;
CREATE UNIQUE INDEX ON imp_target (id);
CREATE INDEX ON imp_target (number);
ANALYZE imp_target;
"""

_NEW_OBLIGATIONS = """
INSERT INTO ledger_account (id, currency, balance_source, status, principal_minor, disbursed_on, terms, core_as_of, core_due_since,
  state_as_of, principal_balance_minor, contract_interest_minor, late_interest_minor, insurance_minor, fees_minor,
  collection_fee_minor, balance_minor, balance_due_minor, unallocated_minor, paid_minor, due_since, days_past_due, next_due_on,
  next_due_minor, last_payment_on, last_payment_minor, bucket, stage, written_off_on, updated_at)
SELECT id, currency, source, status, principal_minor, disbursed_on, terms, %(as_of)s, due_since,
  CASE WHEN source = 'core' THEN %(as_of)s::date END, coalesce(principal_balance_minor, 0), contract_interest_minor,
  late_interest_minor, insurance_minor, fees_minor,
  collection_fee_minor, coalesce(balance_minor, 0), coalesce(due_minor, 0), 0, 0, due_since, days_past_due,
  next_due_on,  CASE WHEN next_due_on IS NULL THEN 0 ELSE coalesce(instalment_minor, 0) END,
  last_payment_on, coalesce(last_payment_minor, 0), 'current', 'none',
  CASE WHEN status = 'written_off' THEN coalesce(written_off_on, %(as_of)s) END, %(now)s
FROM imp_target WHERE known_id IS NULL ORDER BY id;
INSERT INTO portfolio_obligation (id, creditor_id, debtor_id, number, kind, product, branch, rate_text, consequences, extra,
  first_seen_on, last_seen_on, created_at, updated_at)
SELECT id, %(creditor)s, debtor_id, number, kind, product, branch,
  coalesce(trim_scale(rate::numeric * 100)::text || ' %%', ''), '', facts, %(as_of)s, %(as_of)s, %(now)s, %(now)s
FROM imp_target WHERE known_id IS NULL ORDER BY id;
INSERT INTO portfolio_importchange (batch_id, "table", made)
SELECT %(batch)s, 'portfolio_obligation', array_agg(id) FROM imp_target WHERE known_id IS NULL HAVING count(*) > 0;
"""

_FIGURES = (
    "status", "principal_minor", "disbursed_on", "core_due_since", "principal_balance_minor", "contract_interest_minor",
    "late_interest_minor", "insurance_minor", "fees_minor", "collection_fee_minor", "balance_minor", "balance_due_minor", "next_due_on",
    "last_payment_on", "last_payment_minor", "written_off_on",
)  # fmt: skip
_GIVEN = """t.status, coalesce(t.principal_minor, a.principal_minor), coalesce(t.disbursed_on, a.disbursed_on), t.due_since,
  coalesce(t.principal_balance_minor, 0), t.contract_interest_minor, t.late_interest_minor, t.insurance_minor,
  t.fees_minor, t.collection_fee_minor, coalesce(t.balance_minor, 0), coalesce(t.due_minor, 0), t.next_due_on,
  coalesce(t.last_payment_on, a.last_payment_on), coalesce(t.last_payment_minor, a.last_payment_minor),
  CASE WHEN t.status = 'written_off' THEN coalesce(t.written_off_on, a.written_off_on, %(as_of)s) END"""

_KNOWN_OBLIGATIONS = f"""
CREATE TEMP TABLE imp_changed_account ON COMMIT DROP AS
SELECT a.id FROM ledger_account a JOIN imp_target t ON t.known_id = a.id
WHERE t.source = 'core' AND ({", ".join(f"a.{name}" for name in _FIGURES)}, a.terms) IS DISTINCT FROM
  ({_GIVEN}, a.terms || t.terms);
INSERT INTO portfolio_importchange (batch_id, "table", key, before)
SELECT %(batch)s, 'ledger_account', a.id, to_jsonb(a) FROM ledger_account a JOIN imp_target t ON t.known_id = a.id
WHERE t.source = 'core';
UPDATE ledger_account a SET ({", ".join(_FIGURES)}) = ROW({_GIVEN}), terms = a.terms || t.terms,
  due_since = t.due_since, days_past_due = t.days_past_due,
  next_due_minor = CASE WHEN t.next_due_on IS NULL THEN 0 ELSE coalesce(t.instalment_minor, a.next_due_minor) END,
  core_as_of = %(as_of)s, core_taken_as_of = NULL, state_as_of = %(as_of)s, updated_at = %(now)s
FROM imp_target t WHERE t.known_id = a.id AND t.source = 'core';
CREATE TEMP TABLE imp_changed_obligation ON COMMIT DROP AS
SELECT o.id FROM portfolio_obligation o JOIN imp_target t ON t.known_id = o.id
WHERE o.gone_on IS NOT NULL OR (o.kind, o.product, o.branch, o.extra) IS DISTINCT FROM
  (t.kind, coalesce(nullif(t.product, ''), o.product), coalesce(nullif(t.branch, ''), o.branch), o.extra || t.facts);
INSERT INTO portfolio_importchange (batch_id, "table", key, before)
SELECT %(batch)s, 'portfolio_obligation', o.id, to_jsonb(o) FROM portfolio_obligation o JOIN imp_target t ON t.known_id = o.id;
UPDATE portfolio_obligation o SET kind = t.kind, product = coalesce(nullif(t.product, ''), o.product),
  branch = coalesce(nullif(t.branch, ''), o.branch), extra = o.extra || t.facts, last_seen_on = %(as_of)s, gone_on = NULL,
  updated_at = %(now)s
FROM imp_target t WHERE t.known_id = o.id;
INSERT INTO portfolio_importchange (batch_id, "table", key, before)
SELECT %(batch)s, 'ledger_account', a.id, to_jsonb(a) FROM ledger_account a JOIN imp_target t ON t.known_id = a.id
WHERE t.source = 'ledger' AND a.status = 'gone';
UPDATE ledger_account a SET status = 'active', updated_at = %(now)s FROM imp_target t
WHERE t.known_id = a.id AND t.source = 'ledger' AND a.status = 'gone';
"""

# Next due date and stage, from the schedule and the ledger's own tables of buckets and stages. One look into the index for
# each obligation: tables that this very load has filled have no statistics yet, and a join of them may be planned for ever.
_STATE = """
UPDATE ledger_account a SET next_due_on = n.due_on, next_due_minor = n.total_minor
FROM imp_target t CROSS JOIN LATERAL (SELECT i.due_on, i.total_minor FROM ledger_instalment i
  WHERE i.account_id = t.id AND i.due_on >= %(as_of)s ORDER BY i.number LIMIT 1) n
WHERE a.id = t.id AND t.status <> 'paid' AND t.source = 'core' AND a.next_due_on IS NULL;
UPDATE ledger_account a SET bucket = s.bucket, stage = s.stage
FROM (SELECT a.id, {bucket} AS bucket, CASE WHEN a.status = 'written_off' THEN 'written_off' ELSE {stage} END AS stage
  FROM (SELECT a.id, a.status, a.days_past_due, CASE WHEN a.days_past_due > 0 THEN a.days_past_due
    WHEN a.next_due_on >= %(as_of)s THEN %(as_of)s - a.next_due_on END AS relative_days
    FROM ledger_account a JOIN imp_target t ON t.id = a.id WHERE t.source = 'core') a) s
WHERE s.id = a.id AND (a.bucket, a.stage) <> (s.bucket, s.stage);
"""

_GONE = """
CREATE TEMP TABLE imp_gone ON COMMIT DROP AS
SELECT o.id, a.currency, a.balance_minor FROM portfolio_obligation o JOIN ledger_account a ON a.id = o.id
WHERE o.creditor_id = %(creditor)s AND o.gone_on IS NULL AND a.status IN ('active', 'written_off')
  AND NOT EXISTS (SELECT FROM imp_seen s WHERE s.number = o.number);
"""
_OPEN_BEFORE = """
SELECT (SELECT count(*) FROM imp_gone),
  (SELECT count(*) FROM imp_gone) + (SELECT count(*) FROM imp_target WHERE old_status IN ('active', 'written_off'))
"""
_MARK_GONE = """
INSERT INTO portfolio_importchange (batch_id, "table", key, before)
SELECT %(batch)s, 'portfolio_obligation', o.id, to_jsonb(o) FROM portfolio_obligation o JOIN imp_gone g ON g.id = o.id;
INSERT INTO portfolio_importchange (batch_id, "table", key, before)
SELECT %(batch)s, 'ledger_account', a.id, to_jsonb(a) FROM ledger_account a JOIN imp_gone g ON g.id = a.id;
UPDATE portfolio_obligation o SET gone_on = %(as_of)s, updated_at = %(now)s FROM imp_gone g WHERE g.id = o.id;
UPDATE ledger_account a SET status = 'gone', updated_at = %(now)s FROM imp_gone g WHERE g.id = a.id;
"""

_CONTACTS = """
CREATE TEMP TABLE imp_point ON COMMIT DROP AS
SELECT DISTINCT ON (d.id, c.kind, c.value) d.id AS debtor_id, c.kind, c.value, c.label, c.phone_type, c.is_valid, c.invalid_reason
FROM imp_contact c JOIN portfolio_debtor d ON d.id_country = %(country)s AND d.id_type = c.id_type AND d.id_number = c.id_number
WHERE EXISTS (SELECT FROM imp_person p WHERE p.id_type = c.id_type AND p.id_number = c.id_number)
ORDER BY d.id, c.kind, c.value, c.row;
WITH made AS (
  INSERT INTO portfolio_contactpoint (debtor_id, kind, value, label, phone_type, source, is_valid, invalid_reason, ownership,
    last_result, created_at, updated_at)
  SELECT debtor_id, kind, value, label, phone_type, %(point_source)s, is_valid, invalid_reason, 70, '', %(now)s, %(now)s
  FROM imp_point ON CONFLICT (debtor_id, kind, value) DO NOTHING RETURNING id
) INSERT INTO portfolio_importchange (batch_id, \"table\", made)
SELECT %(batch)s, 'portfolio_contactpoint', array_agg(id) FROM made HAVING count(*) > 0;
"""

_PARTIES = """
WITH made AS (
  INSERT INTO portfolio_obligationparty (obligation_id, debtor_id, relation)
  SELECT DISTINCT t.id, d.id, p.relation FROM imp_party p JOIN imp_target t ON t.number = p.number
  JOIN portfolio_debtor d ON d.id_country = %(country)s AND d.id_type = p.id_type AND d.id_number = p.id_number
  ON CONFLICT (obligation_id, debtor_id, relation) DO NOTHING RETURNING id
) INSERT INTO portfolio_importchange (batch_id, \"table\", made)
SELECT %(batch)s, 'portfolio_obligationparty', array_agg(id) FROM made HAVING count(*) > 0;
"""

# A debt with one due date is its own schedule: an invoice, a single-payment loan. Where the lender gives no schedule but the
# next instalment, that one is kept, so that it can be announced and falls due; tomorrow's file brings the one after it.
# What a file gave is read first and set aside: the table grows while it is written, and looking into it for each row would
# read all that the same statement has just written.
_SINGLE_INSTALMENTS = """
WITH given AS MATERIALIZED (SELECT DISTINCT number FROM imp_instalment)
INSERT INTO imp_instalment
  (number, instalment, due_on, principal_minor, contract_interest_minor, insurance_minor, fees_minor, total_minor)
SELECT number, 1, first_due_on, principal_minor, greatest(coalesce(instalment_minor, 0) - principal_minor, 0), 0, 0,
  greatest(coalesce(instalment_minor, 0), principal_minor)
FROM imp_target t WHERE first_due_on IS NOT NULL AND principal_minor > 0 AND (kind = 'invoice' OR (term = 1 AND rate IS NULL))
  AND NOT EXISTS (SELECT FROM given g WHERE g.number = t.number);
WITH given AS MATERIALIZED (SELECT DISTINCT number FROM imp_instalment)
INSERT INTO imp_instalment
  (number, instalment, due_on, principal_minor, contract_interest_minor, insurance_minor, fees_minor, total_minor)
SELECT number, coalesce(instalments_paid, 0) + 1, next_due_on, instalment_minor, 0, 0, 0, instalment_minor
FROM imp_target t WHERE source = 'core' AND next_due_on IS NOT NULL AND instalment_minor > 0
  AND NOT EXISTS (SELECT FROM given g WHERE g.number = t.number)
  AND (SELECT count(*) FROM ledger_instalment i WHERE i.account_id = t.known_id) <= 1;
"""

_NUMBERED = """
  coalesce(i.instalment, row_number() OVER w)::int AS number, i.due_on, i.principal_minor, i.contract_interest_minor,
  i.insurance_minor, i.fees_minor, i.total_minor, (sum(i.total_minor) OVER w)::bigint AS cum_due_minor
"""
_INSTALMENT_COLUMNS = """account_id, number, due_on, principal_minor, contract_interest_minor, insurance_minor, fees_minor, total_minor,
  cum_due_minor"""
_NEW_INSTALMENTS = f"""
INSERT INTO ledger_instalment ({_INSTALMENT_COLUMNS})
SELECT t.id, {_NUMBERED} FROM imp_instalment i JOIN imp_target t ON t.number = i.number WHERE t.known_id IS NULL
WINDOW w AS (PARTITION BY t.id ORDER BY i.due_on, i.instalment, i.row ROWS UNBOUNDED PRECEDING)
"""
# Of known obligations only the schedules that differ are written again, and never that of a debt which passed to another.
# What is owed of an own account is then played anew: the account is locked first, so that a payment at the same instant
# either counts with the old schedule and is played again, or waits for the new one.
_KNOWN_INSTALMENTS = f"""
CREATE TEMP TABLE imp_row ON COMMIT DROP AS
SELECT o.id AS account_id, {_NUMBERED}
FROM imp_instalment i JOIN portfolio_obligation o ON o.creditor_id = %(creditor)s AND o.number = i.number
WHERE NOT EXISTS (SELECT FROM imp_target t WHERE t.id = o.id AND t.known_id IS NULL)
  AND NOT EXISTS (SELECT FROM ledger_replacement p WHERE p.old_id = o.id)
WINDOW w AS (PARTITION BY o.id ORDER BY i.due_on, i.instalment, i.row ROWS UNBOUNDED PRECEDING);
ANALYZE imp_row;
CREATE TEMP TABLE imp_reschedule ON COMMIT DROP AS
SELECT DISTINCT account_id FROM (
  SELECT r.account_id FROM imp_row r LEFT JOIN ledger_instalment i ON i.account_id = r.account_id AND i.number = r.number
  WHERE i.number IS NULL OR (i.due_on, i.principal_minor, i.contract_interest_minor, i.insurance_minor, i.fees_minor,
    i.cum_due_minor) <> (r.due_on, r.principal_minor, r.contract_interest_minor, r.insurance_minor, r.fees_minor, r.cum_due_minor)
  UNION ALL
  SELECT i.account_id FROM ledger_instalment i JOIN (SELECT DISTINCT account_id FROM imp_row) k USING (account_id)
  WHERE NOT EXISTS (SELECT FROM imp_row r WHERE r.account_id = i.account_id AND r.number = i.number)
) differing;
ANALYZE imp_reschedule;
UPDATE ledger_account a SET state_as_of = NULL, updated_at = %(now)s FROM imp_reschedule c
WHERE a.id = c.account_id AND a.balance_source = 'ledger';
DELETE FROM ledger_openinstalment o USING imp_reschedule c WHERE o.account_id = c.account_id;
INSERT INTO portfolio_importchange (batch_id, "table", key, before)
SELECT %(batch)s, 'ledger_instalment', c.account_id,
  coalesce((SELECT jsonb_agg(to_jsonb(i)) FROM ledger_instalment i WHERE i.account_id = c.account_id), '[]')
FROM imp_reschedule c;
DELETE FROM ledger_instalment i USING imp_reschedule c WHERE i.account_id = c.account_id;
INSERT INTO ledger_instalment ({_INSTALMENT_COLUMNS})
SELECT {_INSTALMENT_COLUMNS} FROM imp_row r JOIN imp_reschedule USING (account_id) ORDER BY account_id, number;
"""


def merge_people(cursor: Any, told: dict[str, Any]) -> None:
    """Debtors and related people: new ones made, known ones brought up to date."""
    _run(cursor, _DEBTORS, told)


def merge_obligations(cursor: Any, told: dict[str, Any]) -> None:
    """Obligations with their accounts, under one id."""
    for statements in (_RESOLVED, _NEW_OBLIGATIONS, _KNOWN_OBLIGATIONS):
        _run(cursor, statements, told)


def refresh_state(cursor: Any, told: dict[str, Any]) -> None:
    """Next due date, bucket and stage of every obligation of the file."""
    own = buckets_in_force(told["as_of"])
    buckets = " ".join(f"WHEN a.days_past_due >= {bucket.from_days} THEN '{bucket.name}'" for bucket in reversed(own))
    stages = " ".join(f"WHEN a.relative_days >= {stage.from_days} THEN '{stage.name}'" for stage in reversed(STAGES))
    bucket, stage = f"CASE {buckets} ELSE '{own[0].name}' END", f"CASE {stages} ELSE 'none' END"
    _run(cursor, _STATE.format(bucket=bucket, stage=stage), told)


def find_gone(cursor: Any, told: dict[str, Any]) -> tuple[int, int]:
    """How many of the creditor's open obligations the file does not mention, and how many were open before."""
    _run(cursor, _GONE, told)
    cursor.execute(_OPEN_BEFORE, told)
    gone, open_before = cursor.fetchone()
    return int(gone), int(open_before)


def mark_gone(cursor: Any, told: dict[str, Any]) -> None:
    """Marks them; nothing is deleted."""
    _run(cursor, _MARK_GONE, told)


def merge_contacts(cursor: Any, told: dict[str, Any]) -> None:
    """Contact points and related people: only added, because what was learnt about a known one stays."""
    _run(cursor, _CONTACTS, told)
    _run(cursor, _PARTIES, told)


def merge_instalments(cursor: Any, told: dict[str, Any]) -> int:
    """Schedules given in a file or with one due date. Only schedules that differ are written. Returns instalments written."""
    cursor.execute("ANALYZE imp_instalment")
    _run(cursor, _SINGLE_INSTALMENTS, told)
    cursor.execute(_NEW_INSTALMENTS)
    written = int(cursor.rowcount)
    _run(cursor, _KNOWN_INSTALMENTS, told)
    return written + int(cursor.rowcount)


def _run(cursor: Any, statements: str, told: dict[str, Any]) -> None:
    for statement in statements.split(";\n"):
        if statement.strip():
            cursor.execute(statement, told)
