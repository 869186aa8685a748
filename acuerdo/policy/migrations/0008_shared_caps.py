"""Caps that count more than contacts that collect: confirmations that left, and contacts with others bound by the same debt.

`has_left` says of every attempt whether it left and reached somebody's line; `counts` says so only of what no law exempts. The
gate's reading also locks, and tells the contacts of, the others bound by a debt, where a creditor's reading has them share caps.
"""

import importlib
from typing import ClassVar

from django.db import migrations, models

FACTS = """
CREATE OR REPLACE FUNCTION policy_gate_facts(
  the_locks bigint[], the_debtors bigint[], the_creditors bigint[], the_obligations bigint[], the_points bigint[],
  the_moment timestamptz, the_since timestamptz, the_day date
) RETURNS json LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  told json;
  bound bigint[] := ARRAY[]::bigint[];
  debts bigint[] := ARRAY[]::bigint[];
BEGIN
  IF EXISTS (SELECT 1 FROM policy_policyreading r WHERE r.creditor_id = ANY(the_creditors) AND r.name = 'bound_together'
             AND r.value = 'joint' AND r.approved_on <= the_day) THEN
    debts := ARRAY(
      SELECT o.id FROM portfolio_obligation o WHERE o.id = ANY(the_obligations) OR o.debtor_id = ANY(the_debtors)
      UNION SELECT x.obligation_id FROM portfolio_obligationparty x
            WHERE x.debtor_id = ANY(the_debtors) AND x.relation <> 'reference');
    bound := ARRAY(
      SELECT o.debtor_id FROM portfolio_obligation o WHERE o.id = ANY(debts) AND o.debtor_id <> ALL(the_debtors)
      UNION SELECT x.debtor_id FROM portfolio_obligationparty x
            WHERE x.obligation_id = ANY(debts) AND x.relation <> 'reference' AND x.debtor_id <> ALL(the_debtors));
  END IF;
  IF the_locks IS NOT NULL AND cardinality(bound) > 0 THEN
    -- The keys of `base.locks`, all in one order: whoever shares the caps is judged one at a time.
    the_locks := ARRAY(
      SELECT key FROM unnest(the_locks) AS key
      UNION SELECT ('x' || encode(substring(sha256('person'::bytea || '\\x00'::bytea || convert_to(one::text, 'UTF8')) FOR 8), 'hex'))
                   ::bit(64)::bigint FROM unnest(bound) AS one
      ORDER BY 1);
  END IF;
  IF the_locks IS NOT NULL THEN
    PERFORM pg_advisory_xact_lock(key) FROM unnest(the_locks) AS key;
    INSERT INTO policy_personsalt (debtor_id, salt)
      SELECT d.id, sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
      FROM portfolio_debtor d LEFT JOIN policy_personsalt s ON s.debtor_id = d.id
      WHERE d.id = ANY(the_debtors) AND s.debtor_id IS NULL ORDER BY d.id
      ON CONFLICT DO NOTHING;
  END IF;
  SELECT json_build_array(
    (SELECT json_agg(json_build_array(d.id, d.uid, d.timezone, d.region, encode(s.salt, 'hex')))
       FROM portfolio_debtor d LEFT JOIN policy_personsalt s ON s.debtor_id = d.id WHERE d.id = ANY(the_debtors)),
    (SELECT json_agg(json_build_array(c.id, c.uid, c.country, c.timezone))
       FROM portfolio_creditor c WHERE c.id = ANY(the_creditors)),
    (SELECT json_agg(json_build_array(p.id, p.debtor_id, p.is_valid, p.ownership, p.kind, p.value, p.uid))
       FROM portfolio_contactpoint p WHERE p.id = ANY(the_points)),
    (SELECT json_agg(json_build_array(p.id, e.country, e.effective_on) ORDER BY e.effective_on)
       FROM portfolio_contactpoint p JOIN policy_excludednumber e ON e.value = p.value AND e.removed_on IS NULL
       WHERE p.id = ANY(the_points)),
    (SELECT json_agg(json_build_array(r.country, r.loaded_at))
       FROM (SELECT country, max(loaded_at) AS loaded_at FROM policy_registryload GROUP BY country) r),
    (SELECT json_agg(json_build_array(o.id, o.uid, o.debtor_id, o.creditor_id, o.gone_on, a.status, a.balance_minor,
                                      a.balance_due_minor))
       FROM portfolio_obligation o JOIN ledger_account a ON a.id = o.id
       WHERE o.id = ANY(the_obligations) OR o.debtor_id = ANY(the_debtors)),
    (SELECT json_agg(json_build_array(x.debtor_id, x.obligation_id, x.relation))
       FROM portfolio_obligationparty x WHERE x.debtor_id = ANY(the_debtors)),
    (SELECT json_agg(json_build_array(c.debtor_id, c.uid, c.channel, c.purpose, c.granted_at, c.revoked_at) ORDER BY c.id)
       FROM policy_consent c WHERE c.debtor_id = ANY(the_debtors)),
    (SELECT json_agg(json_build_array(h.debtor_id, h.obligation_id, h.uid, h.kind, h.channel, h.starts_at, h.ends_at)
                     ORDER BY h.id)
       FROM policy_hold h
       WHERE (h.debtor_id = ANY(the_debtors) OR h.obligation_id = ANY(the_obligations))
         AND h.lifted_at IS NULL AND (h.ends_at IS NULL OR h.ends_at > the_moment)),
    (SELECT json_agg(json_build_array(w.debtor_id, w.hours, w.instrument <> '', w.given_at))
       FROM policy_contactpreference w WHERE w.debtor_id = ANY(the_debtors) AND w.revoked_at IS NULL),
    (SELECT json_agg(json_build_array(t.debtor_id, t.uid, t.at, t.channel, t.direction, t.right_party, t.is_two_way, t.counts,
                                      t.purpose, t.has_left, t.obligation_id) ORDER BY t.at, t.id)
       FROM policy_attempt t WHERE t.debtor_id = ANY(the_debtors || bound) AND t.at > the_since),
    (SELECT json_agg(json_build_array(r.creditor_id, r.pack, r.name, r.value, r.approved_by, r.approved_on)
                     ORDER BY r.approved_on, r.id)
       FROM policy_policyreading r WHERE r.creditor_id = ANY(the_creditors) AND r.approved_on <= the_day),
    (SELECT json_agg(json_build_array(tie.obligation_id, tie.debtor_id)) FROM (
       SELECT o.id AS obligation_id, o.debtor_id FROM portfolio_obligation o WHERE o.id = ANY(debts)
       UNION SELECT x.obligation_id, x.debtor_id FROM portfolio_obligationparty x
             WHERE x.obligation_id = ANY(debts) AND x.relation <> 'reference') AS tie)
  ) INTO told;
  RETURN told;
END
$$
"""
# What is known of the past: what did not count and is not exempt never left; of what is exempt, what failed or was cancelled.
FILL = """
UPDATE policy_attempt SET has_left = false
WHERE direction = 'out' AND NOT counts
  AND (purpose NOT IN ('service', 'requested') OR status IN ('failed', 'cancelled'))
"""
BEFORE = importlib.import_module("acuerdo.policy.migrations.0004_gate_functions").FACTS.replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("policy", "0007_bureau_reports")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="attempt", name="has_left", field=models.BooleanField(db_default=True, default=True)
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(FACTS, BEFORE),
    ]
