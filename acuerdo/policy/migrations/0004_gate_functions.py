"""The gate asks the server twice: once to lock and read, once to keep the answers.

As functions their plans are made once a session, not at every contact, and each of their statements sees what was committed
before it began: what `policy_gate_facts` reads after its locks includes whatever the last holder of them wrote.
"""

from typing import ClassVar

from django.db import migrations

# A salt is 244 random bits of the server's strong generator, hashed to 32 bytes.
FACTS = """
CREATE FUNCTION policy_gate_facts(
  the_locks bigint[], the_debtors bigint[], the_creditors bigint[], the_obligations bigint[], the_points bigint[],
  the_moment timestamptz, the_since timestamptz, the_day date
) RETURNS json LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  told json;
BEGIN
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
                                      t.obligation_id) ORDER BY t.at, t.id)
       FROM policy_attempt t WHERE t.debtor_id = ANY(the_debtors) AND t.at > the_since),
    (SELECT json_agg(json_build_array(r.creditor_id, r.pack, r.name, r.value, r.approved_by, r.approved_on)
                     ORDER BY r.approved_on, r.id)
       FROM policy_policyreading r WHERE r.creditor_id = ANY(the_creditors) AND r.approved_on <= the_day)
  ) INTO told;
  RETURN told;
END
$$
"""
KEEP = """
CREATE FUNCTION policy_keep_answers(
  verdicts json, attempts json,
  creditors bigint[], ats timestamptz[], kinds text[], subjects uuid[], payloads text[],
  OUT verdict_ids bigint[], OUT attempt_ids bigint[]
) LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  WITH kept AS (
    INSERT INTO policy_verdict (uid, debtor_id, creditor_id, at, channel, purpose, recipient, verdict, rules, first_rule,
                                next_allowed_at, pack, pack_version, question, actor)
    SELECT uid, debtor_id, creditor_id, at, channel, purpose, recipient, verdict, rules, first_rule, next_allowed_at, pack,
           pack_version, question, actor
    FROM json_populate_recordset(NULL::policy_verdict, verdicts) WITH ORDINALITY ORDER BY ordinality
    RETURNING id
  ) SELECT array_agg(id ORDER BY id) INTO verdict_ids FROM kept;
  WITH kept AS (
    -- verdict_id comes as the verdict's place in `verdicts`, from 1.
    INSERT INTO policy_attempt (uid, debtor_id, creditor_id, obligation_id, contact_point_id, verdict_id, at, direction,
                                channel, purpose, recipient, status, right_party, counts, disposition, note,
                                balance_stated_minor, actor)
    SELECT uid, debtor_id, creditor_id, obligation_id, contact_point_id, verdict_ids[verdict_id], at, direction, channel,
           purpose, recipient, status, right_party, counts, disposition, note, balance_stated_minor, actor
    FROM json_populate_recordset(NULL::policy_attempt, attempts) WITH ORDINALITY ORDER BY ordinality
    RETURNING id
  ) SELECT array_agg(id ORDER BY id) INTO attempt_ids FROM kept;
  PERFORM policy_append_receipts(creditors, ats, kinds, subjects, payloads);
  -- The caller waits for the disk after the commit, when the chain's head is free again (actions/keeping.py).
  PERFORM set_config('synchronous_commit', 'off', true);
END
$$
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("policy", "0003_receipt_chain"),
        ("portfolio", "0003_unmatched_credits"),
        ("ledger", "0003_account_figures"),
    ]
    operations: ClassVar = [
        migrations.RunSQL(
            FACTS,
            "DROP FUNCTION policy_gate_facts(bigint[], bigint[], bigint[], bigint[], bigint[], timestamptz, timestamptz, date)",
        ),
        migrations.RunSQL(
            KEEP,
            "DROP FUNCTION policy_keep_answers(json, json, bigint[], timestamptz[], text[], uuid[], text[])",
        ),
    ]
